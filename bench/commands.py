"""What one command costs: 卡点 events in, replies out, over loopback, with real processes.

The load is a closed loop: each of so many senders waits for its answer before it goes on.
"""

import asyncio
import itertools
import os
import statistics
import tempfile
import time
import uuid
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import sqlalchemy as sa

from bench import wire
from bench.process import Process, free_port
from storage import migration
from storage.database import Database
from tests.platforms.feishu_events import FeishuSigner

APP_ID, TOKEN, ENCRYPT_KEY = "cli_a1b2c3d4e5f60001", "v_token", "encrypt-key"
BOT = "ou_guanjia"
CHATS = 400  # a chat takes five messages a second; with so many, that limit never shows
MEMBERS = 60
ROUNDS = 3
WARM_UP, ONE_BY_ONE, TOGETHER = 2 * CHATS, 400, 2000
IN_FLIGHT = 16
PATIENCE = 60.0


class Feishu:
    """A stand-in that remembers when the reply to a message came."""

    def __init__(self) -> None:
        self.replied: dict[str, float] = {}
        self.knows_bot = asyncio.Event()

    def answer(self, path: bytes) -> bytes:
        if path.endswith(b"/reply"):
            message_id = path.split(b"/")[-2].decode()
            self.replied.setdefault(message_id, time.perf_counter())
            return b'{"code":0,"msg":"ok","data":{"message_id":"om_%s"}}' % message_id.encode()
        if path.endswith(b"/bot/v3/info"):
            self.knows_bot.set()
            return b'{"code":0,"bot":{"open_id":"%s","app_name":"bench"}}' % BOT.encode()
        return b'{"code":0,"tenant_access_token":"t-1","expire":7200}'


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """One round of one target; milliseconds unless they say otherwise."""

    cpu: float
    throughput: float  # commands a second
    ack_p50_alone: float
    ack_p99_alone: float
    ack_p50: float
    ack_p99: float
    reply_p50: float
    reply_p99: float
    ready: float  # seconds
    peak: float  # megabytes


class Load:
    """Senders of 卡点 messages, and when each was sent, acknowledged and replied to."""

    def __init__(self, feishu: Feishu, port: int) -> None:
        self._feishu = feishu
        self._port = port
        self._signer = FeishuSigner(APP_ID, ENCRYPT_KEY, TOKEN)
        self._numbers = itertools.count(1)
        self._run = uuid.uuid4().hex[:8]

    async def send(self, count: int, *, in_flight: int) -> tuple[list[float], list[float], float]:
        """Milliseconds to each acknowledgement and to each reply, and the seconds of it all."""
        waiting = [self._event() for _ in range(count)]
        acks: list[float] = []
        sent: dict[str, float] = {}

        async def sender() -> None:
            caller = wire.Caller(self._port)
            while waiting:
                message_id, request = waiting.pop()
                sent[message_id] = began = time.perf_counter()
                status = await caller.call(request)
                if status != 200:
                    raise RuntimeError(f"answered {status}")
                acks.append((time.perf_counter() - began) * 1000)
            caller.close()

        began = time.perf_counter()
        await asyncio.gather(*(sender() for _ in range(in_flight)))
        await self._all_replied(sent)
        seconds = time.perf_counter() - began
        replies = [(self._feishu.replied[each] - at) * 1000 for each, at in sent.items()]
        return acks, replies, seconds

    async def _all_replied(self, sent: dict[str, float]) -> None:
        deadline = time.perf_counter() + PATIENCE
        while not sent.keys() <= self._feishu.replied.keys():
            if time.perf_counter() > deadline:
                missing = len(sent.keys() - self._feishu.replied.keys())
                raise RuntimeError(f"{missing} replies are missing")
            await asyncio.sleep(0.01)

    def _event(self) -> tuple[str, bytes]:
        number = next(self._numbers)
        message_id = f"om_{self._run}{number:06d}"
        headers, body = self._signer.message(
            text=f"@大管家 卡点 支付接口超时{number} 周五前",
            mentions=[(BOT, "大管家")],
            sender=f"ou_{number % MEMBERS:04d}",
            chat=f"oc_{number % CHATS:04d}",
            at=datetime.now(UTC),
            message_id=message_id,
            event_id=f"ev{self._run}{number:06d}",
        )
        return message_id, wire.post("/feishu/event", headers, body)


async def measure(start: Callable[[int, int], Process]) -> Figures:
    """One round: start it, warm it up, load it. ``start`` takes its port and Feishu's."""
    feishu = Feishu()
    server, feishu_port = await wire.serve(feishu.answer)
    process = await asyncio.to_thread(start, free_port(), feishu_port)
    try:
        load = Load(feishu, process.port)
        await load.send(WARM_UP, in_flight=IN_FLIGHT)
        alone, _, _ = await load.send(ONE_BY_ONE, in_flight=1)
        before = process.cpu_seconds()
        acks, replies, seconds = await load.send(TOGETHER, in_flight=IN_FLIGHT)
        return Figures(
            cpu=(process.cpu_seconds() - before) * 1000 / TOGETHER,
            throughput=TOGETHER / seconds,
            ack_p50_alone=percentile(alone, 50),
            ack_p99_alone=percentile(alone, 99),
            ack_p50=percentile(acks, 50),
            ack_p99=percentile(acks, 99),
            reply_p50=percentile(replies, 50),
            reply_p99=percentile(replies, 99),
            ready=process.ready_after,
            peak=process.peak_megabytes(),
        )
    finally:
        await asyncio.to_thread(process.stop)
        server.close()


def percentile(values: Sequence[float], percent: int) -> float:
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1]


def medians(rounds: Sequence[Figures]) -> Figures:
    return Figures(
        **{
            each.name: statistics.median(getattr(figures, each.name) for figures in rounds)
            for each in fields(Figures)
        }
    )


# --- what is measured ----------------------------------------------------------------------


def start_bot(folder: Path, database_url: str) -> Callable[[int, int], Process]:
    def start(port: int, feishu_port: int) -> Process:
        config = folder / "config.toml"
        config.write_text(
            f'[server]\nport = {port}\n[database]\nurl = "{database_url}"\n'
            "[console]\nenabled = false\n"
            f'[feishu]\napp_id = "{APP_ID}"\napp_secret = "s3cret"\n'
            f'verification_token = "{TOKEN}"\nencrypt_key = "{ENCRYPT_KEY}"\n'
            f'base_url = "http://127.0.0.1:{feishu_port}"\n',
            encoding="utf-8",
        )
        words = ["-m", "bot", "--config", str(config), "run"]
        return Process(words, port=port, log=folder / "log")

    return start


def start_floor(folder: Path) -> Callable[[int, int], Process]:
    def start(port: int, feishu_port: int) -> Process:
        words = ["-m", "bench.floor", str(port), str(feishu_port), str(folder / "floor.db")]
        return Process(words, port=port, log=folder / "log")

    return start


@contextmanager
def folder_on_disk() -> Iterator[Path]:
    """Under data/, because /tmp may be memory, where a sync costs nothing."""
    Path("data").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="bench-", dir="data") as name:
        yield Path(name).resolve()


@asynccontextmanager
async def postgres_database(server: sa.URL) -> AsyncIterator[str]:
    """A migrated database of its own, dropped afterwards."""
    name = f"guanjia_bench_{uuid.uuid4().hex[:8]}"
    plain = server.set(drivername="postgresql").render_as_string(hide_password=False)
    admin = await asyncpg.connect(plain)
    await admin.execute(f'CREATE DATABASE "{name}"')
    try:
        url = server.set(drivername="postgresql+asyncpg", database=name)
        text = url.render_as_string(hide_password=False)
        database = Database(text)
        await migration.upgrade(database)
        await database.close()
        yield text
    finally:
        await admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
        await admin.close()


async def measure_floor() -> Figures:
    with folder_on_disk() as folder:
        return await measure(start_floor(folder))


async def measure_sqlite() -> Figures:
    with folder_on_disk() as folder:
        return await measure(start_bot(folder, f"sqlite+aiosqlite:///{folder / 'bot.db'}"))


async def measure_postgres() -> Figures:
    async with postgres_database(sa.make_url(postgres_url())) as url:
        with folder_on_disk() as folder:
            return await measure(start_bot(folder, url))


def postgres_url() -> str:
    return os.environ.get("BENCH_POSTGRES_URL") or os.environ.get("TEST_POSTGRES_URL", "")


async def measure_all() -> dict[str, Figures]:
    """Medians by target. Rounds of all targets alternate: a slow minute hits them all."""
    targets = {"floor": measure_floor, "SQLite": measure_sqlite}
    if postgres_url():
        targets["PostgreSQL"] = measure_postgres
    rounds: dict[str, list[Figures]] = {name: [] for name in targets}
    for _ in range(ROUNDS):
        for name, target in targets.items():
            rounds[name].append(await target())
    return {name: medians(each) for name, each in rounds.items()}


# --- the table -----------------------------------------------------------------------------

ROWS = (
    ("CPU per command", "cpu", "{:.2f} ms", "≤ 4 ms"),
    ("throughput, 16 in flight", "throughput", "{:.0f}/s", ""),
    ("acknowledged p50, 1 in flight", "ack_p50_alone", "{:.1f} ms", ""),
    ("acknowledged p99, 1 in flight", "ack_p99_alone", "{:.1f} ms", ""),
    ("acknowledged p50, 16 in flight", "ack_p50", "{:.1f} ms", ""),
    ("acknowledged p99, 16 in flight", "ack_p99", "{:.1f} ms", "< 50 ms"),
    ("reply received p50, 16 in flight", "reply_p50", "{:.1f} ms", ""),
    ("reply received p99, 16 in flight", "reply_p99", "{:.1f} ms", ""),
    ("ready after", "ready", "{:.2f} s", "< 2 s"),
    ("peak memory", "peak", "{:.0f} MB", "< 120 MB"),
)


def table(measured: Mapping[str, Figures]) -> str:
    lines = [
        f"## One 卡点 command, of {MEMBERS} members in {CHATS} chats",
        "",
        f"Medians of {ROUNDS} rounds of {TOGETHER} commands; floor: aiohttp, decryption, one row, "
        "one reply, and nothing else.",
        "",
        f"| | {' | '.join(measured)} | aim |",
        f"|---|{'---|' * len(measured)}---|",
    ]
    for title, name, pattern, aim in ROWS:
        cells = [pattern.format(getattr(each, name)) for each in measured.values()]
        lines.append(f"| {title} | {' | '.join(cells)} | {aim} |")
    floor = measured["floor"].cpu
    ratios = [f"{each.cpu / floor:.1f}×" for each in measured.values()]
    lines.append(f"| CPU, compared with the floor | {' | '.join(ratios)} | ≤ 4× |")
    if "PostgreSQL" not in measured:
        lines += ["", "PostgreSQL was skipped: set BENCH_POSTGRES_URL to measure it."]
    return "\n".join(lines)


if __name__ == "__main__":
    print(table(asyncio.run(measure_all())) + "\n")
