"""The trial group: a chat of our own, so that the bot can be tried with no account and no key."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import suppress
from datetime import datetime

from bot.message import Chat, Incoming, Person, to_json
from bot.platforms import Answer, Budget, Door, Letter
from bot.platforms.console import mention
from storage import console as transcript
from storage.console import PRIVATE, Line
from storage.database import Database, Tx

BOT = "大管家"
UNLOGGED = "匿名 …（不保存）"
_OTHER_REPLICAS = 2.0  # seconds until we look what another process has written


class Console:
    """A platform whose other side is the page in ``static/`` and whoever calls its routes."""

    name = "console"
    doors: Mapping[str, Door] = {}  # its messages come through `page.routes`
    accepted = Answer()
    budgets: tuple[Budget, ...] = ()
    pace = None

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now
        self._news = asyncio.Event()
        self._closed = False

    async def start(self) -> None:
        """Nothing to look up."""

    async def send(self, letter: Letter) -> str:
        reply_to = letter.reply_to
        async with self._database.begin() as tx:
            message_id = await transcript.write(
                tx,
                key=f"out:{letter.key}",
                chat=letter.chat.id,
                sender=BOT,
                body=json.loads(to_json(letter.message)),
                reply_to=int(reply_to) if reply_to and reply_to.isdecimal() else None,
                at=self._now(),
            )
        self.wake()
        return str(message_id)

    async def close(self) -> None:
        """Let waiting readers go: a shutdown must not wait for them."""
        self._closed = True
        self.wake()

    def wake(self) -> None:
        """There is something new to read."""
        self._news.set()
        self._news = asyncio.Event()

    async def wait_for_lines(
        self, read: Callable[[Tx], Awaitable[list[Line]]], *, seconds: float
    ) -> list[Line]:
        """Read again whenever there is news, until something comes or the time is over."""
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        while True:
            news = self._news  # before reading: what is written meanwhile wakes us
            async with self._database.begin() as tx:
                lines = await read(tx)
            left = end - loop.time()
            if lines or left <= 0 or self._closed:
                return lines
            if not self._database.embedded:
                left = min(left, _OTHER_REPLICAS)
            with suppress(TimeoutError):
                async with asyncio.timeout(left):
                    await news.wait()


def private_chat(name: str) -> Chat:
    return Chat("console", PRIVATE + name, private=True, name=name)


def chat_of(group: str, sender: str) -> Chat:
    """The chat that is meant: every way to write a private chat is the sender's own."""
    if group in ("", PRIVATE.rstrip(":")) or group.startswith((PRIVATE, "私聊：")):
        return private_chat(sender)
    return Chat("console", group, name=group)


def incoming(
    message_id: int,
    *,
    chat: Chat,
    sender: str,
    text: str,
    roster: Iterable[str],
    leads: Callable[[str, bool], bool],  # the text, and whether it quotes a message
    at: datetime,
    quoted: int | None = None,
) -> Incoming:
    """A typed message as the bot reads it.

    The trial does not insist on @大管家 where a sentence plainly begins with a command.
    """
    words, mentions, named = mention.resolve(text, roster, bot=BOT)
    return Incoming(
        chat=chat,
        sender=Person(sender, sender),
        id=str(message_id),
        text=words,
        mentions=mentions,
        addressed=chat.private or named or leads(words, quoted is not None),
        quoted=None if quoted is None else str(quoted),
        at=at,
    )


def transcribed(text: str, unlogged: Callable[[str], bool]) -> str:
    """A typed message as the transcript keeps it."""
    words, _, _ = mention.resolve(text, (), bot=BOT)
    return UNLOGGED if unlogged(words) else text


def clicked(
    message_id: int,
    *,
    chat: Chat,
    sender: str,
    say: str,
    fields: Mapping[str, str],
    roster: Iterable[str],
    at: datetime,
    card: int,
) -> Incoming:
    """A pressed button or a submitted form: it says its sentence in the clicker's name."""
    words, mentions, _ = mention.resolve(say, roster, bot=BOT)
    return Incoming(
        chat=chat,
        sender=Person(sender, sender),
        id=str(message_id),
        text=words,
        mentions=mentions,
        fields=dict(fields),
        quoted=str(card),
        clicked=True,
        at=at,
    )
