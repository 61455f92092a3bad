"""Words for a time of day: 下午3点半, 17:30, 今晚, 下班前."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.timewords.numeral import DIGIT, NUMBER, any_of, larger, number


@dataclass(frozen=True, slots=True)
class Hours:
    """What a team may set: when the parts of a day end, and the days that stand for a period."""

    on_work: time = time(9)
    off_work: time = time(18)
    before_dawn: time = time(6)
    morning: time = time(9)
    forenoon: time = time(12)
    noon: time = time(12)
    afternoon: time = time(18)
    evening: time = time(23, 59)
    week_ends: int = 4  # Monday is 0
    days_before_festival: int = 1

    def __post_init__(self) -> None:
        if not 0 <= self.week_ends <= 6:
            raise ValueError("week_ends is a weekday from 0 (Monday) to 6 (Sunday)")
        if self.days_before_festival < 0:
            raise ValueError("days_before_festival cannot be negative")


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of day as said. `at` counts from midnight; without it the whole part is meant."""

    stop: int
    part: str = ""
    at: timedelta | None = None
    loose: bool = False  # 3点 alone: nobody said which half of the day
    doubt: bool = False

    def on(self, day: date, zone: ZoneInfo) -> list[datetime]:
        """The moments it may mean on that day, earlier first."""
        assert self.at is not None  # noqa: S101 - parts of the day have a span instead
        first = datetime.combine(day, time(), zone) + self.at
        later = first + _HALF
        if not self.loose:
            return [first]
        return [first, later] if self.at >= timedelta(hours=7) else [later]

    def after(self, start: datetime) -> datetime:
        """The end of a range: the next time the clock shows this after the start."""
        assert self.at is not None  # noqa: S101 - as above
        found = datetime.combine(start.date(), time(), start.tzinfo) + self.at
        if found - _DAY > start:
            found -= _DAY
        while found <= start:
            found += _HALF if self.loose else _DAY
        return found

    def span(self, day: date, zone: ZoneInfo, hours: Hours) -> tuple[datetime, datetime]:
        ends: time = getattr(hours, self.part)
        begins = min(_BEGINS[self.part], ends)
        return datetime.combine(day, begins, zone), datetime.combine(day, ends, zone)


_DAY, _HALF = timedelta(days=1), timedelta(hours=12)
_PARTS = {
    "before_dawn": "凌晨|拂晓",
    "morning": "大?清早|清晨|早晨|早上|早间|一大?早|大早上",
    "forenoon": "上午|午前",
    "noon": "中午|正午|午间|晌午",
    "afternoon": "下午|午后|傍晚|黄昏",
    "evening": "大?晚上|晚间|夜晚|深夜|大?半夜|夜里|夜间",
}
_BEGINS = {
    "before_dawn": time(0),
    "morning": time(6),
    "forenoon": time(8),
    "noon": time(11),
    "afternoon": time(12),
    "evening": time(18),
}
_SHORT = {"早": "morning", "晨": "morning", "晚": "evening", "夜": "evening"}
_GREETING = "(?!好|安|茶|餐|饭|会(?!议)|新闻)"
_PART = re.compile(
    "|".join(f"(?P<{name}>(?:{words}){_GREETING})" for name, words in _PARTS.items())
)
_SHORT_PART = re.compile("[早晚晨夜](?![点些于期会礼餐饭宴班安报稻操到退了市])")
_NIGHT = re.compile("深夜|大?半夜|夜里|夜间")

# 0-9 and not \d, which is any script's digits. 17:30, 8:00时, 2026-01-01T10:00:00.000Z
_COLON = re.compile(
    r"(?P<h>[0-9]{1,2}) ?: ?(?P<m>[0-5][0-9])(?: ?: ?(?P<s>[0-5][0-9])(?:\.[0-9]{1,6})?)?"
    r"(?:z|\+[0-9]{2}:[0-9]{2}|时|分)?(?![0-9:])"
)
_PAST_HOUR = (
    r"(?: ?过?(?:整|(?P<half>半)(?![个天价年月小])|(?P<quarter>[一三123])刻钟?"
    rf"|(?P<m>{NUMBER}) ?分(?!之|钟[内后以]|享|析|开|配|支|工|部|布)"
    rf"|(?P<bare>[零〇][{DIGIT}]|[二三四五]?十[一二三四五六七八九]?|[0-5][0-9])(?![0-9{DIGIT}十%.个])))?"
    rf"(?: ?(?P<s>{NUMBER}) ?秒)?"
)
_HOUR = re.compile(
    rf"(?P<h>{NUMBER}) ?(?P<unit>点钟?|时(?![间候长刻代常效段区尚机差]))({_PAST_HOUR})"
    rf"(?:差(?P<less>{NUMBER}分|[一1]刻钟?))?"
)
_LESS = re.compile(rf"差(?P<less>{NUMBER}分钟?|[一1]刻钟?) ?")
_LATIN = re.compile(r" ?(?P<half>[ap])\.?m(?:\.|(?![a-z]))")
_BARE_LATIN = re.compile(r"(?P<h>[0-9]{1,2})(?= ?[ap]\.?m(?:\.|(?![a-z])))")
_ROUGHLY = re.compile("(?:大约|大概|差不多|约莫|约) ?")
_ABOUT = re.compile(" ?(?:左右|前后|上下|许|多(?![个人种少]))")
# 3到5点: the first number borrows the unit of the second.
_SHARED = re.compile(
    rf"(?P<h>{NUMBER})(?= ?[-~到至]{{1,2}} ?{NUMBER} ?(?:点|时(?![间候长]))"
    r"| ?[-~] ?[0-9]{1,2} ?[ap]\.?m)"
)
# What follows 3点 that counts items, and what precedes it.
_ITEMS = re.compile(
    " ?(?:"
    + any_of(
        """意见 建议 要求 说明 原因 理由 看法 想法 问题 内容 总结 反馈 注意 事项 改进 希望
        思考 体会 疑问 补充 结论 优化 优势 优点 缺点 不足 措施 修改 感想 启示 经验 教训 心得
        变化 区别 好处 共识 诉求 声明 规则 原则 思路 重要 主要 核心 关键 具体 改动 调整 提示
        提醒 收获 异议 亮点 共性 期望 评论 儿"""
    )
    + ")"
)
_COUNTED = re.compile("[第这那有提说讲共列几多哪每前后加减乘除高低涨跌降升]$|如下$|以下$|上述$")
_DECIMAL = re.compile(
    rf" ?[0-9]|[{DIGIT}十百](?<!一)(?![楼号层方组位人])|一(?![起定同块到并早直次样])"
)
_IMPOSSIBLE = re.compile(
    r"[0-9]{1,2}:[0-9]{2}(?![0-9:])|(?:2[5-9]|[3-9][0-9]) ?(?:点(?![0-9])|时(?!间))"
)
_LITTLE = re.compile(
    "一点(?!钟|半|整|之?以?前|左右|到|[一三]刻|[零〇一二三四五六七八九十]|开[会始])"
)
_WORKDAY = (
    ("off_work", re.compile("(?:下班|收工)(?!车|高峰|卡)|eod(?![a-z])|cob(?![a-z])")),
    ("on_work", re.compile("(?:上班|开工)(?=之?以?前)")),
    ("noon", re.compile("(?:午饭|午餐|午休|中饭)(?=之?以?前)")),
    ("off_work", re.compile("(?:晚饭|晚餐)(?=之?以?前)")),
    ("evening", re.compile("睡觉?(?=之?以?前)")),
)


def read_clock(text: str, pos: int, hours: Hours, *, placed: bool) -> Clock | None:
    """The time of day at an offset. `placed`: a day was named before it."""
    if roughly := _ROUGHLY.match(text, pos):
        pos = roughly.end()
    for name, words in _WORKDAY:
        if match := words.match(text, pos):
            return Clock(match.end(), "", _since_midnight(getattr(hours, name)))
    if text.startswith("午夜", pos):
        return Clock(pos + 2, "evening", timedelta(hours=24))
    part, after, night = _read_part(text, pos)
    digits = _read_digits(text, after, placed=placed or bool(part))
    if digits is None:
        is_short = part and after - pos == 1
        return Clock(after, part) if part and (placed or not is_short) else None
    return _joined(digits, part, night=night, placed=placed)


def impossible_clock(text: str, pos: int) -> int | None:
    """The offset after 25:00, 8:60 or 26点, for which no clock can be read."""
    match = _IMPOSSIBLE.match(text, pos)
    return match.end() if match else None


def _read_part(text: str, pos: int) -> tuple[str, int, bool]:
    if match := _PART.match(text, pos):
        after = match.end() + text.startswith("的", match.end())
        name = match.lastgroup or ""
        if _read_digits(text, after, placed=True) is None:
            after = match.end()
        while after < len(text) and text[after] == " ":
            after += 1
        stop = after if _read_digits(text, after, placed=True) else match.end()
        return name, stop, bool(_NIGHT.match(text, pos))
    if _SHORT_PART.match(text, pos) and not _LITTLE.match(text, pos + 1):
        return _SHORT[text[pos]], pos + 1, False
    return "", pos, False


@dataclass(frozen=True, slots=True)
class _Digits:
    stop: int
    hour: int
    minute: int
    second: int
    half: str  # a or p, of a.m. and p.m.
    exact: bool  # 17:05 and 05:00 leave no doubt about the half of the day


def _read_digits(text: str, pos: int, *, placed: bool) -> _Digits | None:
    less = _LESS.match(text, pos)
    begin = less.end() if less else pos
    match = _COLON.match(text, begin) or _HOUR.match(text, begin)
    match = match or _BARE_LATIN.match(text, begin) or _SHARED.match(text, begin)
    if match is None or (match.re is _HOUR and _counts_items(text, match, placed=placed)):
        return None
    groups = match.groupdict()
    latin = _LATIN.match(text, match.end())
    stop = latin.end() if latin else match.end()
    about = _ABOUT.match(text, stop)
    hour = larger(groups["h"] or "")  # 两三点
    minute = _minute(groups)
    second = number(groups.get("s") or "0")
    if hour is None or minute is None or second is None:
        return None
    if hour > 24 or minute > 59 or second > 59 or (hour == 24 and minute):
        return None
    short = groups.get("less") or (less.group("less") if less else "")
    if short:
        hour, minute = divmod(hour * 60 + minute - _short_of(short), 60)
    exact = match.re is _COLON and groups["h"].startswith("0")
    half = latin.group("half") if latin else ""
    return _Digits(about.end() if about else stop, hour, minute, second, half, exact)


def _minute(groups: dict[str, str | None]) -> int | None:
    if groups.get("half"):
        return 30
    if quarter := groups.get("quarter"):
        return 15 * (number(quarter) or 0)
    return number(groups.get("m") or groups.get("bare") or "0")


def _short_of(words: str) -> int:
    return 15 if "刻" in words else number(words.rstrip("分钟")) or 0


def _counts_items(text: str, match: re.Match[str], *, placed: bool) -> bool:
    """三点意见, 第三点, 快一点, 八点八: numbers that no clock shows."""
    if match["unit"] != "点" or match.end("unit") != match.end():
        return False
    if _ITEMS.match(text, match.end()) or _DECIMAL.match(text, match.end()):
        return True
    if placed:
        return False
    before = text[max(0, match.start() - 2) : match.start()]
    return bool(_COUNTED.search(before) or _LITTLE.match(text, match.start()))


def _joined(digits: _Digits, part: str, *, night: bool, placed: bool) -> Clock:
    hour, doubt = digits.hour, False
    if digits.half:
        hour = hour % 12 + (12 if digits.half == "p" else 0)
    elif part in ("before_dawn", "morning", "forenoon"):
        hour, doubt = (0 if part == "before_dawn" and hour == 12 else hour), hour > 12
    elif (part == "noon" and hour < 6) or (part == "afternoon" and hour < 12):
        hour += 12
    elif part == "evening" and (hour in (0, 12) or hour < 5 + night):
        # 今晚2点 is after midnight to most, but worth a question.
        doubt = hour not in (0, 12)
        hour = hour % 12 + (24 if placed or not doubt else 0)
    elif part == "evening" and hour < 12:
        hour += 12
    loose = not (part or digits.half or digits.exact) and 0 < hour < 12
    at = timedelta(hours=hour, minutes=digits.minute, seconds=digits.second)
    return Clock(digits.stop, part, at, loose, doubt and placed)


def _since_midnight(moment: time) -> timedelta:
    return timedelta(hours=moment.hour, minutes=moment.minute)
