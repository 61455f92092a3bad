"""风险, through the trial group's door: rated, and looked at again."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import risk
from bot.app import App
from bot.message import Card, as_lines
from bot.risk import Level
from bot.workdays import Calendar
from storage import history, ledger
from storage.ledger import Entry
from tests.blockers import entry
from tests.conftest import SHANGHAI, Room

RISK = "风险 数据迁移延期 概率：高 影响：高 应对：先迁一个区 @李四"


async def risk_of(app: App, room: Room, number: int = 1) -> Entry:
    return await entry(app, room, number)


# --- writing it down -------------------------------------------------------------------------


async def test_the_receipt_says_how_bad_it_is_and_when_it_is_looked_at_again(
    room: Room, app: App
) -> None:
    said = await room.words("张三", RISK)

    assert said.splitlines() == [
        '风险 #1 已记 · 责任人 李四 · 10分钟内回"撤销"',
        "数据迁移延期",
        "🔴 红 25 分（概率 高 × 影响 高） · 复查 12月25日 周五",
        "应对：先迁一个区",
    ]
    found = await risk_of(app, room)
    assert found.weight == 25
    assert found.due is None
    assert found.details == {
        "probability": 5,
        "impact": 5,
        "response": "先迁一个区",
        "review": "2026-12-25",
    }


async def test_numbers_do_as_well_and_without_a_name_it_is_the_senders(
    room: Room, app: App
) -> None:
    said = await room.words("张三", "风险 关键用户离职 影响:4 概率:２ 复查：12月10日")

    assert "责任人 张三" in said
    assert "🟡 黄 8 分（概率 2 × 影响 4） · 复查 12月10日 周四" in said
    assert "还没写应对，可以补：评估 1 应对：…" in said
    assert (await risk_of(app, room)).details["review"] == "2026-12-10"


@pytest.mark.parametrize(
    ("said", "lacks"),
    [("", "概率和影响"), ("概率：高", "影响"), ("影响：高", "概率")],
)
async def test_how_likely_and_how_bad_are_never_guessed(room: Room, said: str, lacks: str) -> None:
    answer = await room.words("张三", f"风险 供应商可能延期 {said}")

    assert answer.startswith(f"还缺{lacks}，写 高/中/低 或 1–5，")
    assert "比如：风险 供应商可能延期 概率：高 影响：中" in answer
    assert "没有未了结的风险" in await room.words("张三", "风险列表")


@pytest.mark.parametrize("level", ["6", "0", "-1", "偏高", "50%", "3.5"])
async def test_what_is_no_level_is_refused(room: Room, level: str) -> None:
    answer = await room.words("张三", f"风险 供应商可能延期 概率：{level} 影响：高")

    assert "概率只能是：高、中、低" in answer
    assert "没有未了结的风险" in await room.words("张三", "风险列表")


@pytest.mark.parametrize(
    ("when", "wrong"),
    [
        ("上周五", "已经过去了"),
        ("11月1日", "拿不准"),  # this year's is over, next year's is far
        ("2月30日", "没看懂"),
        ("随便", "没看懂"),
        ("下周五 供应商很慢", "「供应商很慢」请写到前面去"),
    ],
)
async def test_a_day_that_cannot_be_is_refused(room: Room, when: str, wrong: str) -> None:
    answer = await room.words("张三", f"风险 会丢数据 概率：高 影响：高 复查：{when}")

    assert wrong in answer
    assert "没有未了结的风险" in await room.words("张三", "风险列表")


async def test_a_risk_of_nothing_is_refused(room: Room) -> None:
    assert "还缺内容" in await room.words("张三", "风险 概率：高 影响：高")


async def test_it_can_be_taken_back(room: Room) -> None:
    await room.say("张三", RISK)

    assert "已撤销 风险 #1" in await room.words("张三", "撤销")
    assert "没有未了结的风险" in await room.words("张三", "风险列表")


@given(
    day=st.dates(date(2024, 1, 1), date(2030, 12, 31)),
)
def test_a_month_on_is_a_working_day_soon_after_a_month(day: date) -> None:
    calendar = Calendar()
    there = risk.next_month(day, calendar)

    assert calendar.is_workday(there)
    assert timedelta(days=28) <= there - day <= timedelta(days=31 + 11)


@given(st.sampled_from(Level), st.sampled_from(Level))
def test_the_score_is_the_product_and_has_one_colour(one: Level, other: Level) -> None:
    score = risk.score(one, other)

    assert 1 <= score <= 25
    assert score == risk.score(other, one)
    expected = "红" if score >= 15 else "黄" if score >= 5 else "绿"
    assert risk.colour_name(score) == expected


@pytest.mark.parametrize(
    ("one", "other", "score", "name"),
    [
        ("高", "高", 25, "红"), ("高", "中", 15, "红"), ("中", "中", 9, "黄"),
        ("高", "低", 5, "黄"), ("4", "3", 12, "黄"), ("2", "2", 4, "绿"),
        ("中", "低", 3, "绿"), ("低", "低", 1, "绿"),
    ],
)  # fmt: skip
def test_the_bands(one: str, other: str, score: int, name: str) -> None:
    assert risk.score(Level(one), Level(other)) == score
    assert risk.colour_name(score) == name


# --- rated again -------------------------------------------------------------------------------


async def test_rating_it_again_keeps_what_was(room: Room, app: App) -> None:
    await room.say("张三", "风险 供应商可能延期 概率：中 影响：中")

    said = await room.words("张三", "评估 1 概率：高 影响：高 应对：换备用供应商 对方停工了")

    assert "🟡9 → 🔴25" in said
    assert "红 25 分（概率 高 × 影响 高）" in said
    found = await risk_of(app, room)
    assert (found.weight, found.details["response"]) == (25, "换备用供应商 对方停工了")
    async with app.database.begin() as tx:
        last = (await history.story(tx, found.id))[-1]
    assert (last.verb, last.by) == ("评估", "张三")
    assert (last.before["weight"], last.after["weight"]) == (9, 25)
    assert "应对：换备用供应商" in await room.words("王敏", "查看 1")


async def test_what_is_not_said_again_stays(room: Room, app: App) -> None:
    await room.say("张三", "风险 供应商可能延期 概率：4 影响：2 应对：催")

    await room.say("张三", "评估 1 影响：高")
    assert (await risk_of(app, room)).weight == 20
    await room.say("张三", "评估 1 应对：换一家")

    found = await risk_of(app, room)
    assert found.weight == 20
    assert (found.details["probability"], found.details["impact"]) == (4, 5)
    assert found.details["response"] == "换一家"


@pytest.mark.parametrize("said", ["评估 1", "评估 1 高 高", "评估 1 概率：6 影响：高"])
async def test_rating_without_a_level_changes_nothing(room: Room, app: App, said: str) -> None:
    await room.say("张三", RISK)
    before = await risk_of(app, room)

    assert "概率" in await room.words("张三", said)
    assert await risk_of(app, room) == before


async def test_only_its_people_may_rate_and_review_it(room: Room, app: App) -> None:
    await room.say("张三", RISK)
    before = await risk_of(app, room)

    for said in ("评估 1 概率：低", "复查 1 没事了"):
        assert "要由李四、登记的人" in await room.words("王五", said)
    assert await risk_of(app, room) == before


async def test_the_words_are_for_risks_only(room: Room) -> None:
    await room.say("张三", "任务 写方案")

    assert "#1 是任务" in await room.words("张三", "评估 1 概率：高 影响：高")
    assert "#1 是任务" in await room.words("张三", "复查 1 看过了")
    assert "没有 #99" in await room.words("张三", "复查 99 看过了")


# --- looked at again ---------------------------------------------------------------------------


async def test_a_review_sets_the_next_day(room: Room, app: App) -> None:
    await room.say("张三", RISK)

    said = await room.words("李四", "复查 1 供应商已签约 下次 12月18日")

    assert "风险 #1 复查过了 · 下次 12月18日 周五" in said
    assert (await risk_of(app, room)).details["review"] == "2026-12-18"
    story = await room.words("张三", "查看 1")
    assert "复查：供应商已签约，下次 12月18日 周五" in story
    assert "上次复查：11月25日 周三 10:00" in story


async def test_without_a_day_it_is_a_month_on(room: Room, app: App) -> None:
    await room.say("张三", "风险 会丢数据 概率：低 影响：高 复查：明天")
    await room.wait_until(datetime(2026, 11, 27, 10, 0, tzinfo=SHANGHAI))

    await room.say("张三", "复查 1 没变")

    assert (await risk_of(app, room)).details["review"] == "2026-12-28"  # the 27th is a Sunday


@pytest.mark.parametrize("when", ["11月1日", "2月30日", "再说"])
async def test_a_next_day_that_cannot_be_leaves_it_as_it_was(
    room: Room, app: App, when: str
) -> None:
    await room.say("张三", RISK)
    before = await risk_of(app, room)

    assert "复查时间" in await room.words("张三", f"复查 1 看过了 下次 {when}")
    assert await risk_of(app, room) == before


async def test_pressing_twice_notes_one_review(room: Room, app: App) -> None:
    await room.say("张三", RISK)
    card = await room.last_card
    await room.press("李四", card, "复查 1")
    before = await risk_of(app, room)

    second = await room.press("李四", card, "复查 1")

    assert second is not None
    assert "今天 10:00 已经复查过了" in as_lines(second)
    assert await risk_of(app, room) == before
    assert "复查过了" in await room.words("李四", "复查 1 再看了一次")


async def test_its_owner_is_reminded_of_the_review_until_it_is_done(room: Room) -> None:
    await room.say("张三", "风险 会丢数据 概率：低 影响：高 复查：11月27日 @李四")
    at = datetime(2026, 11, 27, 12, 0, tzinfo=SHANGHAI)

    early = await room.wait_until(at - timedelta(days=1))
    assert not [each for each in early if "风险 #1" in as_lines(each)]
    (post,) = [each for each in await room.wait_until(at) if "风险 #1" in as_lines(each)]
    assert _names(post) == ["李四"]
    await room.say("李四", "复查 1 备份演练过了")
    later = await room.wait_until(at + timedelta(days=4))
    assert not [each for each in later if "风险 #1 会丢数据" in as_lines(each) and _names(each)]


def _names(message: object) -> list[str]:
    return [each.name for each in message.mentions] if isinstance(message, Card) else []


# --- seen in lists and tables --------------------------------------------------------------------


async def test_the_list_has_the_worst_first(room: Room) -> None:
    await room.say("张三", "风险 关键用户离职 概率：低 影响：低")
    await room.say("张三", RISK)
    await room.say("张三", "风险 供应商可能延期 概率：中 影响：中 @王五")

    assert (await room.words("张三", "风险列表")).splitlines()[1:4] == [
        "#2 🔴25 数据迁移延期｜李四｜复查 12月25日 周五",
        "#3 🟡9 供应商可能延期｜王五｜复查 12月25日 周五",
        "#1 🟢1 关键用户离职｜张三｜复查 12月25日 周五",
    ]


async def test_a_missed_review_is_said(room: Room) -> None:
    await room.say("张三", "风险 会丢数据 概率：低 影响：高 复查：11月27日")
    await room.wait_until(datetime(2026, 11, 27, 20, 0, tzinfo=SHANGHAI))
    assert "已过期" not in await room.words("张三", "风险列表")

    await room.wait_until(datetime(2026, 11, 28, 8, 0, tzinfo=SHANGHAI))

    assert "复查 11月27日 周五（已过期）" in await room.words("张三", "风险列表")
    assert "看完请说：复查 1 结论" in await room.words("张三", "查看 1")


async def test_looking_at_it_shows_the_rating(room: Room) -> None:
    await room.say("张三", RISK)

    story = await room.words("王敏", "查看 1")

    assert "🔴 红 25 分（概率 高 × 影响 高）" in story
    assert "应对：先迁一个区" in story
    assert "复查：12月25日 周五" in story


async def test_a_table_has_its_columns(room: Room, app: App) -> None:
    from bot import table

    await room.say("张三", RISK)
    found = await risk_of(app, room)
    cells = dict(
        zip(
            table.columns("risk"),
            table.row(found, [], {}, SHANGHAI, mixed=False),
            strict=True,
        )
    )

    named = {name: cells[name] for name in ("分数", "概率", "影响", "应对", "复查")}
    assert named == {
        "分数": 25,
        "概率": 5,
        "影响": 5,
        "应对": "先迁一个区",
        "复查": "2026-12-25",
    }


async def test_it_is_closed_by_hand_and_never_by_itself(room: Room, app: App) -> None:
    await room.say("张三", RISK)
    await room.wait_until(datetime(2027, 2, 10, 12, 0, tzinfo=SHANGHAI))
    assert (await risk_of(app, room)).state == ledger.OPEN

    assert "✅ 风险 #1 已关闭" in await room.words("李四", "关闭 1 迁完了")
    assert (await risk_of(app, room)).state == ledger.DONE
    assert "重开 1" in await room.words("李四", "评估 1 概率：低")
    assert "重开 1" in await room.words("李四", "复查 1 看过了")


async def test_a_risk_has_a_review_instead_of_a_deadline(room: Room) -> None:
    await room.say("张三", "风险 数据迁移延期 概率：高 影响：高")

    assert "换复查的日子请说：复查 1 下次" in await room.words("张三", "改期 1 下周五")
    assert "截止" not in await room.words("张三", "查看 1")
