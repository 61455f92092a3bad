"""One process that serves: its port, its file, its signals."""

import asyncio
import gc
import logging
import signal
import socket
from collections.abc import Callable, Sequence
from contextlib import closing

from aiohttp import web

from bot.app import STOP_SECONDS, App
from bot.config import Config
from bot.errors import Misconfigured
from bot.parts import held_alone

log = logging.getLogger(__name__)


async def run(config: Config, announce: Callable[[str], None]) -> None:
    """Serve until SIGTERM or SIGINT."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    # Before anything is sent: the port or the file may be taken because we run already.
    with closing(_take_port(config)) as port:
        app = App(config)
        with held_alone(app.database):
            await _serve(app, port, announce, stop)


async def _serve(
    app: App, port: socket.socket, announce: Callable[[str], None], stop: asyncio.Event
) -> None:
    runner = web.AppRunner(app.web(), access_log=None, shutdown_timeout=STOP_SECONDS)
    try:
        await app.start()
        await runner.setup()
        await web.SockSite(runner, port).start()
        # What is loaded stays: sparing the collector from walking it spares long pauses.
        gc.collect()
        gc.freeze()
        announce(_address(app.config, runner.addresses))
        await stop.wait()
        log.info("stopping: what is accepted is finished, the rest refused")
    finally:
        app.stopping = True
        if app.console is not None:
            await app.console.close()
        await runner.cleanup()
        await app.stop()


def _take_port(config: Config) -> socket.socket:
    """The socket to listen on, bound. Raises Misconfigured."""
    host, port = config.server.host, config.server.port
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, kind, protocol, _, address = found[0]
        taken = socket.socket(family, kind, protocol)
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(address)
    except OSError as error:
        raise Misconfigured(
            f"port {port} on {host} cannot be used "
            f"({error.strerror or error}): stop what uses it or set server.port"
        ) from error
    return taken


def _address(config: Config, addresses: Sequence[tuple[str, int]]) -> str:
    port = addresses[0][1] if addresses else config.server.port
    return config.server.public_url or f"http://{config.server.host}:{port}/"
