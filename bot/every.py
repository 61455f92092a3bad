"""每周五 17:00, 每月5号 in a sentence: where it stands, and the rule that it names."""

import re
from dataclasses import dataclass
from datetime import time, timedelta

from bot.errors import Refusal
from bot.recurrence import LAST, Rule
from bot.timewords.clock import Hours, impossible_clock, read_clock
from bot.timewords.numeral import NUMBER, number, plain

_LAST_WORKDAY = 23
_LONGEST_DAYS, _LONGEST_WEEKS = 30, 12
_EXAMPLES = "比如 每周五 17:00、每个工作日 9:00、每两周周一、每月5号、每季度末"


@dataclass(frozen=True, slots=True)
class Found:
    start: int
    stop: int
    rule: Rule
    clock: tuple[int, int] | None = None  # 每天 备份数据库 18:00: a clock that stands apart


_EACH = r"每(?:逢|到)?"
_WEEK = "(?:周|星期|礼拜)"
# 每周三次, 每周五家客户 and 每周日报 count or name things; 每周五六点 is Friday at six.
_COUNTED = "次个名家条份场遍篇件回趟轮步页款项度期十百点时楼"
_NAMED = (
    rf"(?:[一二三四五六天](?![{_COUNTED}])|日(?![报常程志期均活{_COUNTED}])"
    rf"|[1-7](?![{_COUNTED}0-9:.]))"
)
_DAYS = rf"(?P<on>{_NAMED}(?:(?: ?(?:[、,和及跟]|到|至|-|~) ?{_WEEK}?)?{_NAMED})*)"
_MONTH = rf"{_EACH}个?月(?:的|份)? ?"
_DATE = rf"(?:{NUMBER})(?:[号日]? ?[、,和及跟] ?(?:{NUMBER}))*[号日](?!楼|线|机|仓|店)"
_ONE = "(?:一|1)"
_PATTERNS = tuple(
    (name, re.compile(pattern))
    for name, pattern in (
        ("workday", rf"{_EACH}个?(?:工作日|上班日)"),
        ("day", rf"{_EACH}(?:一?天|日(?![报均活志经程]))"),
        ("weeks", rf"(?:每隔?(?P<step>{NUMBER})个?{_WEEK}|每?[隔双]{_WEEK})"
                  rf" ?的? ?{_WEEK}?{_DAYS}"),
        ("week", rf"{_EACH}个?{_WEEK}{_DAYS}"),
        ("days", rf"每隔?(?P<step>{NUMBER})个?天|隔天"),
        ("month_end", rf"{_MONTH}(?:最后{_ONE}?[天日]|月?[底末](?!线|数)|最后{_ONE}?个?工作日)"),
        ("nth", rf"{_MONTH}(?:第(?P<nth>{NUMBER})个?|(?P<first>首个)|最后{_ONE}?个?)"
                rf"(?:(?P<work>工作日)|{_WEEK}(?P<day>{_NAMED}))"),
        ("month", rf"{_MONTH}(?P<dates>{_DATE})"),
        ("quarter", rf"{_EACH}个?季度?(?:的)?(?:末|底|最后{_ONE}?(?:[天日]|个?工作日))"),
    )
)  # fmt: skip
# Said like a schedule, but not enough of one, or one that nobody can keep.
_VAGUE = re.compile(
    rf"(?:{_EACH}个?(?:{_WEEK}|月|季度?|年|半年|小时|钟头|分钟)|每{NUMBER}个?(?:{_WEEK}|月|年|小时|分钟))"
    r"(?=[ ,。;\n0-9]|一?[次回](?!的)|$)"
)
_BREAK_BEFORE = re.compile(r"(?:^|[\s,;。、:!)）】])$")
_LAST = re.compile(r"(?:之前|以前|前|截止)?[ ,。;!]*$")
_TAIL = re.compile(r" ?(?:之前|以前|前|截止|之内|内)?(?: |,|:|$)*")
_ENDS = re.compile("为止|直到|截止到|截至")


def find_rule(text: str, hours: Hours) -> Found | None:
    """The schedule that a sentence names. Raises Refusal for one that cannot be kept."""
    said = plain(text).replace("，", ",").replace("：", ":")
    for name, pattern in _PATTERNS:
        for match in pattern.finditer(said):
            if said.startswith("的", match.end()):
                continue  # 每周五的例会 is what the work is about
            at, stop = _clock(said, match.end(), hours)
            apart = None
            if at is None:
                at, apart = _clock_apart(said, match.start(), stop, hours)
            opens = _BREAK_BEFORE.search(said[: match.start()])
            if not opens and said[stop:].strip(" ,。;!"):
                continue  # 统计客户每天登录的次数
            if _ENDS.search(said[stop:]):
                raise Refusal(
                    "重复的任务还不能写到哪天为止；先记下，到时候说 取消 编号 就停", usage=False
                )
            return Found(match.start(), stop, _rule(name, match, at), apart)
    vague = next((m for m in _VAGUE.finditer(said) if _stands(said, m)), None)
    if vague is None:
        return None
    if re.search("年|时|钟|个月", vague[0]):
        raise Refusal(f"还不会「{vague[0]}」重复：最密每天，最疏每季度，{_EXAMPLES}", usage=False)
    raise Refusal(f"「{vague[0]}」还要写清楚是哪天，{_EXAMPLES}", usage=False)


def sounds_repeated(text: str) -> bool:
    """每周例会材料: work that may be meant to come back, said without a day."""
    return re.search(r"(?:^|\s)每个?(?:周|星期|礼拜|月|季|年|天|日)", plain(text)) is not None


def _stands(said: str, match: re.Match[str]) -> bool:
    return bool(_BREAK_BEFORE.search(said[: match.start()]))


def _clock_apart(
    said: str, start: int, stop: int, hours: Hours
) -> tuple[time, tuple[int, int] | None]:
    """The time of day that is the last or the first word of the sentence, else the end of work."""
    for begin in (*range(len(said) - 1, stop - 1, -1), 0):
        edge = begin == 0 or said[begin - 1] in " ,。;"
        if not edge or begin == start or read_clock(said, begin, hours, placed=True) is None:
            continue
        at, end = _clock(said, begin, hours)
        last = _LAST.match(said, end)
        if at is not None and (last if begin else end <= start and not said[end:start].strip()):
            return at, (begin, last.end() if begin and last else end)
    return hours.off_work, None


def _clock(said: str, pos: int, hours: Hours) -> tuple[time | None, int]:
    """The time of day that follows, and where it ends."""
    begin = pos
    while begin < len(said) and said[begin] == " ":
        begin += 1
    clock = read_clock(said, begin, hours, placed=True)
    if clock is None:
        if impossible_clock(said, begin) is not None:
            raise Refusal("没有这个钟点，请写 0:00 到 23:59，比如 每周五 17:00", usage=False)
        return None, _after(said, pos)
    if clock.at is None:
        ends: time = getattr(hours, clock.part)
        return ends, _after(said, clock.stop)
    at = clock.at
    if clock.loose and at < timedelta(hours=7):
        at += timedelta(hours=12)  # 5点 is when work ends, not before it begins
    if clock.doubt or at >= timedelta(days=1):
        raise Refusal("半夜的时间请写清楚，比如 每周五 23:30", usage=False)
    minutes = at // timedelta(minutes=1)
    return time(minutes // 60, minutes % 60), _after(said, clock.stop)


def _after(said: str, pos: int) -> int:
    tail = _TAIL.match(said, pos)
    return tail.end() if tail else pos


def _rule(name: str, match: re.Match[str], at: time) -> Rule:
    match name:
        case "workday":
            return Rule(unit="workday", at=at)
        case "day":
            return Rule(unit="day", at=at)
        case "days":
            return Rule(unit="day", step=_step(match, "天", _LONGEST_DAYS), at=at)
        case "weeks":
            step = _step(match, "周", _LONGEST_WEEKS)
            return Rule(unit="week", step=step, on=_weekdays(match["on"]), at=at)
        case "week":
            return Rule(unit="week", on=_weekdays(match["on"]), at=at)
        case "month_end":
            return Rule(unit="month", on=(LAST,), at=at)
        case "nth":
            return _nth(match, at)
        case "month":
            return Rule(unit="month", on=_dates(match["dates"]), at=at)
        case _:
            return Rule(unit="quarter", at=at)


def _step(match: re.Match[str], unit: str, longest: int) -> int:
    written = match["step"]
    if written is None:
        return 2  # 隔周, 隔天
    step = number(written) or 0
    if match[0].startswith("每隔"):
        if step > 1:
            raise Refusal(
                f"「每隔{written}{unit}」拿不准是几{unit}一次，"
                f"请写 每{step}{unit} 或 每{step + 1}{unit}",
                usage=False,
            )
        step += 1
    if not 1 <= step <= longest:
        raise Refusal(f"最长每{longest}{unit}一次，再长请写 每月5号 或 每季度末", usage=False)
    return step


def _weekdays(written: str) -> tuple[int, ...]:
    found: set[int] = set()
    through = False
    last = 0
    for each in re.findall("[一二三四五六日天1-7]|[到至~-]", written):
        if each in "到至~-":
            through = True
            continue
        weekday = "一二三四五六日".find(each.replace("天", "日"))
        weekday = weekday if weekday >= 0 else int(each) - 1
        found.update(range(last, weekday + 1) if through else (weekday,))
        last, through = weekday, False
    if through or not found:
        raise Refusal("周几没看懂，比如 每周一到周五", usage=False)
    return tuple(sorted(found))


def _dates(written: str) -> tuple[int, ...]:
    days = sorted({number(each) or 0 for each in re.findall(NUMBER, written)})
    wrong = [each for each in days if not 1 <= each <= 31]
    if wrong:
        raise Refusal(f"没有{wrong[0]}号，每月只有 1 到 31 号；月底请写 每月最后一天", usage=False)
    return tuple(days)


def _nth(match: re.Match[str], at: time) -> Rule:
    first = 1 if match["first"] else LAST
    which = (number(match["nth"]) or 0) if match["nth"] else first
    most = _LAST_WORKDAY if match["work"] else 5
    if which == 0 or which > most:
        raise Refusal(f"一个月没有第{which}个，{_EXAMPLES}", usage=False)
    if match["work"]:
        return Rule(unit="month", what="workday", on=(which,), at=at)
    (weekday,) = _weekdays(match["day"])
    return Rule(unit="month", what="weekday", weekday=weekday, on=(which,), at=at)
