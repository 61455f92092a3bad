"""The configuration: read once, checked once, then trusted."""

import os
import tomllib
from datetime import date, time
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    model_validator,
)
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from bot.deadlines import Hours
from bot.errors import Misconfigured

LOOPBACK = ("127.0.0.1", "localhost", "::1")


def _read_secret(value: object) -> object:
    """``file:/run/secrets/x`` stands for what that file holds."""
    if isinstance(value, str) and value.startswith("file:"):
        path = Path(value.removeprefix("file:"))
        try:
            return path.read_text(encoding="utf-8").strip()
        except OSError as error:
            raise ValueError(f"the secret file {path} cannot be read") from error
    return value


def _check_url(value: str) -> str:
    """Encrypted, unless it stays on this machine (a stand-in for tests)."""
    url = urlsplit(value)
    if url.scheme in ("https", "wss") and url.hostname:
        return value.rstrip("/")
    if url.scheme in ("http", "ws") and url.hostname in LOOPBACK:
        return value.rstrip("/")
    raise ValueError("must begin with https:// or wss:// (http and ws only on loopback)")


Secret = Annotated[SecretStr, BeforeValidator(_read_secret)]
Url = Annotated[str, AfterValidator(_check_url)]


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Server(Section):
    host: str = "127.0.0.1"
    port: int = Field(8080, ge=0, le=65535)
    public_url: str = ""


class Database(Section):
    url: str = "sqlite+aiosqlite:///data/guanjia.db"


class CalendarDays(Section):
    timezone: ZoneInfo = ZoneInfo("Asia/Shanghai")
    holidays: tuple[date, ...] = ()
    workdays: tuple[date, ...] = ()


class Deadlines(Section):
    """What deadline words mean where no clock is named; the rules are in docs/deadlines.md."""

    off_work: time = time(18, 0)
    on_work: time = time(9, 0)
    before_dawn: time = time(6, 0)
    morning: time = time(9, 0)
    forenoon: time = time(12, 0)
    noon: time = time(12, 0)
    afternoon: time = time(18, 0)
    evening: time = time(23, 59)
    week_ends: int = Field(4, ge=0, le=6)  # Monday is 0
    days_before_festival: int = Field(1, ge=0, le=30)

    @property
    def hours(self) -> Hours:
        return Hours(**self.model_dump())


class Console(Section):
    enabled: bool = True
    token: Secret = SecretStr("")


class FeishuApp(Section):
    app_id: str
    app_secret: Secret
    verification_token: Secret
    encrypt_key: Secret
    base_url: Url = "https://open.feishu.cn"
    transport: Literal["webhook", "websocket"] = "webhook"


class WecomBot(Section):
    bot_id: str = ""
    secret: Secret = SecretStr("")
    name: str
    ws_url: Url = "wss://openws.work.weixin.qq.com"
    transport: Literal["websocket", "callback"] = "websocket"
    token: Secret = SecretStr("")
    encoding_aes_key: Secret = SecretStr("")


class WecomApp(Section):
    corp_id: str
    agent_id: int
    secret: Secret
    token: Secret
    encoding_aes_key: Secret
    base_url: Url = "https://qyapi.weixin.qq.com"


class Wecom(Section):
    bot: WecomBot | None = None
    app: WecomApp | None = None
    group_robots: dict[str, Secret] = {}


class Api(Section):
    tokens: tuple[Secret, ...] = ()

    @model_validator(mode="after")
    def _tokens_are_secrets(self) -> Self:
        if not all(each.get_secret_value() for each in self.tokens):
            raise ValueError("an empty token would let everybody in: remove it")
        return self


class Standup(Section):
    at: time = time(9, 30)
    closes: time = time(10, 30)

    @model_validator(mode="after")
    def _closes_after_it_opens(self) -> Self:
        if self.closes <= self.at:
            raise ValueError("closes must be later than at")
        return self


class Reports(Section):
    daily: time = time(18, 0)
    weekly: time = time(17, 30)
    risks: time = time(9, 30)


class Meetings(Section):
    """In minutes. A meeting's own days and hour are said in chat: 设置 例会 周二 周五 10:00."""

    agenda_before: int = Field(15, ge=1, le=180)
    minutes_after: int = Field(60, ge=10, le=240)


class Escalation(Section):
    """In working hours; after so many working days without 确认 a solved blocker is closed."""

    owner: int = Field(4, ge=1, le=999)
    manager: int = Field(8, ge=1, le=999)
    leader: int = Field(24, ge=1, le=999)
    confirm_days: int = Field(3, ge=2, le=60)  # its reporter is asked again after one

    @model_validator(mode="after")
    def _climbs(self) -> Self:
        if not self.owner < self.manager < self.leader:
            raise ValueError("owner, manager and leader must grow")
        return self


class Reminders(Section):
    """Each member's own level and quiet hours are said in chat: 提醒 少, 免打扰 21:00-8:00."""

    at: time = time(9, 0)


class Stars(Section):
    weekday: Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"] = "mon"
    at: time = time(9, 0)
    winners: int = Field(3, ge=1, le=10)


class Model(Section):
    base_url: Url
    api_key: Secret
    model: str


class Answers(Section):
    llm: Model | None = None


class Config(BaseSettings):
    model_config = SettingsConfigDict(
        extra="forbid", frozen=True, env_prefix="GUANJIA__", env_nested_delimiter="__"
    )

    server: Server = Server()
    database: Database = Database()
    calendar: CalendarDays = CalendarDays()
    deadlines: Deadlines = Deadlines()
    console: Console = Console()
    feishu: FeishuApp | None = None
    wecom: Wecom = Wecom()
    api: Api = Api()
    standup: Standup = Standup()
    reports: Reports = Reports()
    meetings: Meetings = Meetings()
    escalation: Escalation = Escalation()
    reminders: Reminders = Reminders()
    stars: Stars = Stars()
    answers: Answers = Answers()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment wins over the file."""
        return env_settings, init_settings

    @model_validator(mode="after")
    def _secrets_are_there(self) -> Self:
        if self.feishu:
            for name in ("app_id", "app_secret", "verification_token", "encrypt_key"):
                _require(getattr(self.feishu, name), f"feishu.{name}")
        if self.wecom.app:
            for name in ("corp_id", "secret", "token", "encoding_aes_key"):
                _require(getattr(self.wecom.app, name), f"wecom.app.{name}")
        if self.wecom.bot:
            callback = self.wecom.bot.transport == "callback"
            for name in ("token", "encoding_aes_key") if callback else ("bot_id", "secret"):
                _require(getattr(self.wecom.bot, name), f"wecom.bot.{name}")
            _require(self.wecom.bot.name, "wecom.bot.name")
        if self.feishu and self.feishu.transport == "websocket":
            raise ValueError('feishu.transport = "websocket" is not built yet: use "webhook"')
        if self.wecom.bot and self.wecom.bot.transport == "websocket":
            raise ValueError(
                'wecom.bot.transport = "websocket" is not built yet: set it to "callback"'
            )
        if self.console.enabled:
            for key, host in (
                ("server.host", self.server.host),
                ("server.public_url", urlsplit(self.server.public_url).hostname or "localhost"),
            ):
                if host not in LOOPBACK:
                    why = f", because {key} is public (or set console.enabled = false)"
                    _require(self.console.token, "console.token", why=why)
        return self


def _require(value: str | int | SecretStr, key: str, why: str = "") -> None:
    plain = value.get_secret_value() if isinstance(value, SecretStr) else value
    if not plain:
        raise ValueError(f"{key} is missing{why}")


def load(path: Path, *, required: bool = False) -> Config:
    """Read the file, if it is there, and the environment. Raises Misconfigured."""
    values: dict[str, Any] = {}
    if path.exists() or required:
        try:
            values = tomllib.loads(path.read_text(encoding="utf-8"))
        except OSError as error:
            raise Misconfigured(f"cannot read the configuration {path}: {error}") from error
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise Misconfigured(f"{path} is not valid TOML: {error}") from error
    _refuse_unknown_sections(os.environ)
    try:
        return Config(**values)
    except ValidationError as error:
        raise Misconfigured(_first_problem(error, path)) from error


def _refuse_unknown_sections(environment: os._Environ[str]) -> None:
    """A misspelt variable would be ignored in silence; a misspelt section is the likely one."""
    for name in environment:
        if name.startswith("GUANJIA__"):
            section = name.split("__")[1].lower()
            if section not in Config.model_fields:
                raise Misconfigured(f"the environment variable {name} sets nothing: no such key")


def _first_problem(error: ValidationError, path: Path) -> str:
    first = error.errors(include_input=False, include_url=False)[0]
    key = ".".join(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        return f"{key} is not a key of {path}: remove it, or see config.example.toml"
    if first["type"] == "missing":
        variable = "GUANJIA__" + key.upper().replace(".", "__")
        return f"{key} is missing: set it in {path} or as {variable}"
    message = first["msg"].removeprefix("Value error, ")
    return f"{path}: {key}: {message}" if key else f"{path}: {message}"
