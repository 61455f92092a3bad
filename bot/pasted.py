"""A pasted list of tasks, one a line: read line by line, so that all are stored or none."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.clerk import check_title
from bot.context import Request
from bot.deadlines import Deadline, gone_by, understand
from bot.errors import Refusal
from bot.grammar import Sentence, Unclear, clean, half_width, parse
from bot.message import Incoming
from bot.moment import due_words
from bot.people import first_named, recognise, without_name
from bot.receipt import first_line
from bot.recurrence import Rule, words
from bot.signature import Parameter
from storage.member import Member

MOST = 100
SHOWN = 10
BULLET = re.compile(
    r"\s*(?:[-*•·●○▪◦■□☐☑✅–—]+\s*(?:\[[ xX]?\])?|\[[ xX]?\]|[(（]?\d{1,3}[.、)）](?!\d)"
    r"|[(（]?[一二三四五六七八九十]{1,3}[、)）]|[①-⑳])\s*"
)
_WHY = {"past": "已经过去了", "confirm": "拿不准是哪天", "invalid": "不存在"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One task as its line was understood; nobody is who pasted it."""

    what: str
    people: tuple[Member, ...] = ()
    due: Deadline | None = None
    every: Rule | None = None


@dataclass(frozen=True, slots=True)
class _Written:
    text: str
    bullet: bool


async def read(
    request: Request, text: str, wanted: Sequence[Parameter]
) -> tuple[list[Line], str] | None:
    """The tasks, and the heading above them. None: this is one task, with details below it.

    It is a list where two lines begin with a bullet, name somebody, or have a deadline. Raises
    Refusal, naming the lines, if any of them cannot be understood.
    """
    written = _written(text)
    if not _is_list(request, written):
        return None
    heading = Line(what="")
    reader = _Reader(request, wanted)
    if _is_heading(request, written):
        heading = await reader.heading(written.pop(0).text)
    _check_length(request, written)
    found = [await reader.line(number, each.text) for number, each in enumerate(written, 1)]
    if reader.wrong:
        raise Refusal(_wrong_words(reader.wrong), usage=False)
    return [_below(heading, each) for each in found if each is not None], heading.what


def _written(text: str) -> list[_Written]:
    written = []
    for each in text.splitlines():
        bullet = BULLET.match(each)
        said = each[bullet.end() if bullet else 0 :].strip()
        if said:
            written.append(_Written(said, bool(bullet)))
    return written


def _is_list(request: Request, written: Sequence[_Written]) -> bool:
    if len(written) < 2:
        return False
    named = [_named(request, each.text) for each in written[:MOST]]
    below = written[1:]
    if (
        not written[0].bullet
        and not _is_heading(request, written)
        and all(each.bullet for each in below)
    ):
        # 任务 迁移数据 周五前, and its steps below: only steps with a name or a date are tasks.
        return any(named[1:])
    looks = [name or each.bullet for name, each in zip(named, written, strict=False)]
    return sum(looks) >= 2


def _named(request: Request, text: str) -> bool:
    if "@" in half_width(text):
        return True
    hours = request.config.deadlines.hours
    return understand(text, request.now, request.calendar, hours).status != "none"


def _is_heading(request: Request, written: Sequence[_Written]) -> bool:
    """本周安排: or @张三 周五前 alone, above the list."""
    first = written[0]
    if first.bullet or len(written) < 2:
        return False
    said = re.sub(r"@\S+", " ", half_width(first.text))
    if said.rstrip().endswith(":"):
        return True
    hours = request.config.deadlines.hours
    due = understand(said, request.now, request.calendar, hours)
    for begin, stop in due.spans:
        said = said[:begin] + said[stop:]
    return not re.sub(r"[\W_]|前|截止|完成", "", said)


def _check_length(request: Request, written: Sequence[_Written]) -> None:
    if len(written) > MOST:
        raise Refusal(
            f"一次最多记 {MOST} 条，这里有 {len(written)} 条，一条也没记，请分几次发",
            usage=False,
        )
    if len(request.text) < len(clean(request.incoming.text).strip()):
        # Only so much of a message is read; its end would be lost in silence.
        raise Refusal("这份清单太长，我读不全，一条也没记，请分几次发", usage=False)


def reason(error: Refusal | Unclear, now: datetime) -> str:
    """Why a line cannot be understood, in half a sentence."""
    if isinstance(error, Refusal):
        return re.split("。|\n|，比如|，说 我的", error.text)[0]
    deadline = error.deadline
    if deadline.status == "confirm" and gone_by(deadline, now):
        return f"今年的「{deadline.matched}」已经过去了，明年的请写上年份"
    return f"「{deadline.matched}」{_WHY[deadline.status]}"


class _Reader:
    """Reads line after line; of two people of one name, each mention is used once."""

    def __init__(self, request: Request, wanted: Sequence[Parameter]) -> None:
        self._request = request
        self._wanted = wanted
        self._incoming = request.incoming
        self.wrong: list[tuple[int, str, str]] = []

    async def line(self, number: int, text: str) -> Line | None:
        """None where it cannot be understood; why is in ``wrong``."""
        try:
            line = await self._parsed(text)
            check_title(line.what)
        except (Refusal, Unclear) as error:
            why = reason(error, self._request.now)
        else:
            if not (line.due and line.every):
                return line
            why = "重复的任务不用再写期限"
        self.wrong.append((number, " ".join(text.split()), why))
        return None

    async def heading(self, text: str) -> Line:
        """Whom and until when it names for every line that does not say it itself."""
        sentence = await self._sentence(text)
        people = tuple(dict.fromkeys(each.member for each in sentence.people))
        due = understand(text, sentence.now, sentence.calendar, sentence.hours)
        sure = due.status in ("ok", "estimated")
        what = text.strip(" :：") if half_width(text).rstrip().endswith(":") else ""
        return Line(what=what, people=people, due=due if sure else None)

    async def _parsed(self, text: str) -> Line:
        values = parse(self._wanted, await self._sentence(text))
        people = tuple(dict.fromkeys(values["people"]))
        called = await first_named(self._request, values["what"], people)
        if called is not None:  # the preview shows whom it was taken for
            values["what"] = without_name(values["what"], called)
            people = people or (called,)
        return Line(**{**values, "people": people})

    async def _sentence(self, text: str) -> Sentence:
        people, _ = await recognise(self._request, text, self._incoming, self._wanted)
        for each in people:
            self._incoming = without(self._incoming, each.member.external_id)
        return Sentence(
            text=text,
            people=people,
            now=self._request.now,
            calendar=self._request.calendar,
            hours=self._request.config.deadlines.hours,
        )


def without(incoming: Incoming, person: str) -> Incoming:
    """One mention of this person fewer."""
    left = list(incoming.mentions)
    used = next((each for each in left if each.id == person), None)
    if used is not None:
        left.remove(used)
    return replace(incoming, mentions=tuple(left))


def _below(heading: Line, line: Line) -> Line:
    due = line.due or (None if line.every else heading.due)
    return replace(line, people=line.people or heading.people, due=due)


def _wrong_words(wrong: Sequence[tuple[int, str, str]]) -> str:
    said = "；".join(
        f"第 {number} 行「{first_line(text, 12)}」{why}" for number, text, why in wrong[:3]
    )
    more = f"；还有 {len(wrong) - 3} 行也要改" if len(wrong) > 3 else ""
    return f"一条也没记。{said}{more}"


def line_words(request: Request, line: Line, number: int | None = None) -> str:
    """#3 整理客户清单｜张三、协助 李四｜11月27日 周五 18:00"""
    people = line.people or (request.sender,)
    helpers = "".join(f"、{each.name} 协助" for each in people[1:])
    parts = [
        f"#{number} " * (number is not None) + first_line(line.what),
        people[0].name + helpers,
    ]
    if line.every is not None:
        parts.append(words(line.every))
    elif line.due is not None and line.due.due is not None:
        parts.append(due_words(line.due.due, request.now))
    return "｜".join(parts)
