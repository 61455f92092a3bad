"""What WeCom would send: callbacks of a 智能机器人 and of a 自建应用, sealed like the real ones.

The crypto is written out again here, so that the bot's is not checked against itself.
"""

import base64
import hashlib
import itertools
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from xml.sax.saxutils import escape

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from bot.config import WecomApp, WecomBot
from bot.platforms import Call

OFFICIAL_RESPONSE = "https://qyapi.weixin.qq.com/cgi-bin/aibot/response"


@dataclass(frozen=True, slots=True)
class Wire:
    """One request of WeCom's: the raw query and the body."""

    query: str
    body: bytes = b""
    method: str = "POST"


def as_call(wire: Wire, at: datetime) -> Call:
    """The same request as the webhook layer hands it to a platform."""
    return Call(method=wire.method, headers={}, query=wire.query, body=wire.body, at=at)


class WecomSealer:
    """Writes what only somebody with the token and the key can write."""

    def __init__(self, token: str, aes_key: str, receive_id: str) -> None:
        self.token, self.aes_key, self.receive_id = token, aes_key, receive_id
        self._nonces = itertools.count(1_372_623_149)

    def encrypted(self, message: bytes, *, random16: bytes | None = None) -> str:
        plain = (random16 or os.urandom(16)) + len(message).to_bytes(4, "big") + message
        return self.sealed_blocks(padded(plain + self.receive_id.encode()))

    def sealed_blocks(self, blocks: bytes) -> str:
        """Encrypt whole blocks as they are, padding included: also the wrong paddings."""
        return base64.b64encode(encrypt_blocks(self.aes_key, blocks)).decode()

    def query(self, encrypted: str, *, at: datetime, **changes: str) -> str:
        """The query that vouches for ``encrypted``; ``changes`` spoil it after signing."""
        values = {"timestamp": str(int(at.timestamp())), "nonce": str(next(self._nonces))}
        parts = sorted([self.token, values["timestamp"], values["nonce"], encrypted])
        signature = hashlib.sha1("".join(parts).encode()).hexdigest()  # noqa: S324
        return urlencode({"msg_signature": signature, **values, **changes})

    def url_check(self, echo: str, *, at: datetime) -> Wire:
        """The check that the console makes when the address is saved."""
        encrypted = self.encrypted(echo.encode())
        return Wire(self.query(encrypted, at=at, echostr=encrypted), method="GET")


class BotSigner(WecomSealer):
    """Speaks as the 智能机器人's server side."""

    def __init__(self, token: str, aes_key: str, name: str = "大管家") -> None:
        super().__init__(token, aes_key, "")
        self.name = name
        self._numbers = itertools.count(1)

    @classmethod
    def of(cls, settings: WecomBot) -> "BotSigner":
        token, key = settings.token, settings.encoding_aes_key
        return cls(token.get_secret_value(), key.get_secret_value(), settings.name)

    def message(
        self,
        *,
        text: str,
        sender: str,
        at: datetime,
        chat: str | None = None,
        response_url: str | None = None,
        message_id: str | None = None,
        quote: Mapping[str, Any] | None = None,
    ) -> Wire:
        """Somebody says ``text``: in a group after @大管家, without ``chat`` in private."""
        content = f"@{self.name} {text}" if chat else text
        said: dict[str, Any] = {"msgtype": "text", "text": {"content": content}}
        if quote is not None:
            said["quote"] = quote
        return self.raw(
            self.heading(sender, chat, response_url=response_url, message_id=message_id) | said,
            at=at,
        )

    def click(
        self,
        *,
        say: str,
        sender: str,
        at: datetime,
        chat: str | None = None,
        response_url: str | None = None,
        message_id: str | None = None,
        selected: Mapping[str, Sequence[str]] | None = None,
    ) -> Wire:
        """Somebody presses a button of ours."""
        card: dict[str, Any] = {
            "card_type": "button_interaction",
            "event_key": say,
            "task_id": "task-1",
        }
        if selected is not None:
            items = [
                {"question_key": key, "option_ids": {"option_id": list(options)}}
                for key, options in selected.items()
            ]
            card["selected_items"] = {"selected_item": items}
        event = {"eventtype": "template_card_event", "template_card_event": card}
        heading = self.heading(sender, chat, response_url=response_url, message_id=message_id)
        return self.event(event, heading, at=at)

    def enter_chat(self, *, sender: str, at: datetime) -> Wire:
        return self.event({"eventtype": "enter_chat"}, self.heading(sender, None), at=at)

    def event(self, event: Mapping[str, Any], heading: Mapping[str, Any], *, at: datetime) -> Wire:
        said = {"create_time": int(at.timestamp()), "msgtype": "event", "event": event}
        return self.raw({**heading, **said}, at=at)

    def heading(
        self,
        sender: str,
        chat: str | None,
        *,
        response_url: str | None = None,
        message_id: str | None = None,
    ) -> dict[str, Any]:
        """What all kinds of messages begin with."""
        number = next(self._numbers)
        where = {"chattype": "group", "chatid": chat} if chat else {"chattype": "single"}
        return {
            "msgid": message_id or f"MSGID_{number:08d}",
            "aibotid": "aibXXXXXXXXXXXXXXXX",
            **where,
            "from": {"userid": sender},
            "response_url": response_url or f"{OFFICIAL_RESPONSE}?response_code=CODE_{number}",
        }

    def raw(self, content: object, *, at: datetime) -> Wire:
        return self.sealed(json.dumps(content, ensure_ascii=False).encode(), at=at)

    def sealed(self, message: bytes, *, at: datetime) -> Wire:
        encrypted = self.encrypted(message)
        return Wire(self.query(encrypted, at=at), json.dumps({"encrypt": encrypted}).encode())


class AppSigner(WecomSealer):
    """Speaks as the 自建应用's server side."""

    def __init__(self, token: str, aes_key: str, corp_id: str, agent_id: int) -> None:
        super().__init__(token, aes_key, corp_id)
        self.agent_id = agent_id
        self._numbers = itertools.count(7_300_000_000_000_000_001)

    @classmethod
    def of(cls, settings: WecomApp) -> "AppSigner":
        token, key = settings.token, settings.encoding_aes_key
        return cls(
            token.get_secret_value(),
            key.get_secret_value(),
            settings.corp_id,
            settings.agent_id,
        )

    def message(
        self, *, text: str, sender: str, at: datetime, message_id: int | None = None
    ) -> Wire:
        number = str(message_id or next(self._numbers))
        fields = {"MsgType": "text", "Content": text, "MsgId": number}
        return self.raw(fields, sender=sender, at=at)

    def click(self, *, say: str, sender: str, at: datetime, task: str = "task-1") -> Wire:
        """Somebody presses a button of ours."""
        fields = {
            "MsgType": "event",
            "Event": "template_card_event",
            "EventKey": say,
            "TaskId": task,
            "CardType": "button_interaction",
            "ResponseCode": "RESPONSE_CODE",
        }
        return self.raw(fields, sender=sender, at=at)

    def enter(self, *, sender: str, at: datetime) -> Wire:
        return self.raw({"MsgType": "event", "Event": "enter_agent"}, sender=sender, at=at)

    def raw(self, fields: Mapping[str, str], *, sender: str, at: datetime, more: str = "") -> Wire:
        """Any message; ``more`` is XML that goes in as it is."""
        values = {
            "ToUserName": self.receive_id,
            "FromUserName": sender,
            "CreateTime": str(int(at.timestamp())),
            **fields,
            "AgentID": fields.get("AgentID", str(self.agent_id)),
        }
        inside = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in values.items())
        return self.sealed(f"<xml>{inside}{more}</xml>".encode(), at=at)

    def sealed(self, message: bytes, *, at: datetime) -> Wire:
        encrypted = self.encrypted(message)
        body = (
            f"<xml><ToUserName><![CDATA[{self.receive_id}]]></ToUserName>"
            f"<AgentID>{self.agent_id}</AgentID>"
            f"<Encrypt><![CDATA[{encrypted}]]></Encrypt></xml>"
        )
        return Wire(self.query(encrypted, at=at), body.encode())


def padded(plain: bytes) -> bytes:
    missing = 32 - len(plain) % 32
    return plain + bytes([missing]) * missing


def encrypt_blocks(aes_key: str, blocks: bytes) -> bytes:
    key = base64.b64decode(aes_key + "=")
    encryptor = Cipher(algorithms.AES256(key), modes.CBC(key[:16])).encryptor()
    return encryptor.update(blocks) + encryptor.finalize()
