"""经验: anybody's one sentence, kept for the end."""

import pytest

from bot.app import App
from storage import ledger
from tests.conftest import Room


@pytest.mark.parametrize("word", ["经验", "教训", "经验教训"])
async def test_anybody_may_write_down_what_was_learnt(room: Room, word: str) -> None:
    answer = await room.words("张三", f"{word} 数据要先清洗再导入，不然返工三天")

    assert answer == '经验 #1 已记 · 10分钟内回"撤销"\n数据要先清洗再导入，不然返工三天'
    assert "数据要先清洗再导入" in await room.words("李四", "经验列表")


async def test_a_lesson_is_nobodys_work(room: Room) -> None:
    await room.say("张三", "经验 数据要先清洗再导入")

    assert await room.words("张三", "我的") == "手上没有没了结的事 👍"
    assert "负责人" not in await room.words("张三", "查看 1")


@pytest.mark.parametrize(
    ("said", "answer"),
    [("经验", "还缺一句话"), ("教训 ！！！", "还缺内容"), ("经验 " + "长" * 5000, "最多 500 字")],
    ids=["empty", "no words", "too long"],
)
async def test_what_says_nothing_is_not_stored(
    room: Room, app: App, said: str, answer: str
) -> None:
    assert answer in await room.words("张三", said)

    async with app.database.begin() as tx:
        assert await ledger.every(tx) == []


async def test_it_can_be_taken_back(room: Room) -> None:
    await room.say("张三", "经验 写错了")

    assert "已撤销 经验 #1" in await room.words("张三", "撤销")
    assert "没有" in await room.words("张三", "经验列表")
