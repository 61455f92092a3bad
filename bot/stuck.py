"""The blockers of a standup answer, brought into the ledger: nothing is opened twice."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.blocker import RESOLVED
from bot.clerk import LONGEST_TITLE, change
from bot.context import Request
from bot.deadlines import title_without, understand
from bot.errors import Refusal
from bot.grammar import clean, half_width
from bot.leave import absences
from bot.message import Button
from bot.moment import due_words
from bot.receipt import first_line
from bot.repetition import is_repeated, resembles
from bot.roles import Role
from bot.standup import alike, number_in, same
from storage import ledger
from storage import member as members
from storage.ledger import CANCELLED, OPEN, Entry
from storage.member import Member

MOST_BLOCKERS = 10
_OBJECT = tuple("等找请让问催给和跟由")  # without the name after it the line would say nothing
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
        self.touched = False  # whether 撤销 has anything to take back
        self.notes: list[str] = []
        self.offers: list[Button] = []
        self._names: Mapping[str, Member | None] = {}
        self._others: list[Entry] | None = None

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
        if known is None:
            number = number_in(line)
            entry = await self._named(number) if number is not None else await self._repeated(line)
            if entry is None:
                return await self._open(line)
            await self._join(entry, line, plain=number is not None)
            return entry.number
        entry = await self._find(known["number"])
        if entry is None or entry.state == CANCELLED:
            return await self._open(line)
        if not same(known["text"], line):
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

    async def _named(self, number: int) -> Entry | None:
        entry = await self._find(number)
        fits = entry is not None and entry.state == OPEN and entry.kind == "blocker"
        return entry if fits else None

    async def _stuck_already(self) -> list[Entry]:
        """The open blockers that a line may repeat, whoever reported them."""
        if self._others is None:
            listed = await ledger.listed(
                self.request.tx, self.request.team.id, kind="blocker", state=OPEN
            )
            self._others = [each for each in listed if each.stage != RESOLVED]
        return self._others

    async def _repeated(self, line: str) -> Entry | None:
        """The open blocker that says plainly the same as the line."""
        wanted = self._understand(line)
        taken = {each["number"] for each in self.opened}
        free = [each for each in await self._stuck_already() if each.number not in taken]
        for each in sorted(free, key=lambda one: not self._is_mine(one)):  # mine come first
            other = wanted.owner is not None and each.owner_id not in (None, wanted.owner.id)
            mine = self._is_mine(each)
            if not other and is_repeated(wanted.title, each.title, by_the_same=mine):
                return each
        return None

    def _is_mine(self, entry: Entry) -> bool:
        return entry.opened_by == self.request.sender.id

    async def _join(self, entry: Entry, line: str, *, plain: bool) -> None:
        """Follow up what is open already; ``plain``: the line itself names it."""
        sender, helpers = self.request.sender.id, list(entry.helpers)
        concerned = (entry.owner_id, entry.opened_by, *helpers)
        values = {} if sender in concerned else {"helpers": [*helpers, sender]}
        await change(self.request, entry, "进展", f"站会：{line}", **values)
        self.touched = True
        said = f"卡点 #{entry.number} {first_line(entry.title)}｜已记过，继续盯着"
        if not plain and not self._is_mine(entry):
            opener = await members.by_ids(self.request.tx, [entry.opened_by])
            said = (
                f"并到 {opener[entry.opened_by].name} 记的卡点 #{entry.number} "
                f"{first_line(entry.title)}（不是一件事就说 撤销，再说 卡点 …）"
            )
        elif not plain and not same(entry.title, self._understand(line).title):
            said += "（不是一件事就说 撤销，再说 卡点 …）"
        self.notes.append(said)

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
            await change(self.request, entry, "修改", f"站会改成：{line}", **values)
            self.touched = True

    async def _open(self, line: str) -> int:
        request = self.request
        wanted = self._understand(line)
        managers = [] if wanted.owner else await request.in_role(Role.MANAGER)
        owner = wanted.owner or next(iter(managers), None)
        like = [x for x in await self._stuck_already() if resembles(wanted.title, x.title)]
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
        self.touched = True
        due = f"｜截止 {due_words(wanted.due, request.now)}" if wanted.due else ""
        who = owner.name if owner else f"待定，请说：转交 {number} @能解决的人"
        self.notes.append(f"🚧 卡点 #{number} {first_line(wanted.title)}｜负责人 {who}{due}")
        if owner is not None:
            self.notes += await absences(request, [(owner.id, owner.name, wanted.due)])
        if like:
            self.notes.append(
                f"有点像 #{like[0].number} {first_line(like[0].title)}，是一件事就并过去"
            )
            label, say = f"并到 #{like[0].number}", f"并入 {number} {like[0].number}"
            self.offers.append(Button(label=label, say=say))
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
        if len(title) > LONGEST_TITLE:
            title = title[: LONGEST_TITLE - 1] + "…"  # the answer itself keeps it whole
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
            before = text[:position].strip()
            middle = bool(before) and bool(rest.strip(" ，,。；"))
            kept = name if middle or before.endswith(_OBJECT) else ""
            text = text[:position] + kept + rest
        position = half_width(text).find("@", position + 1 if not name else position)
    return " ".join(text.split()).strip(" ，,。；") or line, owner
