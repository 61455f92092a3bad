"""One line of minutes, read by its words alone."""

from datetime import datetime

import pytest

from bot.deadlines import Deadline, understand
from bot.minutes_line import NOBODY, NOT_RATED, WORDS, Meant, bare, read_line
from bot.workdays import Calendar
from tests.conftest import WEDNESDAY

NAMES = ("张三", "李四", "王小明", "王")


def deadline(text: str) -> Deadline:
    return understand(text, WEDNESDAY, Calendar())


def meant(line: str) -> Meant:
    return read_line(bare(line), NAMES, deadline)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("决策：先上华东区", "决策 先上华东区"),
        ("【决议】先上华东区", "决策 先上华东区"),
        ("- 结论: 先上华东区", "决策 先上华东区"),
        ("会议决定，先上华东区", "决策 先上华东区"),
        ("一致通过报表先不做", "决策 报表先不做"),
        ("决定审批流用 A 方案 批准 @张三 周五前", "决策 审批流用 A 方案 批准 @张三 周五前"),
        ("确定人选 @李四 周五前", "任务 确定人选 @李四 周五前"),
        ("决定 @李四 周五前给名单", "任务 @李四 周五前给名单"),
        ("决策：按 #3 的办法改 取代 #5", "决策 按 #3 的办法改 取代 #5"),
        ("决策：按 #3 的办法做", "决策 按 #3 的办法做"),
        ("1、@张三、@李四 下周二前出方案", "任务 @张三、@李四 下周二前出方案"),
        ("下周二前出方案 @张三", "任务 下周二前出方案 @张三"),
        ("@李四 联系客户", "任务 @李四 联系客户"),
        ("张三、李四：周五前给名单", "任务 @张三 @李四 周五前给名单"),
        ("张三和王小明 周五前给名单", "任务 @张三 @王小明 周五前给名单"),
        ("由李四负责联系客户，周四前", "任务 @李四 联系客户，周四前"),
        ("李四周五前给名单", "任务 @李四 周五前给名单"),
        ("📌 待办事项：整理清单 @李四", "任务 整理清单 @李四"),
        ("TODO 整理清单", "任务 整理清单"),
        ("卡点：数据没到 @李四", "卡点 数据没到 @李四"),
        ("风险：可能延期 概率：高 影响：中", "风险 可能延期 概率：高 影响：中"),
        ("#12 做到一半了", "进展 12 做到一半了"),
        ("任务 #12：做到一半了", "进展 12 做到一半了"),
        ("@李四 跟进 #12", "进展 12 @李四 跟进 #12"),
    ],
)
def test_a_line_is_a_command(line: str, said: str) -> None:
    assert [each for _, each in meant(line).said] == [said]


@pytest.mark.parametrize(
    "line",
    [
        "时间：11月27日 10:00-11:00",
        "参会：@张三 @李四",
        "参会人员 @张三",
        "主持人：张三",
        "二、决定",
        "三、待办事项：",
        "本周进展",
        "讨论了很久",
        "张三：我觉得周报太长",
        "张三：数据迁移完成80%",
        "李四汇报了接口进度",
        "@李四 汇报接口进度",
        "@李四 昨天给材料",
        "讨论 @李四 的方案",
        "确定不了时间",
        "决定权在客户",
        "用 B 方案吗？",
        "卡点：无",
        "风险：暂无",
        "发到 a@b.com",
        "下周五客户来访",
    ],
)
def test_a_line_is_only_words(line: str) -> None:
    assert meant(line) == WORDS


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("周五前把测试环境搭好", NOBODY),
        ("钱七：周五前给名单", NOBODY),
        ("王 周五前给名单", NOBODY),
        ("风险：人手不够", NOT_RATED),
    ],
)
def test_what_lacks_something_is_said(line: str, why: str) -> None:
    assert meant(line) == Meant(why=why)


def test_the_clock_is_that_of_the_team() -> None:
    def in_spring(text: str) -> Deadline:
        return understand(text, datetime(2027, 3, 1, 10, tzinfo=WEDNESDAY.tzinfo), Calendar())

    assert read_line("李四 3月5日前给名单", NAMES, in_spring).said
    assert read_line("李四 昨天前给名单", NAMES, in_spring) == WORDS
