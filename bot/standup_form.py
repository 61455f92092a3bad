"""The standup as a form, with what is known already filled in."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

from bot.context import Request
from bot.message import Field, Form
from bot.moment import due_words
from bot.receipt import first_line
from bot.standup import Said, in_a_line, joined, numbers_in
from bot.standup_question import USUAL, Question
from bot.standup_turn import Turn
from storage import ledger
from storage import standup as answers
from storage.ledger import DONE, OPEN, Entry
from storage.standup import Answer

LOOKS_BACK = timedelta(days=7)  # a plan from before a holiday is no plan of yesterday any more
SOON = timedelta(days=7)
MOST_TICKS = 8
LONGEST_PREFILLED = 1000  # characters: no form holds more, and what it cuts off would be lost
TICKS = "done"  # the name of the field


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of a member before a word is said."""

    last: Answer | None
    finished: Sequence[Entry]  # since then
    tasks: Sequence[Entry]  # open, the earliest deadline first
    stuck: Sequence[Entry]  # the blockers of the last answer that are still open

    @property
    def yesterday(self) -> str:
        """The last plan, and what the ledger says was finished since."""
        plan = self.last.today if self.last else ""
        lines = [line for line in plan.splitlines() if line.strip()]
        named = numbers_in(plan)
        lines += [
            f"#{each.number} {first_line(each.title)} 完成"
            for each in self.finished
            if each.number not in named
        ]
        return "\n".join(lines)

    @property
    def today(self) -> str:
        return self.last.today if self.last else ""

    @property
    def blockers(self) -> str:
        """Naming its number follows it up."""
        return "\n".join(f"#{each.number} {first_line(each.title)}" for each in self.stuck)

    def of(self, part: str) -> str:
        return {"yesterday": self.yesterday, "today": self.today, "blockers": self.blockers}[part]

    def due(self, now: datetime, most: int = 3) -> str:
        """Which tasks are due soon, or late: #12 整理客户清单（11月27日 周五 18:00）"""
        soon = [each for each in self.tasks if each.due is not None and each.due < now + SOON]
        return "、".join(
            f"#{each.number} {first_line(each.title, 20)}（{due_words(each.due, now)}"
            f"{'，已逾期' if each.due < now else ''}）"
            for each in soon[:most]
            if each.due
        )


async def known_of(request: Request, turn: Turn) -> Known:
    tx, team, me = request.tx, request.team.id, request.sender.id
    last = await answers.last_of(
        tx,
        team_id=team,
        member_id=me,
        since=turn.day - LOOKS_BACK,
        until=turn.day,
        but=turn.written.id if turn.written else None,
    )
    since = last.at if last else _workday_before(request, turn)
    closed = await ledger.listed(tx, team, state=DONE, owner_id=me, closed_since=since)
    tasks = await ledger.listed(tx, team, kind="task", state=OPEN, owner_id=me)
    soon = [each for each in tasks if each.due is None or each.due < request.now + SOON]
    stuck = []
    for each in last.opened if last else ():
        entry = await ledger.find(tx, team, each["number"])
        if entry is not None and entry.state == OPEN and not entry.stage:
            stuck.append(entry)
    return Known(last=last, finished=closed[:MOST_TICKS], tasks=soon[:MOST_TICKS], stuck=stuck)


def _workday_before(request: Request, turn: Turn) -> datetime:
    day = turn.day - timedelta(days=1)
    while not request.calendar.is_workday(day) and turn.day - day < LOOKS_BACK:
        day -= timedelta(days=1)
    return datetime.combine(day, time(), request.calendar.zone)


async def form_of(request: Request, turn: Turn, say: str, *, guessed: Said | None = None) -> Form:
    """What the team asks as a form. ``guessed`` is what was said, to be looked at before it is
    kept."""
    turn = _with_unasked(turn, guessed)
    known = await known_of(request, turn)
    fields = [_field(request, turn, each, known, guessed) for each in turn.questions]
    if known.tasks:
        fields.insert(1 if turn.questions[0].part == "yesterday" else 0, _ticks(known, guessed))
    text = "写一项也行"
    if guessed is not None:
        text = _doubt(turn, guessed)
    elif turn.given:
        text = "不改的留着就行"
    whose = "" if request.chat.private else f"{request.sender.name} 的"
    return Form(
        title=f"{whose}{turn.name}｜{turn.when}",
        text=text,
        say=say,
        fields=tuple(fields),
        typed=f"{say} {_typed(turn, fields)}",
    )


def _with_unasked(turn: Turn, guessed: Said | None) -> Turn:
    """With a field also for what was said though the team does not ask for it."""
    asked = {each.part for each in turn.questions}
    said = guessed.parts if guessed else _parts(turn.written) if turn.written else {}
    wanted = {part for part, text in said.items() if text}
    if guessed and guessed.unclear and not asked & {"today", "yesterday"}:
        wanted.add("today")
    more = tuple(each for each in USUAL if each.part in wanted - asked)
    return replace(turn, questions=(*more, *turn.questions))


def _doubt(turn: Turn, guessed: Said) -> str:
    done, plan = turn.labels["yesterday"], turn.labels["today"]
    if guessed.unclear and guessed.empty:
        return f"哪句是{done}的、哪句是{plan}的？请分开写"
    if guessed.unclear:
        return f"「{in_a_line(guessed.unclear, 40)}」算{done}还是{plan}？放对了再提交"
    return "我是这么分的，对就提交，不对改一下"


def _field(
    request: Request, turn: Turn, question: Question, known: Known, guessed: Said | None
) -> Field:
    value = _value(turn, question, known, guessed)
    hint = ""
    if question.part == "blockers":
        hint = "没有就写 没有；谁能解决就 @ 谁"
        if known.stuck and not value:
            numbers = "、".join(f"#{each.number}" for each in known.stuck[:5])
            hint = f"没有就写 没有；还卡着就写 {numbers}"
    elif question.part == "today" and not value:
        due = known.due(request.now)
        hint = f"快到期：{due}" if due else ""
    if len(value) > LONGEST_PREFILLED:
        value, hint = "", f"原来写的 {len(value)} 字还在，不填就不变"
    if question.private and not request.chat.private:
        value = ""  # everybody in the group sees the form
    field = Field(name=question.name, label=turn.label(question), hint=hint, value=value)
    if question.scale or question.options:
        options = question.options or tuple(str(n + 1) for n in range(question.scale))
        hint = f"1 最低，{question.scale} 最高" if question.scale else "选一个"
        return replace(field, kind="choice", options=options, hint=hint)
    return replace(field, kind="paragraph")


def _value(turn: Turn, question: Question, known: Known, guessed: Said | None) -> str:
    said = guessed.parts if guessed else {}
    name = question.part or question.label
    unclear = guessed.unclear if guessed and name == _place_for(turn, guessed) else ""
    if name in said or unclear:
        return joined(said.get(name), unclear)
    if turn.written is not None and turn.given:
        kept = {**turn.written.more, **_parts(turn.written)}
        return kept.get(name, "")
    return known.yesterday if name == "yesterday" else ""


def _place_for(turn: Turn, guessed: Said) -> str:
    """Where the words stand in the form that belong nowhere plainly."""
    asked = [each.part for each in turn.questions]
    days = [part for part in ("today", "yesterday") if part in asked]
    return next((part for part in days if part not in guessed.parts), days[0])


def _parts(written: Answer) -> dict[str, str]:
    return {
        "yesterday": written.yesterday,
        "today": written.today,
        "blockers": written.blockers,
    }


def _ticks(known: Known, guessed: Said | None) -> Field:
    chosen = [str(number) for number in guessed.done] if guessed else []
    return Field(
        name=TICKS,
        label="做完的任务",
        kind="ticks",
        hint="可以选几个",
        options=tuple(str(each.number) for each in known.tasks),
        shown=tuple(f"#{each.number} {first_line(each.title, 30)}" for each in known.tasks),
        value="、".join(chosen),
    )


def _typed(turn: Turn, fields: Sequence[Field]) -> str:
    """The sentence for chats without forms, with what is filled in."""
    parts = []
    for question in turn.questions:
        value = next(each.value for each in fields if each.name == question.name)
        parts.append(f"{turn.label(question)}：{in_a_line(value, 200) or question.sample}")
    ticks = [each for each in fields if each.kind == "ticks"]
    if ticks:
        parts.insert(1, f"完成：{'、'.join(ticks[0].options[:2])}")
    return " ".join(parts)
