"""How one line of samples/feishu.jsonl is made."""

import hashlib
from datetime import UTC, datetime
from typing import Any

from tests.platforms.feishu_events import FeishuSigner, Wire, encrypted

APP, KEY, TOKEN = "cli_0123456789abcdef", "大管家-key-42", "vt-91a0"
BOT, JIE, WANG = "ou_bot0", "ou_jie1", "ou_wang5"
GROUP = "oc_pilot"
AT = datetime(2026, 11, 20, 1, 30, tzinfo=UTC)

Sample = dict[str, Any]


class FixedSigner(FeishuSigner):
    """The same bytes every time: the vector is derived from what is encrypted."""

    def encrypted(self, plain: bytes) -> str:
        return encrypted(plain, key=KEY, iv=_iv(plain))


signer = FixedSigner(APP, KEY, TOKEN)


def _iv(plain: bytes) -> bytes:
    return hashlib.sha256(plain).digest()[:16]


def sample(name: str, wire: Wire, **fields: Any) -> Sample:
    headers, body = wire
    return {
        "id": name,
        "kind": "event_encrypted",
        "headers": headers,
        "body": body.decode(),
        "encrypt_key": KEY,
        "verification_token": TOKEN,
        "timestamp": headers.get("X-Lark-Request-Timestamp"),
        "expected": "accept",
        **fields,
    }


def refused(name: str, wire: Wire, layer: str, why: str) -> Sample:
    return sample(name, wire, expected="reject", layer=layer, reject_reason=why)
