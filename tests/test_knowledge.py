"""知识 …, through the trial group's door; and what the table promises."""

import contextlib
from dataclasses import replace
from datetime import timedelta

import pytest

from bot import library, terms
from bot.message import Card
from storage import knowledge
from storage.database import Database
from storage.knowledge import Written
from tests.conftest import WEDNESDAY, Room

TEAM = 1


async def test_an_entry_is_added_shown_and_found(room: Room) -> None:
    answer = await room.words(
        "王敏",
        "知识 加 问：怎么导入客户 答：点导入。提示：先下载\n再上传 相似：批量导;导客户",
    )
    assert answer.splitlines()[0] == "✅ 知识 K1 已加｜怎么导入客户"
    assert "现在谁都能改知识库" in answer

    page = await room.words("李四", "知识 查 下载")
    assert page == (
        "K1 怎么导入客户\n点导入。提示：先下载\n再上传\n相似问法：批量导；导客户\n负责人：王敏"
    )
    assert await room.words("李四", "知识 查 K1") == page
    assert "K1 怎么导入客户" in await room.words("李四", "知识 列表")


async def test_the_labels_may_come_in_any_order_and_width(room: Room) -> None:
    await room.say("王敏", "知识加 答:看手册；相似:甲怎么用|乙怎么用；问:丙怎么用")

    page = await room.words("王敏", "知识 查 丙")
    assert page.startswith("K1 丙怎么用\n看手册\n相似问法：甲怎么用；乙怎么用")


async def test_what_is_missing_is_said(room: Room) -> None:
    assert "要写上 问：… 和 答：…" in await room.words("王敏", "知识 加 问：怎么导入")
    assert "要写上 问：… 和 答：…" in await room.words("王敏", "知识 加")
    assert "没有 K9 这条知识" in await room.words("王敏", "知识 改 K9 答：甲")
    assert "要说是哪一条" in await room.words("王敏", "知识 改 答：甲")
    assert "知识库还是空的" in await room.words("王敏", "知识")
    assert "没有找到" in await room.words("王敏", "知识 查 导入")
    assert "字以内" in await room.words("王敏", f"知识 加 问：{'长' * 301} 答：好")


async def test_a_known_question_is_not_added_twice(room: Room) -> None:
    await room.say("王敏", "知识 加 问：怎么导入客户 答：甲")

    assert "K1 已经有这个问题了" in await room.words("王敏", "知识 加 问：怎么导入客户 答：乙")


async def test_only_what_is_written_is_changed(room: Room) -> None:
    await room.say("王敏", "知识 加 问：怎么导入客户 答：甲 相似：导客户")

    assert "✅ 知识 K1 已改｜怎么导入客户\n乙" in await room.words("王敏", "知识 改 K1 答：乙")
    assert "要写上改什么" in await room.words("王敏", "知识 改 K1")
    await room.say("王敏", "知识 改 k1 相似：客户导入;批量导入")
    assert "相似问法：客户导入；批量导入" in await room.words("王敏", "知识 查 K1")


async def test_only_keepers_and_experts_change_it_once_there_are_keepers(room: Room) -> None:
    await room.say("王敏", "角色 @王敏 项目经理")
    await room.say("李四", "知识 加 问：甲怎么用 答：乙")
    assert "要项目经理、系统管理员或支持专家来做" in await room.newest()

    await room.say("王敏", "角色 @李四 支持专家")
    answer = await room.words("李四", "知识 加 问：甲怎么用 答：乙")
    assert answer == "✅ 知识 K1 已加｜甲怎么用\n乙"
    assert "要项目经理" in await room.words("张三", "知识 删 K1")
    assert "已删 知识 K1" in await room.words("王敏", "知识 删 K1")


async def test_a_form_adds_an_entry(room: Room) -> None:
    await room.say("王敏", "表单 知识 加")

    answer = await room.press(
        "王敏",
        await room.last_card,
        "知识 加",
        {"question": "甲怎么用", "answer": "问：不用问", "similar": ""},
    )

    assert isinstance(answer, Card)
    assert "K1 已加｜甲怎么用" in answer.title


async def test_an_answer_past_its_review_day_warns(room: Room) -> None:
    await room.say("王敏", "知识 加 问：怎么导入客户 答：甲")
    async with room.app.database.begin() as tx:
        found = await knowledge.find(tx, TEAM, 1)
        assert found is not None
        yesterday = WEDNESDAY.date() - timedelta(days=1)
        assert await knowledge.change(tx, found, at=WEDNESDAY, review_on=yesterday)

    assert "过了复核日期" in await room.words("李四", "问 怎么导入客户")


async def test_many_entries_are_listed_in_part(room: Room) -> None:
    rows = [Written(question=f"第{n}问怎么办", answer="看手册") for n in range(20)]
    async with room.app.database.begin() as tx:
        await knowledge.take_in(tx, TEAM, rows, at=WEDNESDAY)

    answer = await room.words("李四", "知识 列表")
    assert answer.startswith("知识库共 20 条\nK20 第19问怎么办")
    assert answer.endswith("找其余的")


# --- the table -----------------------------------------------------------------------------


async def test_the_stamp_changes_with_every_change(database: Database) -> None:
    stamps = []
    async with database.begin() as tx:
        stamps.append(await knowledge.stamp(tx, TEAM))
        await knowledge.add(tx, TEAM, Written(question="甲", answer="乙"), at=WEDNESDAY)
        stamps.append(await knowledge.stamp(tx, TEAM))
        found = await knowledge.find(tx, TEAM, 1)
        assert found is not None
        assert await knowledge.change(tx, found, at=WEDNESDAY, answer="丙")
        stamps.append(await knowledge.stamp(tx, TEAM))
        assert not await knowledge.change(tx, found, at=WEDNESDAY, answer="丁")
        found = replace(found, version=2)
        assert await knowledge.remove(tx, found, at=WEDNESDAY)
        stamps.append(await knowledge.stamp(tx, TEAM))
        number = await knowledge.add(tx, TEAM, Written(question="甲", answer="乙"), at=WEDNESDAY)
        stamps.append(await knowledge.stamp(tx, TEAM))

    assert number == 2
    assert len(set(stamps)) == 5


async def test_a_second_import_only_changes_what_changed(database: Database) -> None:
    rows = [
        Written(external_id="a", question="甲", answer="1", similar=["子"], owner="王敏"),
        Written(question="乙", answer="2"),
        Written(question="丙", answer="3"),
        Written(question="丙", answer="4"),
    ]
    again = [
        Written(external_id="a", question="甲甲", answer="1"),
        Written(external_id="b", question="乙", answer="2"),
        Written(question="丙", answer="4"),
        Written(external_id="c", question="甲甲", answer="5"),
    ]
    async with database.begin() as tx:
        first = await knowledge.take_in(tx, TEAM, rows, at=WEDNESDAY)
        same = await knowledge.take_in(tx, TEAM, rows, at=WEDNESDAY)
        second = await knowledge.take_in(tx, TEAM, again, at=WEDNESDAY)
        found = {each.number: each for each in await knowledge.listed(tx, TEAM)}

    assert (first.added, first.updated, first.unchanged) == (3, 0, 0)
    assert (same.added, same.updated, same.unchanged) == (0, 0, 3)
    assert (second.added, second.updated, second.unchanged) == (1, 2, 1)
    assert (found[1].question, found[1].similar, found[1].owner) == ("甲甲", ["子"], "王敏")
    assert (found[2].external_id, found[3].answer, found[4].external_id) == ("b", "4", "c")


async def test_a_large_knowledge_base_is_indexed_beside_the_loop(database: Database) -> None:
    rows = [
        Written(question=f"型号{n}怎么保养", answer="看手册" * 80)
        for n in range(library.LITTLE // 240)
    ]
    terms.load()
    async with database.begin() as tx:
        await knowledge.take_in(tx, TEAM, rows, at=WEDNESDAY)
        index = await library.index_of(tx, TEAM)

        assert index.by_words is False
        assert index.decide("型号77怎么保养").entry == 78
        await arrived(database)
        worded = await library.index_of(tx, TEAM)
        assert worded.by_words
        assert await library.index_of(tx, TEAM) is worded
        assert worded.decide("型号77怎么保养").entry == 78


async def arrived(database: Database) -> None:
    """Wait for the words of the team's index."""
    coming = library._shelves[database.engine][TEAM].coming
    assert coming is not None
    await coming


async def test_characters_answer_until_the_words_are_loaded(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(terms, "_words", None)
    async with database.begin() as tx:
        await knowledge.add(tx, TEAM, Written(question="怎么导入客户", answer="甲"), at=WEDNESDAY)
        index = await library.index_of(tx, TEAM)
        assert not index.by_words
        assert index.decide("怎么导入客户").entry == 1

        await arrived(database)

        assert (await library.index_of(tx, TEAM)).by_words
        assert terms.loaded() is not None


async def test_an_empty_knowledge_base_loads_no_words(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(terms, "_words", None)
    async with database.begin() as tx:
        await library.index_of(tx, TEAM)

    assert library._shelves[database.engine][TEAM].coming is None


async def test_a_new_word_and_a_new_entry_are_taken_in(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = terms.Words()
    monkeypatch.setattr(terms, "_words", words)
    async with database.begin() as tx:
        await knowledge.add(tx, TEAM, Written(question="怎么导入客户", answer="甲"), at=WEDNESDAY)
        first = await library.index_of(tx, TEAM)
        assert first.by_words
        words.add(["公海回收规则"])
        assert await library.index_of(tx, TEAM) is first
        # Written while the index is on its way: that one is out of date when it comes.
        await knowledge.add(tx, TEAM, Written(question="乙怎么用", answer="乙"), at=WEDNESDAY)
        second = await library.index_of(tx, TEAM)
        shelf = library._shelves[database.engine][TEAM]
        if shelf.coming is not None:
            await shelf.coming

        assert await library.index_of(tx, TEAM) is second
        assert (len(second.entries), second.by_words) == (2, True)


async def test_without_words_characters_go_on_answering(
    database: Database, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> terms.Words:
        raise OSError("no dictionary")

    monkeypatch.setattr(terms, "_words", None)
    monkeypatch.setattr(terms, "load", fail)
    async with database.begin() as tx:
        await knowledge.add(tx, TEAM, Written(question="怎么导入客户", answer="甲"), at=WEDNESDAY)
        await library.index_of(tx, TEAM)
        with contextlib.suppress(OSError):
            await arrived(database)

        for _ in range(2):
            index = await library.index_of(tx, TEAM)
            assert index.decide("怎么导入客户").entry == 1

    assert [each.message for each in caplog.records] == ["the knowledge base goes without words"]


async def test_what_was_rolled_back_is_not_known(database: Database) -> None:
    written = Written(question="怎么导入客户", answer="甲")
    with contextlib.suppress(ZeroDivisionError):
        async with database.begin() as tx:
            await knowledge.add(tx, TEAM, written, at=WEDNESDAY)
            assert (await library.index_of(tx, TEAM)).decide("怎么导入客户").entry == 1
            raise ZeroDivisionError

    async with database.begin() as tx:
        assert (await library.index_of(tx, TEAM)).entries == []
