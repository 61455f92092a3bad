"""卡点, through the trial group's door."""

from tests.conftest import Room


async def test_a_blocker_belongs_to_whoever_is_mentioned(room: Room) -> None:
    answer = await room.words("张三", "卡点 支付回调超时 @李四 截止：周五")

    assert answer == (
        '卡点 #1 已记 · 负责人 李四 · 11月27日 周五 18:00 · 10分钟内回"撤销"\n支付回调超时'
    )


async def test_without_a_mention_it_goes_to_the_project_manager(room: Room) -> None:
    await room.say("周总", "角色 @王敏 项目经理")

    assert "负责人 王敏" in await room.words("张三", "卡点 测试数据没到")


async def test_without_a_project_manager_it_says_what_to_do(room: Room) -> None:
    answer = await room.words("张三", "卡点测试数据没到")

    assert answer == (
        '卡点 #1 已记 · 负责人 待定 · 10分钟内回"撤销"\n'
        "测试数据没到\n还没有项目经理，请说：转交 1 @能解决的人"
    )


async def test_the_list_shows_who_is_waited_for(room: Room) -> None:
    await room.say("张三", "卡点 支付回调超时 @李四 周五前")
    await room.say("张三", "卡点 数据没到 @王敏 明天")

    assert await room.words("张三", "卡点列表") == (
        "未了结的卡点（2）\n"
        "卡点 #2 数据没到｜王敏｜11月26日 周四 18:00\n"
        "卡点 #1 支付回调超时｜李四｜11月27日 周五 18:00"
    )


async def test_an_estimated_deadline_says_so(room: Room) -> None:
    answer = await room.words("张三", "卡点 数据没到 @李四 春节前")

    assert "（节假日安排未公布，按估计）" in answer
