"""Who may use the trial group's routes, and the headers that keep its page honest."""

import hashlib
import hmac
import json
import re
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web

COOKIE = "guanjia_console"
LOOPBACK = ("127.0.0.1", "localhost", "::1")
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Problem(Exception):
    """The request is answered with this status and this one sentence."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence


class Guard:
    def __init__(self, token: str, public_url: str) -> None:
        self._token = token.encode()
        self._public = urlsplit(public_url)

    def open_to_all(self, handler: Handler) -> Handler:
        """For what holds no secret: the page itself, and giving the token."""
        return self._wrap(handler, secret=False)

    def members_only(self, handler: Handler) -> Handler:
        return self._wrap(handler, secret=True)

    def _wrap(self, handler: Handler, *, secret: bool) -> Handler:
        async def guarded(request: web.Request) -> web.StreamResponse:
            try:
                self._check_host(request)
                if secret:
                    self._check_token(request)
                if request.method == "POST":
                    self._check_origin(request)
                response = await handler(request)
            except Problem as problem:
                response = answer({"error": problem.sentence}, status=problem.status)
            for name, value in HEADERS.items():
                response.headers.setdefault(name, value)
            return response

        return guarded

    def knows(self, request: web.Request) -> bool:
        """Whether the caller has the token, where one is needed."""
        if not self._token:
            return True
        scheme, _, given = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() == "bearer" and self.accepts(given.strip()):
            return True
        cookie = request.cookies.get(COOKIE, "")
        return hmac.compare_digest(cookie.encode(), self._cookie().encode())

    def accepts(self, token: str) -> bool:
        return hmac.compare_digest(token.encode("utf-8", "replace"), self._token)

    def remember(self, request: web.Request, response: web.Response) -> None:
        secure = request.secure or self._public.scheme == "https"
        response.set_cookie(
            COOKIE, self._cookie(), httponly=True, samesite="Strict", secure=secure, path="/"
        )

    def _cookie(self) -> str:
        # Not the token itself: a cookie ends up in more places than a password should.
        return hmac.new(self._token, b"trial group cookie", hashlib.sha256).hexdigest()

    def _check_host(self, request: web.Request) -> None:
        """Without a token only this machine may ask, under its own name (DNS rebinding)."""
        if self._token:
            return
        host = _hostname("//" + request.headers.get("Host", ""))
        if host not in LOOPBACK and (not host or host != self._public.hostname):
            raise Problem(403, "试用群只能用 127.0.0.1 或 localhost 打开。")

    def _check_token(self, request: web.Request) -> None:
        if not self.knows(request):
            raise Problem(401, "请先输入口令。")

    def _check_origin(self, request: web.Request) -> None:
        """Other sites must not post with this browser's rights."""
        origin = request.headers.get("Origin")
        if origin is not None:
            own = {request.headers.get("Host", ""), self._public.netloc} - {""}
            if not re.match("https?://", origin) or origin.partition("//")[2] not in own:
                raise Problem(403, "这个请求来自别的网站。")
        if request.content_type != "application/json":
            raise Problem(415, "请用 Content-Type: application/json。")


def _hostname(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def answer(value: Any, *, status: int = 200) -> web.Response:
    return web.Response(
        body=json.dumps(value, ensure_ascii=False).encode("utf-8", "replace"),
        status=status,
        content_type="application/json",
        headers={"Cache-Control": "no-store"},
    )
