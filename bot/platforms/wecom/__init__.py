"""WeCom (企业微信): a 智能机器人 listens, 群机器人 speak in groups, a 自建应用 in private.

What each of them can do is in docs/wecom.md.
"""

from collections.abc import Callable, Mapping
from datetime import datetime

from bot.config import Wecom as Settings
from bot.config import WecomApp, WecomBot
from bot.message import Incoming
from bot.platforms import Answer, Budget, Call, Door, Letter
from bot.platforms.wecom import app, bot
from bot.platforms.wecom.api import App
from bot.platforms.wecom.cipher import Cipher, Seal
from bot.platforms.wecom.exchange import OFFICIAL, Exchange
from bot.platforms.wecom.robot import Robot
from bot.platforms.wecom.way import Ways, trusted_response

# A group robot takes 20 a minute, the other ways 30: one budget holds for all.
BUDGETS = (Budget(count=20, seconds=60), Budget(count=1_000, seconds=3_600))


class Wecom:
    """Everything of one company's WeCom."""

    name = "wecom"
    budgets = BUDGETS
    pace = None
    accepted = Answer(content_type="text/plain")

    def __init__(
        self,
        settings: Settings,
        *,
        clock: Callable[[], float],
        now: Callable[[], datetime],
        base_url: str = "",
    ) -> None:
        """``clock`` measures spans, ``now`` tells the time; ``base_url`` is for stand-ins."""
        base = base_url or (settings.app.base_url if settings.app else OFFICIAL)
        self._settings = settings
        self._bases = (OFFICIAL, base)
        self._exchange = Exchange(base)
        self._app = App(settings.app, self._exchange, clock) if settings.app else None
        self._ways = Ways(
            self._exchange,
            app=self._app,
            robots={
                lane: Robot(key.get_secret_value(), self._exchange)
                for lane, key in settings.group_robots.items()
            },
            trusts=self.trusts,
            now=now,
            prompt=f"@{settings.bot.name} " if settings.bot else "",
        )
        self._doors = self._build_doors()

    @property
    def doors(self) -> Mapping[str, Door]:
        return self._doors

    async def start(self) -> None:
        """Nothing needs to be looked up before calls can be read."""

    async def send(self, letter: Letter) -> str | None:
        return await self._ways.send(letter)

    async def close(self) -> None:
        await self._exchange.close()

    async def check(self) -> str:
        """Try the credentials, and say what was found. Raises DeliveryError."""
        found = []
        if self._app:
            await self._app.check()
            found.append("app credentials accepted")
        if self._settings.bot:
            found.append(f"callbacks for {self._settings.bot.name}")
        found.append(f"{len(self._settings.group_robots)} group robots")
        return ", ".join(found)

    def trusts(self, url: str) -> bool:
        """Whether an answer may be sent to this response_url."""
        return trusted_response(url, self._bases)

    def _build_doors(self) -> dict[str, Door]:
        doors: dict[str, Door] = {}
        settings = self._settings
        if settings.bot and settings.bot.transport == "callback":
            doors["/wecom/bot"] = _bot_door(settings.bot, self.trusts)
        if settings.app:
            doors["/wecom/app"] = _app_door(settings.app)
        return doors


def _bot_door(settings: WecomBot, trusts: Callable[[str], bool]) -> Door:
    cipher = Cipher(
        settings.token.get_secret_value(),
        settings.encoding_aes_key.get_secret_value(),
        "",  # a bot of one's own company has no receiver id
    )

    def receive(call: Call) -> Incoming | Answer | None:
        checking = call.method == "GET"
        seal = Seal.of(call.query, at=call.at, echo=checking)
        if checking:
            return _echo(cipher.open(seal, seal.echo))
        message = cipher.open(seal, bot.read_envelope(call.body))
        return bot.read_message(message, name=settings.name, at=call.at, trusts=trusts)

    return receive


def _app_door(settings: WecomApp) -> Door:
    reader = app.Reader(
        settings.token.get_secret_value(),
        settings.encoding_aes_key.get_secret_value(),
        settings.corp_id,
        settings.agent_id,
    )

    def receive(call: Call) -> Incoming | Answer | None:
        checking = call.method == "GET"
        seal = Seal.of(call.query, at=call.at, echo=checking)
        if checking:
            return _echo(reader.echo(seal))
        return reader.read(reader.open(seal, call.body), at=call.at)

    return receive


def _echo(text: str) -> Answer:
    """WeCom compares it byte for byte: no quotes, no line end."""
    return Answer(body=text.encode(), content_type="text/plain")
