"""站会问题: what a team asks of its own, and the trend of the answers."""

from datetime import timedelta

import pytest

from bot.errors import Refusal
from bot.message import Card, Form, as_lines
from bot.standup_question import USUAL, parse, words
from bot.standup_trend import sparkline
from storage import standup as answers
from tests.conftest import WEDNESDAY, Room

OWN = "设置 站会问题 今日、卡点、心情 1-5、状态(顺利/一般/不顺)"
FULL = "站会 今日：联调 卡点：没有 心情：4 状态：顺利"


async def kept(room: Room) -> dict[str, dict[str, str]]:
    async with room.app.database.begin() as tx:
        found = await answers.of_day(tx, 1, room.now.date())
    return {each.member_name: dict(each.more) for each in found}


# --- setting them ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("今日、卡点", "今日、卡点"),
        ("今天，问题，心情1-5", "今天、问题、心情 1-5"),
        ("今日；信心 1到10；备注", "今日、信心 1-10、备注"),
        ("状态（顺利、一般、不顺），今日", "状态(顺利/一般/不顺)、今日"),
        ("今日\n卡点\n加班(是|否)", "今日、卡点、加班(是/否)"),
    ],
)
def test_questions_are_read_as_they_are_written(text: str, read: str) -> None:
    questions = parse(text)

    assert "、".join(words(each) for each in questions) == read
    assert parse(read) == questions


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("今日", "站会问题要 2 到 6 个，这里有 1 个"),
        ("、".join("甲乙丙丁戊己庚"), "站会问题要 2 到 6 个，这里有 7 个"),
        ("今日、今天", "「今日」和「今天」是一回事，请留一个"),
        ("今日、心情 1-5、心情", "有两个「心情」，请留一个"),
        ("今日、状态(好)", "「状态」的选项要 2 到 6 个"),
        ("今日、状态(好/好)", "「状态」的选项要 2 到 6 个"),
        ("今日、完成", "「完成」不能当问题的名字"),
        ("今日、这是一个长得没有人会念完的问题", "不能当问题的名字"),
        ("今日、#12", "「#12」不能当问题的名字"),
        ("今日、状态(顺利", "没看懂「状态(顺利」"),
    ],
)
def test_what_is_no_question_is_refused_with_an_example(text: str, why: str) -> None:
    with pytest.raises(Refusal) as refused:
        parse(text)

    assert why in refused.value.text


async def test_a_team_sets_its_own_and_goes_back(room: Room) -> None:
    assert await room.words("王敏", OWN) == (
        "✅ 站会以后问这些\n"
        "1. 今日\n"
        "2. 卡点\n"
        "3. 心情（打分，1 到 5）\n"
        "4. 状态（选一个：顺利、一般、不顺）\n"
        "打分只算平均，满 3 个人才显示，别人看不到谁打了几分\n"
        "要改就说：设置 站会问题 今日、卡点、心情 1-5、状态(顺利/一般/不顺)\n"
        "换回原来的：设置 站会问题 默认"
    )
    assert "4. 状态" in await room.words("张三", "站会问题")
    assert "1. 昨日\n2. 今日\n3. 卡点" in await room.words("王敏", "设置 站会问题 默认")
    form = await room.say("张三", "站会")
    assert isinstance(form, Form)
    assert [each.label for each in form.fields] == [each.label for each in USUAL]


async def test_only_keepers_set_them(room: Room) -> None:
    await room.say("王敏", "角色 @王敏 项目经理")

    assert "改设置要项目经理或系统管理员来做，现在是 王敏" in await room.words("张三", OWN)


# --- answering them --------------------------------------------------------------------------


async def test_labels_are_typed_and_a_mood_stays_private(room: Room) -> None:
    await room.say("王敏", OWN)

    answer = await room.words("张三", FULL)

    assert answer == (
        "✅ 站会已记下｜11月25日 周三\n今日：联调\n卡点：没有\n心情：已记，只算进平均\n状态：顺利"
    )
    assert await kept(room) == {"张三": {"心情": "4", "状态": "顺利"}}
    assert "心情：4" in await room.words("张三", "站会", group="")
    form = await room.say("张三", "站会 修改")
    assert isinstance(form, Form)
    assert {each.label: each.value for each in form.fields} == {
        "今日": "联调",
        "卡点": "没有",
        "心情": "",
        "状态": "顺利",
    }


async def test_they_are_in_the_form(room: Room) -> None:
    await room.say("王敏", OWN)
    form = await room.say("张三", "站会")
    assert isinstance(form, Form)
    names = {each.label: each.name for each in form.fields}
    assert {each.label: (each.kind, each.options) for each in form.fields} == {
        "今日": ("paragraph", ()),
        "卡点": ("paragraph", ()),
        "心情": ("choice", ("1", "2", "3", "4", "5")),
        "状态": ("choice", ("顺利", "一般", "不顺")),
    }
    assert form.typed == "站会 今日：… 卡点：没有 心情：4 状态：顺利"

    filled = {names["今日"]: "联调", names["心情"]: "5", names["状态"]: "一般"}
    answer = await room.press("张三", await room.last_card, form.say, filled)

    assert answer is not None
    assert "今日：联调\n心情：已记，只算进平均\n状态：一般" in as_lines(answer)
    assert await kept(room) == {"张三": {"心情": "5", "状态": "一般"}}


async def test_what_is_not_asked_for_is_kept_all_the_same(room: Room) -> None:
    await room.say("王敏", OWN)

    guess = await room.say("张三", "站会 昨天写完文档今天联调")
    assert isinstance(guess, Form)
    assert [(each.label, each.value) for each in guess.fields][:2] == [
        ("昨日", "写完文档"),
        ("今日", "联调"),
    ]
    answer = await room.words("张三", "站会 昨日：写完文档 今日：写方案")
    assert "今日：写方案\n昨日：写完文档" in answer
    form = await room.say("张三", "站会 修改")
    assert isinstance(form, Form)
    assert form.fields[0].value == "写完文档"


async def test_a_wrong_value_is_asked_about_and_the_rest_is_kept(room: Room) -> None:
    await room.say("王敏", OWN)

    answer = await room.words("张三", "站会 今日：联调 心情：9 状态：还行")

    assert "今日：联调\n心情没看懂「9」，请写 1 到 5 的一个数，比如 站会 心情：4\n" in answer
    assert "状态没看懂「还行」，请写 顺利、一般、不顺 里的一个，比如 站会 状态：顺利" in answer
    assert await room.words("李四", "站会 心情：很好") == (
        "心情没看懂「很好」，请写 1 到 5 的一个数，比如 站会 心情：4"
    )
    assert "✅ 站会已更新" in await room.words("张三", "站会 心情：3分")
    assert await kept(room) == {"张三": {"心情": "3"}}


async def test_they_are_asked_one_by_one(room: Room) -> None:
    await room.say("王敏", OWN)
    for word in ("站会", "联调"):
        await room.say("张三", word, group="")
    mood = await room.say("张三", "没有", group="")
    assert isinstance(mood, Card)
    assert mood.title == "站会 3/4｜心情？（1 到 5）"
    assert [each.say for each in mood.buttons][:2] == ["心情：1", "心情：2"]

    assert await room.words("张三", "不错", group="") == (
        "心情请写 1 到 5 的一个数，比如 4；不想写就说 跳过"
    )
    assert "站会 4/4｜状态？" in await room.words("张三", "心情：4", group="")
    assert "心情：4\n状态：一般" in await room.words("张三", "一般", group="")


# --- the trend -------------------------------------------------------------------------------


def test_a_sparkline() -> None:
    assert sparkline([0, 50, 100, None], 0, 100) == "▁▅█·"
    assert sparkline([1, 3, 5], 1, 5) == "▁▅█"


async def test_the_trend_of_some_weeks(room: Room) -> None:
    await room.say("王敏", OWN)
    for name, mood, state in (("张三", 4, "顺利"), ("李四", 3, "顺利"), ("赵六", 3, "不顺")):
        await room.say(name, f"站会 今日：联调 心情：{mood} 状态：{state}")
    await room.wait_until((WEDNESDAY + timedelta(days=7)).replace(hour=9, minute=45))
    await room.say("张三", "站会 今日：联调 心情：5 状态：一般")
    await room.say("李四", "站会 今日：联调 心情：5 状态：一般")
    await room.wait_until((WEDNESDAY + timedelta(days=7)).replace(hour=11))

    trend = await room.words("王敏", "站会趋势 2")

    assert trend == (
        "📈 站会趋势｜最近 2 周\n"
        "从11月23日 周一那周到这周\n"
        "回答率 ▃▂  27% → 17%\n"
        "心情（1–5） ▅·  3.3 → –\n"
        "状态：顺利 2 次、一般 0 次、不顺 1 次\n"
        "打分和选项，一周里满 3 个人写才算进来"
    )


async def test_without_answers_there_is_no_trend(room: Room) -> None:
    assert await room.words("张三", "站会趋势") == "还没有可看的趋势\n第一次站会收了就有"


async def test_one_person_alone_is_no_average(room: Room) -> None:
    await room.say("王敏", OWN)
    assert "还没有可看的趋势" in await room.words("王敏", "站会趋势")
    for day in range(3):
        moment = (WEDNESDAY + timedelta(days=day)).replace(hour=10)
        await room.wait_until(moment + timedelta(minutes=1))
        await room.say("张三", "站会 心情：2")

    assert "心情（1–5） ·  –" in await room.words("王敏", "站会趋势 1")


async def test_weeks_that_make_no_sense(room: Room) -> None:
    for said in ("0", "99", "很久"):
        assert await room.words("张三", f"站会趋势 {said}") == (
            "要看几周？1 到 26 周，比如 站会趋势 8"
        )


async def test_a_line_for_each_question_is_an_answer_to_each(room: Room) -> None:
    await room.say("王敏", "设置 站会问题 昨日、今日、卡点、心情 1-5")

    answer = await room.words("张三", "站会 写代码\n测试\n无\n3")

    assert "昨日：写代码\n今日：测试\n卡点：无\n心情：已记" in answer
    assert await room.words("张三", "卡点列表") == "没有未了结的卡点 👍"


async def test_another_number_of_lines_is_asked_about(room: Room) -> None:
    await room.say("王敏", "设置 站会问题 今日、卡点、心情 1-5")

    assert isinstance(await room.say("张三", "站会 写代码\n测试"), Form)
