"""Who is meant by a name: without an @, mistyped, or of nobody."""

import pytest

from bot.app import App
from bot.message import Card
from tests.conftest import Room
from tests.house_of_decisions import buttons, entry

UNKNOWN = "团队里没有「{}」，是 @{} 吗？真是新同事就请他先在群里说句话。"


@pytest.fixture(autouse=True)
async def people(room: Room) -> None:
    for who in ("王敏", "张三", "李四", "王明"):
        await room.say(who, "成员")


async def test_a_name_without_an_at_is_asked_about(room: Room, app: App) -> None:
    answer = await room.say("王敏", "任务 张三 准备培训资料 下周三")

    assert isinstance(answer, Card)
    assert answer.title == "负责人是张三吗？"
    assert answer.text == "准备培训资料\n没有 @ 人的，就记在你自己名下。"
    assert [(each.label, each.say) for each in answer.buttons] == [
        ("就这么记", "存下 1"),
        ("是，给张三", "存下 1 @张三"),
        ("不记了", "不存 1"),
    ]
    await room.press("王敏", await room.last_card, "存下 1 @张三")
    found = await entry(app, 1)
    assert (found.title, found.owner_name) == ("准备培训资料", "张三")


async def test_it_may_be_the_senders_own_all_the_same(room: Room, app: App) -> None:
    await room.say("王敏", "任务 张三：的合同要补章")

    await room.press("王敏", await room.last_card, "存下 1")

    found = await entry(app, 1)
    assert (found.title, found.owner_name) == ("张三：的合同要补章", "王敏")


async def test_only_a_name_that_stands_apart_is_asked_about(room: Room, app: App) -> None:
    await room.say("王敏", "任务 张三丰纪念馆的合同")
    await room.say("王敏", "任务 给 张三 打电话")
    await room.say("王敏", "任务 王敏 写周报")
    await room.say("王敏", "任务 @李四 张三 的合同归档")

    found = [await entry(app, number) for number in (1, 2, 3, 4)]
    assert [(each.title, each.owner_name) for each in found] == [
        ("张三丰纪念馆的合同", "王敏"),
        ("给 张三 打电话", "王敏"),
        ("写周报", "王敏"),
        ("张三 的合同归档", "李四"),
    ]


async def test_in_a_pasted_list_the_preview_shows_whom_it_was_taken_for(room: Room) -> None:
    answer = await room.words("王敏", "任务\n1）@李四 核对电话 周五\n2）张三 录操作视频 下周二")

    assert "1. 核对电话｜李四｜11月27日 周五 18:00" in answer
    assert "2. 录操作视频｜张三｜12月1日 周二 18:00" in answer


@pytest.mark.parametrize(("typed", "meant"), [("小李", "李四"), ("王小明", "王明")])
async def test_a_typo_makes_no_new_member(room: Room, typed: str, meant: str) -> None:
    answer = UNKNOWN.format(typed, meant)

    assert await room.words("王敏", f"任务 @{typed} 写周报 周五") == answer
    assert await room.words("王敏", f"任务列表 @{typed}") == answer
    assert typed not in await room.words("王敏", "成员")


async def test_a_new_colleague_may_be_given_work_but_not_asked_for(room: Room) -> None:
    assert await room.words("王敏", "卡点列表 @赵六") == "团队里没有「赵六」，说 成员 看有谁"
    assert "负责人 赵六" in await room.words("王敏", "任务 @赵六 写周报 周五")
    assert "赵六" in await room.words("王敏", "任务列表 @赵六")


async def test_everybody_owns_nothing(room: Room) -> None:
    assert await room.words("王敏", "任务 @所有人 周五交周报") == (
        "@所有人 分不清是谁的事，请 @ 到具体的人，比如 @张三"
    )


async def test_who_repairs_may_be_named(room: Room, app: App) -> None:
    await room.say("王敏", "角色 @王敏 项目经理")
    await room.say("王敏", "角色 @王明 数据专员")

    answer = await room.say("张三", "数据问题 合同金额错了 @李四")

    assert isinstance(answer, Card)
    found = await entry(app, 1)
    assert (found.title, found.owner_name) == ("合同金额错了", "李四")
    assert [each.name for each in answer.mentions] == ["李四"]
    assert "解决 1" in buttons(answer)


async def test_an_approver_without_an_at_is_not_lost(room: Room, app: App) -> None:
    for said in (
        "决策 分三批上线 批准 王敏",
        "变更 加一个字段 批准人 王敏",
        "决策 分批 拍板 王敏 理由：稳",
    ):
        assert await room.words("张三", said) == "批准的人请这样写：批准 @王敏"

    await room.say("张三", "决策 采购合同 批准 流程走线上")
    assert (await entry(app, 1)).title == "采购合同 批准 流程走线上"


async def test_a_part_that_is_due_after_the_whole_is_pointed_out(room: Room) -> None:
    await room.say("王敏", "任务 迁移数据 12月20日")
    card = await room.last_card

    late = await room.say("王敏", "任务 核对数据 12月25日", reply_to=card)
    early = await room.say("王敏", "任务 导出数据 12月15日", reply_to=card)

    assert "⚠️ 比 #1 的截止 12月20日 周日 18:00 还晚，看看哪个要改期" in str(late)
    assert "还晚" not in str(early)
