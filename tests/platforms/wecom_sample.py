"""One wire sample of WeCom's, and the keys that the project's own samples are made with."""

import hashlib
from datetime import UTC, datetime
from typing import Any

from tests.platforms.wecom_events import AppSigner, BotSigner, WecomSealer, Wire

AT = datetime(2026, 11, 20, 1, 30, tzinfo=UTC)
BOT_KEY = "fT9xQ0b2mWc7Yk4ZrE1uPs6LhJ8aVdNoGiBq3Xw5tC1"  # trailing bits set, like genuine ones
APP_KEY = "Zr4tK9sVbQ1mXw7yLp2cNe6gHa8jDu3fTo5iRk0qSxE"
OTHER_KEY = "b1CqD2wE3rF4tG5yH6uJ7iK8oL9pM0aN1sO2dP3fQ4g"
CORP, AGENT = "ww9876543210fedcba", 1000002
URL = "https://qyapi.weixin.qq.com/cgi-bin/aibot/response?response_code="

Sample = dict[str, Any]


class Steady(WecomSealer):
    """Sealing without chance: the random bytes come from the message."""

    def encrypted(self, message: bytes, *, random16: bytes | None = None) -> str:
        digest = hashlib.sha256(message).digest()[:16]
        return super().encrypted(message, random16=random16 or digest)


class SteadyBot(Steady, BotSigner):
    pass


class SteadyApp(Steady, AppSigner):
    pass


def bot() -> SteadyBot:
    return SteadyBot("bot-Token_1", BOT_KEY, "RobotA")


def app() -> SteadyApp:
    return SteadyApp("app-Token_2", APP_KEY, CORP, AGENT)


def sample(
    name: str,
    wire: Wire,
    sealer: WecomSealer,
    *,
    expect: str = "accept",
    why: str = "",
    **more: Any,
) -> Sample:
    """``expect``: accept; reject (not genuine); ignore (genuine, but nothing for the bot)."""
    kind = "app_xml" if sealer.receive_id else "aibot_json"
    entry: Sample = {
        "id": f"own-{name}",
        "kind": "url_verify" if wire.method == "GET" else kind,
        "method": wire.method,
        "raw_query": wire.query,
        "body": wire.body.decode("latin-1") if not _is_utf8(wire.body) else wire.body.decode(),
        "body_encoding": "utf-8" if _is_utf8(wire.body) else "latin-1",
        "token": sealer.token,
        "encoding_aes_key": sealer.aes_key,
        "receive_id": sealer.receive_id,
        "timestamp": str(int(AT.timestamp())),
        "expected": "reject" if expect == "reject" else "accept",
        "reject_reason": why or None,
        "expected_plaintext": None,
        **more,
    }
    if expect == "ignore":
        entry["parse_expected"] = "reject"
    return entry


def _is_utf8(body: bytes) -> bool:
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True
