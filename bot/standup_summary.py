"""A sitting in ten lines: who answered and what they plan, what blocks, who is missing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot.attendance import Attendance, attendances
from bot.blocker import lines, stuck_since
from bot.context import Context
from bot.leave import Away, away
from bot.message import Button, Card
from bot.moment import day_words
from bot.participant import absent_names, names
from bot.round import Sitting
from bot.standup import in_a_line
from bot.standup_question import questions_of
from bot.standup_trend import averages
from bot.standup_turn import Turn
from storage import ledger
from storage import standup as answers
from storage.ledger import OPEN, Entry
from storage.member import Member
from storage.standup import Answer

LINES = 10  # of a page
MOST_STUCK = 3  # on the first page
WIDEST = 40  # characters of what somebody plans
_TICK = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    sitting: Sitting
    counted: str  # 6/8 人; empty if nobody was expected
    missing: bool  # somebody may still write
    lines: tuple[str, ...]  # of the card
    more: tuple[str, ...]  # behind 更多

    @property
    def title(self) -> str:
        parts = [f"📋 {self.sitting.round.name}小结", day_words(self.sitting.day), self.counted]
        return "｜".join(part for part in parts if part)

    @property
    def say(self) -> str:
        name = self.sitting.round.name
        return f"站会 小结 {self.sitting.day:%Y-%m-%d}" + (f" {name}" if name != "站会" else "")

    @property
    def pages(self) -> int:
        return 1 + -(-len(self.more) // LINES)

    def card(self, page: int = 1) -> Card:
        """One page of it; there must be such a page."""
        begin = (page - 2) * LINES
        shown = self.lines if page == 1 else self.more[begin : begin + LINES]
        buttons = []
        if page < self.pages:
            buttons.append(Button(label="更多", say=f"{self.say} 第{page + 1}页"))
        if page > 1:
            buttons.append(
                Button(label="上一页", say=f"{self.say} 第{page - 1}页" if page > 2 else self.say)
            )
        elif self.missing:
            buttons.append(Button(label="补交", say="补交"))
        which = f" · 第{page}/{self.pages}页" if page > 1 else ""
        return Card(title=f"{self.title}{which}", text="\n".join(shown), buttons=tuple(buttons))


async def summary(context: Context, sitting: Sitting) -> Summary | None:
    """As it stands now. None: nobody was there to answer, and nobody did."""
    moment = min(context.now, sitting.closes)
    held = await attendances(context, min(moment, sitting.closes) - _TICK, moment)
    found = next((each for each in held if each.sitting == sitting), None)
    given = await _given(context, sitting)
    if not given and (found is None or not found.expected):
        return None
    absent = await away(context, min(max(moment, sitting.opens), sitting.closes - _TICK))
    return await _written(context, sitting, found, given, absent)


async def _given(context: Context, sitting: Sitting) -> list[Answer]:
    found = await answers.of_day(
        context.tx, context.team.id, sitting.day, round_key=sitting.round.key
    )
    return [each for each in found if each.given]


async def _written(
    context: Context,
    sitting: Sitting,
    found: Attendance | None,
    given: Sequence[Answer],
    absent: Away,
) -> Summary:
    turn = Turn(
        sitting=sitting,
        day=sitting.day,
        over=True,
        questions=questions_of(context.team),
        written=None,
    )
    missing = found.missing if found else ()
    said = [_said(each, turn) for each in given]
    stuck = await _stuck(context, given)
    last = [
        *_missing_lines(missing, given),
        *([f"请假：{absent_names(found.away, absent)}"] if found and found.away else []),
        *_mood_lines(context, given),
    ]
    worst = stuck[:MOST_STUCK]
    room = max(LINES - len(last) - len(worst), 1)
    first, rest = said[:room], said[room:]
    if rest:  # what follows must be said to follow
        first, rest = said[: room - 1], said[room - 1 :]
        first.append(f"还有 {len(rest)} 人写了，点 更多 看")
    more = [*rest, *(f"🚧 {each}" for each in await lines(context, stuck[MOST_STUCK:]))]
    expected = len(given) + len(missing)
    return Summary(
        sitting=sitting,
        counted=f"{len(given)}/{expected} 人" if expected else "",
        missing=bool(missing),
        lines=(*first, *(f"🚧 {each}" for each in await lines(context, worst)), *last),
        more=tuple(more),
    )


def _said(answer: Answer, turn: Turn) -> str:
    """张三：联调接口｜卡点 #1"""
    numbers = "、".join(f"#{each['number']}" for each in answer.opened)
    parts = [_plan(answer, turn), f"卡点 {numbers}" if numbers else ""]
    late = "（补交）" if answer.late else ""
    return f"{answer.member_name}{late}：{'｜'.join(part for part in parts if part) or '写了'}"


def _plan(answer: Answer, turn: Turn) -> str:
    """What is planned; else what was done, or the first of the team's own questions."""
    if answer.today:
        return in_a_line(answer.today, WIDEST)
    own = {
        each.label: answer.more.get(each.label, "")
        for each in turn.questions
        if not (each.part or each.private)
    }
    own = {turn.labels["yesterday"]: answer.yesterday, **own}
    said = next(((label, text) for label, text in own.items() if text), None)
    return f"{said[0]} {in_a_line(said[1], WIDEST)}" if said else ""


async def _stuck(context: Context, given: Iterable[Answer]) -> list[Entry]:
    """What blocks now: said in these answers and still open, each once, the worst first."""
    numbers = sorted({each["number"] for answer in given for each in answer.opened})
    found = [await ledger.find(context.tx, context.team.id, number) for number in numbers]
    stuck = [each for each in found if each is not None and each.state == OPEN]
    return sorted(stuck, key=lambda each: (-each.rung, -each.weight, stuck_since(each)))


def _missing_lines(missing: Sequence[Member], given: Sequence[Answer]) -> list[str]:
    if not given:
        return ["还没有人写，有空补一句就行"]
    if not missing:
        return ["全员到齐 👏"]
    return [f"还没写：{names(missing)}（有空 补交 一句就行）"]


def _mood_lines(context: Context, given: Sequence[Answer]) -> list[str]:
    """心情 平均 4.2: where enough people answered for it to be nobody's own."""
    found = averages(questions_of(context.team), given)
    return (
        ["；".join(f"{label} 平均 {each:.1f}" for label, each in found.items())] if found else []
    )
