"""Letters leave once, in order, within budgets; what fails is tried again or buried."""

import asyncio
from collections import deque
from datetime import timedelta
from typing import ClassVar

import pytest
import sqlalchemy as sa

from bot.app import App
from bot.context import LEASE
from bot.delivery import MOST_TRIES, Delivery, pause_after
from bot.errors import DeliveryError
from bot.message import Text, to_json
from bot.platforms import Answer, Budget, Door, Letter, Pace
from storage import outbox, team
from storage.outbox import Waiting
from storage.schema import outbox as letters
from tests.conftest import WEDNESDAY, HandClock, Room


class Mailbox:
    """A platform that keeps what it is sent, and fails as it is told."""

    name = "console"
    doors: ClassVar[dict[str, Door]] = {}
    accepted = Answer()

    def __init__(self, *budgets: Budget) -> None:
        self.budgets = budgets
        self.pace: Pace | None = None
        self.sent: list[Letter] = []
        self.failures: deque[Exception | None] = deque()
        self.arrived = asyncio.Event()

    async def start(self) -> None: ...

    async def close(self) -> None: ...

    async def send(self, letter: Letter) -> str:
        self.arrived.set()
        if self.failures and (failure := self.failures.popleft()) is not None:
            raise failure
        self.sent.append(letter)
        return f"sent-{len(self.sent)}"

    @property
    def words(self) -> list[str]:
        return [each.message.text for each in self.sent if isinstance(each.message, Text)]


class Post:
    """A delivery of its own over the app's database, with a hand clock."""

    def __init__(self, app: App, mailbox: Mailbox) -> None:
        self.app = app
        self.mailbox = mailbox
        self.clock = HandClock(WEDNESDAY)
        self.delivery = self.another()
        self._written = 0

    def another(self) -> Delivery:
        """What another process would have."""
        return Delivery(
            database=self.app.database,
            platforms={"console": self.mailbox},
            clock=self.clock,
            monotonic=lambda: self.clock().timestamp(),
        )

    async def write(self, *texts: str, chat: str = "项目群") -> list[Waiting]:
        written = []
        async with self.app.database.begin() as tx:
            (home,) = await team.all_teams(tx)
            where = await team.open_chat(
                tx,
                team_id=home.id,
                platform="console",
                external_id=chat,
                private=False,
                name="",
                person="",
            )
            for text in texts:
                self._written += 1
                letter = await outbox.put(
                    tx,
                    key=f"k{self._written}",
                    chat=where,
                    message=to_json(Text(text=text)),
                    at=self.clock(),
                    leased_until=self.clock() + LEASE,
                )
                assert letter is not None
                written.append(letter)
        return written

    def pass_time(self, span: timedelta) -> None:
        self.clock.at += span

    async def states(self) -> list[str]:
        async with self.app.database.begin() as tx:
            rows = await tx.execute(sa.select(letters).order_by(letters.c.id))
            return [
                "sent" if row.sent_at else f"dead: {row.why}" if row.dead_at else "waiting"
                for row in rows
            ]


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


@pytest.fixture
def post(app: App, mailbox: Mailbox) -> Post:
    return Post(app, mailbox)


async def test_letters_leave_in_the_order_of_writing(post: Post, mailbox: Mailbox) -> None:
    post.delivery.accept(await post.write("一", "二", "三"))
    await post.delivery.settle()

    assert mailbox.words == ["一", "二", "三"]
    assert await post.states() == ["sent"] * 3


async def test_a_letter_keeps_its_key_over_all_tries(post: Post, mailbox: Mailbox) -> None:
    mailbox.failures.extend([DeliveryError("busy"), DeliveryError("busy")])
    post.delivery.accept(await post.write("一"))
    for _ in range(3):
        await post.delivery.settle()
        post.pass_time(timedelta(minutes=5))

    assert [each.key for each in mailbox.sent] == ["k1"]
    assert await post.states() == ["sent"]


async def test_a_failing_letter_lets_the_rest_of_its_chat_pass(
    post: Post, mailbox: Mailbox
) -> None:
    mailbox.failures.append(DeliveryError("busy"))
    post.delivery.accept(await post.write("一", "二"))
    await post.delivery.settle()

    assert mailbox.words == ["二"]
    post.pass_time(timedelta(minutes=1))
    await post.delivery.settle()
    assert mailbox.words == ["二", "一"]


async def test_what_the_platform_will_never_take_is_buried_with_its_reason(
    post: Post, mailbox: Mailbox
) -> None:
    mailbox.failures.append(DeliveryError("230002 bot not in group", permanent=True))
    post.delivery.accept(await post.write("一"))
    await post.delivery.settle()

    assert await post.states() == ["dead: 230002 bot not in group"]


async def test_trying_ends(post: Post, mailbox: Mailbox) -> None:
    mailbox.failures.extend([DeliveryError("busy")] * 100)
    post.delivery.accept(await post.write("一"))
    for _ in range(MOST_TRIES + 3):
        await post.delivery.settle()
        post.pass_time(timedelta(hours=2))

    assert await post.states() == ["dead: busy"]
    assert len(mailbox.failures) == 100 - MOST_TRIES


async def test_pauses_grow_and_end() -> None:
    pauses = [pause_after(attempt) for attempt in range(1, 20)]

    assert 4 <= pauses[0] <= 6
    assert all(pause <= 3600 * 1.2 for pause in pauses)
    assert pauses[5] > pauses[1]


async def test_the_platforms_reset_time_holds_the_whole_chat(post: Post, mailbox: Mailbox) -> None:
    mailbox.failures.append(DeliveryError("too fast", retry_after=45))
    post.delivery.accept(await post.write("一", "二"))
    await post.delivery.settle()
    assert mailbox.words == []

    post.pass_time(timedelta(seconds=30))
    await post.delivery.settle()
    assert mailbox.words == []
    post.pass_time(timedelta(seconds=31))
    await post.delivery.settle()
    assert sorted(mailbox.words) == ["一", "二"]


async def test_a_bug_in_a_platform_is_a_failure_like_any_other(
    post: Post, mailbox: Mailbox
) -> None:
    mailbox.failures.append(ZeroDivisionError())
    post.delivery.accept(await post.write("一"))
    await post.delivery.settle()
    post.pass_time(timedelta(minutes=1))
    await post.delivery.settle()

    assert mailbox.words == ["一"]


async def test_a_leased_letter_is_nobody_elses(post: Post, mailbox: Mailbox) -> None:
    await post.write("一")

    await post.another().settle()
    assert mailbox.words == []
    post.pass_time(LEASE)
    await asyncio.gather(*(post.another().settle() for _ in range(3)))

    assert mailbox.words == ["一"]


async def test_a_crash_between_sending_and_marking_sends_the_same_key_again(
    post: Post, mailbox: Mailbox
) -> None:
    first = post.another()
    first.accept(await post.write("一"))
    await mailbox.arrived.wait()  # and the process is gone before it could mark

    post.pass_time(LEASE)
    await post.delivery.settle()

    assert [each.key for each in mailbox.sent] == ["k1", "k1"]
    assert await post.states() == ["sent"]


async def test_a_letter_whose_lease_ran_out_is_left_to_the_next(
    post: Post, mailbox: Mailbox
) -> None:
    written = await post.write("一")
    post.delivery.accept(written)
    post.pass_time(LEASE)
    await asyncio.sleep(0)

    await post.another().settle()
    await post.delivery.settle()

    assert mailbox.words == ["一"]


async def test_a_budget_is_kept_per_conversation(app: App) -> None:
    mailbox = Mailbox(Budget(count=2, seconds=60), Budget(count=3, seconds=3600))
    post = Post(app, mailbox)
    post.delivery.accept(await post.write("一", "二", "三", "四"))
    post.delivery.accept(await post.write("别的群", chat="销售群"))
    await post.delivery.settle()
    assert mailbox.words == ["一", "别的群", "二"] or sorted(mailbox.words) == sorted(
        ["一", "二", "别的群"]
    )

    post.pass_time(timedelta(seconds=61))
    await post.delivery.settle()
    assert "三" in mailbox.words
    assert "四" not in mailbox.words
    post.pass_time(timedelta(hours=1))
    await post.delivery.settle()
    assert "四" in mailbox.words


async def test_stopping_sends_what_is_on_the_wire_and_leaves_the_rest(
    post: Post, mailbox: Mailbox
) -> None:
    await post.delivery.stop(1)
    post.delivery.accept(await post.write("一"))

    assert mailbox.words == []
    assert await post.states() == ["waiting"]


async def test_a_start_after_a_crash_sends_at_once_where_nobody_else_can_be(
    app: App, room: Room
) -> None:
    if not app.database.embedded:
        pytest.skip("with several replicas the lease must run out first")
    mailbox = Mailbox()
    post = Post(app, mailbox)
    await post.write("一")

    async with app.database.begin() as tx:
        await outbox.release(tx, at=post.clock())
    await post.delivery.settle()

    assert mailbox.words == ["一"]


async def test_a_rush_to_many_chats_keeps_to_the_pace_of_the_app(post: Post) -> None:
    post.mailbox.pace = Pace(burst=2, seconds=40)
    post.delivery = post.another()
    for number in range(4):
        post.delivery.accept(await post.write(str(number), chat=f"群{number}"))
    await post.delivery.settle()
    assert post.mailbox.words == ["0", "1"]

    post.pass_time(timedelta(seconds=41))
    await post.delivery.settle()
    assert post.mailbox.words == ["0", "1", "2"]

    post.pass_time(timedelta(seconds=40))
    await post.delivery.settle()
    assert post.mailbox.words == ["0", "1", "2", "3"]
