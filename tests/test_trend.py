"""How the weeks went: the figures, and the picture that says the same."""

import io
from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta

import pytest
from PIL import Image

from bot import picture, trend
from bot.app import App
from bot.config import Config
from bot.message import Card, Picture
from bot.parts import load_jobs
from bot.picture import chinese_font
from bot.trend import Trend, Week, draw
from storage import ledger
from storage import member as members
from storage import standup as answers
from storage import team as teams
from storage.database import Database, Tx
from storage.ledger import DONE
from tests.conftest import SHANGHAI, WEDNESDAY, HandClock, Room

MONDAY = datetime(2026, 12, 7, 10, 0, tzinfo=SHANGHAI)
DAY = timedelta(days=1)

needs_font = pytest.mark.skipif(chinese_font() is None, reason="no Chinese font here")


@pytest.fixture
async def december(config: Config, database: Database) -> AsyncIterator[Room]:
    """The third week of a team of two: two blockers, one of them solved, and one task done."""
    made = App(config, real_time=HandClock(MONDAY))
    await made.prepare()
    async with made.database.begin() as tx:
        (ours,) = await teams.all_teams(tx)
        zhang, _ = await members.meet(
            tx, team_id=ours.id, platform="console",
            people=[("张三", "张三"), ("李四", "李四")], at=WEDNESDAY - DAY,
        )  # fmt: skip
        group = await teams.open_chat(
            tx, team_id=ours.id, platform="console", external_id="项目群", private=False,
            name="项目群", person="",
        )  # fmt: skip
        for kind, opened, closed in (
            ("blocker", WEDNESDAY, MONDAY - timedelta(hours=1)),
            ("task", WEDNESDAY, WEDNESDAY + DAY),
            ("blocker", WEDNESDAY + 6 * DAY, None),
        ):
            await _entry(tx, kind, opened, closed, team=ours.id, member=zhang.id, chat=group.id)
        day = date(2026, 12, 1)
        held = await answers.hold(
            tx, team_id=ours.id, day=day, member_id=zhang.id, late=False, at=WEDNESDAY + 6 * DAY
        )
        await answers.write(tx, held.id, yesterday="甲", today="乙", blockers="没有", opened=[])
    yield Room(made)
    await made.stop()


async def _entry(
    tx: Tx, kind: str, opened: datetime, closed: datetime | None, *, team: int, member: int,
    chat: int,
) -> None:  # fmt: skip
    entry = await ledger.open_entry(
        tx, team_id=team, kind=kind, title="事", owner_id=member, by_id=member, chat_id=chat,
        at=opened,
    )  # fmt: skip
    if closed is not None:
        await ledger.change(
            tx, entry, at=closed, by_id=member, verb="完成", text="", state=DONE, closed_at=closed
        )


@needs_font
async def test_it_stands_before_the_card_and_says_how_each_week_ended(december: Room) -> None:
    drawn, card = await december.answers("张三", "周报")

    assert isinstance(drawn, Picture)
    assert isinstance(card, Card)
    # 1 of 2 on Tuesday, nobody on the three days after it; today's is not over.
    assert drawn.text == (
        f"{card.title}\n"
        "每周末：11/27、12/4、至今\n"
        "没解决的卡点：1、2、1\n"
        "完成的任务：1、0、0\n"
        "写站会的人：—、12%、—"
    )
    assert "站会" not in card.text


@needs_font
async def test_it_is_posted_with_the_week_and_not_for_the_first_one(
    december: Room,
) -> None:
    (job,) = (each for each in load_jobs() if each.name == "weekly-report")
    ours = await december.team()
    friday = datetime(2026, 11, 27, 17, 30, tzinfo=SHANGHAI)

    first = await december.app.schedule.run(job, ours, friday)
    second = await december.app.schedule.run(job, ours, friday + 7 * DAY)

    assert first is not None
    assert ['"kind":"picture"' in each.message for each in first] == [False]
    assert second is not None
    assert ['"kind":"picture"' in each.message for each in second] == [True, False]
    assert "每周末：11/27、12/4" in second[0].message


async def test_without_a_font_there_is_the_card_alone(
    december: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trend, "font_of_this_machine", lambda: None)

    assert [type(each) for each in await december.answers("张三", "周报")] == [Card]


# --- the picture -------------------------------------------------------------------------------


def weeks(*values: tuple[int, int, int | None]) -> Trend:
    return Trend(
        team="大管家",
        span="11月20日 周五 到 11月27日 周五",
        weeks=tuple(
            Week(label=f"11/{number}", stuck=stuck, done=done, rate=rate)
            for number, (stuck, done, rate) in enumerate(values, 1)
        ),
    )


@needs_font
@pytest.mark.parametrize(
    "drawn",
    [
        weeks((3, 4, 72), (5, 9, 80)),
        weeks(*[(number, 8 - number, number * 12) for number in range(8)]),
        weeks((3, 4, None), (5, 9, 80), (2, 1, None)),
        weeks((0, 0, 0), (0, 0, 100)),
        weeks((100_000, 1, 5), (1, 100_000, 6)),
    ],
    ids=["two", "eight", "gaps", "nothing", "much"],
)
def test_it_is_a_small_png_of_a_phones_width(drawn: Trend) -> None:
    png = draw(drawn)

    assert png is not None
    assert len(png) < 100_000
    with Image.open(io.BytesIO(png)) as opened:
        assert opened.format == "PNG"
        assert opened.width == picture.WIDTH
        assert len(opened.convert("RGB").getcolors(1_000_000) or ()) > 8


@needs_font
def test_without_any_answers_there_is_no_curve_of_them() -> None:
    with_them, without = (
        draw(weeks((1, 1, 50), (1, 1, 60))),
        draw(weeks((1, 1, None), (1, 1, None))),
    )

    assert with_them is not None
    assert without is not None
    with Image.open(io.BytesIO(with_them)) as one, Image.open(io.BytesIO(without)) as other:
        assert one.height > other.height
