"""帮助 and 表单 come from the declarations."""

from bot.message import Card, Form
from bot.parts import load_commands
from tests.conftest import Room


async def test_help_names_every_topic(room: Room) -> None:
    answer = await room.words("张三", "帮助")

    assert "【记下来】卡点、任务、决策、变更、风险" in answer
    for topic in load_commands().topics:
        assert topic.name in answer
    assert len(answer.splitlines()) <= 10


async def test_help_for_a_topic_shows_how_to_say_each_of_its_commands(room: Room) -> None:
    answer = await room.words("张三", "帮助 清单")

    assert answer.splitlines()[0] == "清单：看手上的、全部的、逾期的，开会用的议程"
    assert "任务列表 @张三 —— 看没完成的任务" in answer
    assert "还有：" in answer
    assert "相关的：优先级、确认、升级、并入" in await room.words("张三", "帮助 卡点")


async def test_help_for_a_command(room: Room) -> None:
    answer = await room.words("张三", "帮助 待办")

    assert "用法：任务 <内容> [@负责人] [截止]" in answer
    assert "例如：任务 @张三 整理客户清单 周五下班前" in answer
    assert "也可以说：待办" in answer


async def test_help_for_something_else(room: Room) -> None:
    assert "说 帮助 看全部" in await room.words("张三", "帮助 炒菜")
    assert "你是不是想看：帮助 任务" in await room.words("张三", "帮助 任物")


async def test_a_form_does_what_the_sentence_does(room: Room) -> None:
    await room.say("李四", "成员")
    form = await room.say("张三", "表单 任务")
    assert isinstance(form, Form)
    assert [(each.name, each.required) for each in form.fields] == [
        ("what", True),
        ("people", False),
        ("due", False),
        ("every", False),
    ]

    answer = await room.press(
        "张三",
        await room.last_card,
        form.say,
        {"what": "整理清单", "people": "李四", "due": "周五"},
    )

    assert isinstance(answer, Card)
    assert answer.title == '任务 #1 已记 · 负责人 李四 · 11月27日 周五 18:00 · 10分钟内回"撤销"'


async def test_a_form_says_what_is_missing(room: Room) -> None:
    form = await room.say("张三", "表单 任务")
    assert isinstance(form, Form)

    await room.press("张三", await room.last_card, form.say, {"what": " ", "due": "周五"})

    assert "还缺内容" in await room.newest()


async def test_what_takes_nothing_has_no_form(room: Room) -> None:
    assert "没有表单" in await room.words("张三", "表单 我的")


async def test_help_also_names_what_is_said_of_every_record(room: Room) -> None:
    assert "接着说：解决 12 根因：…、重开 12" in await room.words("张三", "帮助 卡点")
    task = await room.words("张三", "帮助 任务")
    assert "完成 12、进展 12 …、改期 12 …、转交 12 @谁" in task
    assert "就是它的子任务" in task
    assert "实际 12 62%" in await room.words("张三", "帮助 目标")


async def test_help_for_what_is_no_command(room: Room) -> None:
    for word in ("期限", "时间"):
        assert (await room.words("张三", f"帮助 {word}")).startswith("时间怎么写\n")
    assert (await room.words("张三", "帮助 重复")).startswith("重复的任务\n")
    assert "排行榜" in await room.words("张三", "帮助 星星")
    assert "知识 加" in await room.words("张三", "帮助 知识")


async def test_an_example_is_not_said_twice(room: Room) -> None:
    answer = await room.words("张三", "帮助 看板")

    assert "用法：看板" in answer
    assert "例如" not in answer
