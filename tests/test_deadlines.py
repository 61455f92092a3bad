import json
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.deadlines import Deadline, Hours, title_without, understand
from bot.timewords.numeral import any_of
from bot.workdays import Calendar

CHINA = ZoneInfo("Asia/Shanghai")
CALENDAR = Calendar()
SHARED = Path(__file__).parents[2] / "shared" / "data"
# A Wednesday; the tables below are read from it unless they name another moment.
WEDNESDAY = "2026-11-25T10:00"


def heard(text: str, at: str = WEDNESDAY, hours: Hours | None = None) -> Deadline:
    now = datetime.fromisoformat(at).replace(tzinfo=CHINA)
    return understand(text, now, CALENDAR, hours or Hours())


def due(text: str, at: str = WEDNESDAY, hours: Hours | None = None) -> str:
    """The moment as month, day and time, and the status unless it is ok."""
    found = heard(text, at, hours)
    moment = f"{found.due:%m-%d %H:%M}" if found.due else "-"
    return moment if found.status == "ok" else f"{moment} {found.status}"


def span(text: str, at: str = WEDNESDAY) -> tuple[object, object]:
    found = heard(text, at).as_json()
    return found["start"], found["end"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("明天", "11-26 18:00"),
        ("大后天", "11-28 18:00"),
        ("大大后天", "11-29 18:00"),
        ("明儿下班前", "11-26 18:00"),
        ("后天一早", "11-27 09:00"),
        ("明晚", "11-26 23:59"),
        ("今天中午前", "11-25 12:00"),
        ("前天交", "11-23 18:00 past"),
        ("次日", "11-26 18:00 confirm"),
        ("周四", "11-26 18:00"),
        ("星期天", "11-29 18:00"),
        ("礼拜六", "11-28 18:00"),
        ("周5前", "11-27 18:00"),
        ("周二", "12-01 18:00"),
        ("下周的周五", "12-04 18:00"),
        ("下个星期一", "11-30 18:00"),
        ("下下周日", "12-13 18:00"),
        ("本周二", "11-24 18:00 past"),
        ("两周后的周五", "12-11 18:00"),
        ("双休日", "11-29 18:00"),
        ("下周末前", "12-04 18:00"),
        ("每周五", "11-27 18:00 confirm"),
        ("周三四", "11-26 18:00 confirm"),
        ("下周一起讨论", "12-04 18:00"),
        ("第50周", "12-11 18:00 confirm"),
        ("下个週五", "12-04 18:00"),
    ],
)
def test_days_and_weeks(text: str, expected: str) -> None:
    assert due(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12月5日", "12-05 18:00"),
        ("12月5前", "12-05 18:00"),
        ("十二月五号", "12-05 18:00"),
        ("１２月５日", "12-05 18:00"),
        ("26年12月5日", "12-05 18:00"),
        ("二零二六年，十二月五号", "12-05 18:00"),
        ("2026/12/5", "12-05 18:00"),
        ("2026.12.05", "12-05 18:00"),
        ("2026 12 05", "12-05 18:00"),
        ("20261205", "12-05 18:00"),
        ("26-12-05", "12-05 18:00"),
        ("12/5", "12-05 18:00"),
        ("2026-12-05T09:30:00+08:00", "12-05 09:30"),
        ("12月5号（周六）", "12-05 18:00"),
        ("12月5号周五", "12-05 18:00 confirm"),
        ("下月九号", "12-09 18:00"),
        ("本月30日", "11-30 18:00"),
        ("25号", "11-25 18:00"),
        ("每月5号", "12-05 18:00 confirm"),
        ("去年12月", "12-31 18:00 past"),
        ("2月29日", "02-29 18:00 confirm"),
        ("31号", "12-31 18:00"),
        ("13月5日", "- invalid"),
        ("12月32日", "- invalid"),
        ("6月31号", "- invalid"),
        ("32号前", "- invalid"),
        ("2026-02-30", "- invalid"),
        ("明天25点", "- invalid"),
        ("25:00前", "- invalid"),
    ],
)
def test_dates(text: str, expected: str) -> None:
    assert due(text) == expected


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("下周", "2026-11-30", "2026-12-06"),
        ("这周内", "2026-11-23", "2026-11-29"),
        ("12月", "2026-12-01", "2026-12-31"),
        ("12月下旬", "2026-12-21", "2026-12-31"),
        ("下个月上半月", "2026-12-01", "2026-12-15"),
        ("Q4", "2026-10-01", "2026-12-31"),
        ("下季度", "2027-01-01", "2027-03-31"),
        ("明年第一季度", "2027-01-01", "2027-03-31"),
        ("明年上半年", "2027-01-01", "2027-06-30"),
        ("2027年", "2027-01-01", "2027-12-31"),
        ("明年夏天", "2027-06-01", "2027-08-31"),
        ("2027年第3周", "2027-01-18", "2027-01-24"),
        ("下月第二周", "2026-12-14", "2026-12-20"),
        ("2026-12", "2026-12-01", "2026-12-31"),
        ("月底", None, "2026-11-30"),
        ("十二月月底前", None, "2026-12-31"),
        ("本季度末", None, "2026-12-31"),
        ("明年年底", None, "2027-12-31"),
        ("下个月第一个星期一", "2026-12-07", None),
        ("12月的最后一个周五", "2026-12-25", None),
        ("本月最后一个工作日", "2026-11-30", None),
        ("下月第一天", "2026-12-01", None),
        ("年中", "2027-06-30", None),
        ("明年前三个月", "2027-01-01", "2027-03-31"),
        ("前三季度", "2027-01-01", "2027-09-30"),
        ("12月最后两周", "2026-12-18", "2026-12-31"),
        ("下月第二周的星期四", "2026-12-17", None),
    ],
)
def test_periods(text: str, start: str | None, end: str | None) -> None:
    assert span(text) == (start, end)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("月初", "12-10 18:00 confirm"),
        ("12月前", "11-30 18:00 confirm"),
        ("下周前", "11-29 18:00 confirm"),
        ("本月前", "11-30 18:00"),
        ("周内", "11-27 18:00"),
        ("月内", "11-30 18:00"),
        ("年内", "12-31 18:00"),
        ("第三季度", "09-30 18:00 confirm"),
        ("月底左右", "11-30 18:00"),
    ],
)
def test_what_a_period_is_due(text: str, expected: str) -> None:
    assert due(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("17:30", "11-25 17:30"),
        ("05:30", "11-26 05:30"),
        ("5:30", "11-25 17:30"),
        ("三点一刻", "11-25 15:15"),
        ("差五分八点", "11-25 19:55"),
        ("八点差一刻", "11-25 19:45"),
        ("下午 1 点 30 分", "11-25 13:30"),
        ("早上7点", "11-26 07:00"),
        ("早七点半", "11-26 07:30"),
        ("明晚七点三刻", "11-26 19:45"),
        ("中午1点", "11-25 13:00"),
        ("上午15点", "11-25 15:00"),
        ("3pm", "11-25 15:00"),
        ("8:00 a.m.", "11-26 08:00"),
        ("12点", "11-25 12:00"),
        ("两三点", "11-25 15:00"),
        ("三点过五分", "11-25 15:05"),
        ("零点", "11-26 00:00"),
        ("今晚零点", "11-26 00:00"),
        ("明天零点", "11-26 00:00"),
        ("今天24点前", "11-26 00:00"),
        ("午夜前", "11-26 00:00"),
        ("今晚2点", "11-26 02:00 confirm"),
        ("凌晨1点", "11-26 01:00"),
        ("大约下午五点左右", "11-25 17:00"),
        ("下班前", "11-25 18:00"),
        ("明天上班前", "11-26 09:00"),
        ("午饭前", "11-25 12:00"),
        ("EOD", "11-25 18:00"),
        ("今早", "11-25 09:00 past"),
        ("下午3点后", "11-25 15:00 confirm"),
        ("每天8点", "11-25 20:00 confirm"),
        ("3点一起开会", "11-25 15:00"),
    ],
)
def test_clocks(text: str, expected: str) -> None:
    assert due(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("三五天内", "11-30 18:00"),
        ("3-5天内", "11-30 18:00"),
        ("3至5个工作日内", "12-02 18:00"),
        ("十来天内", "12-05 18:00"),
        ("一个半月内", "01-09 18:00"),
        ("半年内", "05-25 18:00"),
        ("半天内", "11-25 22:00 confirm"),
        ("三刻钟内", "11-25 10:45"),
        ("1小时30分钟后", "11-25 11:30"),
        ("1天零3小时内", "11-26 13:00"),
        ("0.5小时内", "11-25 10:30"),
        ("2h内", "11-25 12:00"),
        ("再过三天", "11-28 18:00"),
        ("三天后下午3点", "11-28 15:00"),
        ("下下个工作日", "11-27 18:00"),
        ("3天前", "11-22 18:00 past"),
        ("明天起三天内", "11-28 18:00"),
        ("9999年后", "- none"),
        ("9999个工作日内", "- none"),
    ],
)
def test_durations(text: str, expected: str) -> None:
    assert due(text) == expected


def test_a_window_from_now_on_is_exact_and_due_at_the_end_of_work() -> None:
    assert span("未来三天") == ("2026-11-25T10:00:00", "2026-11-28T10:00:00")
    assert due("未来三天") == "11-28 18:00"


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("12月1日至5日", "2026-12-01", "2026-12-05"),
        ("1-5号", "2026-12-01", "2026-12-05"),
        ("5、6号", "2026-12-05", "2026-12-06"),
        ("2027年1-3月", "2027-01-01", "2027-03-31"),
        ("12月到明年1月", "2026-12-01", "2027-01-31"),
        ("周五到下周一", "2026-11-27", "2026-11-30"),
        ("周一至五", "2026-11-23", "2026-11-27"),
        ("周二和周四之间", "2026-11-24", "2026-11-26"),
        ("明天和后天", "2026-11-26", "2026-11-27"),
        ("周六、周日两天", "2026-11-28", "2026-11-29"),
        ("明天9点到11点", "2026-11-26T09:00:00", "2026-11-26T11:00:00"),
        ("下午3到5点", "2026-11-25T15:00:00", "2026-11-25T17:00:00"),
        ("11点到2点", "2026-11-25T11:00:00", "2026-11-25T14:00:00"),
        ("6:00-8:00pm", "2026-11-25T18:00:00", "2026-11-25T20:00:00"),
        ("今晚8点到明天凌晨2点", "2026-11-25T20:00:00", "2026-11-26T02:00:00"),
        ("晚上11点~凌晨1点", "2026-11-25T23:00:00", "2026-11-26T01:00:00"),
        ("周五下午到周六上午", "2026-11-27T12:00:00", "2026-11-28T12:00:00"),
        ("12月1日9:00到12月3日18:00", "2026-12-01T09:00:00", "2026-12-03T18:00:00"),
    ],
)
def test_ranges(text: str, start: str, end: str) -> None:
    assert span(text) == (start, end)


@pytest.mark.parametrize(
    ("text", "at", "expected"),
    [
        ("双十二前", WEDNESDAY, "12-11 18:00"),
        ("圣诞节", WEDNESDAY, "12-25 18:00"),
        ("母亲节", WEDNESDAY, "05-09 18:00"),
        ("中秋节", WEDNESDAY, "09-15 18:00 confirm"),
        ("正月十五", WEDNESDAY, "02-20 18:00"),
        ("大年初五", WEDNESDAY, "02-10 18:00"),
        ("腊月三十", WEDNESDAY, "02-05 18:00"),
        ("圣诞节前夕", WEDNESDAY, "12-24 18:00"),
        ("周五前两天", "2026-11-23T10:00", "11-25 18:00"),
        ("腊月廿三", WEDNESDAY, "01-30 18:00"),
        ("除夕", WEDNESDAY, "02-05 18:00"),
        ("2026年除夕", "2026-01-10T10:00", "02-16 18:00"),
        ("年前", WEDNESDAY, "02-04 18:00 confirm"),
        ("节前", "2026-09-28T10:00", "09-30 18:00"),
        ("节后第一个工作日", "2026-09-28T10:00", "10-08 18:00"),
        ("国庆后", "2026-09-28T10:00", "10-08 18:00"),
        ("国庆前一周", "2026-09-18T10:00", "09-24 18:00"),
        ("国庆后三个工作日内", "2026-09-28T10:00", "10-10 18:00"),
        ("国庆期间", "2026-09-28T10:00", "10-07 18:00"),
        ("十一前", "2026-09-01T10:00", "09-30 18:00"),
        ("春节前最后一个工作日", "2026-01-10T10:00", "02-14 18:00"),
        ("五一前", "2027-03-01T10:00", "04-30 18:00 estimated"),
        ("节后第一个工作日", "2026-12-30T10:00", "01-04 18:00 estimated"),
        ("3个工作日内", "2026-12-30T10:00", "01-05 18:00 estimated"),
    ],
)
def test_festivals(text: str, at: str, expected: str) -> None:
    assert due(text, at) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("明天去客户那，周五前交报告", "周五前"),
        ("把明天的会议材料今晚发我", "今晚"),
        ("今天发现的问题周五前修好", "周五前"),
        ("上周的问题明天解决", "明天"),
        ("整理11月的报表 12月3日", "12月3日"),
        ("截止：周五 评审12月8日的方案", "截止：周五"),
        ("请于2026年12月5日17:00前反馈", "2026年12月5日17:00前"),
        ("下周三上午10点在3号会议室评审5.6版本的3点修改意见", "下周三上午10点"),
        ("里程碑 UAT上线 12.20", "12.20"),
        ("周五前端联调", "周五"),
        ("周三前往客户现场", "周三"),
        ("延期到 12.5", "12.5"),
    ],
)
def test_the_marked_time_is_the_deadline(text: str, expected: str) -> None:
    assert heard(text).matched == expected


@pytest.mark.parametrize(
    "text",
    [
        "12月1日前交初稿，12月10日前交终稿",
        "周二或周三",
        "周一、周三、周五",
        "后天开会，上午10点前到",
        "准备明天的会议材料",
    ],
)
def test_two_times_that_may_be_meant_are_asked_about(text: str) -> None:
    assert heard(text).status == "confirm"


@pytest.mark.parametrize(
    "text",
    """第三点要改|提3点建议|这份方案有两点问题
    10点建议|快一点|早一点来|晚一点给我|有点慢|一点儿也不急
    24小时客服|7天无理由退货|7*24小时支持|加班3小时|提前3天|五个工作日|三年|3-5人参加|进度3/5
    版本5.6
    v2.12发布|升级到 2.12|12.5万|12.5%|涨了3.5个点|13800138000|400-800-1234|编号 20261125
    192.168.1.10|127.0.0.1:8080|16:9屏幕|比分3:15|1/3的人|三分之一|今日头条|明日之后|周一鸣负责
    @周一鸣 你好|@李四周五 看看|＠张三明天|五角大楼|零点五|减八点八|调高24点5度|3号楼|5号会议室
    30日均线
    7日游|一日三餐|两周一次|一周三次|每周五次|十分满意|三分钟热度|尽快|改天|这两天|十年老店
    制定2026年预算|写下周计划|整理上周会议纪要|整理10月份销售数据|雨后天晴|周围环境|春节红包设计
    李国庆的方案|《周五》
    https://a.com/2026/12/05|a@b.com|早上好|下午茶|晚礼服|早稻田|十一个人|五一广场|3月龄|春天来了
    12.35|一百二十""".replace("\n", "|").split("|"),
)
def test_what_only_looks_like_a_time(text: str) -> None:
    assert heard(text.strip()).status == "none"


@pytest.mark.parametrize(
    ("text", "at", "expected"),
    [
        ("明天上午", "2026-11-25T04:59", "11-26 12:00 confirm"),
        ("明天上午", "2026-11-25T05:00", "11-26 12:00"),
        ("周五", "2026-11-27T18:00", "11-27 18:00"),
        ("周五", "2026-11-27T18:01", "12-04 18:00"),
        ("今天", "2026-11-27T18:01", "11-27 18:00 past"),
        ("今天8点", "2026-11-27T16:00", "11-27 20:00"),
        ("下周", "2026-11-29T22:00", "12-04 18:00"),
        ("本周", "2026-11-27T18:01", "11-29 18:00"),
        ("月底", "2026-11-30T18:01", "12-31 18:00"),
        ("本月底", "2026-11-30T18:01", "11-30 18:00 past"),
        ("1月3号", "2026-12-30T10:00", "01-03 18:00"),
        ("11月3号", "2026-12-30T10:00", "11-03 18:00 confirm"),
    ],
)
def test_the_future_is_preferred(text: str, at: str, expected: str) -> None:
    assert due(text, at) == expected


def test_hours_are_settings() -> None:
    hours = Hours(
        off_work=time(17, 30),
        morning=time(8),
        week_ends=3,
        days_before_festival=2,
        evening=time(22),
    )

    assert due("周五", hours=hours) == "11-27 17:30"
    assert due("下班前", hours=hours) == "11-25 17:30"
    assert due("明早", hours=hours) == "11-26 08:00"
    assert due("今晚", hours=hours) == "11-25 22:00"
    assert due("本周内", hours=hours) == "11-26 17:30"
    assert due("周末前", hours=hours) == "11-26 17:30"
    assert due("元旦前", hours=hours) == "12-30 17:30"


@pytest.mark.parametrize("wrong", [{"week_ends": 7}, {"days_before_festival": -1}])
def test_impossible_settings_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=r"week_ends|days_before_festival"):
        Hours(**wrong)  # type: ignore[arg-type]


def test_now_is_taken_in_the_zone_of_the_calendar() -> None:
    now = datetime(2026, 11, 25, 23, tzinfo=ZoneInfo("UTC"))

    assert understand("今天", now, CALENDAR).start == date(2026, 11, 26)


def test_a_deadline_as_json() -> None:
    assert heard("周五下午3点到5点评审").as_json() == {
        "text": "周五下午3点到5点评审",
        "start": "2026-11-27T15:00:00",
        "end": "2026-11-27T17:00:00",
        "due": "2026-11-27T17:00:00",
        "status": "ok",
        "matched": "周五下午3点到5点",
    }
    assert heard("你好").as_json() == {
        "text": "你好",
        "start": None,
        "end": None,
        "due": None,
        "status": "none",
        "matched": "",
    }


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("周五下班前整理客户清单", "整理客户清单"),
        ("整理客户清单 截止：周五", "整理客户清单"),
        ("整理客户清单，最晚明早9点", "整理客户清单"),
        ("整理清单（周五前）", "整理清单"),
        ("整理10月份销售数据，周五前给我", "整理10月份销售数据"),
        ("今日头条投放复盘 后天交", "今日头条投放复盘"),
        ("把合同下周发我", "把合同发我"),
        ("请于12月5日前反馈", "请反馈"),
        ("卡点 支付回调超时 @王五 截止:周五", "卡点 支付回调超时 @王五"),
        ("参加周五的评审会", "参加周五的评审会"),
        ("会议推迟到周五", "会议推迟到周五"),
        ("从明天开始值班", "从明天开始值班"),
        ("周五前", "周五前"),
        ("到月底", "到月底"),
        ("没有时间", "没有时间"),
    ],
)
def test_a_title_without_its_deadline(text: str, title: str) -> None:
    assert title_without(text, heard(text)) == title


def test_a_title_is_left_alone_by_the_deadline_of_another() -> None:
    assert title_without(" 周五开会 ", heard("明天")) == "周五开会"


def test_a_long_message_is_read_at_both_ends() -> None:
    filler = "数据说明" * 20_000

    assert heard(f"周五前 {filler}").matched == "周五前"
    assert heard(f"{filler} 周五前").spans == ((80_001, 80_004),)


WORDS = st.sampled_from(
    any_of(
        """今 明 后 天 周 星期 礼拜 一 三 五 日 上 下 本 个 月 年 号 底 初 中 旬 12 5 30 2026
        - ~ 到 至 / . : ， 。 点 半 分 刻 前 内 后 之 以 小时 天 工作日 季度 Q 第 最后 国庆 春节
        节 农历 正月 初八 除夕 早上 下午 晚 凌晨 零 两 十 @ 《 》 截止 交 的 每 过 未来 和 从 99
        9999 pm"""
    ).split("|")
)
NOWS = st.datetimes(
    datetime(2020, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
    datetime(2098, 1, 1),  # noqa: DTZ001 - as above
    timezones=st.just(CHINA),
)
TEXTS = st.one_of(
    st.text(max_size=60), st.lists(WORDS, max_size=12).map("".join), st.lists(WORDS).map(" ".join)
)


def _day(value: date | datetime) -> date:
    return value.date() if isinstance(value, datetime) else value


@settings(max_examples=400, deadline=None)
@given(TEXTS, NOWS)
def test_any_text_is_understood_or_not(text: str, now: datetime) -> None:
    found = understand(text, now, CALENDAR)

    assert (found.due is None) == (found.status in ("none", "invalid"))
    assert (found.status == "none") == (not found.spans)
    assert found.matched == "".join(text[begin:end] for begin, end in found.spans)
    assert found.due is None or found.start is not None or found.end is not None
    if found.start is not None and found.end is not None:
        assert _day(found.start) <= _day(found.end)
    if found.status in ("ok", "estimated"):
        assert found.due is not None
        assert found.due >= now
    assert title_without(text, found) or not text.strip()


@given(st.lists(TEXTS, max_size=4), NOWS)
def test_what_was_understood_before_does_not_matter(texts: list[str], now: datetime) -> None:
    one_way = [understand(text, now, CALENDAR) for text in texts]
    the_other = [understand(text, now, CALENDAR) for text in reversed(texts)]

    assert one_way == the_other[::-1]


@given(st.dates(date(2024, 1, 1), date(2080, 1, 1)))
def test_a_date_written_out_is_that_date(day: date) -> None:
    for text in (f"{day}", f"{day:%Y/%m/%d}", f"{day.year}年{day.month}月{day.day}日前"):
        found = heard(text)
        assert (found.start or found.end) == day


@given(st.integers(0, 23), st.integers(0, 59))
def test_a_clock_of_24_hours_is_the_next_such_moment(hour: int, minute: int) -> None:
    found = heard(f"{hour:02}:{minute:02}")

    assert found.due is not None
    assert (found.due.minute, found.due.hour % 12) == (minute, hour % 12)
    now = datetime(2026, 11, 25, 10, tzinfo=CHINA)
    assert timedelta() <= found.due - now < timedelta(days=1)


def _rows(name: str) -> list[dict[str, str | None]]:
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"{name} is not next to the repository")
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_the_cases_of_the_rules() -> None:
    for row in _rows("deadlines_spec.jsonl"):
        found = heard(str(row["text"]), str(row["ref"])).as_json()
        assert (found["due"], found["status"]) == (row["due"], row["status"]), row


def test_what_other_parsers_are_tested_with() -> None:
    rows = _rows("deadlines_dev.jsonl")
    wrong = [row for row in rows if not _agrees(row)]

    assert not [row for row in wrong if row["kind"] == "none"]
    assert len(wrong) < len(rows) * 0.02, wrong


def _agrees(row: dict[str, str | None]) -> bool:
    """Whether the day of the span is right; the full comparison belongs to those who score."""
    found = heard(str(row["text"]), str(row["ref"])).as_json()
    if row["kind"] == "none":
        return found["status"] == "none"
    wanted = str(row["end"] or row["start"])
    given_back = [str(found[key]) for key in ("start", "end", "due") if found[key]]
    if row["kind"] in ("time", "timerange"):
        return any(each[11:16] == wanted[11:16] for each in given_back)
    return any(each[:10] == wanted[:10] for each in given_back)
