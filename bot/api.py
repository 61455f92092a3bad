"""What other programs may send: CRM usage rows, with a bearer token."""

import hmac
import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from typing import Any

from aiohttp import web
from pydantic import SecretStr

from bot import usage
from bot.config import Api
from storage import team as teams
from storage.database import Database, Tx
from storage.team import Team

log = logging.getLogger(__name__)

MOST_BYTES = 1024 * 1024


class _Unreadable(Exception):
    """Answered 400; the text says what is wrong with the body as a whole."""


def routes(
    settings: Api, database: Database, clock: Callable[[], datetime], *, default_team: str
) -> list[web.RouteDef]:
    async def take_usage(request: web.Request) -> web.Response:
        if not _is_genuine(request, settings.tokens):
            log.warning("/api/usage: a call without a token that is known")
            return _problem(401, "要有正确的令牌：Authorization: Bearer …", challenge=True)
        if (request.content_length or 0) > MOST_BYTES:
            return _problem(413, "最多 1 MB，请分几次发")
        try:
            body = await request.read()
        except web.HTTPRequestEntityTooLarge:
            return _problem(413, "最多 1 MB，请分几次发")
        try:
            rows, name = _read(body)
            async with database.begin() as tx:
                team = await _team(tx, name, default_team, at=clock())
                report = await usage.take_in(tx, team.id, enumerate(rows, 1), at=clock())
        except _Unreadable as problem:
            return _problem(400, str(problem))
        log.info(
            "/api/usage: %d rows accepted, %d rejected, team %d",
            report.accepted,
            len(report.rejected),
            team.id,
        )
        rejected = [asdict(each) for each in report.rejected]
        return _json({"accepted": report.accepted, "rejected": rejected})

    return [web.post("/api/usage", take_usage)]


def _is_genuine(request: web.Request, tokens: tuple[SecretStr, ...]) -> bool:
    """Compared with every token, so that time tells nothing; without tokens nobody is."""
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    word = given.strip().encode("utf-8", "surrogateescape")
    matches = [
        hmac.compare_digest(word, token.get_secret_value().encode())
        for token in tokens
        if token.get_secret_value()
    ]
    return scheme.lower() == "bearer" and any(matches)


def _read(body: bytes) -> tuple[list[Any], str | None]:
    """The rows and the team's name. Raises _Unreadable."""
    try:
        value = json.loads(body, parse_float=Decimal, parse_constant=_refuse)
    except (ValueError, ArithmeticError, RecursionError) as error:
        raise _Unreadable("读不懂：这不是 JSON") from error
    if isinstance(value, list):
        return value, None
    if not isinstance(value, Mapping) or not isinstance(value.get("rows"), list):
        raise _Unreadable('读不懂：要一个数组，或者 {"team": "…", "rows": [...]}')
    team = value.get("team")
    if team is not None and not isinstance(team, str):
        raise _Unreadable("读不懂：team 要是文字")
    return value["rows"], team


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is not a number of JSON")


async def _team(tx: Tx, name: str | None, default: str, *, at: datetime) -> Team:
    """The team that is named; without a name the first one. Raises _Unreadable."""
    if name is None:
        return await teams.open_team(tx, default, at=at)
    found = await teams.find_team(tx, name)
    if found is None:
        raise _Unreadable(f"没有叫「{name[:40]}」的团队")
    return found


def _problem(status: int, why: str, *, challenge: bool = False) -> web.Response:
    headers = {"WWW-Authenticate": "Bearer"} if challenge else None
    return _json({"error": why}, status=status, headers=headers)


def _json(
    value: Mapping[str, Any], *, status: int = 200, headers: Mapping[str, str] | None = None
) -> web.Response:
    return web.json_response(value, status=status, headers=headers)
