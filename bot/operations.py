"""What operations look at: alive, ready, and the numbers."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import sqlalchemy as sa
from aiohttp import web
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from storage import outbox

if TYPE_CHECKING:
    from bot.app import App


def routes(app: "App") -> list[web.RouteDef]:
    async def alive(_request: web.Request) -> web.Response:
        return web.json_response({"status": "alive"})

    async def ready(_request: web.Request) -> web.Response:
        problem = await _problem(app)
        if problem:
            return web.json_response({"status": "not ready", "why": problem}, status=503)
        return web.json_response({"status": "ready"})

    async def metrics(_request: web.Request) -> web.Response:
        async with app.database.begin() as tx:
            letters = await outbox.count(tx)
        registry = CollectorRegistry(auto_describe=False)
        registry.register(_Numbers(app, letters))
        return web.Response(
            body=generate_latest(registry), headers={"Content-Type": "text/plain; version=0.0.4"}
        )

    return [
        web.get("/healthz", alive),
        web.get("/readyz", ready),
        web.get("/metrics", metrics),
    ]


async def _problem(app: "App") -> str:
    if not app.ready:
        return "stopping" if app.stopping else "the delivery worker is not running"
    try:
        async with app.database.begin() as tx:
            await tx.execute(sa.text("SELECT 1"))
    except Exception as error:
        return f"database: {type(error).__name__}"
    return ""


class _Numbers:
    def __init__(self, app: "App", letters: outbox.Count) -> None:
        self._app = app
        self._letters = letters

    def collect(self) -> Iterator[Metric]:
        messages = CounterMetricFamily(
            "guanjia_messages", "Messages taken by this process", labels=["outcome"]
        )
        for outcome, count in sorted(self._app.dispatcher.outcomes.items()):
            messages.add_metric([outcome], count)
        yield messages
        sent = CounterMetricFamily(
            "guanjia_letters", "Letters settled by this process", labels=["outcome"]
        )
        for outcome, count in self._app.delivery.counts.items():
            sent.add_metric([outcome], count)
        yield sent
        runs = CounterMetricFamily(
            "guanjia_job_runs", "Scheduled runs by this process", labels=["outcome"]
        )
        for outcome, count in self._app.schedule.runs.items():
            runs.add_metric([outcome], count)
        yield runs
        stored = GaugeMetricFamily(
            "guanjia_outbox_letters", "Letters in the database", labels=["state"]
        )
        for state in ("waiting", "sent", "dead"):
            stored.add_metric([state], getattr(self._letters, state))
        yield stored
