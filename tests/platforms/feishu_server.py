"""A stand-in for Feishu's servers on loopback: as strict as the real ones are said to be.

async with FeishuServer() as feishu:
    platform = Feishu(feishu.settings())
    ...
    assert feishu.messages[0].text == "早上好"
"""

import itertools
import json
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self

from aiohttp import web

from bot.config import FeishuApp
from bot.message import Chat, Outgoing, Text
from bot.platforms import Letter
from tests.platforms.feishu_cards import problem_of_card, words_of_card

BOT = "ou_guanjia"
CARD_LIMIT = 30 * 1024
TEXT_LIMIT = 150 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request as it came, before anything was checked."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message that really appeared in a chat: once, however often it was sent."""

    id: str
    chat: str  # empty for a reply to a message of which the server does not know the chat
    kind: str  # text, post, interactive, file
    content: Any
    uuid: str
    reply_to: str | None

    @property
    def text(self) -> str:
        """Every word in it, to look for."""
        if self.kind == "text":
            return str(self.content["text"])
        if self.kind == "post":
            lines = self.content["zh_cn"]["content"]
            return "\n".join(each.get("text", "") for line in lines for each in line).strip()
        return words_of_card(self.content) if self.kind == "interactive" else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A picture or file."""

    key: str
    name: str
    file_type: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Scripted:
    """An answer prepared for the next request to a path that contains ``path``."""

    path: str
    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


PILOT = Chat("feishu", "oc_pilot")


def letter(message: Outgoing | None = None, *, key: str = "key-1", **fields: Any) -> Letter:
    """A letter to the pilot group, with what else it should have."""
    words = message or Text(text="早上好")
    return replace(Letter(key=key, chat=PILOT, message=words), **fields)


class FeishuServer:
    """Start it with ``async with``, or with start() and stop()."""

    def __init__(
        self,
        *,
        app_id: str = "cli_a1b2c3d4e5f60001",
        app_secret: str = "s3cret",  # noqa: S107
        bot_open_id: str = BOT,
        bot_name: str = "大管家",
        per_second: int | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.app_id, self.app_secret = app_id, app_secret
        self.bot_open_id, self.bot_name = bot_open_id, bot_name
        self.requests: list[Request] = []
        self.messages: list[Message] = []
        self.uploads: list[Upload] = []
        # The chats of messages that can be replied to: set this to FeishuSigner.chats.
        self.chats: dict[str, str] = {}
        self.tokens_issued = 0
        self.token_life = 7200
        self.per_second = per_second
        self._clock = clock
        self._scripted: deque[Scripted] = deque()
        self._recent: dict[str, deque[float]] = {}
        self._tokens: set[str] = set()
        self._by_uuid: dict[str, Message] = {}
        self._numbers = itertools.count(1)
        self._runner: web.AppRunner | None = None
        self.url = ""

    # --- for tests -------------------------------------------------------------------------

    def settings(self, **changes: Any) -> FeishuApp:
        """A configuration that points here."""
        values = {
            "app_id": self.app_id,
            "app_secret": self.app_secret,
            "verification_token": "v_token",
            "encrypt_key": "encrypt-key",
            "base_url": self.url,
        }
        return FeishuApp.model_validate(values | changes)

    def refuse(
        self,
        code: int,
        *,
        path: str = "/im/v1/messages",
        status: int = 400,
        times: int = 1,
        headers: Mapping[str, str] | None = None,
        msg: str = "refused",
    ) -> None:
        """The next ``times`` requests to that path fail with Feishu's code."""
        body = json.dumps({"code": code, "msg": msg}).encode()
        self.answer(body, path=path, status=status, times=times, headers=headers)

    def answer(
        self,
        body: bytes,
        *,
        path: str = "/im/v1/messages",
        status: int = 200,
        times: int = 1,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """The next ``times`` requests to that path get these very bytes."""
        scripted = Scripted(path=path, status=status, body=body, headers=headers or {})
        self._scripted.extend([scripted] * times)

    def revoke_tokens(self) -> None:
        """Every token given out so far is refused from now on."""
        self._tokens.clear()

    def sent(self, path: str = "/im/v1/messages") -> list[Request]:
        """The requests to paths that contain ``path``."""
        return [each for each in self.requests if path in each.path]

    # --- lifecycle -------------------------------------------------------------------------

    async def start(self, *, port: int = 0) -> str:
        app = web.Application(client_max_size=64 * 1024 * 1024)
        app.router.add_route("*", "/{path:.*}", self._handle)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", port).start()
        host, bound = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{bound}"
        return self.url

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    # --- Feishu ----------------------------------------------------------------------------

    async def _handle(self, http: web.Request) -> web.StreamResponse:
        # The form parser needs the stream, so forms are recorded without their bytes.
        is_form = http.content_type.startswith("multipart/")
        body = b"" if is_form else await http.read()
        request = Request(
            method=http.method,
            path=http.path,
            query=dict(http.query),
            headers={name.lower(): value for name, value in http.headers.items()},
            body=body,
        )
        self.requests.append(request)
        for scripted in self._scripted:
            if scripted.path in http.path:
                self._scripted.remove(scripted)
                return web.Response(
                    body=scripted.body, status=scripted.status, headers=dict(scripted.headers)
                )
        if http.path == "/open-apis/auth/v3/tenant_access_token/internal":
            return self._sign_in(request)
        if request.headers.get("authorization", "").removeprefix("Bearer ") not in self._tokens:
            return _refused(99991663, "Invalid access token for authorization")
        match http.method, http.path.removeprefix("/open-apis").split("/")[1:]:
            case "GET", ["bot", "v3", "info"]:
                return _done(bot={"open_id": self.bot_open_id, "app_name": self.bot_name})
            case "POST", ["im", "v1", "images"]:
                return await self._take_upload(http, "image")
            case "POST", ["im", "v1", "files"]:
                return await self._take_upload(http, "file")
            case "POST", ["im", "v1", "messages"]:
                kinds = ("chat_id", "open_id", "union_id", "user_id", "email")
                if request.query.get("receive_id_type") not in kinds:
                    return _refused(230001, "receive_id_type")
                return self._post(request, reply_to=None)
            case "POST", ["im", "v1", "messages", message_id, "reply"]:
                return self._post(request, reply_to=message_id)
            case _:
                return web.Response(status=404, text="404 page not found")

    def _sign_in(self, request: Request) -> web.Response:
        if request.json != {"app_id": self.app_id, "app_secret": self.app_secret}:
            return _refused(10014, "app secret invalid", status=200)
        self.tokens_issued += 1
        token = f"t-{self.tokens_issued}"
        self._tokens.add(token)
        return _done(tenant_access_token=token, expire=self.token_life)

    def _post(self, request: Request, *, reply_to: str | None) -> web.Response:
        try:
            body = request.json
            kind, content, uuid = body["msg_type"], json.loads(body["content"]), body["uuid"]
            chat = body["receive_id"] if reply_to is None else self._chat_of(reply_to)
        except (ValueError, KeyError, TypeError):
            return _refused(230001, "Your request contains an invalid request parameter")
        if not isinstance(uuid, str) or not 1 <= len(uuid) <= 50:
            return _refused(230001, "uuid")
        if len(request.body) > (TEXT_LIMIT if kind == "text" else CARD_LIMIT):
            return _refused(230025, "The length of the message content reaches its limit")
        if (problem := self._problem(kind, content)) is not None:
            return problem
        if uuid not in self._by_uuid:
            if self._too_fast(chat or f"of {reply_to}"):
                wait = {"x-ogw-ratelimit-reset": "1"}
                return _refused(99991400, "request trigger frequency limit", 429, wait)
            message_id = f"om_sent{next(self._numbers):06d}"
            message = Message(
                id=message_id, chat=chat, kind=kind, content=content, uuid=uuid, reply_to=reply_to
            )
            self._by_uuid[uuid] = message
            self.messages.append(message)
            self.chats[message_id] = chat
        done = self._by_uuid[uuid]
        return _done(data={"message_id": done.id, "chat_id": done.chat, "msg_type": done.kind})

    def _problem(self, kind: str, content: Any) -> web.Response | None:
        if kind == "interactive" and (problem := problem_of_card(content)):
            cause = f"Failed to create card content, ext=ErrCode: 200861; ErrMsg: {problem}; "
            return _refused(230099, cause)
        keys = {each.key for each in self.uploads}
        if kind == "file" and content.get("file_key") not in keys:
            return _refused(230001, "file_key")
        if kind == "text" and not (isinstance(content, dict) and content.get("text")):
            return _refused(230001, "text is empty")
        if kind == "post":
            elements = [each for line in content["zh_cn"]["content"] for each in line]
            if any(each["tag"] == "img" and each["image_key"] not in keys for each in elements):
                return _refused(230001, "image_key")
        if kind not in ("text", "post", "interactive", "file"):
            return _refused(230001, "msg_type")
        return None

    def _too_fast(self, chat: str) -> bool:
        if self.per_second is None:
            return False
        recent = self._recent.setdefault(chat, deque())
        now = self._clock()
        while recent and recent[0] <= now - 1:
            recent.popleft()
        if len(recent) >= self.per_second:
            return True
        recent.append(now)
        return False

    def _chat_of(self, message_id: str) -> str:
        return self.chats.get(message_id, "")

    async def _take_upload(self, http: web.Request, part: str) -> web.Response:
        form = await http.post()
        file = form.get(part)
        if not isinstance(file, web.FileField):
            return _refused(234001, "Invalid request param")
        content = file.file.read()
        file_type = str(form.get("file_type" if part == "file" else "image_type", ""))
        if not content:
            return _refused(234010, "File's size can't be 0")
        if not file_type:
            return _refused(234001, "Invalid request param")
        key = f"{'img' if part == 'image' else 'file'}_v3_{next(self._numbers)}"
        name = str(form.get("file_name", file.filename))
        self.uploads.append(Upload(key=key, name=name, file_type=file_type, content=content))
        return _done(data={f"{part}_key": key})


def _done(**payload: Any) -> web.Response:
    return web.json_response({"code": 0, "msg": "ok", **payload})


def _refused(
    code: int, msg: str, status: int = 400, headers: Mapping[str, str] | None = None
) -> web.Response:
    return web.json_response({"code": code, "msg": msg}, status=status, headers=headers)
