"""Sending what the outbox holds.

Each conversation is a lane: its letters leave one after another, within the platform's budgets.
A letter is leased before it is sent and marked afterwards, so a crash in between sends it again
with the same key. A letter that fails is put off and lets the rest of its lane pass.
"""

import asyncio
import contextlib
import logging
import random
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from bot.context import LEASE
from bot.errors import DeliveryError
from bot.message import Chat, from_json
from bot.platforms import Budget, Letter, Pace, Platform
from bot.worker import Tasks
from storage import outbox
from storage.database import Database, Tx
from storage.outbox import Waiting

log = logging.getLogger(__name__)

MOST_TRIES = 12  # with the pauses below: about two and a half hours
FIRST_PAUSE = 5.0  # seconds; doubled with every try
LONGEST_PAUSE = 3600.0
BATCH = 100
MARK_AFTER = 0.05  # seconds; what was sent meanwhile is marked in one commit
LOOK_AFTER = 15.0  # seconds, at most, until other processes' letters are looked for
SENDING = timedelta(seconds=15)  # no letter leaves whose lease might run out on the way


def pause_after(attempts: int) -> float:
    """Seconds until the next try; jitter keeps many chats from coming back together."""
    pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** (attempts - 1))
    return pause * random.uniform(0.8, 1.2)  # noqa: S311 - spreading load, not a secret


class _Lane:
    """One conversation: its queue, and what its budgets have left."""

    def __init__(self, budgets: Sequence[Budget]) -> None:
        self.queue: deque[Waiting] = deque()
        self.running = False
        self._budgets = [(budget, deque[float]()) for budget in budgets]
        self._closed_until = 0.0

    def close(self, seconds: float, now: float) -> None:
        self._closed_until = max(self._closed_until, now + seconds)

    def wait(self, now: float) -> float:
        """Seconds until one more letter fits; 0 books its place."""
        longest = self._closed_until - now
        for budget, times in self._budgets:
            while times and times[0] <= now - budget.seconds:
                times.popleft()
            if len(times) >= budget.count:
                longest = max(longest, times[0] + budget.seconds - now)
        if longest > 0:
            return longest
        for _, times in self._budgets:
            times.append(now)
        return 0.0

    def idle(self, now: float) -> bool:
        return (
            not self.running
            and not self.queue
            and self._closed_until <= now
            and all(not times or times[-1] <= now - b.seconds for b, times in self._budgets)
        )


class _Gate:
    """What the whole app may send: the n-th letter of a rush gets the n-th place."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._next = float("-inf")

    def book(self, now: float) -> float:
        """Seconds until one more letter may leave; the place is taken."""
        place = max(self._next, now - self._pace.burst * self._pace.seconds)
        self._next = place + self._pace.seconds
        return max(0.0, self._next - now)

    def give_back(self) -> None:
        self._next -= self._pace.seconds


class Delivery:
    def __init__(
        self,
        *,
        database: Database,
        platforms: Mapping[str, Platform],
        clock: Callable[[], datetime],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._platforms = platforms
        self._clock = clock
        self._monotonic = monotonic
        self._lanes: dict[int, _Lane] = {}
        self._gates = {
            name: _Gate(each.pace) for name, each in platforms.items() if each.pace is not None
        }
        self._tasks = Tasks()
        self._held: dict[int, datetime] = {}  # letters in our lanes, and until when leased
        self._sent: list[tuple[int, str | None]] = []
        self._failed: list[tuple[Waiting, DeliveryError]] = []
        self._look_at: datetime | None = None  # when something may be due that we do not hold
        self._marking: asyncio.TimerHandle | None = None
        self._stopping = asyncio.Event()
        self.wake: Callable[[], None] = lambda: None
        self.counts = {"sent": 0, "put_off": 0, "dead": 0}

    def expect(self, moment: datetime) -> None:
        """Something in the outbox that nobody holds will be due then."""
        if self._look_at is not None and moment < self._look_at:
            self._look_at = moment
            self.wake()

    def accept(self, letters: Sequence[Waiting]) -> None:
        """Letters whose lease this process holds go to their lanes."""
        for letter in letters:
            platform = self._platforms.get(letter.platform)
            if platform is None or self._stopping.is_set():
                continue  # the lease runs out; whoever knows the platform sends it
            lane = self._lanes.get(letter.chat_id)
            if lane is None:
                lane = self._lanes[letter.chat_id] = _Lane(platform.budgets)
            lane.queue.append(letter)
            self._held[letter.id] = letter.leased_until
            if not lane.running:
                lane.running = True
                self._tasks.spawn(self._run(lane, platform), f"lane-{letter.chat_id}")

    async def _run(self, lane: _Lane, platform: Platform) -> None:
        try:
            while lane.queue and not self._stopping.is_set():
                wait = lane.wait(self._monotonic())
                if wait > LEASE.total_seconds() / 2:
                    await self._hand_back(lane, wait)
                    return
                if wait > 0:
                    with contextlib.suppress(TimeoutError):
                        await asyncio.wait_for(self._stopping.wait(), wait)
                    continue
                if (gate := self._gates.get(platform.name)) is not None:
                    wait = gate.book(self._monotonic())
                    if wait > LEASE.total_seconds() / 2:
                        gate.give_back()
                        await self._hand_back(lane, wait)
                        return
                    if wait > 0:
                        with contextlib.suppress(TimeoutError):
                            await asyncio.wait_for(self._stopping.wait(), wait)
                            continue
                await self._send(lane.queue.popleft(), lane, platform)
        finally:
            lane.running = False

    async def _hand_back(self, lane: _Lane, wait: float) -> None:
        """The lane is full for longer than a lease lasts: the letters wait in the database."""
        until = self._clock() + timedelta(seconds=wait)
        letters = list(lane.queue)
        lane.queue.clear()
        async with self._database.begin() as tx:
            for letter in letters:
                await outbox.put_off(
                    tx, letter.id, until=until, why="waits for its budget", tries=letter.attempts
                )
                self._held.pop(letter.id, None)

    async def _send(self, letter: Waiting, lane: _Lane, platform: Platform) -> None:
        until = self._held.get(letter.id, letter.leased_until)
        if until - self._clock() < SENDING:
            self._held.pop(letter.id, None)
            return  # it waited too long: from the end of the lease on, any replica sends it
        try:
            sent_id = await platform.send(_as_letter(letter))
        except DeliveryError as error:
            if error.retry_after is not None:
                lane.close(error.retry_after, self._monotonic())
            self._failed.append((letter, error))
        except Exception as error:
            log.exception("sending letter %d failed in the platform's code", letter.id)
            self._failed.append((letter, DeliveryError(f"bug: {type(error).__name__}")))
        else:
            self._sent.append((letter.id, sent_id))
        if self._marking is None:
            self._marking = asyncio.get_running_loop().call_later(MARK_AFTER, self._mark)

    def _mark(self) -> None:
        self._marking = None
        self.wake()

    async def step(self) -> float:
        """Mark what was sent, take what is due; gives the seconds until something may be."""
        at = self._clock()
        # What is later than ever was planned was planned before the clock was set back.
        far = at + timedelta(seconds=LOOK_AFTER)
        look = self._look_at is None or not at < self._look_at <= far
        sent, self._sent = self._sent, []
        failed, self._failed = self._failed, []
        due: list[Waiting] = []
        try:
            if look or sent or failed:
                async with self._database.begin() as tx:
                    if sent:
                        await outbox.mark_sent(tx, sent, at=at)
                    for letter, error in failed:
                        await self._settle(tx, letter, error, at)
                    if look:
                        due = await self._take_due(tx, at)
        except BaseException:  # also when stopped half way: the last step marks them
            self._sent = sent + self._sent
            self._failed = failed + self._failed
            self._look_at = None
            raise
        for letter_id in [each[0] for each in sent] + [each[0].id for each in failed]:
            self._held.pop(letter_id, None)
        self.counts["sent"] += len(sent)
        # A letter that still waits in one of our lanes has just had its lease renewed.
        fresh = [letter for letter in due if letter.id not in self._held]
        self._held.update({letter.id: letter.leased_until for letter in due})
        self.accept(fresh)
        self._forget_idle_lanes()
        pause = (self._look_at - self._clock()).total_seconds() if self._look_at else 0.0
        return min(LOOK_AFTER, max(0.0, pause))

    async def _take_due(self, tx: Tx, at: datetime) -> list[Waiting]:
        """Lease what is due to our platforms, and note when to look again."""
        due = await outbox.lease(
            tx, at=at, until=at + LEASE, limit=BATCH, platforms=self._platforms
        )
        later = at + timedelta(seconds=LOOK_AFTER)
        if len(due) == BATCH:
            later = at
        elif (next_due := await outbox.next_due(tx, self._platforms)) is not None:
            # What is due but was not taken is in another replica's hands: do not spin.
            later = min(later, max(next_due, at + timedelta(seconds=0.05)))
        self._look_at = later
        return due

    async def _settle(self, tx: Tx, letter: Waiting, error: DeliveryError, at: datetime) -> None:
        tries = letter.attempts + 1
        if error.permanent or tries >= MOST_TRIES:
            log.warning("letter %d is dead: %s", letter.id, error.reason)
            await outbox.bury(tx, letter.id, at=at, why=error.reason)
            self.counts["dead"] += 1
            return
        pause = max(pause_after(tries), error.retry_after or 0.0)
        log.info("letter %d is put off %.0f s: %s", letter.id, pause, error.reason)
        until = at + timedelta(seconds=pause)
        await outbox.put_off(tx, letter.id, until=until, why=error.reason, tries=tries)
        self._look_at = min(self._look_at or until, until)
        self.counts["put_off"] += 1

    def _forget_idle_lanes(self) -> None:
        now = self._monotonic()
        for chat_id in [key for key, lane in self._lanes.items() if lane.idle(now)]:
            del self._lanes[chat_id]

    @property
    def idle(self) -> bool:
        return not self._held and not len(self._tasks)

    async def settle(self) -> None:
        """Send everything that is due now and mark it. For tests and the trial clock."""
        while True:
            self._look_at = None
            await self.step()
            if not len(self._tasks) and not self._sent and not self._failed:
                return
            await self._tasks.drain()

    async def stop(self, seconds: float) -> None:
        """Let the letters on the wire arrive, mark them, and leave the rest to whoever is next."""
        self._stopping.set()
        await self._tasks.drain(seconds)
        if self._marking is not None:
            self._marking.cancel()
        if self._sent or self._failed:
            await self.step()
        if self._held:
            async with self._database.begin() as tx:
                await outbox.release(tx, at=self._clock(), only=list(self._held))


def _as_letter(letter: Waiting) -> Letter:
    return Letter(
        key=letter.key,
        chat=Chat(platform=letter.platform, id=letter.chat_external_id, private=letter.private),
        message=from_json(letter.message),
        reply_to=letter.reply_to,
        reply_token=letter.reply_token,
        asked_at=letter.asked_at,
        lane=letter.lane,
    )
