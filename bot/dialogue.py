"""站会 in a private chat: one question at a time, kept until all of them are answered."""

import re
from collections.abc import Sequence
from datetime import date, timedelta

from bot.context import Reply, Request
from bot.errors import Refusal
from bot.grammar import clean, half_width
from bot.message import Button, Card, Outgoing
from bot.moment import WEEKDAYS
from bot.standup import Said, is_nothing, only_signs
from bot.standup_answer import take
from bot.standup_form import Known, known_of
from bot.standup_question import Question, questions_of
from bot.standup_reading import read
from bot.standup_turn import Turn, turn_of
from storage import dialogue as dialogues
from storage import member as members
from storage.dialogue import Dialogue

LASTS = timedelta(hours=12)
LINGERS = timedelta(minutes=30)  # after an answer, though the sitting has closed meanwhile

_STEP = re.compile(r"(跳过|照旧|同上|返回|上一步|没有)(?:第(\d{1,2})问)?[。.!]?")
_STOP = re.compile(r"(?:算了|退出|不写了|取消|停)[。.!]?")
_OLD_BUTTON = re.compile(r"(?:跳过|照旧|没有)第\d{1,2}问")

# What was said so far is a list: one answer for each question, then the ticked numbers.
Answers = list[str | None]


async def begin(request: Request, turn: Turn) -> Outgoing | Reply:
    """Ask the first question, or the one at which this dialogue stands."""
    kept = await dialogues.find(request.tx, request.chat.id)
    said: Answers = [*(None for _ in turn.questions), ""]
    if kept is not None and _goes_on(request, kept, turn):
        said = list(kept.said)
    await _keep(request, turn, said)
    return await _ask(request, turn, said)


async def forget(request: Request) -> None:
    """Who says it all at once is not asked any more."""
    if request.chat.private:
        await dialogues.end(request.tx, request.chat.id)


async def of(request: Request) -> Dialogue | None:
    """The dialogue in this chat that a sentence may answer."""
    if not request.chat.private or request.incoming.fields or request.quoted_number is not None:
        return None
    return await dialogues.find(request.tx, request.chat.id)


def is_old_button(request: Request) -> bool:
    return request.incoming.clicked and _OLD_BUTTON.fullmatch(request.text) is not None


def asks_for_blockers(request: Request, kept: Dialogue) -> bool:
    """Whether 卡点：… is the answer to the question that is open."""
    position = _next(kept.said)
    questions = [each.part for each in questions_of(request.team)]
    return position is not None and questions[position : position + 1] == ["blockers"]


def _about(turn: Turn) -> str:
    return f"{turn.day}|{turn.key}|{'late' if turn.over else ''}"


def _goes_on(request: Request, kept: Dialogue, turn: Turn) -> bool:
    """Whether what was said so far still counts; who is in the middle at the close ends late."""
    mine = kept.member_id == request.sender.id and len(kept.said) == len(turn.questions) + 1
    if kept.about == _about(turn):
        return mine and request.clock - kept.at < LASTS
    closed = turn.over and f"{kept.about}late" == _about(turn)
    return mine and closed and request.clock - kept.at < LINGERS


async def _keep(request: Request, turn: Turn, said: Answers) -> None:
    await dialogues.keep(
        request.tx,
        chat_id=request.chat.id,
        member_id=request.sender.id,
        about=_about(turn),
        said=said,
        at=request.clock,
    )


def _next(said: Sequence[str | None]) -> int | None:
    return next((n for n, each in enumerate(said) if each is None), None)


# --- an answer -------------------------------------------------------------------------------


async def go_on(request: Request, kept: Dialogue) -> Outgoing | Reply | None:
    """Take the sentence as the answer to the question that is open. None: it is forgotten."""
    await _meet_mentioned(request)
    turn = await turn_of(request, belated=kept.about.endswith("|late"))
    position = _next(kept.said)
    if position is None or not _goes_on(request, kept, turn):
        await forget(request)
        return None
    said = list(kept.said)
    if _STOP.fullmatch(half_width(request.text)):
        await forget(request)
        return Card(title="好，先不写了", text=f"刚才的没有记，想写的时候再说 {_word(turn)}")
    step = _STEP.fullmatch(half_width(request.text))
    if step is not None and step[2] and int(step[2]) != position + 1:
        return await _ask(request, turn, said)  # a button of an earlier question
    if step is not None and step[1] in ("返回", "上一步"):
        if position == 0:
            raise Refusal("已经是第一问了，不写了就说 算了", usage=False)
        said[position - 1] = None
    elif step is not None and step[1] != "没有":
        said[position] = "" if step[1] == "跳过" else await _as_before(request, turn, position)
    else:
        _answer(turn, said, position, "没有" if step else request.text.strip())
    await _keep(request, turn, said)
    if _next(said) is not None:
        return await _ask(request, turn, said)
    return await _finish(request, turn, said)


async def _meet_mentioned(request: Request) -> None:
    """Whom an answer names is known by that name when the last one has been given."""
    people = [(each.id, clean(each.name)) for each in dict.fromkeys(request.incoming.mentions)]
    await members.meet(
        request.tx,
        team_id=request.team.id,
        platform=request.chat.platform,
        people=people,
        at=request.clock,
    )


def _word(turn: Turn) -> str:
    return "补交" if turn.over else "站会"


async def _as_before(request: Request, turn: Turn, position: int) -> str:
    part = turn.questions[position].part
    known = (await known_of(request, turn)).of(part) if part else ""
    if not known:
        raise Refusal("没有可以照旧的，写一句就行；不想写就说 跳过", usage=False)
    return known


def _answer(turn: Turn, said: Answers, position: int, text: str) -> None:
    """Fill in what the sentence answers: one question, or several at once. Raises Refusal."""
    question = turn.questions[position]
    heard = read(text, turn.questions, ahead=turn.ahead)
    parts = heard.parts if heard.sure and not heard.unclear else {}
    labelled = ":" in half_width(text)[:12]
    asked = [each.part or each.label for each in turn.questions]
    known = {name: words for name, words in parts.items() if name in asked and words}
    none = list(known) == ["blockers"] and is_nothing(text)  # said of nothing else
    plain = labelled or none or len(known) > 1 or list(known) == [asked[position]]
    if len(known) < len(parts) or not plain:
        known = {asked[position]: text}
    if heard.done and not heard.unclear:
        said[-1] = "、".join(map(str, heard.done))
        known = {name: words for name, words in known.items() if words != text}
        if not known and question.part == "yesterday":
            known = {"yesterday": ""}  # what was ticked is what was done
    for name, words in known.items():
        said[asked.index(name)] = _checked(turn.questions[asked.index(name)], words)


def _checked(question: Question, text: str) -> str:
    value = question.read(text)
    if value is None:
        raise Refusal(
            f"{question.label}请写 {question.wanted}，比如 {question.sample}；不想写就说 跳过",
            usage=False,
        )
    if question.part == "blockers" and only_signs(value):
        raise Refusal(f"「{value[:20]}」是卡在哪了？写一句就行；没有就说 没有", usage=False)
    return value


def _said(turn: Turn, said: Answers) -> Said:
    """The answers as one; what was skipped was not spoken of."""
    found = Said(done=tuple(int(each) for each in (said[-1] or "").split("、") if each))
    for question, text in zip(turn.questions, said, strict=False):
        if text:
            found = found.with_part(question.part or question.label, text)
    return found


async def _finish(request: Request, turn: Turn, said: Answers) -> Outgoing | Reply:
    await forget(request)
    found = _said(turn, said)
    if found.empty:
        return Card(title="都跳过了，没有记", text=f"想写的时候再说 {_word(turn)}")
    return await take(request, turn, found, say=_word(turn))


# --- a question ------------------------------------------------------------------------------


async def _ask(request: Request, turn: Turn, said: Answers) -> Reply:
    position = _next(said) or 0
    question = turn.questions[position]
    known = await known_of(request, turn)
    lines, buttons = _about_question(request, question, known, position + 1)
    if position == 0:
        buttons.append(Button(label="填表", say="站会 填表"))
    title = f"{turn.name} {position + 1}/{len(turn.questions)}｜{_words(request, turn, question)}"
    return Reply(message=Card(title=title, text="\n".join(lines), buttons=tuple(buttons)))


_OFFERS = {
    "yesterday": "上次计划和做完的，就是这些就说 照旧：",
    "today": "上次计划，接着做就说 照旧：",
    "blockers": "还开着，还卡着就说 照旧：",
}


def _about_question(
    request: Request, question: Question, known: Known, number: int
) -> tuple[list[str], list[Button]]:
    """What helps to answer, and what can be pressed."""
    skip = Button(label="跳过", say=f"跳过第{number}问")
    if not question.part:
        fives = tuple(str(n) for n in range(1, 6)) if question.scale == 5 else ()
        options = question.options or fives
        pressed = [Button(label=x, say=f"{question.label}：{x}") for x in options[:5]]
        return (["、".join(options)] if len(options) > len(pressed) else []), [*pressed, skip]
    lines, buttons = [], [skip]
    if question.part == "blockers":
        lines.append("谁能解决就 @ 谁；没有就说 没有")
        buttons.insert(0, Button(label="没有", say=f"没有第{number}问"))
    offered = known.of(question.part)
    if offered:
        lines += [_OFFERS[question.part], offered]
        buttons.insert(0, Button(label="照旧", say=f"照旧第{number}问", style="primary"))
    due = known.due(request.now) if question.part != "blockers" else ""
    if due:
        done = "，做完的说 完成 编号" if question.part == "yesterday" else ""
        lines.append(f"快到期：{due}{done}")
    return lines, buttons


def _words(request: Request, turn: Turn, question: Question) -> str:
    match question.part:
        case "yesterday":
            return (
                "今天做了什么？" if turn.ahead else f"{_workday(request, turn.day, -1)}做了什么？"
            )
        case "today":
            day = _workday(request, turn.day, 1) if turn.ahead else "今天"
            return f"{day}打算做什么？"
        case "blockers":
            return "有什么卡住了吗？"
    return (
        f"{question.label}？（1 到 {question.scale}）" if question.scale else f"{question.label}？"
    )


def _workday(request: Request, day: date, step: int) -> str:
    """昨天 or 明天; before and after days off, which day it is."""
    near = found = day + timedelta(days=step)
    while not request.calendar.is_workday(found) and abs((found - day).days) < 15:
        found += timedelta(days=step)
    if found == near:
        return "昨天" if step < 0 else "明天"
    return f"{'上' if step < 0 else '下'}个工作日（周{WEEKDAYS[found.weekday()]}）"
