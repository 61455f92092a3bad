"""Words for a stretch of time from now on: 3天内, 一个半小时后, 三个工作日内, 未来7天."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from bot.timewords.numeral import NUMBER, larger
from bot.timewords.reading import Days, DayWords, Frame, Reading, Sense, Trait, add_months

_AMOUNT = rf"(?:[0-9]{{1,3}}\.[0-9]|{NUMBER}(?: ?[-~到至或、] ?{NUMBER})?|半)"
_UNIT = (
    "年(?![级代度龄底初末])|月|周|星期|礼拜|工作日|交易日|天|日"
    "|小时|钟头|钟|hours?|h(?![a-z])|分钟?|minutes?|mins?|刻钟|秒钟?"
)
_PIECE = re.compile(
    rf"(?P<n>{_AMOUNT})(?:多|来)? ?(?P<ge>个)?(?P<half>半)?的? ?"
    rf"(?P<unit>{_UNIT})(?P<rest>半(?!夜))?"
)
_AND = re.compile("[零又加]")
_FRONT = re.compile(
    "(?:(?P<within>未来|今后|接下来|往后|向后|之后|还有|还剩下?|剩余|剩下?|限时|限)"
    "|(?P<later>再过|(?<![超经通越错走度不])过))(?:的|大概|大约)? ?"
)
# 超过3天, 缩短到3秒以内: how long something is or may be, and no moment at all.
_NO_MONTH = _UNIT.replace("|月|", "|")  # 超过3月5日
MEASURE = re.compile(
    "(?:超[过出]|[多少大小低高]于|至[少多]|最[多少长短]|不[到足]|起码|长达|多达|达到|[<>≤≥]=?"
    "|(?:缩短?|压缩?|缩减|降低?|减少?|提[高升速]|优化|控制?|限[制定]|保持|维持|稳定)[到至在为])"
    rf"(?:了|近|大约|约|大概)? ?(?!(?:19|20)[0-9]{{2}} ?年)"
    rf"{_AMOUNT}(?:多|来)? ?(?:个半?的? ?(?:{_UNIT})|半?(?:{_NO_MONTH})(?:半(?!夜))?)"
    "(?: ?(?:之内|以内|内|以上|以下))?"
)
WITHIN = "之内|以内|内(?![部容网测审训存外参控涵置])|里面?(?!程)|为限"
AFTER = "之后|以后|过后|后(?![台续端勤期果悔备天面])"
BEFORE = "之前|以前|前夕|前(?![台端期面往置沿景后])"
_BACK = re.compile(f" ?(?:左右)?(?:(?P<within>{WITHIN})|(?P<later>{AFTER})|(?P<ago>{BEFORE}))")
# Counting them takes a step each; more is no deadline anyway.
_MOST_WORKDAYS = 750
_NOT_BEFORE = "第近前每.#"
_UNITS = {
    "小时": "hours",
    "钟头": "hours",
    "钟": "hours",
    "h": "hours",
    "hour": "hours",
    "hours": "hours",
    "分": "minutes",
    "刻钟": "quarters",
    "秒": "seconds",
    "秒钟": "seconds",
    "年": "years",
    "月": "months",
    "周": "weeks",
    "星期": "weeks",
    "礼拜": "weeks",
    "天": "days",
    "日": "days",
    "工作日": "workdays",
    "交易日": "workdays",
}


@dataclass(frozen=True, slots=True)
class Stretch:
    """A duration as said: a whole number of days by the calendar, or exact seconds."""

    stop: int
    months: int = 0
    days: int = 0
    workdays: int = 0
    seconds: int = 0
    doubt: bool = False

    def day(self, frame: Frame, sign: int = 1) -> date:
        day = add_months(frame.base, sign * self.months) + timedelta(days=sign * self.days)
        return frame.calendar.add_workdays(day, sign * self.workdays)

    def moment(self, frame: Frame, sign: int = 1) -> datetime:
        day = self.day(frame, sign)
        moved = datetime.combine(day, frame.now.time(), frame.now.tzinfo)
        exact = moved.astimezone(UTC) + timedelta(seconds=sign * self.seconds)
        return exact.astimezone(frame.calendar.zone)


def read_stretch(text: str, pos: int) -> Stretch | None:
    """A bare duration at an offset, of up to three pieces: 1天零3小时20分."""
    total: Stretch | None = None
    for _ in range(3):
        link = _AND.match(text, pos) if total else None
        match = _PIECE.match(text, link.end() if link else pos)
        piece = _measure(match) if match else None
        if piece is None:
            break
        total = _sum(total, piece) if total else piece
        pos = piece.stop
    return total


def _sum(one: Stretch, two: Stretch) -> Stretch:
    return Stretch(
        two.stop,
        one.months + two.months,
        one.days + two.days,
        one.workdays + two.workdays,
        one.seconds + two.seconds,
        one.doubt or two.doubt,
    )


def _measure(match: re.Match[str]) -> Stretch | None:
    words, unit = match["n"], _UNITS.get(match["unit"], "minutes")
    if match["unit"] in ("月", "钟") and not match["ge"]:
        return None
    if words == "半":
        amount: float = 0.5
    elif "." in words:
        amount = float(words)
    else:
        whole = larger(words)
        if whole is None:
            return None
        amount = whole + (0.5 if match["half"] or match["rest"] else 0)
    return _stretch(match.end(), unit, amount)


def _stretch(stop: int, unit: str, amount: float) -> Stretch | None:
    whole, part = int(amount), amount - int(amount)
    if unit == "years":
        return Stretch(stop, months=round(amount * 12))
    if unit == "months":
        return Stretch(stop, months=whole, days=round(part * 30))
    if unit == "weeks":
        return Stretch(stop, days=round(amount * 7), doubt=bool(part))
    if unit == "days":
        # Half a day of work or half of 24 hours? Worth a question.
        return Stretch(stop, days=whole, seconds=round(part * 86400), doubt=bool(part))
    if unit == "workdays" and amount > _MOST_WORKDAYS:
        return None
    if unit == "workdays":
        return Stretch(stop, workdays=whole + (part > 0), doubt=part > 0)
    seconds = {"hours": 3600, "quarters": 900, "minutes": 60, "seconds": 1}[unit]
    return Stretch(stop, seconds=round(amount * seconds))


def read_later_day(text: str, pos: int, frame: Frame) -> DayWords | None:
    """三天后, 两周后, 三个工作日后: a day that a clock may follow."""
    front = _FRONT.match(text, pos)
    stretch = _guarded(text, front.end() if front else pos, pos)
    if stretch is None or stretch.seconds or (front and front["within"]):
        return None
    back = _BACK.match(text, stretch.stop)
    if not (front or (back and back["later"])) or (back and not back["later"]):
        return None
    day = stretch.day(frame)
    estimated = bool(stretch.workdays) and frame.calendar.is_estimated(day)
    traits = {Trait.MARKED} | ({Trait.DOUBT} if stretch.doubt else set())
    stop = back.end() if back else stretch.stop
    return DayWords(stop, (Days(day, day, day, estimated=estimated),), frozenset(traits))


def read_duration(text: str, pos: int, frame: Frame) -> Reading | None:
    """3天内, 两小时后, 未来7天, 还剩3小时. Without such a mark a duration is a quantity."""
    front = _FRONT.match(text, pos)
    stretch = _guarded(text, front.end() if front else pos, pos)
    if stretch is None:
        return None
    back = _BACK.match(text, stretch.stop)
    if not (front or back):
        return None
    stop = back.end() if back else stretch.stop
    traits = {Trait.MARKED, Trait.STRETCH} | ({Trait.DOUBT} if stretch.doubt else set())
    ago, later = back and back["ago"], (back and back["later"]) or (front and front["later"])
    if ago:
        # 会前3天 and 3天前 look alike; what is past is asked about anyway.
        traits.discard(Trait.MARKED)
    sense = _sense(stretch, frame, -1 if ago else 1, later=bool(ago or later), window=bool(front))
    return Reading(pos, stop, (sense,), frozenset(traits))


def _sense(stretch: Stretch, frame: Frame, sign: int, *, later: bool, window: bool) -> Sense:
    moment, day = stretch.moment(frame, sign), stretch.day(frame, sign)
    estimated = bool(stretch.workdays) and frame.calendar.is_estimated(day)
    due = moment if stretch.seconds else frame.at(day)
    if later:
        return Sense(moment if stretch.seconds else day, None, due, estimated)
    if stretch.seconds or (window and not stretch.workdays):
        return Sense(frame.now, moment, due, estimated)
    return Sense(frame.today, day, due, estimated)


def _guarded(text: str, pos: int, begin: int) -> Stretch | None:
    if begin and text[begin - 1] in _NOT_BEFORE:
        return None
    return read_stretch(text, pos)
