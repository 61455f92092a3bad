"""Workers go on after errors, wake when called, and stop when told."""

import asyncio

import pytest

from bot.worker import Tasks, Worker


async def test_a_worker_sleeps_until_it_is_woken() -> None:
    steps: asyncio.Queue[int] = asyncio.Queue()

    async def step() -> float:
        steps.put_nowait(1)
        return 3600.0

    worker = Worker("sleeper", step)
    worker.start()
    await steps.get()
    assert steps.empty()
    worker.wake()
    await steps.get()

    assert worker.alive
    await worker.stop()
    assert not worker.alive


async def test_a_worker_survives_an_error(caplog: pytest.LogCaptureFixture) -> None:
    fell, went_on = asyncio.Event(), asyncio.Event()
    tries = 0

    async def step() -> float:
        nonlocal tries
        tries += 1
        if tries == 1:
            fell.set()
            raise ZeroDivisionError
        went_on.set()
        return 3600.0

    worker = Worker("stumbler", step)
    worker.start()
    await fell.wait()
    await asyncio.sleep(0)  # lets it notice, and fall asleep
    assert worker.errors == 1
    worker.wake()
    await went_on.wait()

    assert worker.errors == 0
    assert "stumbler failed" in caplog.text
    await worker.stop()


async def test_tasks_are_awaited_and_their_errors_logged(caplog: pytest.LogCaptureFixture) -> None:
    tasks = Tasks()
    done = []

    async def good() -> None:
        await asyncio.sleep(0)
        done.append(1)

    async def bad() -> None:
        raise ZeroDivisionError

    async def stuck() -> None:
        await asyncio.Event().wait()

    tasks.spawn(good(), "good")
    tasks.spawn(bad(), "bad")
    await tasks.drain()
    assert done == [1]
    assert "bad failed" in caplog.text

    tasks.spawn(stuck(), "stuck")
    await tasks.drain(0.01)
    assert len(tasks) == 0
