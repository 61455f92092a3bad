"""查, through the trial group's door; and what the index promises."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot import search, terms
from bot.app import App
from bot.message import Card
from storage import ledger
from storage import search as index
from storage import team as teams
from storage.database import Database
from storage.schema import entry, term
from tests.conftest import WEDNESDAY, Room

OTHER = "别家的项目群"


async def open_other_team(room: Room) -> None:
    async with room.app.database.begin() as tx:
        other = await teams.open_team(tx, "别家", at=room.app.clock())
        await teams.open_chat(
            tx,
            team_id=other.id,
            platform="console",
            external_id=OTHER,
            private=False,
            name=OTHER,
            person="",
        )


async def found(room: Room, words: str) -> str:
    return await room.words("张三", f"查 {words}")


async def test_a_word_of_the_title_finds_it_whatever_its_kind(room: Room) -> None:
    await room.say("王敏", "任务 整理客户清单 明天")
    await room.say("王敏", "卡点 客户导入失败 @王敏")

    answer = await found(room, "客户")

    assert answer.splitlines()[0] == "查到「客户」（2）"
    assert "卡点 #2 客户导入失败" in answer
    assert "任务 #1 整理客户清单" in answer


@pytest.mark.parametrize(
    "words",
    [
        "CRM",
        "crm",
        "ＣＲＭ",
        "5.6",
        "报价单",
        "报价",
        "单",
        "企微",
        "api 接口",
        "接口API",
        "#1",
        "1",
    ],
)
async def test_latin_numbers_and_single_characters_are_words_too(room: Room, words: str) -> None:
    await room.say("王敏", "任务 CRM 5.6版本的API接口：报价单和企微登录 明天")
    await room.say("王敏", "任务 完全无关的事情 明天")

    answer = await found(room, words)

    assert "（1）" in answer.splitlines()[0]
    assert "任务 #1 CRM" in answer


async def test_all_words_must_be_said_else_the_closest_are_shown_as_such(room: Room) -> None:
    await room.say("王敏", "任务 导入客户 明天")
    await room.say("王敏", "任务 导入合同 明天")

    assert (await found(room, "导入 合同")).splitlines()[0] == "查到「导入 合同」（1）"
    closest = await found(room, "导入 火星")
    assert closest.splitlines()[0] == "没有全都说到「导入 火星」的，最接近的（2）"


async def test_a_word_is_not_found_inside_two_others_while_it_is_said_itself(room: Room) -> None:
    await room.say("王敏", "任务 产品和服务 明天")

    assert "#1 产品和服务" in await found(room, "和服")

    await room.say("王敏", "任务 买和服 明天")

    answer = await found(room, "和服")
    assert "买和服" in answer
    assert "产品" not in answer


async def test_history_and_details_are_searched_and_a_change_is_noticed(room: Room) -> None:
    await room.say("王敏", "卡点 支付回调超时 @李四")
    assert "没有查到「证书」" in await found(room, "证书")

    await room.say("李四", "解决 1 根因：证书过期 方案：加到期告警")
    assert "卡点 #1" in await found(room, "证书")
    assert "卡点 #1" in await found(room, "告警")

    await room.say("张三", "进展 1 已经联系银行")
    assert "卡点 #1" in await found(room, "银行")


async def test_what_was_taken_back_is_found_as_cancelled_and_last(room: Room) -> None:
    await room.say("王敏", "任务 整理清单 明天")
    await room.say("王敏", "任务 核对清单 明天")
    await room.say("王敏", "撤销")

    answer = await found(room, "清单")

    lines = answer.splitlines()
    assert "#1 整理清单" in lines[1]
    assert "#2 核对清单" in lines[2]
    assert "已取消" in lines[2]


async def test_what_was_merged_is_still_found(room: Room) -> None:
    await room.say("王敏", "卡点 支付回调超时 @李四")
    await room.say("王敏", "卡点 银行接口没有响应 @李四")
    await room.say("王敏", "并入 1 2")
    await room.say("王敏", "并入 2 1")

    assert "#2 银行接口没有响应" in await found(room, "响应")


async def test_what_a_title_says_no_more_is_forgotten(room: Room, app: App) -> None:
    await room.say("王敏", "任务 整理清单 明天")
    await found(room, "清单")
    async with app.database.begin() as tx:
        await tx.execute(sa.update(entry).values(title="核对合同", unindexed=True))
        await tx.execute(sa.text("DELETE FROM history"))

    assert "没有查到「清单」" in await found(room, "清单")
    assert "#1 核对合同" in await found(room, "合同")


async def test_the_last_word_may_name_a_kind(room: Room) -> None:
    await room.say("王敏", "任务 导入客户 明天")
    await room.say("王敏", "卡点 导入失败 @王敏")

    answer = await found(room, "导入 卡点")
    assert answer.splitlines()[0] == "查到「导入」的卡点（1）"
    assert "任务" not in answer
    assert "没有说到「导入」的风险\n别的种类里有 2 条" in await found(room, "导入 风险")


async def test_another_teams_words_find_nothing(room: Room) -> None:
    await open_other_team(room)
    await room.say("外人", "任务 机密合同 明天", group=OTHER)
    assert "机密合同" in await room.words("外人", "查 机密", group=OTHER)
    await room.say("王敏", "任务 公开的事 明天")

    for words in ("机密", "合同", "机", "机密 公开", "1"):
        assert "机密合同" not in await found(room, words)


async def test_ten_a_page_and_a_button_for_the_rest(room: Room) -> None:
    for number in range(25):
        await room.say("王敏", f"任务 清单{number} 明天")

    first = await room.say("张三", "查 清单")
    assert isinstance(first, Card)
    assert len(first.text.splitlines()) == 10
    assert "#25 " in first.text.splitlines()[0]
    (more,) = first.buttons
    assert (more.label, more.say) == ("更多（还有 15 条）", "查 清单 第2页")

    last = await room.words("张三", "查 清单 第3页")
    assert len(last.splitlines()) == 6
    assert "一共只有 3 页" in await room.words("张三", "查 清单 第4页")


@pytest.mark.parametrize("words", ["🔥", "🔥🔥🔥", "'; DROP TABLE term; --", "%", "_", "\\"])
async def test_what_is_no_word_finds_nothing_and_breaks_nothing(room: Room, words: str) -> None:
    await room.say("王敏", "任务 整理清单 明天")

    assert "没有查到" in await found(room, words)


async def test_a_very_long_query_is_refused_kindly(room: Room) -> None:
    assert "太长了" in await found(room, "长" * 300)
    await room.say("王敏", "任务 长长的清单 明天")
    assert "抱歉" not in await found(room, "长清单，" * 45)


async def test_a_word_alone_is_no_kind(room: Room) -> None:
    await room.say("王敏", "反馈 任务太多了")

    assert "反馈 #1" in await found(room, "任务")


async def test_nothing_is_indexed_before_somebody_searches(room: Room, app: App) -> None:
    await room.say("王敏", "任务 整理清单 明天")

    async def count() -> int:
        async with app.database.begin() as tx:
            rows = await tx.execute(sa.select(sa.func.count()).select_from(term))
            return int(rows.scalar_one())

    assert await count() == 0
    await found(room, "清单")
    assert await count() > 0


async def test_the_night_indexes_what_is_much(
    room: Room, app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(terms, "_words", None)
    monkeypatch.setattr(search, "BACKLOG", 2)
    await room.say("王敏", "设置 站会 关")
    await room.say("王敏", "任务 整理清单 明天")

    await room.wait(timedelta(days=1))
    assert terms.loaded() is None  # not for so little

    await room.say("王敏", "任务 核对清单 明天")
    await room.wait(timedelta(days=1))
    async with app.database.begin() as tx:
        assert await index.unindexed(tx, (await teams.all_teams(tx))[0].id, most=9) == 0


async def test_a_change_while_it_is_indexed_is_not_lost(database: Database) -> None:
    async with database.begin() as tx:
        team = (await teams.all_teams(tx))[0]
        chat = await teams.open_chat(
            tx, team_id=team.id, platform="console", external_id="g", private=False, name="",
            person="",
        )  # fmt: skip
        await tx.execute(sa.text(
            "INSERT INTO member (team_id, platform, external_id, name, roles, joined_at) "
            "VALUES (1, 'console', 'a', 'a', '[]', '2026-01-01 00:00:00')"
        ))  # fmt: skip
        await ledger.open_entry(
            tx, team_id=team.id, kind="task", title="清单", owner_id=None, by_id=1,
            chat_id=chat.id, at=WEDNESDAY,
        )  # fmt: skip
    async with database.begin() as tx:
        (taken,) = await index.take(tx, team.id, most=10)
        stale = await ledger.find(tx, team.id, 1)
        assert stale is not None
        await ledger.change(tx, stale, at=WEDNESDAY, by_id=1, verb="进展", text="合同")
        await index.write(tx, team.id, {taken.id: ["清单"]})

    async with database.begin() as tx:
        (again,) = await index.take(tx, team.id, most=10)
        assert "合同" in again.told


HAN = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), min_size=1, max_size=12)
LATIN = st.from_regex(r"\A[a-zA-Z0-9]{1,12}\Z")


@given(st.lists(st.one_of(HAN, LATIN), min_size=1, max_size=4), st.data())
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_every_word_and_piece_of_a_title_leads_to_it(
    parts: list[str], data: st.DataObject
) -> None:
    """Whatever is asked, the entry holds all words of it, or all its letters."""
    words = terms.load()
    title = " ".join(parts)
    told = index.Unindexed(id=1, number=7, title=title, details={}, told=())
    held = set(search.terms_of(words, told))

    asked = data.draw(st.sampled_from(parts))
    if asked.isascii():
        piece = asked
    else:
        begin = data.draw(st.integers(0, len(asked) - 1))
        piece = asked[begin : data.draw(st.integers(begin + 1, len(asked)))]

    letters = search.letters(piece)
    assert letters
    assert set(search.said(words, piece)) <= held or set(letters) <= held


@given(st.text(max_size=300))
@settings(deadline=None)
def test_no_text_makes_indexing_fail(text: str) -> None:
    words = terms.load()
    told = index.Unindexed(
        id=1, number=7, title=text, details={"a": [text, {"b": text}], "c_at": text}, told=(text,)
    )
    found = search.terms_of(words, told)
    assert len(found) <= search.MOST_TERMS
    assert all(0 < len(each) <= search.LONGEST_TERM for each in found)


async def test_little_words_in_common_are_no_find(room: Room) -> None:
    for what in ("在系统里的客户", "不在清单里的合同", "东西都在仓库"):
        await room.say("王敏", f"任务 {what}")

    assert (await room.words("王敏", "查 不存在的东西xyz")).startswith(
        "没有查到「不存在的东西xyz」\n换个说法"
    )
