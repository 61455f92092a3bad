"""Chinese deadline words to a moment, or to a question."""

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Literal

from bot.timewords.clock import Hours
from bot.timewords.duration import Stretch, read_stretch
from bot.timewords.numeral import plain
from bot.timewords.reading import Frame, Sense, Trait
from bot.timewords.sentence import Candidate, find_candidates
from bot.workdays import Calendar

Status = Literal["ok", "past", "confirm", "estimated", "invalid", "none"]

__all__ = [
    "Deadline",
    "Hours",
    "Shift",
    "Status",
    "find_shift",
    "gone_by",
    "title_without",
    "understand",
]

_DEFAULT_HOURS = Hours()
_FAR = timedelta(days=180)
_DAWN = 5
_OPENING = re.compile(
    r"[\s,，、]*(?:截止|截至|期限|时间|deadline|ddl|于|在|(?<![^\s，,])[到至])?[\s:：]*$",
    re.IGNORECASE,
)
# 推迟到周五, 从明天开始: what stands before cannot do without the day; 数据没到 周五前 can.
_LEANING = re.compile(
    r"(?:的|从|自|距离?|离|或|和|每[天日周月年]?|[^\s，,]到|[^\s，,]至)$"
    r"|(?:从|距离?|推迟|延期?|延后|改|挪|拖|等|提前)[到至]?\s+$"
)
_LONE_VERB = re.compile(
    r"(?:(?<=[\s，,。；;])|^)(?:交|提交|上交|完成|截止|到期|给我|发我)[。.!！\s]*$"
)
_EMPTY_BRACKETS = re.compile(r"[(（\[【][\s:：，,]*[)）\]】]")
_SHIFT = re.compile(
    "再?(?:(?P<later>[往向]后(?:推迟|推|延期|延|顺延|挪|拖)?|推迟|推后|后推|延[期后长迟]|后延|顺延|推|延"
    "|(?<![今明当昨后日天早])晚)"
    "|(?P<earlier>[往向]前(?:提|挪|推)?|提[前早]|(?<![今明当昨后日天])早))了? ?"
)
# 10月15日, 12/5: a day of every year.
_YEARLY = re.compile(
    r"[0-9一二三四五六七八九十]{1,3} ?[月./-] ?[0-9一二三四五六七八九十廿]{1,3}(?!年)"
)
_EDGES = " \t\n,，、;；:：。.!！-—"


@dataclass(frozen=True, slots=True)
class Deadline:
    """How a text was understood. `spans` are the offsets of the words that say it."""

    text: str
    start: date | datetime | None = None
    end: date | datetime | None = None
    due: datetime | None = None
    status: Status = "none"
    matched: str = ""
    spans: tuple[tuple[int, int], ...] = ()

    def as_json(self) -> dict[str, object]:
        return {
            "text": self.text,
            "start": _written(self.start),
            "end": _written(self.end),
            "due": _written(self.due),
            "status": self.status,
            "matched": self.matched,
        }


@dataclass(frozen=True, slots=True)
class Shift:
    """推迟一周, 提前两天: counted from the deadline before. ``span``: where the words stand."""

    span: tuple[int, int]
    matched: str
    earlier: bool
    stretch: Stretch

    def of(self, due: datetime, calendar: Calendar, hours: Hours = _DEFAULT_HOURS) -> datetime:
        """That long from a deadline; working days are counted only where they were said."""
        here = due.astimezone(calendar.zone)
        frame = Frame(here, calendar, hours, here.date())
        return self.stretch.moment(frame, -1 if self.earlier else 1)


def find_shift(text: str) -> Shift | None:
    """How much later or earlier a text says. 推迟到周五 and 推迟半天 say no such thing."""
    words = plain(text)
    for match in _SHIFT.finditer(words):
        stretch = read_stretch(words, match.end())
        if stretch is not None and not stretch.doubt:
            span = (match.start(), stretch.stop)
            earlier = match["earlier"] is not None
            return Shift(span, text[match.start() : stretch.stop], earlier, stretch)
    return None


def gone_by(deadline: Deadline, now: datetime) -> Deadline | None:
    """The day that a text means which was: 上周五, or 10月15日 in November. None: it is ahead."""
    if deadline.due is None or deadline.status == "past":
        return deadline if deadline.due is not None else None
    rolled = deadline.status == "confirm" and deadline.due - now > _FAR
    if not (rolled and _YEARLY.search(plain(deadline.matched))) or "年" in deadline.matched:
        return None
    try:
        due = deadline.due.replace(year=deadline.due.year - 1)
    except ValueError:  # 29 February
        return None
    return replace(deadline, due=due, start=None, end=None, status="past") if due < now else None


def understand(
    text: str, now: datetime, calendar: Calendar, hours: Hours = _DEFAULT_HOURS
) -> Deadline:
    """Find the deadline in a sentence. `now` is aware; the answer is in the calendar's zone."""
    here = now.astimezone(calendar.zone)
    frame = Frame(here, calendar, hours, here.date())
    candidates = find_candidates(text, frame)
    if not candidates:
        return Deadline(text)
    best = max(candidates, key=lambda each: each.weight)
    span = (best.begin, best.stop)
    matched = text[best.begin : best.stop]
    index, sense = best.settled(here)
    if sense is None:
        return Deadline(text, status="invalid", matched=matched, spans=(span,))
    status = _status(best, index, sense, frame)
    if status == "ok" and any(_rivals(each, best, sense, here) for each in candidates):
        status = "confirm"
    return Deadline(text, sense.start, sense.end, sense.due, status, matched, (span,))


def _status(best: Candidate, index: int, sense: Sense, frame: Frame) -> Status:
    traits = best.reading.traits
    if sense.due < frame.now:
        return "past"
    if index and sense.due - frame.now > _FAR:
        return "confirm"
    if Trait.DOUBT in traits or (Trait.LITERAL in traits and frame.now.hour < _DAWN):
        return "confirm"
    return "estimated" if sense.estimated else "ok"


def _rivals(other: Candidate, best: Candidate, sense: Sense, now: datetime) -> bool:
    """Another deadline that the sentence marks just as well, or a day for a bare clock."""
    if other is best:
        return False
    _, also = other.settled(now)
    if also is None or also.due == sense.due:
        return False
    if Trait.CLOCK in best.reading.traits and other.begin < best.begin:
        return Trait.CLOCK not in other.reading.traits and also.due.date() != sense.due.date()
    return other.weight == best.weight


def title_without(text: str, deadline: Deadline) -> str:
    """The text without the words of its deadline, or with them where the rest needs them."""
    if not deadline.spans or deadline.text != text:
        return text.strip()
    begin, stop = deadline.spans[0]
    if "\n" in text and "\n" not in text[begin:stop]:
        return _lines_without(text, deadline)
    before, after = text[:begin], text[stop:]
    if after.startswith(("的", "或", "和")) or _LEANING.search(before):
        return " ".join(text.split())
    before = _OPENING.sub(_kept_separator, before)
    rest = _EMPTY_BRACKETS.sub("", before + after.lstrip(" ,，、:：;；"))
    rest = _LONE_VERB.sub("", " ".join(rest.split())).strip(_EDGES)
    return rest or " ".join(text.split())


def _lines_without(text: str, deadline: Deadline) -> str:
    """The other lines as they are: below a title stand its details."""
    begin, stop = deadline.spans[0]
    first, last = text.rfind("\n", 0, begin) + 1, text.find("\n", stop)
    last = len(text) if last < 0 else last
    line = text[first:last]
    span = (begin - first, stop - first)
    said = title_without(line, replace(deadline, text=line, spans=(span,)))
    bare = _OPENING.sub("", line[: span[0]]) + line[span[1] :]
    if not bare.strip(_EDGES + "前"):
        said = ""  # 周五前, on a line of its own
    lines = (text[:first].strip(), said, text[last:].strip())
    return "\n".join(each for each in lines if each)


def _kept_separator(match: re.Match[str]) -> str:
    """One mark of those before the deadline, so that what follows does not run into the rest."""
    mark = next((char for char in match[0] if char in "，,、"), "")
    return mark or (" " if match[0][:1].isspace() else "")


def _written(value: date | datetime | None) -> str | None:
    if isinstance(value, datetime):
        return value.replace(tzinfo=None, microsecond=0).isoformat()
    return value.isoformat() if value else None
