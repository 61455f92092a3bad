"""Words for festivals and lunar dates: 国庆节, 大年三十, 八月初八, 节前."""

import re
from datetime import timedelta

from bot.festivals import (
    FIRST_YEAR,
    LAST_YEAR,
    NAMES,
    OFFICIAL,
    festival_day,
    last_lunar_day,
    lunar_day,
    lunar_year,
)
from bot.timewords.numeral import NUMBER, any_of, number
from bot.timewords.reading import Days, DayWords, Frame, Trait

_DAY = timedelta(days=1)
# The patterns of a festival, where its name is not enough. 五一 and the like are numbers too.
_ON = "(?=[前后节]|之前|活动|期间|$)"
_ALIASES = {
    "元旦": "元旦 [阳公新]历新年 新年(?![度级纪代号会])",
    "春节": """农历新年 [阴旧]历新年 春节 大年初一 过年(?!过节) 新春(?=佳?节|假|前|之前)
        (?<![0-9一二两三四五六七八九十几半])年(?=[前后](?![0-9一二三四五六七八九十]))""",
    "除夕": "除夕夜? 大?年三十 大年夜 年夜饭?(?=前)",
    "元宵": "(?:农历)?元宵 正月十五",
    "龙抬头": "龙抬头 二月二(?![十0-9])",
    "劳动节": """五一(?:国际)?(?:劳动)?(?![广路大十零个小村]) 国际劳动节? 劳动节
        51(?=劳动|假|节|长假|黄金周)""",
    "中元": "中元 鬼节 盂兰盆",
    "国庆": "(?:十一)?国庆",
    "小年": "北方小年 小年(?=[夜前后]|之前|$|那天|当天)",
    "妇女节": f"(?:三八)?(?:国际)?(?:劳动)?妇女节? 三八{_ON} 女神节",
    "消费者权益日": "消费者权益日 三一五(?=晚会|$)",
    "青年节": f"(?:五四)?青年节 五四{_ON}",
    "儿童节": "(?:六一)?(?:国际)?儿童节 六一(?![0-9一二三四五六七八九十路个]|居士)",
    "建党节": f"(?:七一)?建党[节日] 七一{_ON}",
    "建军节": f"(?:八一)?建军节 八一{_ON}",
    "万圣节": "万圣节前夜 万圣[节夜]",
    "双十一": "双十一 双11 光棍节",
    "双十二": "双十二 双12",
    "平安夜": "平安夜 圣诞前夜 圣诞夜",
    "圣诞": "圣诞(?!老人|树|帽|卡)",
    "跨年夜": "跨年夜?(?!度)",
    "黑色星期五": "黑色星期五 黑五",
}
# Longer names first: 情人节 is also the end of 白色情人节.
_NAMES = tuple(sorted(NAMES, key=lambda name: (-len(name), name)))
_FESTIVAL = re.compile(
    "(?:下一?[个次]|最近一?个|这个)?(?:国际|世界)?(?:"
    + "|".join(
        f"(?P<f{index}>{any_of(_ALIASES.get(name, name))})" for index, name in enumerate(_NAMES)
    )
    + ")节?(?P<rest>(?:小?长?假期?|黄金周)(?!日)|期间|放假|假日)?(?:[当那]天|当日|之日)?"
)
# 十一 is a number too: only alone, before 前 and the like, or with the words of a holiday.
_ELEVEN = re.compile(
    "十一(?=$|[前后节] ?(?![个月点号])|[之以][前后]|期间|小?长?假|黄金周|放假|[,.。;!? ])"
    "节?(?P<rest>(?:小?长?假期?|黄金周)(?!日)|期间|放假)?"
)
_NUMERAL = "0123456789零一二两三四五六七八九十百千双第"
# 李国庆 is a colleague.
_SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙朱胡郭何罗宋郑谢韩唐冯董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎潘杜戴夏钟"
    "汪田任姜范方石姚谭廖邹熊金陆郝孔崔邱秦江史顾侯邵孟万段雷钱汤尹黎易武乔贺赖龚庞樊殷施陶翟倪严牛俞章鲁葛毛马高"
)
_BREAK = re.compile("(?:节|小?长?假期?|放假)(?=之?以?[前后](?![台端期]))|节假日(?=之?以?[前后])")

_LUNAR_WORD = "(?:农历|阴历|旧历|老历)的?"
_LUNAR_MONTH = rf"(?P<leap>闰)?(?P<m>正|冬|腊|{NUMBER}) ?月(?:份)?的?"
_LUNAR_DAY = rf"(?:初(?P<early>[一二三四五六七八九十]|[0-9]{{1,2}})|(?P<d>{NUMBER}))(?P<u>[日号])?"
_LUNAR = re.compile(
    rf"(?P<word>{_LUNAR_WORD})?(?P<y>(?:19|20)[0-9]{{2}}年的?)?{_LUNAR_MONTH}{_LUNAR_DAY}"
)
_NEW_YEAR_DAY = re.compile("(?:大年|年)初(?P<d>[一二三四五六七八九十])")
_NAMED_MONTHS = {"正": 1, "冬": 11, "腊": 12}


def read_festival(text: str, pos: int, year: int | None, frame: Frame) -> DayWords | None:
    """A festival of the year given, or else of this year or a later one."""
    before = text[pos - 1 : pos]
    counted = bool(before) and before in _NUMERAL and text[pos : pos + 1] in _NUMERAL
    match = None if counted else _ELEVEN.match(text, pos)
    name = "国庆" if match else ""
    if match is None and not counted and (match := _FESTIVAL.match(text, pos)):
        name = _name_of(match)
    if match is None:
        return _next_break(text, pos, frame)
    if name == "国庆" and before and before in _SURNAMES:
        return None
    if name == "除夕":
        days = _eves(year, frame)
    else:
        days = _festivals(name, _years(year, frame, name), frame, whole=bool(match["rest"]))
    words = DayWords(match.end(), days, frozenset({Trait.FESTIVAL}))
    if match[0] == "年":
        # 年前 is before 春节 to most, before 元旦 to some.
        words = words.plus(Trait.DOUBT)
    return words.plus(Trait.PERIOD) if match["rest"] else words


def _name_of(match: re.Match[str]) -> str:
    groups = match.groupdict()
    return next(name for index, name in enumerate(_NAMES) if groups[f"f{index}"])


def _years(year: int | None, frame: Frame, name: str) -> tuple[int, ...]:
    if year is not None:
        return (year,)
    now = frame.base.year
    return (now - 1, now, now + 1) if name in ("腊八", "小年") else (now, now + 1)


def _festivals(
    name: str, years: tuple[int, ...], frame: Frame, *, whole: bool
) -> tuple[Days, ...]:
    options = []
    for year in years:
        if not FIRST_YEAR <= year <= LAST_YEAR:
            continue
        day = festival_day(name, year)
        first = last = day
        if name in OFFICIAL:
            found = frame.calendar.festival(name, year)
            first, last = found.first, found.last
        eve = first - frame.hours.days_before_festival * _DAY
        shown = (first, last) if whole else (day, day)
        morrow = last + _DAY if name in OFFICIAL else None
        options.append(Days(*shown, shown[1], eve=eve, morrow=morrow))
    return tuple(options)


def _eves(year: int | None, frame: Frame) -> tuple[Days, ...]:
    """2026年除夕 closes that lunar year, unless it is this year's and still ahead."""
    now = frame.base.year
    if year is None:
        found = [last_lunar_day(each) for each in (now - 1, now, now + 1)]
    else:
        nearest = last_lunar_day(year - 1)
        ahead = year == now and nearest is not None and nearest >= frame.today
        found = [nearest if ahead else last_lunar_day(year)]
    return tuple(Days.of(day) for day in found if day)


def _next_break(text: str, pos: int, frame: Frame) -> DayWords | None:
    """节前, 假期后: around the next official break, or the one we are in."""
    match = _BREAK.match(text, pos)
    if match is None:
        return None
    years = (frame.today.year, frame.today.year + 1)
    options = [
        each
        for name in OFFICIAL
        for each in _festivals(name, years, frame, whole=True)
        if each.last >= frame.today
    ]
    options.sort(key=lambda each: each.first)
    return DayWords(match.end(), tuple(options[:2]), frozenset({Trait.PERIOD}))


def read_lunar(text: str, pos: int, year: int | None, frame: Frame) -> DayWords | None:
    """A lunar date; it says so itself: 农历, 正月, 初八, 廿三."""
    if match := _NEW_YEAR_DAY.match(text, pos):
        return _lunar(match.end(), year, 1, number(match["d"]) or 1, frame, leap=False)
    match = _LUNAR.match(text, pos)
    if match is None:
        return None
    named = _NAMED_MONTHS.get(match["m"])
    tells = match["word"] or named or match["early"] or "廿" in (match["d"] or "")
    if not tells:
        return None
    if match["y"]:
        year = int(match["y"][:4])
    month = named or number(match["m"])
    day = number(match["early"] or match["d"])
    if not month or not day or month > 12 or day > 30:
        return None
    if (month, day) == (12, 30):
        # Said of the last day of the year, also when the month has only 29.
        return DayWords(match.end(), _eves(year, frame))
    return _lunar(match.end(), year, month, day, frame, leap=bool(match["leap"]))


def _lunar(
    stop: int, year: int | None, month: int, day: int, frame: Frame, *, leap: bool
) -> DayWords:
    if year is None:
        now = lunar_year(frame.base) or frame.base.year
        years: tuple[int, ...] = (now, now + 1, now + 2)
    else:
        years = (year,)
    found = (lunar_day(each, month, day, leap=leap) for each in years)
    return DayWords(stop, tuple(Days.of(each) for each in found if each))
