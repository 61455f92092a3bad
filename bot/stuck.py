"""The blockers of a standup answer, brought into the ledger: nothing is opened twice."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.context import Request
from bot.deadlines import title_without, understand
from bot.errors import Refusal
from bot.grammar import clean, half_width
from bot.moment import due_words
from bot.receipt import first_line
from bot.roles import Role
from bot.standup import alike, number_in, same
from storage import ledger
from storage import member as members
from storage.ledger import CANCELLED, OPEN, Entry
from storage.member import Member

MOST_BLOCKERS = 10
REWORDED = 0.6  # from this much in common on, a changed line is the same blocker


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    """One line of the blockers, understood as 卡点 would understand it."""

    title: str
    owner: Member | None
    due: datetime | None


class Stuck:
    """Brings the ledger to what the answer says, opening nothing twice."""

    def __init__(self, request: Request, before: Sequence[Mapping[str, Any]]) -> None:
        self.request = request
        self.before = list(before)
        self.opened: list[dict[str, Any]] = []
        self.new: list[int] = []
        self.notes: list[str] = []
        self._names: Mapping[str, Member | None] = {}

    async def take(self, lines: Sequence[str]) -> None:
        lines = [x for i, x in enumerate(lines) if not any(same(x, y) for y in lines[:i])]
        if len(lines) > MOST_BLOCKERS:
            raise Refusal(f"一次最多写 {MOST_BLOCKERS} 个卡点，请只写最要紧的", usage=False)
        if any("@" in half_width(line) for line in lines):
            self._names = await _names(self.request)
        known = self._known(lines)
        for line in lines:
            number = await self._settle(line, known.get(line))
            self.opened.append({"text": line, "number": number})
        await self._leave()

    async def _settle(self, line: str, known: Mapping[str, Any] | None) -> int:
        """The number of the entry that the line is, opened if there is none."""
        entry = await self._find(known["number"]) if known else await self._open_one(line)
        if entry is None or entry.state == CANCELLED:
            return await self._open(line)
        if known is None:
            await self._change(entry, "进展", f"站会：{line}")
        elif not same(known["text"], line):
            await self._reword(entry, line)
        stuck = entry.state == OPEN and not entry.stage
        state = "已记过，继续盯着" if stuck else "已经解决了"
        self.notes.append(f"卡点 #{entry.number} {first_line(entry.title)}｜{state}")
        return entry.number

    async def _leave(self) -> None:
        """What the answer no longer says stays open until somebody closes it."""
        for each in self.before:
            entry = await self._find(each["number"])
            if entry is not None and entry.state == OPEN:
                self.notes.append(f"卡点 #{entry.number} 还开着，不卡了请说：解决 {entry.number}")
                self.opened.append(dict(each))

    def _known(self, lines: Sequence[str]) -> dict[str, Mapping[str, Any]]:
        """The lines that this answer had before: word for word first, then reworded."""
        known: dict[str, Mapping[str, Any]] = {}
        for least in (1.0, REWORDED):
            for line in lines:
                fitting = [x for x in self.before if alike(x["text"], line) >= least]
                if line not in known and fitting:
                    best = max(fitting, key=lambda each: alike(each["text"], line))
                    known[line] = best
                    self.before.remove(best)
        return known

    async def _find(self, number: int) -> Entry | None:
        return await ledger.find(self.request.tx, self.request.team.id, number)

    async def _open_one(self, line: str) -> Entry | None:
        """A blocker that is open already: named by its number, or in my own same words."""
        number = number_in(line)
        if number is not None:
            entry = await self._find(number)
            return entry if entry and entry.state == OPEN and entry.kind == "blocker" else None
        title = self._understand(line).title
        for each in await ledger.listed(
            self.request.tx, self.request.team.id, kind="blocker", state=OPEN
        ):
            if each.opened_by == self.request.sender.id and same(each.title, title):
                return each
        return None

    async def _reword(self, entry: Entry, line: str) -> None:
        """The answer says the same blocker in other words."""
        wanted = self._understand(line)
        values: dict[str, Any] = {}
        if not same(entry.title, wanted.title):
            values["title"] = wanted.title
        if wanted.owner is not None and wanted.owner.id != entry.owner_id:
            values["owner_id"] = wanted.owner.id
        if wanted.due is not None and wanted.due != entry.due:
            values["due"] = wanted.due
        if entry.state == OPEN and values:
            await self._change(entry, "修改", f"站会改成：{line}", **values)

    async def _change(self, entry: Entry, verb: str, text: str, **values: Any) -> None:
        request = self.request
        changed = await ledger.change(
            request.tx,
            entry,
            at=request.clock,
            by_id=request.sender.id,
            verb=verb,
            text=text,
            step=request.cause,
            **values,
        )
        if not changed:
            raise Refusal(f"#{entry.number} 刚刚被别人改过，请再说一次", usage=False)

    async def _open(self, line: str) -> int:
        request = self.request
        wanted = self._understand(line)
        managers = [] if wanted.owner else await request.in_role(Role.MANAGER)
        owner = wanted.owner or next(iter(managers), None)
        entry = await ledger.open_entry(
            request.tx,
            team_id=request.team.id,
            kind="blocker",
            title=wanted.title,
            owner_id=owner.id if owner else None,
            by_id=request.sender.id,
            chat_id=request.chat.id,
            at=request.clock,
            due=wanted.due,
            message_id=request.incoming.id,
            step=request.cause,
        )
        number = entry.number
        self.new.append(number)
        due = f"｜截止 {due_words(wanted.due, request.now)}" if wanted.due else ""
        who = owner.name if owner else f"待定，请说：转交 {number} @能解决的人"
        self.notes.append(f"🚧 卡点 #{number} {first_line(wanted.title)}｜负责人 {who}{due}")
        return number

    def _understand(self, line: str) -> _Wanted:
        deadline = understand(
            line,
            self.request.now,
            self.request.calendar,
            self.request.config.deadlines.hours,
        )
        plain = deadline.due is not None and deadline.status in ("ok", "estimated")
        words = title_without(line, deadline) if plain else line
        title, owner = _without_people(words, self._names)
        return _Wanted(title=title, owner=owner, due=deadline.due if plain else None)


async def _names(request: Request) -> dict[str, Member | None]:
    """Who an ``@name`` is; None where two members are called that."""
    roster = await members.in_team(request.tx, request.team.id)
    names: dict[str, Member | None] = {}
    for each in roster:
        names[each.name] = None if each.name in names else each
    by_id = {each.external_id: each for each in roster if each.platform == request.chat.platform}
    for mention in request.incoming.mentions:
        if mention.id in by_id and mention.name:
            names[clean(mention.name)] = by_id[mention.id]
    return names


def _without_people(line: str, names: Mapping[str, Member | None]) -> tuple[str, Member | None]:
    """The line as a title, and the first member mentioned in it. Raises Refusal."""
    owner: Member | None = None
    text = line
    position = half_width(text).find("@")
    while position >= 0:
        after = text[position + 1 :]
        name = max((x for x in names if x and after.startswith(x)), key=len, default="")
        if name and names[name] is None:
            raise Refusal(f"叫「{name}」的不止一位，请用 @ 从名单里选是哪一位。", usage=False)
        if name:
            owner = owner or names[name]
            rest = after[len(name) :]
            # In the middle the name is part of the sentence: 等 @李四 给数据
            middle = bool(text[:position].strip()) and bool(rest.strip(" ，,。；"))
            kept = name if middle else ""
            text = text[:position] + kept + rest
        position = half_width(text).find("@", position + 1 if not name else position)
    return " ".join(text.split()).strip(" ，,。；") or line, owner
