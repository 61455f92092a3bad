"""From the words of 请假 to the time that they mean, or to a question about it."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from bot.deadlines import Deadline, Hours, understand
from bot.errors import Refusal
from bot.leave import Span, span_words
from bot.timewords.numeral import NUMBER, number, plain
from bot.workdays import Calendar

LONGEST = timedelta(days=180)
FARTHEST = timedelta(days=366)
EXAMPLE = "比如 请假 明天、请假 周三到周五 找 @替你的人"

_DAY = timedelta(days=1)
_DAWN = 5  # before it, people still count by the evening
_HALF = re.compile(r"(?:请|休)?\s*(?:一个)?半天(?:假)?")
# 明天起三天, 请一周; but not 三天内 and 下周三.
_LONG = re.compile(
    rf"(?:起|开始)?[\s,，]*(?:一共|总共|共|连续|连|请|休)?\s*({NUMBER})\s*个?"
    r"(天|周|星期|礼拜|工作日)(?:的?假)?(?!内|之内|以内|后|以后|之后|前|[一二三四五六日天末])"
)
# What a press on one of the bot's own choices adds to the sentence.
_CHOSEN = re.compile(r"(\d{4}-\d\d-\d\d)(?:到(\d{4}-\d\d-\d\d))?(上午|下午)?\s*$")


@dataclass(frozen=True, slots=True)
class Choice:
    """The words could mean each of these."""

    title: str
    spans: tuple[Span, ...]
    text: str = ""


@dataclass(frozen=True, slots=True)
class Clock:
    """Now, and what the team's days are like."""

    now: datetime
    calendar: Calendar
    hours: Hours

    def day(self, day: date) -> Span:
        return self.days(day, day)

    def days(self, first: date, last: date) -> Span:
        return Span(self._midnight(first), self._midnight(last + _DAY))

    def half(self, day: date, which: str) -> Span:
        noon = datetime.combine(day, self.hours.noon, self.calendar.zone)
        whole = self.day(day)
        return Span(whole.since, noon) if which == "上午" else Span(noon, whole.until)

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time(0), self.calendar.zone)


def chosen_words(span: Span, hours: Hours) -> str:
    """How a choice is said, so that it can only mean this."""
    first, last = f"{span.first:%Y-%m-%d}", f"{span.last:%Y-%m-%d}"
    if span.since.time() == hours.noon:
        return f"{first}下午"
    if span.until.time() == hours.noon:
        return f"{first}上午"
    return first if first == last else f"{first}到{last}"


def leave_time(text: str, clock: Clock, *, settled: bool = False) -> Span | Choice:
    """``settled``: the question was answered, by words at the end. Raises Refusal."""
    chosen = _CHOSEN.search(text) if settled else None
    if chosen is not None:
        first = date.fromisoformat(chosen[1])
        if chosen[3]:
            return clock.half(first, chosen[3])
        return clock.days(first, date.fromisoformat(chosen[2] or chosen[1]))
    found = _half_day(text, clock) or _so_many_days(text, clock)
    return found or _understood(text, clock)


def check(span: Span, clock: Clock) -> None:
    """Raises Refusal for what is too far away, too long or over."""
    if span.until <= clock.now:
        raise _over(span_words(span, clock.now, clock.hours.noon))
    if span.since > clock.now + FARTHEST:
        raise Refusal("请假最多提前一年记，到时候再说一声就行", usage=False)
    if span.until - span.since > LONGEST:
        raise Refusal(f"一次最多记 {LONGEST.days} 天，更长的请分几次说", usage=False)


def _over(words: str) -> Refusal:
    return Refusal(
        f"「{words}」已经过去了，不用补记。今天和以后的可以说：请假 今天、请假 明天下午；"
        "那天的站会想补一句就说：补交",
        usage=False,
    )


# --- 半天 ------------------------------------------------------------------------------------


def _half_day(text: str, clock: Clock) -> Span | Choice | None:
    half = _HALF.search(text)
    if half is None:
        return None
    rest = text[: half.start()] + " " + text[half.end() :]
    said = _read(rest, clock)
    if said.status == "none":
        today = clock.now.date()
        return _halves([today, today + _DAY], clock)
    if isinstance(said.start, datetime) or said.end is not None or said.start is None:
        return _understood(rest, clock)
    return _halves([said.start], clock)


def _halves(days: list[date], clock: Clock) -> Choice:
    spans = [clock.half(day, which) for day in days for which in ("上午", "下午")]
    ahead = tuple(each for each in spans if each.until > clock.now)
    if not ahead:
        raise _over(span_words(spans[-1], clock.now, clock.hours.noon))
    return Choice("请哪半天？", ahead)


# --- 明天起三天 ---------------------------------------------------------------------------------


def _so_many_days(text: str, clock: Clock) -> Span | Choice | None:
    """A length is asked about where a day off could count or not."""
    long = _LONG.search(plain(text))
    count = number(long[1]) if long else None
    if long is None or not count:
        return None
    rest = text[: long.start()] + " " + text[long.end() :]
    said = _read(rest, clock)
    if said.status in ("past", "invalid") or said.end is not None or _is_clock(said.start):
        return None
    weeks = long[2] in ("周", "星期", "礼拜")
    days = min(count * (7 if weeks else 1), 999)
    today = clock.now.date()
    firsts = [said.start] if said.start else [today, today + _DAY]
    spans: dict[Span, None] = {}
    for first in firsts:
        last = first + (days - 1) * _DAY
        worked = clock.calendar.add_workdays(first - _DAY, min(days, 200))
        if weeks:
            worked = last
        elif long[2] == "工作日":
            last = worked
        for each in (worked, last):
            spans[clock.days(first, each)] = None
    if len(spans) == 1:
        return next(iter(spans))
    title = "从哪天开始，到哪天？" if not said.start else "休息日算在里面吗？"
    return Choice(title, tuple(spans))


# --- any other time ----------------------------------------------------------------------------


def _read(text: str, clock: Clock) -> Deadline:
    return understand(text, clock.now, clock.calendar, clock.hours)


def _is_clock(moment: date | datetime | None) -> bool:
    return isinstance(moment, datetime)


def _understood(text: str, clock: Clock) -> Span | Choice:
    said = _read(text, clock)
    if said.status == "none":
        raise Refusal(f"哪天请假？{EXAMPLE}", usage=False)
    if said.status == "invalid":
        raise Refusal(f"没有「{said.matched}」这一天，{EXAMPLE}", usage=False)
    _check_alone(text, said, clock)
    span = _span(said, clock)
    if span.until <= clock.now:
        raise _over(said.matched)
    if said.status == "confirm":
        earlier = Span(span.since - _DAY, span.until - _DAY)
        before = [earlier] if clock.now.hour < _DAWN and earlier.until > clock.now else []
        return Choice("是哪天？", (*before, span), f"「{said.matched}」拿不准是哪天。")
    return span


def _check_alone(text: str, said: Deadline, clock: Clock) -> None:
    """周四周五 is two times: half of it must not get lost."""
    begin, stop = said.spans[0]
    also = _read(text[:begin] + "，" + text[stop:], clock)
    if also.status != "none":
        raise Refusal(
            f"看到「{said.matched}」和「{also.matched}」两个时间。连着的请说 周四到周五 这样，"
            "分开的请一次说一段",
            usage=False,
        )


def _span(said: Deadline, clock: Clock) -> Span:
    """Half a day reaches to its edge: 上午 begins with the day, 下午 ends with it."""
    if said.start is None:
        raise Refusal(
            f"从哪天开始？「{said.matched}」只说了到哪天，比如 请假 今天到周五", usage=False
        )
    if isinstance(said.start, datetime) and said.end is None:
        raise Refusal(
            f"「{said.matched}」到几点？比如 请假 明天下午、请假 明天 14:00-16:00", usage=False
        )
    return Span(_begin(said.start, clock), _end(said.end or said.start, clock))


def _begin(start: date | datetime, clock: Clock) -> datetime:
    if not isinstance(start, datetime):
        return clock.day(start).since
    return clock.day(start.date()).since if start.time() <= clock.hours.on_work else start


def _end(end: date | datetime, clock: Clock) -> datetime:
    if not isinstance(end, datetime):
        return clock.day(end).until
    return clock.day(end.date()).until if end.time() >= clock.hours.off_work else end
