"""A standup answer as people write it, taken apart."""

import re
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.standup import each_blocker, is_nothing
from bot.standup_reading import read


async def test_a_text_of_its_own_colons_stays_whole() -> None:
    said = read("昨日：对接 客户：A公司，进度：80% 今日：写方案")

    assert said.yesterday == "对接 客户：A公司，进度：80%"
    assert said.today == "写方案"


@pytest.mark.parametrize(
    ("text", "blockers"),
    [
        ("1. 数据没到 2. 账号没开", ["数据没到", "账号没开"]),
        ("升级 3.5 版本失败", ["升级 3.5 版本失败"]),
        ("- 数据没到\n- 没有", ["数据没到"]),
        ("没有数据，没法测", ["没有数据，没法测"]),
    ],
)
async def test_blockers_are_told_apart(text: str, blockers: list[str]) -> None:
    assert each_blocker(text) == blockers


@pytest.mark.parametrize("text", ["没有数据", "没人审批", "无法登录", "没时间"])
async def test_what_begins_like_none_may_be_a_blocker(text: str) -> None:
    assert not is_nothing(text)


@pytest.mark.parametrize(
    "text",
    [
        "昨日：写文档 今日：联调 卡点：没数据",
        "昨天：写文档\n今天：联调\n阻塞：没数据",
        "昨天 写文档\n今天 联调\n卡点 没数据",
        "昨天写文档\n今天联调\n没数据",
        "今天联调\n昨天写文档\n没数据",
        "【昨日】写文档\n【今日】联调\n【问题】：没数据",
        "１．昨日:写文档 ２．今日:联调 ３．问题:没数据",
    ],
)
async def test_many_ways_to_write_it(text: str) -> None:
    said = read(text)

    assert (said.yesterday, said.today, said.blockers) == ("写文档", "联调", "没数据")


# --- a plain sentence ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "yesterday", "today", "blockers"),
    [
        ("昨天写完了文档，今天联调接口，没有卡点", "写完了文档", "联调接口", "没有卡点"),
        (
            "昨天跟进了3家客户，今天继续，卡在测试数据没到 @李四",
            "跟进了3家客户",
            "继续",
            "测试数据没到 @李四",
        ),
        ("今天请了半天假，下午写方案", None, "请了半天假，下午写方案", None),
        ("昨天 写完文档 今天 联调 没有卡点", "写完文档", "联调", "没有卡点"),
        ("昨天写文档。今天联调。卡点：没有", "写文档", "联调", "没有"),
        ("昨天写文档，今天联调，无", "写文档", "联调", "无"),
        ("昨天写了文档\n和方案\n今天联调\n没有卡点", "写了文档\n和方案", "联调", "没有卡点"),
        ("今天联调\n没有卡点", None, "联调", "没有卡点"),
        ("昨天写了今天的计划，今天联调", "写了今天的计划", "联调", None),
        ("今天接着昨天的联调，没卡点", None, "接着昨天的联调", "没卡点"),
        ("昨天卡在登录，今天解决了", "卡在登录", "解决了", None),
        ("昨天开会，今天卡在登录失败", "开会", None, "登录失败"),
        ("卡在A没到，卡在B没批", None, None, "A没到\nB没批"),
        ("昨天写文档，今天联调，一切顺利", "写文档", "联调", "一切顺利"),
    ],
)
def test_a_plain_sentence(
    text: str, yesterday: str | None, today: str | None, blockers: str | None
) -> None:
    said = read(text)

    assert (said.yesterday, said.today, said.blockers) == (yesterday, today, blockers)
    assert said.sure
    assert said.unclear == ""


@pytest.mark.parametrize(
    "text",
    [
        "写完了文档，今天联调接口，没有卡点",  # which day was it written?
        "昨天写完文档今天联调接口没有卡点",  # as speech without a pause
        "昨天：写完文档，今天联调",
        "昨天开会决定今天上线",
        "昨天写文档，没有卡点，另外要买服务器",
    ],
)
def test_what_is_not_plain_is_to_be_looked_at(text: str) -> None:
    assert not read(text).sure


def test_what_is_only_polite_is_no_reason_to_ask() -> None:
    said = read("大家好，昨天写文档，今天联调，谢谢大家")

    assert (said.yesterday, said.today) == ("写文档", "联调")
    assert said.sure
    assert said.unclear == "大家好\n谢谢大家"


@pytest.mark.parametrize(
    ("text", "done", "yesterday"),
    [
        ("完成：12、13 今日：写方案", (12, 13), None),
        ("完成 #12、#13 今日：写方案", (12, 13), None),
        ("完成：12 家客户的回访 今日：写方案", (), "12 家客户的回访"),
        ("完成：整理清单 今日：写方案", (), "整理清单"),
        ("完成：12，另外买了服务器 今日：写方案", (12,), "另外买了服务器"),
    ],
)
def test_ticks(text: str, done: tuple[int, ...], yesterday: str | None) -> None:
    said = read(text)

    assert (said.done, said.yesterday, said.today) == (done, yesterday, "写方案")


def test_in_the_evening_the_plan_is_for_tomorrow() -> None:
    for text in ("今日：写完文档 明日：联调 卡点：无", "今天写完文档，明天联调，无"):
        said = read(text, ahead=True)

        assert (said.yesterday, said.today, said.blockers) == ("写完文档", "联调", "无")


# --- nothing is lost -------------------------------------------------------------------------

_MARKERS = st.sampled_from(
    [
        *(
            "昨天",
            "今天",
            "昨日：",
            "今日:",
            "卡点：",
            "卡在",
            "没有卡点",
            "完成：",
            "计划：",
            "问题:",
        ),
        *("，", "。", "；", "\n", " ", "- ", "【昨日】", "但是", "接下来", "谢谢大家"),
    ]
)
_WORDS = st.text(alphabet="写文档联调接口客户服务器abcXY ３7", min_size=1, max_size=6)
_PAYLOAD = set("写文档联调接口客户服务器abcXY３7")


def _payload(text: str) -> Counter[str]:
    return Counter(each for each in text if each in _PAYLOAD)


@settings(max_examples=400)
@given(st.lists(_MARKERS | _WORDS, min_size=1, max_size=14).map("".join), st.booleans())
def test_every_word_is_in_one_of_the_parts(text: str, ahead: bool) -> None:
    said = read(text, ahead=ahead)
    kept = [*said.parts.values(), said.unclear, *map(str, said.done)]

    # A ticked number is kept as a number, however it was written.
    ticked = Counter("".join(map(str, said.done)))
    lost = _payload(text) - _payload("".join(kept))
    assert sum(lost.values()) <= sum(ticked.values())
    assert not set(lost) - set("３7")
    added = _payload("".join([*said.parts.values(), said.unclear])) - _payload(text)
    assert not added


@settings(max_examples=200)
@given(st.lists(_MARKERS | _WORDS, min_size=1, max_size=14).map("".join))
def test_what_blocks_loses_no_word_either(text: str) -> None:
    said = "\n".join(each_blocker(text))

    for word in re.findall("[写文档联调接口客户服务器]+", text):
        assert word in said
