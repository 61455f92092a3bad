"""The trial group over HTTP: its page, and the routes that the page and scripts use."""

import asyncio
from datetime import datetime
from typing import Any, Protocol

from aiohttp import web

from bot.message import Chat, Incoming
from bot.platforms.console import (
    BOT,
    Console,
    chat_of,
    clicked,
    incoming,
    transcribed,
    view,
)
from bot.platforms.console.assets import assets
from bot.platforms.console.clock import target
from bot.platforms.console.guard import Guard, Problem, answer
from bot.platforms.console.post import (
    find_label,
    read_fields,
    read_id,
    read_key,
    read_name,
    read_object,
    read_place,
    read_seconds,
    read_text,
)
from bot.platforms.console.tour import CAST, GROUPS, STEPS
from bot.workdays import Calendar
from storage import console as transcript
from storage.console import PRIVATE, Line
from storage.database import Database, Tx

PAGE = 200  # messages in one answer


class House(Protocol):
    """What the page needs of the rest of the bot."""

    @property
    def database(self) -> Database: ...

    @property
    def clock_movable(self) -> bool:
        """False where real chats are connected: their time cannot be moved."""

    @property
    def token(self) -> str: ...

    def now(self) -> datetime: ...

    async def handle(self, incoming: Incoming) -> None:
        """Returns when everything the message does is committed."""

    async def advance(self, to: datetime) -> None:
        """Move the clock forward, running every job that is due on the way."""

    def leads(self, text: str, quoting: bool) -> bool:
        """Whether the text begins with a command; one that quotes need not say a number."""

    def unlogged(self, text: str) -> bool:
        """Whether nothing of the text may be noted, not even in the transcript."""

    def phrases(self) -> list[dict[str, str]]: ...

    async def members(self) -> list[str]: ...


def routes(
    console: Console, house: House, *, calendar: Calendar | None = None, public_url: str = ""
) -> list[web.RouteDef]:
    guard = Guard(house.token, public_url)
    page = Page(console, house, guard, calendar or Calendar())
    secret = guard.members_only
    return [
        *assets(guard),
        web.post("/console/login", guard.open_to_all(page.login)),
        web.get("/console/state", secret(page.state)),
        web.get("/console/messages", secret(page.read)),
        web.post("/console/messages", secret(page.say)),
        web.post("/console/actions", secret(page.press)),
        web.get("/console/files/{id}", secret(page.file)),
        web.get("/console/clock", secret(page.clock)),
        web.post("/console/clock", secret(page.move)),
    ]


class Page:
    def __init__(self, console: Console, house: House, guard: Guard, calendar: Calendar) -> None:
        self._console = console
        self._house = house
        self._guard = guard
        self._calendar = calendar
        self._moving = asyncio.Lock()

    async def login(self, request: web.Request) -> web.Response:
        token = (await read_object(request)).get("token")
        if not isinstance(token, str) or not self._guard.accepts(token):
            raise Problem(401, "口令不对，请再试一次。")
        response = answer({})
        self._guard.remember(request, response)
        return response

    async def state(self, request: web.Request) -> web.Response:
        """Everything the page shows around the messages."""
        viewer = read_name(request.query.get("sender", ""), "sender", empty=True)
        async with self._house.database.begin() as tx:
            last = {line.chat: line for line in await transcript.chats(tx, viewer=None)}
        names = await self._people()
        about = dict(CAST)
        known = dict(GROUPS)
        private = [chat for chat in last if chat.startswith(PRIVATE)]
        groups = dict.fromkeys([*known, *(chat for chat in last if chat not in private)])
        mine = PRIVATE + viewer
        return answer(
            {
                "bot": BOT,
                "groups": [
                    {"id": name, "about": known.get(name, ""), "last": self._last(last.get(name))}
                    for name in groups
                ],
                "private": {"id": mine, "last": self._last(last.get(mine))},
                "private_of_others": [
                    {"id": chat, "last": self._last(last[chat])}
                    for chat in private
                    if chat != mine
                ],
                "members": [{"name": name, "about": about.get(name, "")} for name in names],
                "clock": self._clock(),
                "phrases": self._house.phrases(),
                "steps": STEPS,
                "latest": max((line.id for line in last.values()), default=0),
            }
        )

    async def read(self, request: web.Request) -> web.Response:
        """``group`` picks a chat, without it every group and the sender's private chat
        (with ``everyone``, all private chats: the page's visitor plays every part).

        Without ``after``, the newest messages (``before`` a message, if given).
        """
        query = request.query
        viewer = read_name(query.get("sender", ""), "sender", empty=True)
        after, before = (
            read_id(query.get("after"), "after"),
            read_id(query.get("before"), "before"),
        )
        chat = self._chat_to_read(query.get("group"), viewer)
        whose = None if "everyone" in query else viewer

        async def lines(tx: Tx) -> list[Line]:
            if chat is None:
                return await transcript.read_all(tx, viewer=whose, after=after or 0, limit=PAGE)
            if after is None:
                return await transcript.newest(tx, chat, before=before, limit=PAGE)
            return await transcript.read(tx, chat, after=after, limit=PAGE)

        found = await self._console.wait_for_lines(lines, seconds=read_seconds(query.get("wait")))
        return answer([view.shown(line, self._calendar.zone) for line in found])

    async def say(self, request: web.Request) -> web.Response:
        """A message. With an ``id`` of the caller's own making, a repeat has no second effect."""
        body = await read_object(request)
        chat, sender = read_place(body)
        text = read_text(body.get("text"), "text")
        if not text:
            raise Problem(400, "text 不能为空。")
        at = self._house.now()
        async with self._house.database.begin() as tx:
            quoted = await _line_of(tx, chat, read_id(body.get("reply_to"), "reply_to"))
            message_id = await transcript.write(
                tx,
                key=read_key(body.get("id"), chat, sender),
                chat=chat.id,
                sender=sender,
                body=view.said(transcribed(text, self._house.unlogged)),
                reply_to=quoted.id if quoted else None,
                at=at,
            )
        self._console.wake()
        await self._house.handle(
            incoming(
                message_id,
                chat=chat,
                sender=sender,
                text=text,
                roster=await self._people(),
                leads=self._house.leads,
                at=at,
                quoted=quoted.id if quoted else None,
            )
        )
        return await self._answer_with(message_id)

    async def _answer_with(self, message_id: int) -> web.Response:
        async with self._house.database.begin() as tx:
            line = await transcript.find(tx, message_id)
        return answer(view.shown(line, self._calendar.zone) if line else {"id": message_id})

    async def press(self, request: web.Request) -> web.Response:
        """A button of one of the bot's messages, or its form."""
        body = await read_object(request)
        chat, sender = read_place(body)
        say = read_text(body.get("say"), "say")
        fields = read_fields(body.get("fields"))
        at = self._house.now()
        async with self._house.database.begin() as tx:
            card = await _line_of(tx, chat, read_id(body.get("message"), "message"))
            message = view.message_of(card) if card else None
            if card is None or message is None:
                raise Problem(400, "这个会话里没有这条消息。")
            label = find_label(message, say, fields)
            message_id = await transcript.write(
                tx,
                key=read_key(body.get("id"), chat, sender),
                chat=chat.id,
                sender=sender,
                body=view.pressed(f"{sender} 点了「{label}」", say),
                reply_to=card.id,
                at=at,
            )
        self._console.wake()
        await self._house.handle(
            clicked(
                message_id,
                chat=chat,
                sender=sender,
                say=say,
                fields=fields,
                roster=await self._people(),
                at=at,
                card=card.id,
            )
        )
        return await self._answer_with(message_id)

    async def file(self, request: web.Request) -> web.Response:
        message_id = read_id(request.match_info["id"], "id")
        async with self._house.database.begin() as tx:
            line = await transcript.find(tx, message_id or 0)
        found = view.file_of(line) if line else None
        if found is None:
            raise Problem(404, "没有这个文件。")
        content, kind, disposition = found
        return web.Response(
            body=content,
            content_type=kind,
            headers={
                "Content-Disposition": disposition,
                "Cache-Control": "private, max-age=86400",
            },
        )

    async def clock(self, _request: web.Request) -> web.Response:
        return answer(self._clock())

    async def move(self, request: web.Request) -> web.Response:
        """Forward only: by a named ``step``, or ``to`` a moment."""
        body = await read_object(request)
        if not self._house.clock_movable:
            raise Problem(403, "已经接了真实的群，时间不能拨快。")
        if self._moving.locked():
            raise Problem(409, "时间正在走，稍等一下。")
        async with self._moving:
            await self._house.advance(target(body, self._house.now(), self._calendar))
        self._console.wake()
        return answer(self._clock())

    def _clock(self) -> dict[str, Any]:
        now = view.clock(self._house.now(), self._calendar.zone)
        return {**now, "movable": self._house.clock_movable, "moving": self._moving.locked()}

    async def _people(self) -> list[str]:
        """Everybody who can be mentioned: the cast, the members, whoever has spoken."""
        async with self._house.database.begin() as tx:
            spoken = await transcript.speakers(tx)
        names = dict.fromkeys([*(name for name, _ in CAST), *await self._house.members(), *spoken])
        names.pop(BOT, None)
        return list(names)

    def _chat_to_read(self, group: str | None, viewer: str) -> str | None:
        if group is None:
            return None
        name = read_name(group, "group", empty=True)
        if name.startswith(PRIVATE) and len(name) > len(PRIVATE):
            return name
        chat = chat_of(name, viewer)
        if chat.private and not viewer:
            raise Problem(400, "看私聊要说明 sender。")
        return chat.id

    def _last(self, line: Line | None) -> dict[str, Any] | None:
        return view.shown(line, self._calendar.zone) if line else None


async def _line_of(tx: Tx, chat: Chat, message_id: int | None) -> Line | None:
    line = await transcript.find(tx, message_id) if message_id is not None else None
    return line if line and line.chat == chat.id else None
