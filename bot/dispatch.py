"""From a verified message to a committed answer.

Everything that happens to a message happens in one transaction. Messages that arrive together
share it: if one of them is refused or fails, the transaction is rolled back and each is done
again by itself, so that no message can spoil another.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa

from bot.clarify import ask_about
from bot.command import Commands
from bot.config import Config
from bot.context import Reply, Request
from bot.errors import Refusal
from bot.grammar import Unclear, clean
from bot.message import Incoming, Kind, Outgoing, Text
from bot.preference import calendar_of
from bot.schedule import Schedule
from bot.utterance import act
from bot.workdays import Calendar
from storage import inbox, outbox
from storage import member as members
from storage import team as teams
from storage.database import Database, Tx
from storage.member import Member
from storage.outbox import Waiting

log = logging.getLogger(__name__)

MOST_TOGETHER = 32  # messages in one commit
LONGEST = 20_000  # characters of a message that are worth reading
DEFAULT_TEAM = "大管家"

Greeter = Callable[[Request], Awaitable[Outgoing | None]]


class Interrupted(Exception):
    """Storing the message was stopped half way; nothing of it is kept."""


class _Ticket:
    def __init__(self, incoming: Incoming) -> None:
        self.incoming = incoming
        self.done = False
        self.error: Exception | None = Interrupted(incoming.id)  # until it is stored


class Dispatcher:
    def __init__(
        self,
        *,
        database: Database,
        commands: Commands,
        greeters: dict[Kind, Greeter],
        config: Config,
        calendar: Calendar,
        clock: Callable[[], datetime],
        post: Callable[[Sequence[Waiting]], None],
        schedule: Schedule | None = None,
    ) -> None:
        self._database = database
        self._commands = commands
        self._greeters = greeters
        self._config = config
        self._calendar = calendar
        self._clock = clock
        self._post = post
        self._schedule = schedule
        self._waiting: list[_Ticket] = []
        self._turn = asyncio.Lock()
        self.outcomes: dict[str, int] = {}

    async def handle(self, incoming: Incoming) -> None:
        """Return when the message and its answer are on disk, or were before.

        Raises if they could not be stored: the platform should send the message again.
        """
        ticket = _Ticket(incoming)
        self._waiting.append(ticket)
        async with self._turn:
            if not ticket.done:
                together = self._waiting[:MOST_TOGETHER]
                if ticket not in together:
                    together = [*together[:-1], ticket]
                self._waiting = [each for each in self._waiting if each not in together]
                await self._commit(together)
        if ticket.error is not None:
            raise ticket.error

    async def _commit(self, together: list[_Ticket]) -> None:
        try:
            if len(together) > 1:
                try:
                    await self._together(together)
                except Exception as error:
                    log.debug("%d messages are done one by one: %r", len(together), error)
                    for each in together:
                        await self._alone(each)
            else:
                await self._alone(together[0])
        finally:
            for each in together:
                each.done = True

    async def _together(self, tickets: Sequence[_Ticket]) -> None:
        letters: list[Waiting] = []
        outcomes: list[str] = []
        async with self._database.begin() as tx:
            fresh = await inbox.take(tx, [self._arrival(each.incoming) for each in tickets])
            for each in tickets:
                outcome, written = await self._work(tx, each.incoming, fresh)
                outcomes.append(outcome)
                letters.extend(written)
        for each in tickets:
            each.error = None
        self._count(outcomes)
        self._post(letters)

    async def _alone(self, ticket: _Ticket) -> None:
        try:
            try:
                await self._settle(ticket)
            except sa.exc.DBAPIError as error:
                # A deadlock with another replica, or a connection that broke: once more.
                cause = type(error.orig).__name__
                log.warning("message %s is tried again: %s", ticket.incoming.id, cause)
                await self._settle(ticket)
        except Exception as error:
            log.warning("message %s not stored: %s", ticket.incoming.id, type(error).__name__)
            ticket.error = error

    async def _settle(self, ticket: _Ticket) -> None:
        """Handle one message, or close it with the reason why not. Raises if neither is stored."""
        incoming = ticket.incoming
        try:
            await self._together([ticket])
        except Refusal as refusal:
            await self._close(incoming, "refused", refusal.text, Text(text=refusal.text))
        except sa.exc.DBAPIError:
            raise
        except Exception as bug:
            kept = "已经记下来了"
            if self._unlogged(incoming):
                kept = "也没有存"
                log.error("a message without a name failed: %s", type(bug).__name__)  # noqa: TRY400
            else:
                log.exception("message %s of %s failed", incoming.id, incoming.chat.platform)
            sorry = Text(text=f"抱歉，这一句我没处理好，{kept}。请稍后再说一次。")
            await self._close(incoming, "failed", "bug", sorry)
        ticket.error = None

    async def _close(self, incoming: Incoming, outcome: str, why: str, answer: Outgoing) -> None:
        """In a second transaction: the message is settled, and its sender told why not."""
        async with self._database.begin() as tx:
            if not await inbox.take(tx, [self._arrival(incoming, outcome=outcome, why=why)]):
                return
            request = await self._arrive(tx, incoming)
            await self._answer(request, Reply(message=answer))
        self._count([outcome])
        self._post(request.letters)

    def _count(self, outcomes: Sequence[str]) -> None:
        for outcome in outcomes:
            self.outcomes[outcome] = self.outcomes.get(outcome, 0) + 1

    async def _work(
        self, tx: Tx, incoming: Incoming, fresh: set[tuple[str, str]]
    ) -> tuple[str, Sequence[Waiting]]:
        """``fresh``: what is new among the messages of this commit; ours is struck off."""
        key = (incoming.chat.platform, incoming.id)
        if key not in fresh:
            log.info("message %s of %s came again", incoming.id, incoming.chat.platform)
            return "repeated", ()
        fresh.remove(key)
        if incoming.kind is Kind.SAID and not incoming.addressed:
            return "overheard", ()
        request = await self._arrive(tx, incoming)
        if incoming.kind is not Kind.SAID:
            greeter = self._greeters.get(incoming.kind)
            await self._answer(request, await greeter(request) if greeter else None)
            return "event", request.letters
        try:
            await self._answer(request, await self._reply(request))
        except Unclear as unclear:
            question = ask_about(unclear, request.text, request.now, request.calendar)
            await self._answer(request, Reply(message=question, asks=True))
        return "done", request.letters

    async def _arrive(self, tx: Tx, incoming: Incoming) -> Request:
        """The scene of a message; chat and sender are made known if they are new."""
        where = incoming.chat
        scene = await teams.scene(
            tx, platform=where.platform, chat_id=where.id, sender_id=incoming.sender.id
        )
        if scene is None:
            await self._open_chat(tx, incoming)
            scene = await teams.scene(
                tx, platform=where.platform, chat_id=where.id, sender_id=incoming.sender.id
            )
        if scene is None:
            raise LookupError(f"chat {where.id} vanished")
        sender = Member(**scene.member) if scene.member else None
        name = clean(incoming.sender.name).strip()
        if sender is None:
            (sender,) = await members.meet(
                tx,
                team_id=scene.team.id,
                platform=where.platform,
                people=[(incoming.sender.id, name)],
                at=self._clock(),
            )
        elif name and name[:80] != sender.name:
            await members.rename(tx, sender.id, name)
        if sender.left_at is not None:  # whoever speaks is there again
            await members.come_back(tx, sender.id)
            sender = replace(sender, left_at=None)
        now = self._clock()
        calendar = calendar_of(self._calendar, scene.team)
        return Request(
            tx=tx,
            team=scene.team,
            now=now.astimezone(calendar.zone),
            clock=now,
            calendar=calendar,
            config=self._config,
            cause=f"{where.platform}/{incoming.id}",
            chat=scene.chat,
            sender=sender,
            incoming=incoming,
            text=clean(incoming.text)[:LONGEST].strip(),
            commands=self._commands,
            schedule=self._schedule,
        )

    async def _open_chat(self, tx: Tx, incoming: Incoming) -> None:
        """A private chat belongs to its person's team; a new group joins the first team."""
        where = incoming.chat
        # The bot may have spoken first, by the person's id. Of a press the platform does not
        # tell whether its chat is private: the letter does.
        if (where.private or (incoming.clicked and incoming.quoted)) and await teams.name_chat(
            tx,
            platform=where.platform,
            person=incoming.sender.id,
            external_id=where.id,
            sent_id=None if where.private else incoming.quoted,
        ):
            return
        known = await members.teams_of(tx, platform=where.platform, external_id=incoming.sender.id)
        if where.private and known:
            team_id = known[0]
        else:
            existing = await teams.all_teams(tx)
            at = self._clock()
            first = existing[0] if existing else await teams.open_team(tx, DEFAULT_TEAM, at=at)
            team_id = first.id
        await teams.open_chat(
            tx,
            team_id=team_id,
            platform=where.platform,
            external_id=where.id,
            private=where.private,
            name=clean(where.name)[:200],
            person=incoming.sender.id,
        )

    async def _reply(self, request: Request) -> Outgoing | Reply | None:
        if request.incoming.clicked and request.incoming.quoted:
            first = await outbox.settle_question(
                request.tx, chat_id=request.chat.id, sent_id=request.incoming.quoted
            )
            if not first:
                raise Refusal("这个已经有人选过了", usage=False)
        return await act(request)

    async def _answer(self, request: Request, answer: Outgoing | Reply | None) -> None:
        if answer is None:
            return
        reply = answer if isinstance(answer, Reply) else Reply(message=answer)
        incoming = request.incoming
        reply_to = incoming.quoted if incoming.clicked else incoming.id
        quotable = incoming.kind is Kind.SAID and not self._unlogged(incoming)
        await request.tell(
            request.chat,
            reply.message,
            number=reply.number,
            asks=reply.asks,
            reply_to=reply_to if quotable else None,
            reply_token=incoming.reply_token,
            asked_at=incoming.at,
        )

    def _unlogged(self, incoming: Incoming) -> bool:
        return incoming.kind is Kind.SAID and self._commands.unlogged(clean(incoming.text))

    def _arrival(
        self, incoming: Incoming, *, outcome: str = "done", why: str = ""
    ) -> inbox.Arrival:
        # What people say to each other is none of our business: only that it came is noted.
        overheard = incoming.kind is Kind.SAID and not incoming.addressed
        unlogged = self._unlogged(incoming)
        return inbox.Arrival(
            platform=incoming.chat.platform,
            message_id=incoming.id,
            event_id=incoming.event_id,
            chat_external_id="" if unlogged else incoming.chat.id,
            sender_external_id="" if unlogged else incoming.sender.id,
            text="" if overheard or unlogged else clean(incoming.text)[:LONGEST],
            at=incoming.at,
            outcome="ignored" if overheard else outcome,
            why=why[:200],
        )
