"""超过3天, 3秒以内, 从早上到现在: how long, how fast and since when are no deadlines."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.deadlines import title_without
from tests.conftest import Room
from tests.test_deadlines import due, heard

_BOUNDS = ["超过", "不超过", "不少于", "至少", "最多", "至多", "不到", "不足", "大于", "超过了"]
_UNITS = ["秒", "分钟", "个小时", "小时", "天", "个工作日", "周", "个月", "年"]


@pytest.mark.parametrize(
    "text",
    """报表导出不超过10秒|等供应商回复已经超过3天了|登录页加载超过5秒要优化|统计超过30天没跟进的客户
    把超时时间改成过30分钟自动退出|导入 5 万客户不超过 10 分钟|响应时间缩短到3秒以内
    周期控制在3天内
    页面3秒内打开|首屏 2 秒以内显示|超过一个半小时内没回|试用至少两周|经过3天测试|通过5天试运行
    统计7天内未登录的用户|下单过30分钟未支付自动取消|3天内没回复的客户要回访|耗时 ≤ 3秒
    系统从早上9点到现在一直很卡|系统从早上9点开始一直很卡|从周一到现在还没好|周一起就一直卡
    昨天开始一直登不上|从周一到今天还没好|单据保存不少于5年""".replace("\n", "|").split("|"),
)
def test_what_is_measured_is_no_deadline(text: str) -> None:
    text = text.strip()

    assert heard(text).status == "none"
    assert title_without(text, heard(text)) == text


@given(
    st.sampled_from(_BOUNDS),
    st.sampled_from(["", " "]),
    st.one_of(st.integers(1, 365).map(str), st.sampled_from(["一", "两", "三", "十五", "半"])),
    st.sampled_from(_UNITS),
    st.sampled_from(["", "了", "以上", "内", "以内", "的客户"]),
    st.sampled_from(["", "导出", "已经等了", "客户 "]),
)
def test_a_sentence_of_measures_has_no_deadline(
    bound: str, gap: str, amount: str, unit: str, after: str, before: str
) -> None:
    assert heard(f"{before}{bound}{gap}{amount}{unit}{after}").status == "none"


@pytest.mark.parametrize(
    ("text", "moment", "title"),
    [
        ("统计超过30天没跟进的客户 周五", "11-27 18:00", "统计超过30天没跟进的客户"),
        ("登录时间缩短到3秒以内 周五", "11-27 18:00", "登录时间缩短到3秒以内"),
        ("3天内没回复的客户 周五", "11-27 18:00", "3天内没回复的客户"),
        ("培训时长至少2小时 12月5日", "12-05 18:00", "培训时长至少2小时"),
    ],
)
def test_beside_a_measure_the_deadline_is_found(text: str, moment: str, title: str) -> None:
    assert due(text) == moment
    assert title_without(text, heard(text)) == title


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("过三天交方案", "11-28 18:00"),
        ("再过半小时", "11-25 10:30"),
        ("3天内给我", "11-28 18:00"),
        ("方案不超过周五", "11-27 18:00"),
        ("最晚不超过12月5日", "12-05 18:00"),
        ("周一到今天交", "11-25 18:00"),
    ],
)
def test_what_only_looks_like_a_measure_is_a_deadline(text: str, expected: str) -> None:
    assert due(text) == expected


async def test_the_title_of_an_acceptance_is_left_whole(room: Room) -> None:
    await room.say("王敏", "成员")

    answer = await room.words("张三", "验收 导入 5 万客户不超过 10 分钟 @王敏")

    assert answer.splitlines()[1] == "导入 5 万客户不超过 10 分钟"
    assert "11月" not in answer
