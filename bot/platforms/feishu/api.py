"""Feishu's HTTP interface: one session, one token, and errors that say what to do."""

import asyncio
import json
import logging
from collections.abc import Callable, Mapping
from typing import Any

import aiohttp

from bot.config import FeishuApp
from bot.errors import DeliveryError
from bot.platforms.feishu.faults import STALE_TOKEN, Refused, payload_code, refusal, unusable

SIGN_IN = "/open-apis/auth/v3/tenant_access_token/internal"
TIMEOUT = aiohttp.ClientTimeout(total=10, connect=5)
UPLOAD_TIMEOUT = aiohttp.ClientTimeout(total=60, connect=5)
# Feishu gives out a new token only while the old one has less than half an hour left: asking
# earlier than that is in vain, and asking late risks a letter.
EARLY = 600.0

Payload = Mapping[str, Any]

log = logging.getLogger(__name__)


class Api:
    def __init__(self, settings: FeishuApp, *, clock: Callable[[], float]) -> None:
        self._settings = settings
        self._clock = clock
        self._session: aiohttp.ClientSession | None = None
        self._token = ""
        self._token_ends = 0.0
        self._refreshing = asyncio.Lock()

    async def get(self, path: str) -> Payload:
        return await self._authorised("GET", path)

    async def post(
        self, path: str, body: Payload, *, params: Mapping[str, str] | None = None
    ) -> Payload:
        return await self._authorised("POST", path, data=_json(body), params=params)

    async def upload(self, path: str, form: Callable[[], aiohttp.FormData]) -> Payload:
        """Post a form; it is built anew for each try, for sending consumes it."""
        return await self._authorised("POST", path, form=form, patience=UPLOAD_TIMEOUT)

    async def close(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def _authorised(
        self,
        method: str,
        path: str,
        *,
        data: bytes | None = None,
        form: Callable[[], aiohttp.FormData] | None = None,
        **options: Any,
    ) -> Payload:
        """Call with our token; with a new one, once, if Feishu takes it for stale."""

        async def attempt(token: str) -> Payload:
            content = form() if form else data
            return await self._call(method, path, data=content, token=token, **options)

        token = await self._current_token()
        try:
            return await attempt(token)
        except Refused as refused:
            if refused.code not in STALE_TOKEN:
                raise
        return await attempt(await self._current_token(instead_of=token))

    async def _current_token(self, *, instead_of: str = "") -> str:
        """The token we have, or else a new one, fetched by one caller for all that wait."""
        async with self._refreshing:
            fresh = self._clock() < self._token_ends and self._token != instead_of
            if not (self._token and fresh):
                await self._fetch_token()
            return self._token

    async def _fetch_token(self) -> None:
        secret = self._settings.app_secret.get_secret_value()
        body = {"app_id": self._settings.app_id, "app_secret": secret}
        asked = self._clock()
        answer = await self._call("POST", SIGN_IN, data=_json(body))
        token, expire = answer.get("tenant_access_token"), answer.get("expire")
        if not (isinstance(token, str) and token and isinstance(expire, int)):
            raise DeliveryError("feishu gave no token")
        self._token = token
        self._token_ends = asked + max(expire - EARLY, expire / 2)

    async def _call(
        self,
        method: str,
        path: str,
        *,
        data: bytes | aiohttp.FormData | None = None,
        token: str = "",
        params: Mapping[str, str] | None = None,
        patience: aiohttp.ClientTimeout = TIMEOUT,
    ) -> Payload:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        if isinstance(data, bytes):
            headers["Content-Type"] = "application/json; charset=utf-8"
        try:
            async with self._open_session().request(
                method,
                self._settings.base_url + path,
                data=data,
                params=params,
                headers=headers,
                timeout=patience,
                allow_redirects=False,  # a token is for this host alone
            ) as response:
                raw = await response.read()
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise DeliveryError(f"feishu unreachable: {type(error).__name__}") from error
        return _judged(response, raw)

    def _open_session(self) -> aiohttp.ClientSession:
        """Made on first use, because it belongs to the event loop it is made in."""
        if self._session is None:
            self._session = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar())
        return self._session


def _json(body: Payload) -> bytes:
    # Chinese as it is: escaped, it would weigh twice as much, and sizes are limited.
    return json.dumps(body, ensure_ascii=False).encode()


def _judged(response: aiohttp.ClientResponse, raw: bytes) -> Payload:
    """The answer, if it is a success."""
    payload: Any = None
    try:
        payload = json.loads(raw)
    except (ValueError, RecursionError):
        log.debug("feishu answered http %d without JSON", response.status)
    code = payload_code(payload)
    if code is None or (code == 0 and response.status != 200):
        raise unusable(response.status, response.headers)
    if code == 0:
        return dict(payload)
    error = refusal(response.status, code, str(payload.get("msg")), response.headers)
    log_id = response.headers.get("x-tt-logid", "-")
    log.info("%s (http %d, log id %.64r)", error.reason, response.status, log_id)
    raise error
