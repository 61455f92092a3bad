"""One HTTP route per door of a platform, each a few milliseconds long."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime

from aiohttp import web

from bot.errors import Forged, Unreadable
from bot.message import Incoming
from bot.platforms import Answer, Call, Door, Platform

log = logging.getLogger(__name__)

MOST_BYTES = 1024 * 1024  # of a body; more is answered 413


class NotYet(Exception):
    """We cannot take the message now: answered 503, so that the platform sends it again."""


def routes(
    platforms: Mapping[str, Platform],
    handle: Callable[[Incoming], Awaitable[None]],
    clock: Callable[[], datetime],
) -> list[web.RouteDef]:
    return [
        web.route(method, path, _route(platform, door, handle, clock))
        for platform in platforms.values()
        for path, door in platform.doors.items()
        for method in ("GET", "POST")
    ]


def _route(
    platform: Platform,
    door: Door,
    handle: Callable[[Incoming], Awaitable[None]],
    clock: Callable[[], datetime],
) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def answer(request: web.Request) -> web.Response:
        body = await request.read()
        call = Call(
            method=request.method,
            headers=_headers(request),
            query=request.rel_url.raw_query_string,
            body=body,
            at=clock(),
        )
        try:
            read = door(call)
        except Forged as error:
            log.warning("%s: a call is not genuine: %s", platform.name, error)
            return web.Response(status=401)
        except Unreadable as error:
            log.warning("%s: a call is not readable: %s", platform.name, error)
            return web.Response(status=400)
        if isinstance(read, Incoming):
            try:
                await handle(read)
            except NotYet:
                return web.Response(status=503)
        reply = read if isinstance(read, Answer) else platform.accepted
        return web.Response(body=reply.body, content_type=reply.content_type)

    return answer


def _headers(request: web.Request) -> dict[str, str]:
    found: dict[str, str] = {}
    for key, value in request.headers.items():
        lower = key.lower()
        found[lower] = f"{found[lower]}, {value}" if lower in found else value
    return found
