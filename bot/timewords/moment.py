"""Days and clocks put together: 周五下午3点前, 明天9点到11点, 周六周日."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from bot.timewords.clock import Clock, impossible_clock, read_clock
from bot.timewords.day import read_day
from bot.timewords.duration import AFTER, BEFORE, WITHIN, read_duration
from bot.timewords.reading import Days, DayWords, Frame, Reading, Sense, Trait
from bot.timewords.week import BARE_END, NAME, named_weekday, weekday_index

_DAY = timedelta(days=1)
_GAP = re.compile(" {0,2}的?[ t]?")
_ALSO_WEEKDAY = re.compile(rf"[ ,]?[(\[]? ?{NAME}(?P<day>[一二三四五六日天])[)\]]?")
_TO = re.compile(" ?(?:直?到|至|~|-{1,2}|(?P<pair>[和与跟])) ?(?:了?截?止?到? ?)")
_BETWEEN = re.compile(" ?之间")
_ABOUT = re.compile("左右|前后|上下(?!班|午|文|级|线|架|游|车)")
_AND = re.compile("[、,和及 ]{0,2}")
_IN_ALL = re.compile("这?[两二三四五六七2-7]天")
_BACK = re.compile(
    rf" ?或?(?:在)?(?:(?P<before>{BEFORE}|为止|截止|截至|止(?![损血步住疼]))"
    rf"|(?P<within>{WITHIN}|当中|期间)|(?P<after>{AFTER}))"
)


@dataclass(frozen=True, slots=True)
class _Moment:
    """Day words, a clock, or both."""

    begin: int
    stop: int
    days: DayWords | None
    clock: Clock | None
    senses: tuple[Sense, ...]
    traits: frozenset[Trait]

    @property
    def is_period(self) -> bool:
        return Trait.PERIOD in self.traits


def read_time(text: str, pos: int, frame: Frame) -> Reading | None:
    """The longest time that can be read at an offset, with what marks it as a deadline."""
    duration = read_duration(text, pos, frame)
    moment = _moment(text, pos, frame)
    if moment is None or (duration and duration.stop >= moment.stop):
        return duration
    found = _range(text, moment, frame)
    found = found or _listed(text, moment, frame) or _marked(text, moment, frame)
    about = _ABOUT.match(text, found.stop)
    return replace(found, stop=about.end()) if about else found


def _moment(text: str, pos: int, frame: Frame) -> _Moment | None:
    days = read_day(text, pos, frame)
    if days is None:
        clock = read_clock(text, pos, frame.hours, placed=False)
        wrong = None if clock else impossible_clock(text, pos)
        if wrong and _BACK.match(text, wrong):
            return _joined(pos, DayWords(wrong, ()), None, frame)
        return _joined(pos, None, clock, frame) if clock else None
    days = _checked(text, days)
    gap = _GAP.match(text, days.stop)
    begin = gap.end() if gap else days.stop
    clock = read_clock(text, begin, frame.hours, placed=True)
    clock = clock or read_clock(text, days.stop, frame.hours, placed=True)
    if clock is None and (wrong := impossible_clock(text, begin)):
        return _joined(pos, DayWords(wrong, ()), None, frame)
    return _joined(pos, days, clock, frame)


def _joined(begin: int, days: DayWords | None, clock: Clock | None, frame: Frame) -> _Moment:
    traits = days.traits if days else frozenset({Trait.CLOCK})
    stop = clock.stop if clock else days.stop if days else begin
    options = days.options if days else _coming(frame.base)
    if clock is None:
        senses = tuple(_whole(each, traits, frame) for each in options)
        return _Moment(begin, stop, days, clock, senses, traits)
    traits -= {Trait.PERIOD, Trait.NUMERIC, Trait.CLOSING}
    traits |= {Trait.DOUBT} if clock.doubt else set()
    senses = tuple(sense for each in options for sense in _at(clock, each, frame))
    return _Moment(begin, stop, days, clock, senses, traits)


def _marked(text: str, moment: _Moment, frame: Frame) -> Reading:
    """The moment with the 前, 内 or 后 that follows it."""
    senses, traits = moment.senses, moment.traits
    match = _BACK.match(text, moment.stop)
    if match is None:
        return Reading(moment.begin, moment.stop, senses, traits)
    if match["within"]:
        senses = tuple(replace(each, end=each.end or each.start) for each in senses)
        traits |= {Trait.MARKED}
    elif match["before"]:
        senses = tuple(_before(moment, frame))
        traits |= {Trait.MARKED, Trait.DOUBT} if _begins_later(moment, frame) else {Trait.MARKED}
    else:
        senses = tuple(_after(moment, frame))
        has_break = moment.days and any(each.morrow for each in moment.days.options)
        traits |= set() if has_break else {Trait.DOUBT}
    return Reading(moment.begin, match.end(), senses, traits - {Trait.NUMERIC})


def _begins_later(moment: _Moment, frame: Frame) -> bool:
    """下周前, 12月前: before it begins or before it ends? R7 and common use differ."""
    if moment.days is None or not moment.is_period:
        return False
    return any(each.eve is None and each.first > frame.today for each in moment.days.options)


def _before(moment: _Moment, frame: Frame) -> Iterator[Sense]:
    if moment.clock or moment.days is None:
        for sense in moment.senses:
            yield replace(sense, start=None, end=sense.due)
        return
    for days in moment.days.options:
        day = days.eve or days.due
        if days.eve is None and moment.is_period and days.first > frame.today:
            day = days.first - _DAY
        # A break is only as sure as the schedule of the year in which it begins.
        guessed = days.morrow is not None and frame.calendar.is_estimated(day)
        end = days.last if day == days.due else day
        yield Sense(None, end, frame.at(day), days.estimated or guessed)


def _after(moment: _Moment, frame: Frame) -> Iterator[Sense]:
    if moment.clock or moment.days is None:
        for sense in moment.senses:
            yield replace(sense, end=None)
        return
    for days in moment.days.options:
        day = days.morrow or (days.last + _DAY if moment.is_period else days.last)
        guessed = days.morrow is not None and frame.calendar.is_estimated(day)
        yield Sense(day, None, frame.at(day), guessed)


def _coming(base: date) -> tuple[Days, ...]:
    return Days.of(base), Days.of(base + _DAY)


def _whole(days: Days, traits: frozenset[Trait], frame: Frame) -> Sense:
    due = frame.at(days.due)
    if Trait.CLOSING in traits:
        return Sense(None, days.last, due, days.estimated)
    if Trait.PERIOD in traits:
        return Sense(days.first, days.last, due, days.estimated)
    return Sense(days.first, None, due, days.estimated)


def _at(clock: Clock, days: Days, frame: Frame) -> list[Sense]:
    zone = frame.calendar.zone
    if clock.at is None:
        begins, ends = clock.span(days.due, zone, frame.hours)
        return [Sense(begins, ends, ends, days.estimated)]
    moments = clock.on(days.due, zone)
    # 明天9点 is in the morning; only of today may the evening be meant.
    moments = moments if days.due == frame.today else moments[:1]
    return [Sense(each, None, each, days.estimated) for each in moments]


def _checked(text: str, days: DayWords) -> DayWords:
    """12月5日（周六）: the weekday picks the year, or shows that something is wrong."""
    match = _ALSO_WEEKDAY.match(text, days.stop)
    if match is None or days.traits & {Trait.WEEKDAY, Trait.PERIOD, Trait.LITERAL}:
        return days
    index = weekday_index(match["day"])
    right = tuple(each for each in days.options if each.due.weekday() == index)
    # Only the first two: a fifth year from now would fit any weekday.
    if right and right[0] in days.options[:1]:
        return replace(days, stop=match.end())
    return replace(days, stop=match.end()).plus(Trait.DOUBT)


def _range(text: str, start: _Moment, frame: Frame) -> Reading | None:
    to = _TO.match(text, start.stop)
    if to is None or not start.senses:
        return None
    senses, stop = [], 0
    for each in start.senses:
        if found := _ended(text, to.end(), each, start, frame):
            sense, stop = found
            senses.append(sense)
    if not senses:
        return None
    between = _BETWEEN.match(text, stop)
    if to["pair"] and not between:
        return None
    stop = between.end() if between else stop
    traits = start.traits - {Trait.NUMERIC, Trait.BROAD, Trait.CLOSING}
    back = _BACK.match(text, stop)
    if back and not back["after"]:
        stop, traits = back.end(), traits | {Trait.MARKED}
    return Reading(start.begin, stop, tuple(senses), traits)


def _ended(
    text: str, pos: int, start: Sense, opening: _Moment, frame: Frame
) -> tuple[Sense, int] | None:
    """The sense of a range that begins as `start` says, and the offset after it."""
    begins = start.start if start.start is not None else start.end
    assert begins is not None  # noqa: S101 - a sense has one of them
    day = begins.date() if isinstance(begins, datetime) else begins
    inner = replace(frame, base=day)
    end = _moment(text, pos, inner) or _bare_weekday(text, pos, opening, inner)
    if end is None:
        return None
    if end.days is None and end.clock:
        due = _closing_clock(end.clock, begins, frame)
        return Sense(begins, due, due, start.estimated), end.stop
    last = _first_after(end.senses, start)
    if last is None:
        return None
    return Sense(begins, last.end or last.start, last.due, last.estimated), end.stop


def _closing_clock(clock: Clock, begins: date | datetime, frame: Frame) -> datetime:
    opened = begins if isinstance(begins, datetime) else frame.at(begins, frame.hours.on_work)
    if clock.at is not None:
        return clock.after(opened)
    ends = clock.span(opened.date(), frame.calendar.zone, frame.hours)[1]
    return ends if ends > opened else ends + _DAY


def _first_after(senses: tuple[Sense, ...], start: Sense) -> Sense | None:
    later = (
        each for each in senses if each.due >= start.due or each.due.date() > start.due.date()
    )
    return next(later, None)


def _bare_weekday(text: str, pos: int, opening: _Moment, frame: Frame) -> _Moment | None:
    match = BARE_END.match(text, pos)
    if match is None or Trait.WEEKDAY not in opening.traits:
        return None
    days = DayWords(match.end(), named_weekday(match[0], frame.base), frozenset({Trait.WEEKDAY}))
    return _joined(pos, days, None, frame)


def _listed(text: str, first: _Moment, frame: Frame) -> Reading | None:
    """周六周日, 9月10号，11号，12号: days in a row are one stretch."""
    if first.clock or not first.days or len(first.senses) == 0:
        return None
    runs = [(each.first, each.last) for each in first.days.options]
    stop = first.days.stop
    for _ in range(31):
        link = _AND.match(text, stop)
        pos = link.end() if link else stop
        following = read_day(text, pos, replace(frame, base=runs[0][1]))
        if following is None or not following.options:
            break
        if following.options[0].first != runs[0][1] + _DAY or following.traits & {Trait.MARKED}:
            break
        length = following.options[0].last - following.options[0].first
        runs = [(begin, last + _DAY + length) for begin, last in runs]
        stop = following.stop
    if stop == first.days.stop:
        return None
    in_all = _IN_ALL.match(text, stop)
    stop = in_all.end() if in_all else stop
    senses = tuple(Sense(begin, last, frame.at(last)) for begin, last in runs)
    back = _BACK.match(text, stop)
    traits = first.traits | ({Trait.MARKED} if back and back["before"] else set())
    return Reading(first.begin, back.end() if back else stop, senses, traits)
