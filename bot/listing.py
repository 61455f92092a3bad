"""Lists people read on a phone: ten lines, what hurts most first, and a button for the rest."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot import acceptance, blocker, data_problem, feedback, milestone, risk
from bot.context import Context, Request
from bot.errors import Refusal
from bot.grammar import half_width
from bot.kind import KINDS, head, name
from bot.message import Button, Card
from bot.moment import day_words, due_words
from bot.period import DUES, PERIODS, due_span, period, say_due
from bot.receipt import first_line, line, state_words
from storage import listing
from storage import member as members
from storage.ledger import CANCELLED, DONE, OPEN, SUPERSEDED, Entry
from storage.listing import Wanted
from storage.member import Member

LINES_A_PAGE = 10

ORDERS = {
    "blocker": "stuck",
    "task": "due",
    "risk": "weight",
    "decision": "undecided",
    "change": "undecided",
    "milestone": "due",
    "goal": "due",
    "feedback": "weight",
    "data": "weight",
    "minutes": "newest",
    "lesson": "newest",
    "question": "oldest",
}


# --- pages ---------------------------------------------------------------------------------

_PAGE = re.compile(r"(?:^|\s)第\s*(\d{1,3})\s*页\s*$")


def take_page(words: str) -> tuple[str, int]:
    """The words without 第2页 at their end, and the page: 1 if none is said."""
    found = _PAGE.search(half_width(words))
    if found is None:
        return words.strip(), 1
    return words[: found.start()].strip(), max(1, int(found[1]))


def offset(page: int) -> int:
    return (page - 1) * LINES_A_PAGE


def check_page(page: int, total: int, say: str) -> None:
    """Raises Refusal where a list has no such page."""
    last = max(1, -(-total // LINES_A_PAGE))
    if page > last:
        raise Refusal(f"一共只有 {last} 页，第一页请说：{say}", usage=False)


def titled(title: str, total: int, page: int) -> str:
    """未了结的任务（25） · 第2/3页"""
    last = -(-total // LINES_A_PAGE)
    return f"{title}（{total}）" + (f" · 第{page}/{last}页" if last > 1 else "")


def turning(say: str, total: int, page: int, *, first: str = "") -> tuple[Button, ...]:
    """The buttons to the pages before and after.

    ``say`` is the list's own sentence; ``first`` that of its first page, where it is another.
    """
    found = []
    left = total - page * LINES_A_PAGE
    if left > 0:
        label = f"更多（还有 {left} 条）"
        found.append(Button(label=label, say=f"{say} 第{page + 1}页", style="primary"))
    if page > 1:
        before = f"{say} 第{page - 1}页" if page > 2 else first or say
        found.append(Button(label="上一页", say=before))
    return tuple(found)


# --- what is asked for ---------------------------------------------------------------------

_DONE_WORDS = ("已完成", "完成", "已解决", "解决", "已关闭", "关闭", "已达成", "已实现", "已回答")
_STATES = {
    **dict.fromkeys(_DONE_WORDS, (DONE,)),
    **dict.fromkeys(("已取消", "取消"), (CANCELLED,)),
    **dict.fromkeys(("已取代", "被取代"), (SUPERSEDED,)),
    **dict.fromkeys(("全部", "所有", "历史"), ()),
    **dict.fromkeys(
        ("未完成", "没完成", "进行中", "未解决", "没解决", "未了结", "未关闭"), (OPEN,)
    ),
}
_NOBODY = ("待认领", "没人认领", "无人认领", "没人")
_LATE = ("逾期", "超期", "已逾期")
_MINE = ("我的", "我")
_CONCERNS = ("与我有关", "和我有关", "跟我有关")


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """What of a kind is asked for, and the same in words."""

    states: tuple[str, ...] | None = None  # None: nothing was said of it
    period: str = ""
    due: str = ""  # 本周: due this week
    concerns: Member | None = None
    owners: tuple[Member, ...] = ()
    nobody: bool = False
    late: bool = False
    said: tuple[str, ...] = ()  # the words, to say them again for the next page


def understand(request: Request, words: str, people: Sequence[Member], example: str) -> Filter:
    """Raises Refusal for a word that is no filter: a list must not silently be another one."""
    wanted = Filter(owners=tuple(dict.fromkeys(people)))
    for word in re.split(r"[\s,，、;；]+", say_due(words)):
        known = PERIODS.get(word)
        if not word or word == "的":
            continue
        if word in _STATES:
            wanted = replace(wanted, states=_STATES[word])
        elif known is not None:
            wanted = replace(wanted, period=known)
        elif word in DUES:
            wanted = replace(wanted, due=DUES[word])
        elif word in _NOBODY:
            wanted = replace(wanted, nobody=True)
        elif word in _LATE:
            wanted = replace(wanted, late=True)
        elif word in _CONCERNS:
            wanted = replace(wanted, concerns=request.sender)
        elif word in _MINE:
            wanted = replace(wanted, owners=(*wanted.owners, request.sender))
        else:
            raise Refusal(
                f"没看懂「{word[:20]}」。可以这样筛：{example} @张三、{example} 上周、"
                f"{example} 已完成、{example} 全部；找一个词请说：查 {word[:20]}",
                usage=False,
            )
        wanted = replace(wanted, said=(*wanted.said, word))
    return wanted


def _wanted(request: Request, kind: str, asked: Filter) -> Wanted:
    states = asked.states
    if states is None:
        # What was written down last week is asked for whatever became of it.
        states = () if asked.period and not asked.late else (OPEN,)
    span = period(asked.period, request.now) if asked.period else None
    ended = states and OPEN not in states
    return Wanted(
        team_id=request.team.id,
        kinds=(kind,),
        states=(OPEN,) if asked.late else states,
        owners=tuple(each.id for each in asked.owners),
        nobody=asked.nobody,
        due_before=request.clock if asked.late else None,
        due=due_span(asked.due, request.now) if asked.due else None,
        concerns=asked.concerns.id if asked.concerns else None,
        opened=span if not ended else None,
        closed=span if ended else None,
    )


# What is open of a kind of which nothing is left undone.
_OPEN = {
    "decision": "",
    "minutes": "",
    "lesson": "",
    "feedback": "收集中的",
    "question": "没回答的",
    "data": "没修好的",
}


def _title(kind: str, asked: Filter, wanted: Wanted) -> str:
    who = f"{'、'.join(each.name for each in asked.owners)} " if asked.owners else ""
    if asked.concerns:
        who, state = f"{asked.concerns.name} ", "在等或要解决的"
    elif asked.nobody:
        state = "等人认领的"
    elif asked.late:
        state = "已逾期的"
    elif DONE in wanted.states:
        state = f"{KINDS[kind].done}的"
    elif not wanted.states:
        state = "" if asked.period else "全部"
    elif asked.due and wanted.states == (OPEN,):
        state = ""
    else:
        state = {
            OPEN: _OPEN.get(kind, "未了结的"),
            CANCELLED: "已取消的",
            SUPERSEDED: "已被取代的",
        }[wanted.states[0]]
    when = f"{asked.period}记下的" if wanted.opened else asked.period
    when += f"{asked.due}到期的" if asked.due else ""
    return f"{who}{when}{state}{name(kind)}"


# --- lines ---------------------------------------------------------------------------------

# How a kind says itself in its list, where that is more than title, owner and deadline.
Line = Callable[[Entry, Context, Mapping[int, str]], str]
LINES: dict[str, Line] = {
    "blocker": lambda entry, request, names: _blocker(entry, request, names),
    "data": lambda entry, request, _names: data_problem.line(entry, request.now),
    "feedback": lambda entry, request, _names: feedback.line(entry, request.now),
    "risk": lambda entry, request, _names: risk.line(entry, request.now),
    "acceptance": lambda entry, request, _names: acceptance.line(entry, request.now),
    **dict.fromkeys(milestone.KINDS, lambda entry, request, _names: _planned(entry, request)),
}


def _blocker(entry: Entry, request: Context, names: Mapping[int, str]) -> str:
    hours = request.config.deadlines.hours
    said = blocker.line(entry, request.now, request.calendar, names, hours=hours)
    return f"{said}｜{due_words(entry.due, request.now)}" if entry.due else said


def _planned(entry: Entry, request: Context) -> str:
    return milestone.line(entry, request.now, request.calendar)


async def lines_of(
    request: Context, entries: Sequence[Entry], *, kinds: bool = False, states: bool = False
) -> list[str]:
    """One line each; with its kind in front, and what became of it behind, where asked for."""
    ids = {each.opened_by for each in entries if each.kind == "blocker"}
    found = await members.by_ids(request.tx, sorted(ids)) if ids else {}
    names = {key: each.name for key, each in found.items()}
    return [_line(request, each, names, kinds=kinds, states=states) for each in entries]


def _line(
    request: Context, entry: Entry, names: Mapping[int, str], *, kinds: bool, states: bool
) -> str:
    if entry.state != OPEN:
        return _closed(entry, request.now, kinds=kinds)
    own = LINES.get(entry.kind)
    said = own(entry, request, names) if own else line(entry, request.now)
    if states or (not own and entry.stage):
        said += f"｜{state_words(entry)}"
    mark, _, rest = said.partition("#")  # 🔴 风险 #12
    return f"{mark}{name(entry.kind)} #{rest}" if kinds else said


def _closed(entry: Entry, now: datetime, *, kinds: bool) -> str:
    """#12 整理客户清单｜张三｜已完成 11月20日 周五"""
    head_ = head(entry.kind, entry.number) if kinds else f"#{entry.number}"
    parts = [f"{head_} {first_line(entry.title)}"]
    if entry.owner_name:
        parts.append(entry.owner_name)
    when = f" {day_words(entry.closed_at.astimezone(now.tzinfo))}" if entry.closed_at else ""
    late = milestone.late_days(entry, now) if entry.kind in milestone.KINDS else None
    behind = f"，{milestone.late_words(late)}" if late is not None and entry.state == DONE else ""
    parts.append(state_words(entry) + when + behind)
    return "｜".join(parts)


# --- the lists -----------------------------------------------------------------------------


async def listed(
    request: Request, kind: str, called: str, words: str, people: Sequence[Member]
) -> Card:
    """One page of the list of a kind; ``called`` is what its command is called."""
    words, page = take_page(words)
    asked = understand(request, words, people, called)
    wanted = _wanted(request, kind, asked)
    open_only = wanted.states == (OPEN,)
    order = ORDERS[kind] if open_only else "closed" if wanted.closed else "newest"
    found, total = await listing.page(
        request.tx, wanted, order, limit=LINES_A_PAGE, offset=offset(page)
    )
    title = _title(kind, asked, wanted)
    mine = [f"@{each.name}" for each in people]
    say = " ".join([called, *mine, *asked.said])
    other = _due_instead(kind, called, mine, asked)
    if not total:
        return _nothing(kind, called, title, plain=say == called, other=other)
    check_page(page, total, say)
    lines = await lines_of(request, found, states=not open_only)
    return Card(
        title=titled(title, total, page),
        text="\n".join(lines),
        buttons=(*turning(say, total, page), *other),
    )


def _due_instead(
    kind: str, called: str, people: Sequence[str], asked: Filter
) -> tuple[Button, ...]:
    """任务列表 本周 is what was written down this week; what is due may have been meant."""
    if kind != "task" or asked.period not in ("今天", "本周", "本月") or asked.states:
        return ()
    say = " ".join([called, *people, f"{asked.period}到期"])
    return (Button(label=f"看{asked.period}到期的", say=say),)


def _nothing(
    kind: str, called: str, title: str, *, plain: bool, other: tuple[Button, ...] = ()
) -> Card:
    if plain:
        good = kind in ("blocker", "task", "risk", "data", "question")
        return Card(title=f"没有{title}{' 👍' if good else ''}")
    every = Button(label=f"看全部{name(kind)}", say=f"{called} 全部")
    return Card(title=f"没有{title}", buttons=(*other, every))


async def overdue(request: Request, page: int = 1, people: Sequence[Member] = ()) -> Card:
    """All that is late, of whatever kind, the oldest first."""
    owners = tuple(dict.fromkeys(people))
    wanted = Wanted(
        team_id=request.team.id,
        due_before=request.clock,
        owners=tuple(each.id for each in owners),
    )
    found, total = await listing.page(
        request.tx, wanted, "due", limit=LINES_A_PAGE, offset=offset(page)
    )
    who = "、".join(each.name for each in owners)
    if not total:
        return Card(title=f"{who}没有逾期的 👍")
    say = " ".join(["逾期", *(f"@{each.name}" for each in owners)])
    check_page(page, total, say)
    lines = await lines_of(request, found, kinds=True)
    return Card(
        title=titled(f"{who} 已逾期".strip(), total, page),
        text="\n".join(lines),
        buttons=turning(f"翻页 {say}" if not owners else say, total, page, first=say),
    )
