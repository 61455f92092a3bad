"""The 自建应用's own interface: its access token, messages to one member, and files."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Literal, TypeVar

from bot.config import WecomApp
from bot.errors import DeliveryError
from bot.platforms.wecom.exchange import STALE_TOKEN, Exchange, Refused

T = TypeVar("T")

EARLY = 300.0  # fetch the next token this many seconds before the old one ends
PARTLY = ("invaliduser", "invalidparty", "invalidtag", "unlicenseduser")


class AccessToken:
    """The token of the app, fetched by one caller for all who wait for it.

    WeCom limits how often it may be fetched, so those who waited share a failure as well.
    """

    def __init__(
        self, fetch: Callable[[], Awaitable[tuple[str, float]]], clock: Callable[[], float]
    ) -> None:
        self._fetch = fetch
        self._clock = clock
        self._lock = asyncio.Lock()
        self._value = ""
        self._until = 0.0
        self._attempts = 0
        self._failure: DeliveryError | None = None

    async def get(self) -> str:
        seen = self._attempts
        async with self._lock:
            if self._value and self._clock() < self._until:
                return self._value
            if self._attempts != seen and self._failure:
                raise self._failure
            try:
                self._value, lifetime = await self._fetch()
            except DeliveryError as failure:
                self._failure = failure
                raise
            else:
                self._failure = None
                self._until = self._clock() + max(0.0, lifetime - EARLY)
                return self._value
            finally:
                self._attempts += 1

    def drop(self, value: str) -> None:
        """WeCom no longer takes this one. A newer one, fetched meanwhile, stays."""
        if self._value == value:
            self._value = ""


class App:
    """Sends as the 自建应用."""

    def __init__(self, settings: WecomApp, exchange: Exchange, clock: Callable[[], float]) -> None:
        self._settings = settings
        self._exchange = exchange
        self._token = AccessToken(self._fetch_token, clock)

    async def check(self) -> None:
        """Prove that the corp id and the secret work. Raises DeliveryError."""
        await self._token.get()

    async def send(self, user_id: str, payload: Mapping[str, object]) -> str | None:
        body = {"touser": user_id, "agentid": self._settings.agent_id, "safe": 0, **payload}

        async def post(token: str) -> dict[str, Any]:
            return await self._exchange.post(
                "/cgi-bin/message/send", {"access_token": token}, body
            )

        answer = await self._with_token(post)
        # WeCom says 0 although nobody got it: the names it could not reach are the real answer.
        missed = [name for name in PARTLY if answer.get(name)]
        if missed:
            raise DeliveryError(f"not delivered: {missed[0]}", permanent=True)
        sent = answer.get("msgid")
        return sent if isinstance(sent, str) else None

    async def upload(self, kind: Literal["image", "file"], *, name: str, content: bytes) -> str:
        async def hand_over(token: str) -> str:
            return await self._exchange.upload(
                "/cgi-bin/media/upload",
                {"access_token": token, "type": kind},
                name=name,
                content=content,
            )

        return await self._with_token(hand_over)

    async def _with_token(self, call: Callable[[str], Awaitable[T]]) -> T:
        token = await self._token.get()
        try:
            return await call(token)
        except Refused as refused:
            if refused.code not in STALE_TOKEN:
                raise
        self._token.drop(token)
        return await call(await self._token.get())  # once: a second refusal is final

    async def _fetch_token(self) -> tuple[str, float]:
        answer = await self._exchange.get(
            "/cgi-bin/gettoken",
            {
                "corpid": self._settings.corp_id,
                "corpsecret": self._settings.secret.get_secret_value(),
            },
        )
        token, lifetime = answer.get("access_token"), answer.get("expires_in")
        if not isinstance(token, str) or not token or not isinstance(lifetime, int):
            raise DeliveryError("the answer has no access token")
        return token, float(lifetime)
