"""The seam to the chats: what every platform takes in, and how it sends.

A platform knows its wire format and its part of the configuration, and nothing of the features.
Reading a call is pure: no I/O, no clock. Sending is the only thing that waits for a network.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.message import Chat, Incoming, Outgoing


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One HTTP request, as it arrived."""

    method: str
    headers: Mapping[str, str]  # names in lower case; a repeated header is joined with ", "
    query: str  # raw, still percent-encoded
    body: bytes
    at: datetime  # when it arrived


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What to answer at once, for calls that are no message (URL checks)."""

    body: bytes = b""
    content_type: str = "application/json"

    @classmethod
    def of_json(cls, value: object) -> "Answer":
        return cls(body=json.dumps(value, ensure_ascii=False).encode())


# Verifies, decrypts and reads a call. None: genuine, but nothing for the bot.
# Raises Forged or Unreadable.
Door = Callable[[Call], Incoming | Answer | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One message on its way out."""

    key: str  # the same for every try, at most 50 characters: lets platforms drop repeats
    chat: Chat
    message: Outgoing
    reply_to: str | None = None  # the platform's id of the message that this one answers
    reply_token: str = ""  # the `reply_token` of that message
    asked_at: datetime | None = None  # when that message was said: reply tokens expire
    lane: str = ""  # the group robot paired with this chat, where there is one


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """How much one conversation may carry: `count` letters in `seconds`."""

    count: int
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How much the whole app may send: a burst at once, then a letter every `seconds`."""

    burst: int
    seconds: float


class Platform(Protocol):
    @property
    def name(self) -> str: ...

    @property
    def doors(self) -> Mapping[str, Door]:
        """HTTP path → who reads the calls that come there."""

    @property
    def accepted(self) -> Answer:
        """What to answer to a call whose message is on disk, or that means nothing to us."""

    @property
    def budgets(self) -> tuple[Budget, ...]:
        """The limits on sending to one conversation, all of them at once."""

    @property
    def pace(self) -> Pace | None:
        """The limit on sending to all conversations together; None: there is none."""

    async def start(self) -> None:
        """Look up what receiving depends on (the bot's own id). May be tried again."""

    async def send(self, letter: Letter) -> str | None:
        """Send, and give the platform's id of what was sent, if it tells.

        Raises DeliveryError if the platform did not take it.
        """

    async def close(self) -> None: ...
