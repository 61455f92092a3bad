"""The 群机器人 of a group: it can only speak, but always may, and its mentions ring."""

from collections.abc import Mapping

from bot.platforms.wecom.exchange import Exchange


class Robot:
    """One webhook, paired with one group."""

    def __init__(self, key: str, exchange: Exchange) -> None:
        self._key = key
        self._exchange = exchange

    async def send(self, payload: Mapping[str, object]) -> None:
        await self._exchange.post("/cgi-bin/webhook/send", {"key": self._key}, payload)

    async def upload(self, *, name: str, content: bytes) -> str:
        return await self._exchange.upload(
            "/cgi-bin/webhook/upload_media",
            {"key": self._key, "type": "file"},
            name=name,
            content=content,
        )
