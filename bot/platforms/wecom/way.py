"""The ways that a letter can take into WeCom, best first."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta

from bot.errors import DeliveryError
from bot.message import Card, Document, Form, Picture, Text
from bot.platforms import Letter
from bot.platforms.wecom import render
from bot.platforms.wecom.api import App
from bot.platforms.wecom.exchange import (
    BUSY,
    OFFICIAL,
    RESPONSE_PATH,
    TOO_OFTEN,
    Exchange,
    Refused,
)
from bot.platforms.wecom.robot import Robot

RESPONSE_LIFE = timedelta(hours=1)
NO_WAY = "no way into this group: pair a group robot"
NO_WAY_PRIVATE = "no way to this person: configure wecom.app"

Way = Callable[[Letter], Awaitable[str | None]]


class Ways:
    """Nothing is remembered about what failed: the next letter tries again."""

    def __init__(
        self,
        exchange: Exchange,
        *,
        app: App | None,
        robots: Mapping[str, Robot],
        trusts: Callable[[str], bool],
        now: Callable[[], datetime],
        prompt: str,
    ) -> None:
        self._exchange = exchange
        self._app = app
        self._robots = robots
        self._trusts = trusts
        self._now = now
        self._prompt = prompt

    async def send(self, letter: Letter) -> str | None:
        failures = []
        for way in self._in_order(letter):
            try:
                return await way(letter)
            except DeliveryError as failure:
                failures.append(failure)
        if self._standing_way(letter) is None:
            reason = NO_WAY_PRIVATE if letter.chat.private else NO_WAY
            failures.append(DeliveryError(reason, permanent=True))
        raise _together(failures)

    def _in_order(self, letter: Letter) -> list[Way]:
        standing = self._standing_way(letter)
        ways: list[Way] = [standing] if standing else []
        if self._may_respond(letter):
            # An answer cannot ring or carry a file: for these it is what is left, else the best.
            last = _rings(letter) or isinstance(letter.message, Picture | Document)
            ways.insert(len(ways) if last else 0, self._respond)
        return ways

    def _standing_way(self, letter: Letter) -> Way | None:
        """The one that needs no question before it."""
        if letter.chat.private:
            return self._to_member if self._app else None
        return self._to_group if letter.lane in self._robots else None

    def _may_respond(self, letter: Letter) -> bool:
        if not letter.reply_token or not letter.asked_at or not self._trusts(letter.reply_token):
            return False
        return self._now() - letter.asked_at < RESPONSE_LIFE

    def _prompt_in(self, letter: Letter) -> str:
        return "" if letter.chat.private else self._prompt

    async def _respond(self, letter: Letter) -> None:
        body = render.answer(letter.message, key=letter.key, prompt=self._prompt_in(letter))
        try:
            await self._exchange.respond(letter.reply_token, body)
        except Refused as refused:
            if refused.code in (TOO_OFTEN, BUSY):
                raise
            raise DeliveryError(f"answer: {refused.reason}", permanent=True) from None

    async def _to_group(self, letter: Letter) -> None:
        robot, message = self._robots[letter.lane], letter.message
        match message:
            case Picture() if len(message.png) <= render.ROBOT_PICTURE:
                await robot.send(render.picture(message.png))
                return
            case Document() if _fits(message):
                media_id = await robot.upload(
                    name=render.file_name(message.name), content=message.content
                )
                if message.text:
                    await robot.send(render.to_robot(Text(text=message.text)))
                await robot.send(render.uploaded("file", media_id))
                return
        await robot.send(render.to_robot(message, prompt=self._prompt_in(letter)))

    async def _to_member(self, letter: Letter) -> str | None:
        app, reader, message = self._app, letter.chat.id, letter.message
        if app is None or not render.is_user_id(reader):
            raise DeliveryError("not the id of one member", permanent=True)
        match message:
            case Picture() if len(message.png) <= render.APP_PICTURE:
                media_id = await app.upload("image", name="picture.png", content=message.png)
                return await app.send(reader, render.uploaded("image", media_id))
            case Document() if _fits(message):
                media_id = await app.upload(
                    "file", name=render.file_name(message.name), content=message.content
                )
                if message.text:
                    await app.send(
                        reader,
                        render.to_member(Text(text=message.text), key=letter.key, reader=reader),
                    )
                return await app.send(reader, render.uploaded("file", media_id))
        return await app.send(reader, render.to_member(message, key=letter.key, reader=reader))


def trusted_response(url: str, bases: tuple[str, ...] = (OFFICIAL,)) -> bool:
    """Whether an answer may go there. Compared as text, so that no parser can be talked round."""
    if not url.isascii() or not url.isprintable() or len(url) > 2_048 or "\\" in url:
        return False
    if " " in url or "#" in url:
        return False
    addresses = [base + RESPONSE_PATH for base in bases]
    return any(url == each or url.startswith(each + "?") for each in addresses)


def _rings(letter: Letter) -> bool:
    message = letter.message
    if letter.chat.private or not isinstance(message, Text | Card | Form):
        return False
    return any(render.is_user_id(each.id) for each in message.mentions)


def _fits(document: Document) -> bool:
    return render.FILE_AT_LEAST <= len(document.content) <= render.FILE_AT_MOST


def _together(failures: list[DeliveryError]) -> DeliveryError:
    """Worth another try if one of the ways is; not before it asked for."""
    passing = [each for each in failures if not each.permanent]
    waits = [each.retry_after for each in passing if each.retry_after is not None]
    return DeliveryError(
        "; ".join(each.reason for each in failures),
        permanent=not passing,
        retry_after=min(waits) if waits and len(waits) == len(passing) else None,
    )
