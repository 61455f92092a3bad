"""Looking over an installation: what `guanjia doctor` says."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, Protocol

from bot.config import LOOPBACK, Config
from bot.errors import DeliveryError, Misconfigured
from bot.parts import build_calendar, build_platforms, open_database
from bot.picture import chinese_font
from bot.platforms import Platform
from storage import migration, outbox
from storage import team as teams


@dataclass(frozen=True, slots=True)
class Finding:
    grade: Literal["ok", "warn", "fail"]
    what: str
    text: str  # for warn and fail: the fix


class _Checkable(Protocol):
    async def check(self) -> str: ...


async def examine(config: Config, now: datetime) -> list[Finding]:
    findings = [*_server(config), *await _database(config)]
    findings += await _platforms(config, now)
    findings += [*_calendar(config, now.date()), _fonts()]
    return findings


def _server(config: Config) -> list[Finding]:
    found = [Finding("ok", "server", f"{config.server.host}:{config.server.port}")]
    real = config.feishu or config.wecom.bot or config.wecom.app
    if real and not config.server.public_url:
        found.append(
            Finding("warn", "server", "set server.public_url to the address the chats call")
        )
    if config.console.enabled and config.server.host not in LOOPBACK:
        found.append(
            Finding("warn", "console", "the trial group is public behind a token: "
                    "set console.enabled = false unless you need it")
        )  # fmt: skip
    if config.answers.llm:
        found.append(
            Finding("warn", "answers.llm", "this version does not use it yet: remove the section")
        )
    if not config.api.tokens:
        found.append(
            Finding(
                "ok", "api", "no tokens: /api/usage refuses everybody (set api.tokens to open)"
            )
        )
    return found


async def _database(config: Config) -> list[Finding]:
    try:
        database = open_database(config)
    except Misconfigured as problem:
        return [Finding("fail", "database", str(problem))]
    where = database.url.render_as_string(hide_password=True)
    if database.file is not None and not database.file.exists():
        return [Finding("ok", "database", f"{where} will be made at the first start")]
    try:
        revision = await migration.current(database)
        if revision != migration.newest():
            if not database.embedded:
                return [Finding("fail", "migrations", "run `guanjia db upgrade`")]
            return [
                Finding("ok", "database", where),
                Finding("ok", "migrations", "the next start brings the tables up to date"),
            ]
        async with database.begin() as tx:
            letters = await outbox.count(tx)
            groups = [
                chat
                for team in await teams.all_teams(tx)
                for chat in await teams.groups(tx, team.id)
            ]
    except Exception as error:
        fix = "check database.url, and that the server runs or the folder is writable"
        return [Finding("fail", "database", f"{where}: {type(error).__name__}: {fix}")]
    finally:
        await database.close()
    found = [Finding("ok", "database", where), Finding("ok", "migrations", f"at {revision}")]
    found.append(_letters(letters))
    for chat in groups:
        if chat.platform == "wecom" and not chat.lane:
            name = chat.name or chat.external_id
            found.append(
                Finding("warn", "group lane", f"{name}: nothing can be posted there unasked; "
                        "say there: 绑定 群机器人 <lane name>")
            )  # fmt: skip
    return found


def _letters(letters: outbox.Count) -> Finding:
    text = f"{letters.waiting} waiting, {letters.sent} sent, {letters.dead} dead"
    if letters.dead:
        return Finding("warn", "outbox", text + ": the column outbox.why says why they died")
    return Finding("ok", "outbox", text)


async def _platforms(config: Config, now: datetime) -> list[Finding]:
    found = []
    platforms: dict[str, Platform] = build_platforms(config, lambda: now)
    for name, platform in platforms.items():
        check = getattr(platform, "check", None)
        try:
            known_as = await check() if check else "configured"
            found.append(Finding("ok", name, f"credentials work ({known_as})"))
        except DeliveryError as error:
            found.append(
                Finding("fail", name, f"{error.reason}: check the credentials in [{name}]")
            )
        finally:
            await platform.close()
    if not platforms:
        found.append(Finding("ok", "platforms", "none configured: only the trial group"))
    return found


def _calendar(config: Config, today: date) -> list[Finding]:
    calendar = build_calendar(config)
    found = []
    for year in (today.year, today.year + 1):
        if calendar.knows(year):
            found.append(Finding("ok", "calendar", f"{year}: official days are known"))
            continue
        grade: Literal["ok", "warn"] = "warn" if year == today.year or today.month == 12 else "ok"
        found.append(
            Finding(grade, "calendar", f"{year}: official days are not known, weekdays and "
                    "statutory days are used: upgrade chinesecalendar or set calendar.holidays "
                    "and calendar.workdays")
        )  # fmt: skip
    return found


def _fonts() -> Finding:
    font = chinese_font()
    if font is not None:
        return Finding("ok", "fonts", font.file)
    return Finding(
        "warn", "fonts", "no Chinese font, so 看板 comes without its picture: install one "
        "(apt install fonts-noto-cjk)",
    )  # fmt: skip
