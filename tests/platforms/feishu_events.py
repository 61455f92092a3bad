"""What Feishu would send: events and card actions, encrypted and signed like the real ones."""

import base64
import hashlib
import itertools
import json
import os
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from bot.platforms import Call

TENANT = "736588c9260f175d"
Wire = tuple[dict[str, str], bytes]  # headers and body of one POST


def as_call(wire: Wire, at: datetime) -> Call:
    """The same POST as the webhook layer hands it to a platform."""
    headers, body = wire
    lower = {name.lower(): value for name, value in headers.items()}
    return Call(method="POST", headers=lower, query="", body=body, at=at)


class FeishuSigner:
    """Writes calls that only somebody with the app's keys can write."""

    def __init__(self, app_id: str, encrypt_key: str, verification_token: str) -> None:
        self.app_id = app_id
        self._encrypt_key = encrypt_key
        self._token = verification_token
        self.chats: dict[str, str] = {}  # message id → its chat, of everything said through here
        self._numbers = itertools.count(1)

    def message(
        self,
        *,
        text: str,
        sender: str,
        chat: str,
        at: datetime,
        mentions: Sequence[tuple[str, str]] = (),
        message_id: str | None = None,
        event_id: str | None = None,
        private: bool = False,
        parent_id: str | None = None,
    ) -> Wire:
        """Somebody says ``text``, in which ``mentions`` (open id, name) stand as ``@name``."""
        keys = [f"@_user_{number}" for number in range(1, len(mentions) + 1)]
        for key, (_, name) in zip(keys, mentions, strict=True):
            text = text.replace(f"@{name}", key, 1)
        message_id = message_id or f"om_{next(self._numbers):08d}"
        self.chats[message_id] = chat
        message: dict[str, Any] = {
            "message_id": message_id,
            "create_time": _milliseconds(at),
            "chat_id": chat,
            "chat_type": "p2p" if private else "group",
            "message_type": "text",
            "content": json.dumps({"text": text}, ensure_ascii=False),
            "mentions": [
                {"key": key, "id": _ids(open_id), "name": name, "tenant_key": TENANT}
                for key, (open_id, name) in zip(keys, mentions, strict=True)
            ],
        }
        if parent_id:
            message |= {"parent_id": parent_id, "root_id": parent_id}
        said_by = {"sender_id": _ids(sender), "sender_type": "user", "tenant_key": TENANT}
        event = {"sender": said_by, "message": message}
        return self.event("im.message.receive_v1", event, at=at, event_id=event_id)

    def action(
        self,
        *,
        say: str,
        sender: str,
        chat: str,
        at: datetime,
        fields: Mapping[str, str | list[str]] | None = None,
        card: str = "om_card",
        event_id: str | None = None,
        value: Mapping[str, Any] | None = None,
    ) -> Wire:
        """Somebody clicks a button of ours, or submits a form (with ``fields``)."""
        action: dict[str, Any] = {
            "tag": "button",
            "value": {"say": say} if value is None else value,
        }
        if fields is not None:
            action |= {"name": "_submit", "form_value": dict(fields), "timezone": "Asia/Shanghai"}
        event = {
            "operator": {"tenant_key": TENANT, **_ids(sender)},
            "token": "c-token",
            "action": action,
            "host": "im_message",
            "context": {"open_message_id": card, "open_chat_id": chat},
        }
        return self.event("card.action.trigger", event, at=at, event_id=event_id)

    def event(
        self,
        event_type: str,
        event: Mapping[str, Any],
        *,
        at: datetime,
        event_id: str | None = None,
        header: Mapping[str, Any] | None = None,
    ) -> Wire:
        """Any event; ``header`` overrides fields of its header."""
        plain = {
            "schema": "2.0",
            "header": {
                "event_id": event_id or f"ev-{next(self._numbers):08d}",
                "token": self._token,
                "create_time": _milliseconds(at),
                "event_type": event_type,
                "tenant_key": TENANT,
                "app_id": self.app_id,
                **(header or {}),
            },
            "event": event,
        }
        return self.signed(self.sealed(plain), at=at)

    def url_check(self, challenge: str, *, token: str | None = None) -> Wire:
        """The check that the console makes when the address is saved: it bears no signature."""
        plain = {
            "challenge": challenge,
            "token": self._token if token is None else token,
            "type": "url_verification",
        }
        return {"Content-Type": "application/json; charset=utf-8"}, self.sealed(plain)

    def sealed(self, plain: object) -> bytes:
        """The body of a POST: the envelope around the encrypted JSON."""
        return json.dumps({"encrypt": self.encrypted(json.dumps(plain).encode())}).encode()

    def encrypted(self, plain: bytes) -> str:
        return encrypted(plain, key=self._encrypt_key, iv=os.urandom(16))

    def signed(self, body: bytes, *, at: datetime, nonce: str = "4711") -> Wire:
        timestamp = str(int(at.timestamp()))
        secret = f"{timestamp}{nonce}{self._encrypt_key}".encode()
        return {
            "Content-Type": "application/json; charset=utf-8",
            "X-Lark-Request-Timestamp": timestamp,
            "X-Lark-Request-Nonce": nonce,
            "X-Lark-Signature": hashlib.sha256(secret + body).hexdigest(),
        }, body


def encrypted(plain: bytes, *, key: str, iv: bytes) -> str:
    """AES-256-CBC under the hashed key, as Feishu does it."""
    missing = 16 - len(plain) % 16
    return sealed_blocks(plain + bytes([missing]) * missing, key=key, iv=iv)


def sealed_blocks(blocks: bytes, *, key: str, iv: bytes) -> str:
    """Encrypt whole blocks as they are, padding included: also the wrong paddings."""
    cipher = Cipher(algorithms.AES256(hashlib.sha256(key.encode()).digest()), modes.CBC(iv))
    encryptor = cipher.encryptor()
    return base64.b64encode(iv + encryptor.update(blocks) + encryptor.finalize()).decode()


def _ids(open_id: str) -> dict[str, str | None]:
    return {"open_id": open_id, "union_id": f"on_{open_id.removeprefix('ou_')}", "user_id": None}


def _milliseconds(at: datetime) -> str:
    return str(int(at.timestamp() * 1000))
