"""Feishu: events and card actions in; messages, cards, pictures and files out."""

import time
from collections.abc import Callable, Mapping

from bot.config import FeishuApp
from bot.errors import DeliveryError, Misconfigured
from bot.message import Incoming
from bot.platforms import Answer, Budget, Call, Door, Letter, Pace
from bot.platforms.feishu import events
from bot.platforms.feishu.api import Api
from bot.platforms.feishu.envelope import Envelope
from bot.platforms.feishu.plain import clean_name
from bot.platforms.feishu.post import Post


class Feishu:
    def __init__(
        self, settings: FeishuApp, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        if settings.transport != "webhook":
            raise Misconfigured('feishu.transport must be "webhook": there is no other yet')
        self._settings = settings
        self._envelope = Envelope(settings)
        self._api = Api(settings, clock=clock)
        self._post = Post(self._api)
        self._bot: str | None = None

    @property
    def name(self) -> str:
        return events.PLATFORM

    @property
    def doors(self) -> Mapping[str, Door]:
        return {"/feishu/event": self.receive}

    @property
    def accepted(self) -> Answer:
        return Answer.of_json({})

    @property
    def budgets(self) -> tuple[Budget, ...]:
        return (Budget(count=5, seconds=1),)

    @property
    def pace(self) -> Pace:
        """An app may send 1,000 messages a minute, 50 in one second."""
        return Pace(burst=40, seconds=0.0625)

    def receive(self, call: Call) -> Incoming | Answer | None:
        """Read a webhook call. Raises Forged or Unreadable."""
        opened = self._envelope.open(call)
        return opened if isinstance(opened, Answer) else events.read(opened, bot=self._bot)

    async def start(self) -> None:
        """Learn who we are. Until then, no mention in a group is known to be ours."""
        await self.check()

    async def check(self) -> str:
        """Prove the credentials and give the bot's name. Raises DeliveryError."""
        answer = await self._api.get("/open-apis/bot/v3/info")
        bot = answer.get("bot")
        open_id = bot.get("open_id") if isinstance(bot, dict) else None
        if not (isinstance(bot, dict) and isinstance(open_id, str) and open_id):
            raise DeliveryError("feishu does not tell the bot's open id: is the bot ability on?")
        self._bot = open_id
        return clean_name(str(bot.get("app_name") or self._settings.app_id))

    async def send(self, letter: Letter) -> str | None:
        return await self._post.send(letter)

    async def close(self) -> None:
        await self._api.close()
