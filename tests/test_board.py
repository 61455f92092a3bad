"""看板: the figures, and the picture that says the same."""

from datetime import timedelta

import pytest

from bot import board, picture
from bot.message import Card, Outgoing, Picture
from storage import board as figures
from tests.conftest import WEDNESDAY, Room


@pytest.fixture
async def people(room: Room) -> Room:
    for who in ("王敏", "张三", "李四"):
        await room.say(who, "成员")
    return room


async def card_of(room: Room) -> Card:
    answers = await room.answers("王敏", "看板")
    (card,) = (each for each in answers if isinstance(each, Card))
    return card


async def test_an_empty_board_says_how_to_begin(people: Room) -> None:
    (answer,) = await people.answers("王敏", "看板")

    assert "先记一条" in getattr(answer, "text", "")


async def test_it_counts_open_late_due_and_done(people: Room) -> None:
    for said in (
        "任务 甲 今天中午", "任务 乙 周五", "任务 丙 下周五", "任务 丁", "任务 戊 周四",
        "完成 5", "卡点 支付超时 @李四", "决策 先上线销售模块",
    ):  # fmt: skip
        await people.say("王敏", said)
    await people.wait(timedelta(hours=4))

    card = await card_of(people)
    facts = dict(card.facts)

    assert card.title == "看板｜11月25日 周三"
    assert card.text == "未了结 5 · 逾期 1 · 本周完成 1"
    assert facts["任务"] == "未了结 4 · 逾期 1 · 本周还有到期 1 · 本周完成 1"
    assert facts["卡点"] == "未了结 1"
    assert facts["决策"] == "有效 1"
    assert facts["任务开了多久"] == "1天内 4 · 2–5天 0 · 5天以上 0（工作日）"
    assert facts["合计里不含"] == "决策（不用谁去做完）"


async def test_age_is_counted_in_working_days(people: Room) -> None:
    await people.say("王敏", "任务 周三记的")
    await people.wait(timedelta(days=5))
    await people.say("王敏", "任务 周一记的")
    # Wednesday to Monday: Thursday, Friday, Monday.
    assert dict((await card_of(people)).facts)["任务开了多久"].startswith("1天内 1 · 2–5天 1")

    await people.wait(timedelta(days=3))

    assert dict((await card_of(people)).facts)["任务开了多久"].startswith(
        "1天内 0 · 2–5天 1 · 5天以上 1"
    )


async def test_what_waits_for_a_word_is_counted_apart(people: Room) -> None:
    await people.say("王敏", "卡点 支付超时 @李四")
    await people.say("王敏", "卡点 账号没开 @李四")
    await people.say("李四", "解决 1")

    facts = dict((await card_of(people)).facts)
    assert facts["卡点"] == "未了结 2"
    assert facts["卡点开了多久"] == (
        "1天内 1 · 2–5天 0 · 5天以上 0（工作日）；另有 1 个说解决了、等确认"
    )
    assert "合计里不含" not in facts


async def test_what_was_closed_by_time_out_is_not_done(people: Room) -> None:
    await people.say("王敏", "卡点 支付超时 @李四")
    await people.say("李四", "解决 1")
    await people.wait(timedelta(days=12))
    assert "超时" in await people.words("王敏", "查看 1")
    await people.say("王敏", "任务 占位")

    async with people.app.database.begin() as tx:
        found = await figures.counts(
            tx, 1, now=people.app.clock(), since=WEDNESDAY, until=people.app.clock(), ages=[]
        )

    assert "blocker" not in found


async def test_the_picture_comes_first_and_says_the_same(people: Room) -> None:
    await people.say("王敏", "任务 甲 今天下班前")
    if picture.chinese_font() is None:
        pytest.skip("no Chinese font here")

    drawn, card = await people.answers("王敏", "看板")

    assert isinstance(drawn, Picture)
    assert isinstance(card, Card)
    assert drawn.png.startswith(b"\x89PNG")
    assert len(drawn.png) < 200_000
    for label, value in card.facts:
        assert f"{label}：{value}" in drawn.text


async def test_without_a_font_there_is_the_card_alone(
    people: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(picture, "chinese_font", lambda: None)
    await people.say("王敏", "任务 甲 今天下班前")

    answers: list[Outgoing] = await people.answers("王敏", "看板")

    assert [type(each) for each in answers] == [Card]
    assert board.AGE_NAMES[0] in dict(answers[0].facts)["任务开了多久"]  # type: ignore[union-attr]
