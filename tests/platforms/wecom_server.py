"""A stand-in for WeCom's servers on loopback: as strict as the real ones are said to be.

async with WecomServer() as wecom:
    platform = Wecom(wecom.settings(), clock=time.monotonic, now=now)
    ...
    assert wecom.messages[0].text == "早上好"
"""

import base64
import hashlib
import itertools
import json
import re
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from aiohttp import web

from bot.config import Wecom

AES_KEY = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"
LIMITS = {
    ("robot", "text"): 2048,
    ("robot", "markdown"): 4096,
    ("app", "text"): 2048,
    ("app", "markdown"): 2048,
    ("answer", "markdown"): 20480,
}
KINDS = {
    "robot": ("text", "markdown", "image", "file"),
    "app": ("text", "markdown", "image", "file", "template_card"),
    "answer": ("markdown", "template_card"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request as it came, before anything was checked."""

    method: str
    path: str
    query: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message that really appeared somewhere."""

    way: str  # robot, app or answer
    to: str  # the robot's key, the member's id or the response code
    kind: str
    content: Any  # what stands under the kind
    body: Any

    @property
    def text(self) -> str:
        """Every word in it, to look for."""
        if self.kind in ("text", "markdown"):
            return str(self.content["content"])
        if self.kind != "template_card":
            return ""
        facts = self.content.get("horizontal_content_list", [])
        lines = [
            self.content["main_title"]["title"],
            self.content.get("sub_title_text", ""),
            *(f"{each['keyname']}：{each['value']}" for each in facts),
            *(each["text"] for each in self.content["button_list"]),
        ]
        return "\n".join(line for line in lines if line)

    @property
    def mentioned(self) -> list[str]:
        """Whom a text of a group robot rings."""
        return list(self.content.get("mentioned_list", ())) if self.kind == "text" else []


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    media_id: str
    kind: str
    name: str
    content: bytes
    owner: str  # the robot's key, or "app"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scripted:
    """An answer prepared for the next request to a path that contains ``path``."""

    path: str
    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


class WecomServer:
    """Start it with ``async with``, or with start() and stop()."""

    def __init__(self, *, corp_id: str = "ww0123456789abcdef", agent_id: int = 1000002) -> None:
        self.corp_id, self.secret, self.agent_id = corp_id, "s3cret", agent_id
        self.robots = {"项目群": "key-of-project-group"}
        self.members: set[str] | None = None  # None: everybody exists
        self.requests: list[Request] = []
        self.messages: list[Message] = []
        self.uploads: list[Upload] = []
        self.tokens_issued = 0
        self.token_life = 7200
        self._scripted: deque[Scripted] = deque()
        self._tokens: set[str] = set()
        self._used_codes: set[str] = set()
        self._task_ids: set[str] = set()
        self._numbers = itertools.count(1)
        self._runner: web.AppRunner | None = None
        self.url = ""

    def settings(self, **changes: Any) -> Wecom:
        """A configuration that points here."""
        values: dict[str, Any] = {
            "bot": {
                "name": "大管家",
                "transport": "callback",
                "token": "bot-token",
                "encoding_aes_key": AES_KEY,
            },
            "app": {
                "corp_id": self.corp_id,
                "agent_id": self.agent_id,
                "secret": self.secret,
                "token": "app-token",
                "encoding_aes_key": AES_KEY,
                "base_url": self.url,
            },
            "group_robots": self.robots,
        }
        return Wecom.model_validate(values | changes)

    def response_url(self, code: str) -> str:
        """What an inbound message of this server's carries."""
        return f"{self.url}/cgi-bin/aibot/response?response_code={code}"

    def refuse(
        self, code: int, *, path: str, times: int = 1, more: Mapping[str, str] | None = None
    ) -> None:
        """The next ``times`` requests to that path are answered with this error code."""
        body = json.dumps({"errcode": code, "errmsg": "refused", **(more or {})}).encode()
        self.answer(body, path=path, times=times)

    def answer(
        self,
        body: bytes,
        *,
        path: str,
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

    def sent(self, path: str) -> list[Request]:
        """The requests to paths that contain ``path``."""
        return [each for each in self.requests if path in each.path]

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

    # --- WeCom -----------------------------------------------------------------------------

    async def _handle(self, http: web.Request) -> web.StreamResponse:
        # The form parser needs the stream, so forms are recorded without their bytes.
        is_form = http.content_type.startswith("multipart/")
        request = Request(
            method=http.method,
            path=http.path,
            query=dict(http.query),
            body=b"" if is_form else await http.read(),
        )
        self.requests.append(request)
        for scripted in self._scripted:
            if scripted.path in http.path:
                self._scripted.remove(scripted)
                return web.Response(
                    body=scripted.body, status=scripted.status, headers=dict(scripted.headers)
                )
        match http.method, http.path.removeprefix("/cgi-bin/"):
            case "GET", "gettoken":
                return self._give_token(request)
            case "POST", "aibot/response":
                return self._take_answer(request)
            case "POST", "webhook/send":
                return self._take_from_robot(request)
            case "POST", "webhook/upload_media":
                if request.query.get("key") not in self.robots.values():
                    return _refused(93000)
                return await self._take_upload(http, owner=request.query["key"])
            case "POST", "message/send" if self._knows(request):
                return self._take_from_app(request)
            case "POST", "media/upload" if self._knows(request):
                return await self._take_upload(http, owner="app")
            case "POST", "message/send" | "media/upload":
                return _refused(40014)
        return web.Response(status=404)

    def _knows(self, request: Request) -> bool:
        return request.query.get("access_token") in self._tokens

    def _give_token(self, request: Request) -> web.Response:
        if request.query != {"corpid": self.corp_id, "corpsecret": self.secret}:
            return _refused(40001)
        self.tokens_issued += 1
        token = f"token-{self.tokens_issued}-" + "x" * 500
        self._tokens.add(token)
        return _done(access_token=token, expires_in=self.token_life)

    def _take_answer(self, request: Request) -> web.Response:
        code = request.query.get("response_code", "")
        if not code or code in self._used_codes:
            return _refused(40029)
        problem = self._problem("answer", request)
        if problem:
            return _refused(problem)
        self._used_codes.add(code)
        self._appear("answer", code, request)
        return _done()

    def _take_from_robot(self, request: Request) -> web.Response:
        key = request.query.get("key", "")
        if key not in self.robots.values():
            return _refused(93000)
        problem = self._problem("robot", request, owner=key)
        if problem:
            return _refused(problem)
        self._appear("robot", key, request)
        return _done()

    def _take_from_app(self, request: Request) -> web.Response:
        body = request.json
        if body.get("agentid") != self.agent_id:
            return _refused(40056)
        problem = self._problem("app", request, owner="app")
        if problem:
            return _refused(problem)
        to = body.get("touser", "")
        if to == "@all" or "|" in to or not to:
            return _refused(40058)  # the real one would send it to everybody: never here
        if self.members is not None and to not in self.members:
            return _done(invaliduser=to)  # the real one says 0 as well
        self._appear("app", to, request)
        return _done(msgid=f"msg-{next(self._numbers)}", invaliduser="")

    def _appear(self, way: str, to: str, request: Request) -> None:
        body = request.json
        kind = body["msgtype"]
        self.messages.append(Message(way=way, to=to, kind=kind, content=body[kind], body=body))

    def _problem(self, way: str, request: Request, *, owner: str = "") -> int | None:
        try:
            body = request.json
            kind = body["msgtype"]
            content = body[kind]
        except (ValueError, KeyError, TypeError):
            return 40058
        if kind not in KINDS[way]:
            return 40058
        match kind:
            case "text" | "markdown":
                words = content["content"]
                if not words:
                    return 93017
                return None if len(words.encode()) <= LIMITS[way, kind] else 45002
            case "image" if way == "robot":
                raw = base64.b64decode(content["base64"])
                checksum = hashlib.md5(raw, usedforsecurity=False).hexdigest()
                if len(raw) > 2 * 1024 * 1024:
                    return 93018
                return None if checksum == content["md5"] else 40058
            case "template_card":
                return self._problem_of_card(content)
        owners = {each.media_id: each.owner for each in self.uploads}
        return None if owners.get(content["media_id"]) == owner else 40007

    def _problem_of_card(self, card: Any) -> int | None:
        buttons, task = card.get("button_list", []), card.get("task_id", "")
        fine = (
            card.get("card_type") == "button_interaction"
            and bool(card["main_title"]["title"])
            and 1 <= len(buttons) <= 6
            and all(each["text"] and 0 < len(each["key"].encode()) <= 1024 for each in buttons)
            and len(card.get("horizontal_content_list", [])) <= 6
            and len(card.get("sub_title_text", "")) <= 112
            and bool(re.fullmatch(r"[0-9A-Za-z_@-]{1,128}", task))
            and task not in self._task_ids
        )
        if fine:
            self._task_ids.add(task)
        return None if fine else 40058

    async def _take_upload(self, http: web.Request, *, owner: str) -> web.Response:
        form = await http.post()
        file = form.get("media")
        if not isinstance(file, web.FileField) or not file.filename:
            return _refused(40058)
        content = file.file.read()
        if not 5 <= len(content) <= 20 * 1024 * 1024:
            return _refused(40058)
        media_id = f"media-{next(self._numbers)}"
        kind, name = http.query.get("type", ""), file.filename
        self.uploads.append(
            Upload(media_id=media_id, kind=kind, name=name, content=content, owner=owner)
        )
        return _done(type=kind, media_id=media_id, created_at="1380000000")


def _done(**payload: Any) -> web.Response:
    return web.json_response({"errcode": 0, "errmsg": "ok", **payload})


def _refused(code: int) -> web.Response:
    return web.json_response({"errcode": code, "errmsg": "refused, hint: [1700000000]"})
