"""When the standups of a team are held: read from what people say, and said back to them."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from bot.errors import Refusal
from bot.grammar import half_width
from bot.moment import WEEKDAYS
from bot.round import Round
from bot.timewords.clock import Clock, Hours, impossible_clock, read_clock
from bot.timewords.numeral import plain

SHORTEST, LONGEST = timedelta(minutes=10), timedelta(hours=24)
USUAL = timedelta(hours=1)  # where only the beginning is said
EXAMPLE = "设置 站会 9:30 10:30"
_DAY = timedelta(days=1)

_AHEAD = re.compile(
    r"(?:今晚|晚上|前一天|前一晚)?(?:提前)?写(?P<day>明天|明日|第二天|次日|下个?工作日|今天|今日|当天)的?(?:计划)?"
)
_TODAY = ("今天", "今日", "当天")
_WEEK = r"每?(?:周|星期|礼拜)"
_ONE = r"[一二三四五六日天](?![点时十])"
_DAYS = re.compile(
    r"(?P<work>(?:每个?|按)?工作日)|(?P<all>每天|每日|天天|每一天)|(?P<end>双休日|周末)"
    rf"|{_WEEK}(?P<a>{_ONE})\s*(?:到|至|-|~)\s*(?:{_WEEK})?(?P<b>{_ONE})"
    rf"|{_WEEK}(?P<list>{_ONE}(?:[、,和及与\s]*(?:{_WEEK})?{_ONE})*)"
    r"|周(?P<c>[1-7])\s*(?:到|至|-|~)\s*周?(?P<d>[1-7])(?![\d:点时])"
)
_NEXT = re.compile(r"次日|翌日|第二天|隔天|明天|明(?=[早晨])|次(?=晨)")
_NOISE = re.compile(r"[\s,，、;；。~]+|到|至|-+|从|在|开始|结束|开会|收|开|改成|改到|改为")


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a sentence says of a round; None is what it does not speak of."""

    opens: Clock | None = None
    closes: Clock | None = None
    overnight: bool = False  # the close is said to be on the next day
    days: tuple[int, ...] | None = None  # empty: working days
    ahead: bool | None = None


class NotUnderstood(Refusal):
    """Words that are neither hours nor days."""


def read(words: str) -> Said:
    """工作日 9:30 10:30, 21:00 次日9:00 写明天. Raises Refusal."""
    text = plain(words)
    ahead = _AHEAD.search(text)
    text = _AHEAD.sub(" ", text)
    days, text = take_days(text)
    said = Said(days=days, ahead=None if ahead is None else ahead["day"] not in _TODAY)
    return _clocks(text, said)


def take_days(text: str) -> tuple[tuple[int, ...] | None, str]:
    """The days that a plain text names, and the text without them; empty: working days."""
    if _DAYS.search(text) is None:
        return None, text
    days = {each for found in _DAYS.finditer(text) for each in _days(found)}
    return tuple(sorted(days)), _DAYS.sub(" ", text)


def _days(found: re.Match[str]) -> Sequence[int]:
    if found["work"]:
        return ()
    if found["all"]:
        return range(7)
    if found["end"]:
        return (5, 6)
    if found["list"]:
        return [_weekday(each) for each in re.findall(_ONE, found["list"])]
    if found["a"]:
        first, last = _weekday(found["a"]), _weekday(found["b"])
    else:
        first, last = int(found["c"]) - 1, int(found["d"]) - 1
    return [(first + number) % 7 for number in range((last - first) % 7 + 1)]


def _weekday(char: str) -> int:
    return WEEKDAYS.index(char.replace("天", "日"))


def _clocks(text: str, said: Said) -> Said:
    found: list[tuple[Clock, bool]] = []
    position, tomorrow = 0, False
    while position < len(text):
        if noise := _NOISE.match(text, position):
            position = noise.end()
        elif following := _NEXT.match(text, position):
            position, tomorrow = following.end(), True
        else:
            clock = read_clock(text, position, Hours(), placed=True)
            if clock is None or clock.at is None:
                raise _unclear(text, position)
            found.append((clock, tomorrow))
            position, tomorrow = clock.stop, False
    if len(found) > 2:
        raise Refusal(f"最多写两个时间：几点开始、几点收，比如 {EXAMPLE}", usage=False)
    if tomorrow or (found and found[0][1]):
        raise Refusal("「次日」写在收的时间前面，比如 设置 站会 21:00 次日9:00", usage=False)
    if not found:
        return said
    said = replace(said, opens=found[0][0])
    return replace(said, closes=found[1][0], overnight=found[1][1]) if found[1:] else said


def _unclear(text: str, position: int) -> Refusal:
    stop = impossible_clock(text, position)
    if stop is not None:
        return Refusal(f"没有「{text[position:stop]}」这个时间，比如 {EXAMPLE}", usage=False)
    word = text[position:].split()[0][:20]
    return NotUnderstood(
        f"「{word}」没看懂。要写几点开始、几点收，比如 {EXAMPLE}、设置 站会 周一三五 9:30；"
        "不开就说 设置 站会 关",
        usage=False,
    )


# --- as a round ------------------------------------------------------------------------------


def fitted(before: Round, said: Said) -> Round:
    """The round as it is now said to be; what was not said stays. Raises Refusal."""
    opens, closes = before.opens, before.closes
    if said.opens is not None:
        opened = _on_the_clock(_opening(said.opens))
        closed = _closing(said, opened) if said.closes else opened + _length(before)
        _check(opened, closed)
        opens, closes = closed_in_day(opened), closed_in_day(closed)
    found = replace(before, opens=opens, closes=closes)
    if said.days is not None:
        found = replace(found, days=said.days or None)
    return found if said.ahead is None else replace(found, ahead=said.ahead)


def closed_in_day(at: timedelta) -> time:
    minutes = at % _DAY // timedelta(minutes=1)
    return time(minutes // 60, minutes % 60)


def _opening(clock: Clock) -> timedelta:
    at = clock.at or timedelta()
    # 3点 is in the afternoon, as it is for deadlines.
    return at + _DAY / 2 if clock.loose and at < timedelta(hours=7) else at


def _on_the_clock(at: timedelta) -> timedelta:
    if at >= _DAY:
        raise Refusal("开始的时间要写成 0:00 到 23:59，比如 设置 站会 21:00 次日9:00", usage=False)
    return at


def _closing(said: Said, opened: timedelta) -> timedelta:
    """From midnight before the opening on."""
    closes, opens = said.closes, said.opens
    at = (closes.at if closes else None) or timedelta()
    if said.overnight:
        return at + _DAY
    spoken = opens is not None and (opens.part or opened != opens.at)
    if closes and closes.loose and spoken and opened >= _DAY / 2 and at + _DAY / 2 > opened:
        return at + _DAY / 2  # 下午5点到6点
    if at <= opened:
        raise Refusal(
            f"收的时间 {_hours(at)} 不晚于开始的 {_hours(opened)}。"
            f"当天收就说：设置 站会 {_hours(opened)} {_hours(min(opened + USUAL, _DAY))}；"
            f"第二天才收就说：设置 站会 {_hours(opened)} 次日{_hours(at)}",
            usage=False,
        )
    return at


def _hours(at: timedelta) -> str:
    minutes = at // timedelta(minutes=1)
    return f"{minutes // 60}:{minutes % 60:02}"


def _length(each: Round) -> timedelta:
    opens, closes = (_since_midnight(at) for at in (each.opens, each.closes))
    return closes - opens if closes > opens else closes - opens + _DAY


def _since_midnight(at: time) -> timedelta:
    return timedelta(hours=at.hour, minutes=at.minute)


def _check(opened: timedelta, closed: timedelta) -> None:
    if closed - opened < SHORTEST:
        raise Refusal(f"从开始到收至少 10 分钟，比如 {EXAMPLE}", usage=False)
    if closed - opened > LONGEST:
        raise Refusal("一场最长 24 小时，比如 设置 站会 21:00 次日9:00", usage=False)


def overlap(one: Round, others: Iterable[Round]) -> Round | None:
    """The first of the others that would be open at the same time.

    Working days may be any day of the week: a Saturday is worked for a holiday.
    """
    return next(
        (
            other
            for other in others
            if any(
                first < last_other and first_other < last
                for first, last in _windows(one, weeks=1)
                for first_other, last_other in _windows(other, weeks=3)
            )
        ),
        None,
    )


def _windows(each: Round, *, weeks: int) -> list[tuple[timedelta, timedelta]]:
    """When it is open, from Monday on; of three weeks the middle one is that of the others."""
    days = range(7) if each.days is None else each.days
    opens, length = _since_midnight(each.opens), _length(each)
    starts = [
        (day + 7 * (week - weeks // 2)) * _DAY + opens for week in range(weeks) for day in days
    ]
    return [(start, start + length) for start in starts]


# --- how it is said --------------------------------------------------------------------------


def words(each: Round) -> str:
    """工作日 09:30 开始，10:30 收"""
    next_day = "次日 " if each.overnight else ""
    ahead = "，写明天的" if each.ahead else ""
    return (
        f"{days_words(each.days)} {each.opens:%H:%M} 开始，{next_day}{each.closes:%H:%M} 收{ahead}"
    )


def days_words(days: Sequence[int] | None) -> str:
    if days is None:
        return "工作日"
    if len(days) == 7:
        return "每天"
    unbroken = list(days) == list(range(days[0], days[-1] + 1))
    if unbroken and len(days) > 2:
        return f"周{WEEKDAYS[days[0]]}到周{WEEKDAYS[days[-1]]}"
    return "周" + "".join(WEEKDAYS[each] for each in days)


def plan_words(rounds: Sequence[Round]) -> str:
    """Every round of the team in a line."""
    if not rounds:
        return "不开（打开就说：设置 站会 开）"
    if len(rounds) == 1 and rounds[0].name == "站会":
        return words(rounds[0])
    return "；".join(f"{each.name} {words(each)}" for each in rounds)


def closing_words(closes: datetime, day: date) -> str:
    """10:30, or 明天 09:00 seen from the day on which it opens."""
    return f"{'明天 ' if closes.date() > day else ''}{closes:%H:%M}"


# --- names -----------------------------------------------------------------------------------

_NAME = re.compile(r"[^\W\d_][\w]{0,7}")
_TAKEN = re.compile(
    r"加|增加|新增|添加|删|删除|去掉|取消|移除|改名|叫|开|打开|关|关闭|小结|成员|问题|修改|趋势|填表"
)


def name_in(said: str) -> str:
    """A name for a round. Raises Refusal."""
    name = half_width(said).strip(" 「」\"'")
    known = _DAYS.search(plain(name)) or read_clock(plain(name), 0, Hours(), placed=True)
    if not _NAME.fullmatch(name) or _TAKEN.fullmatch(name) or known:
        raise Refusal(
            f"「{name[:20]}」不能当名字，要 1 到 8 个字，比如 设置 站会 加 晚会 17:30 18:00",
            usage=False,
        )
    return name
