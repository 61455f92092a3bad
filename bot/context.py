"""What a handler or a job works with: one transaction at one instant."""

import hashlib
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from bot.config import Config
from bot.errors import Refusal
from bot.message import Card, Incoming, Outgoing, Person, to_json
from bot.roles import KEEPERS, Role
from bot.workdays import Calendar
from storage import history, outbox
from storage import member as members
from storage import team as teams
from storage.database import Tx
from storage.member import Member
from storage.outbox import Waiting
from storage.team import Team, TeamChat

# A letter belongs to the process that wrote it for this long; then any other may send it.
LEASE = timedelta(seconds=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """One transaction, for one team, at one instant."""

    tx: Tx
    team: Team
    now: datetime  # aware, in the calendar's zone; for a job, the instant it was due
    calendar: Calendar
    config: Config
    cause: str  # what letters are written for: their keys come from it
    clock: datetime  # the real instant of writing: a late job still says its own hour
    leaves: datetime | None = None  # not before then; else its letters are leased to us
    letters: list[Waiting] = field(default_factory=list)  # written so far

    async def tell(
        self, chat: TeamChat, message: Outgoing, *, number: int | None = None, **reply: Any
    ) -> None:
        """Put a message in the outbox; it leaves when the transaction is committed."""
        key = hashlib.sha256(f"{self.cause}/{len(self.letters)}".encode()).hexdigest()[:40]
        letter = await outbox.put(
            self.tx,
            key=key,
            chat=chat,
            message=to_json(message),
            at=self.clock,
            leased_until=self.leaves or self.clock + LEASE,
            number=number,
            **reply,
        )
        if letter is not None:
            self.letters.append(letter)

    async def home(self, purpose: str = "") -> TeamChat | None:
        """The group for posts of this purpose, else the team's first group."""
        groups = await teams.groups(self.tx, self.team.id)
        for each in groups:
            if purpose and each.purpose == purpose:
                return each
        return groups[0] if groups else None

    def shows_pictures(self, chat: TeamChat) -> bool:
        """Not by WeCom's smart robot: it answers in words, files go by a robot or the app."""
        if chat.platform != "wecom":
            return True
        return self.config.wecom.app is not None if chat.private else bool(chat.lane)

    async def in_role(self, role: Role) -> list[Member]:
        return await members.in_role(self.tx, self.team.id, role)

    async def reach(self, member: Member) -> TeamChat | None:
        """The private chat in which the bot can speak to this member first; None if it cannot."""
        if member.left_at is not None:
            return None
        if member.platform == "wecom" and self.config.wecom.app is None:
            return None  # the smart robot only answers
        return await members.open_private_chat(self.tx, member)

    async def tell_member(
        self, member: Member, card: Card, *, number: int | None = None, group: int | None = None
    ) -> bool:
        """Tell one member: in private where the bot can, else in a group, mentioned by name.

        ``group`` is the id of the chat that it is about; the team's own group if that is private.
        False: there is no way to this member.
        """
        if member.left_at is not None:
            return False
        private = await self.reach(member)
        if private is not None:
            await self.tell(private, card, number=number)
            return True
        chat = await self.group_of(group, member.platform)
        if chat is None:
            return False
        mention = Person(member.external_id, member.name)
        await self.tell(chat, replace(card, mentions=(mention,)), number=number)
        return True

    async def group_of(self, chat_id: int | None, platform: str) -> TeamChat | None:
        """This chat if it is a group of that platform, else the team's first group there."""
        groups = [
            each for each in await teams.groups(self.tx, self.team.id) if each.platform == platform
        ]
        here = [each for each in groups if each.id == chat_id]
        return next(iter([*here, *groups]), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request(Context):
    """One message of one member."""

    chat: TeamChat
    sender: Member
    incoming: Incoming
    text: str  # cleaned; for the fallback this is the whole sentence
    commands: Any  # all commands, for 帮助 and for sentences that were kept
    schedule: Any = None  # what the bot does by itself, for 预演
    quoted_number: int | None = None  # the entry that the quoted message speaks of
    settled: bool = False  # the bot has asked its question about this sentence: no more of them
    seen: int | None = None  # the version of the entry that a form was made from

    async def step(self, verb: str, text: str = "") -> None:
        """Note a lasting change beside the ledger, so that 撤销 does not reach past it."""
        await history.note_step(
            self.tx,
            by_id=self.sender.id,
            at=self.clock,
            verb=verb[:20],
            text=text,
            step=self.cause,
        )

    async def require_keeper(self, what: str) -> None:
        """Raise Refusal unless the sender keeps the team; while nobody does, anyone may."""
        if self.sender.has(*KEEPERS):
            return
        team = await members.in_team(self.tx, self.team.id)
        keepers = [each.name for each in team if each.has(*KEEPERS)]
        if keepers:
            names = "、".join(keepers[:3])
            raise Refusal(f"{what}，现在是 {names}", usage=False)

    async def require(self, *roles: Role) -> None:
        """Raise Refusal unless the sender has one of the roles."""
        if not self.sender.has(*roles):
            raise Refusal(
                f"这件事要{'、'.join(roles[:-1])}{'或' if roles[1:] else ''}{roles[-1]}来做",
                usage=False,
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An answer, and what it means: a ledger entry that quoting it stands for, or a question."""

    message: Outgoing
    number: int | None = None
    asks: bool = False  # a question: the first press of a button answers it
