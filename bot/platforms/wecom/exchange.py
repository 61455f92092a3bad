"""One exchange with WeCom's servers: a JSON object that says yes, or a DeliveryError.

Addresses carry keys and tokens here, so no address and no body ever reaches a message or a log.
"""

import json
from collections.abc import Mapping
from io import BytesIO
from typing import Any

import aiohttp
from yarl import URL

from bot.errors import DeliveryError

TIMEOUT = aiohttp.ClientTimeout(total=20, connect=5)
MAX_ANSWER = 1_000_000
COOL_DOWN = 60.0  # 45009: too often; asking earlier prolongs it

OFFICIAL = "https://qyapi.weixin.qq.com"
RESPONSE_PATH = "/cgi-bin/aibot/response"

BUSY = -1
TOO_OFTEN = 45009
STALE_TOKEN = frozenset({40001, 40014, 42001})

# What will not get better by trying again.
HOPELESS = {
    40056: "a parameter is wrong",
    40058: "a parameter is wrong",
    40201: "held back as spam",
    48002: "the app may not use this interface",
    60011: "the person is outside what the app may see",
    81013: "no valid recipient",
    86008: "not a group of this app",
    93000: "the webhook key is wrong",
    93001: "the group does not allow this",
    93006: "the group is unknown",
    93008: "not in the group",
    93017: "empty",
    93018: "the picture is too large",
    93019: "the bot id is wrong",
    600039: "not possible on this kind of device",
}
# What somebody or time will mend.
PASSING = {
    BUSY: "busy",
    40001: "the secret or token is wrong",
    40014: "the token is wrong",
    40091: "the secret is wrong",
    42001: "the token has expired",
    60020: "this server's address is not trusted",
    TOO_OFTEN: "too often",
}


class Refused(DeliveryError):
    """WeCom answered with an error code."""

    def __init__(self, code: int) -> None:
        word = HOPELESS.get(code) or PASSING.get(code) or "refused"
        super().__init__(
            f"{code} {word}",
            permanent=code in HOPELESS,
            retry_after=COOL_DOWN if code == TOO_OFTEN else None,
        )
        self.code = code


class Exchange:
    """The one connection pool of the platform, opened when it is first needed."""

    def __init__(self, base_url: str) -> None:
        self._base_url = base_url
        self._session: aiohttp.ClientSession | None = None

    async def get(self, path: str, params: Mapping[str, str]) -> dict[str, Any]:
        return await self._ask("GET", self._base_url + path, params=params)

    async def post(
        self, path: str, params: Mapping[str, str], body: Mapping[str, object]
    ) -> dict[str, Any]:
        return await self._ask("POST", self._base_url + path, params=params, json=body)

    async def upload(
        self, path: str, params: Mapping[str, str], *, name: str, content: bytes
    ) -> str:
        """Hand over a file, and give the id under which WeCom keeps it for three days."""
        # Quoted names would show as %E6%97… to the reader: WeCom takes them as they are.
        form = aiohttp.FormData(quote_fields=False)
        form.add_field(
            "media", BytesIO(content), filename=name, content_type="application/octet-stream"
        )
        answer = await self._ask("POST", self._base_url + path, params=params, data=form)
        media_id = answer.get("media_id")
        if not isinstance(media_id, str) or not media_id:
            raise DeliveryError("the upload gave no media id")
        return media_id

    async def respond(self, url: str, body: Mapping[str, object]) -> None:
        """Use up a response_url. Its code must arrive exactly as it was given."""
        await self._ask("POST", URL(url, encoded=True), json=body, may_be_empty=True)

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _ask(
        self, method: str, url: str | URL, *, may_be_empty: bool = False, **request: Any
    ) -> dict[str, Any]:
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(timeout=TIMEOUT)
        try:
            async with self._session.request(
                method, url, allow_redirects=False, **request
            ) as response:
                status, body = response.status, await _read(response.content)
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            # Not chained: the text of some of these is the address.
            raise DeliveryError(f"no answer: {type(error).__name__}") from None
        if status != 200:
            raise DeliveryError(f"HTTP {status}", permanent=status < 500 and status != 429)
        return _agreed(body, may_be_empty=may_be_empty)


async def _read(content: aiohttp.StreamReader) -> bytes:
    body = b""
    async for chunk in content.iter_chunked(65_536):
        body += chunk
        if len(body) > MAX_ANSWER:
            raise ValueError("too much")
    return body


def _agreed(body: bytes, *, may_be_empty: bool) -> dict[str, Any]:
    if may_be_empty and not body.strip():
        return {}
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        raise DeliveryError("the answer is not JSON") from None
    if not isinstance(answer, dict):
        raise DeliveryError("the answer is not an object")
    code = answer.get("errcode", 0)
    if not isinstance(code, int):
        raise DeliveryError("the answer has no error code")
    if code != 0:
        raise Refused(code)
    return answer
