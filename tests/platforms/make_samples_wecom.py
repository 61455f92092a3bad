"""Writes samples/wecom.jsonl: python -m tests.platforms.make_samples_wecom

Always the same bytes, so that a change of the samples shows as one.
"""

import base64
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

from tests.platforms import wecom_app_samples, wecom_bot_samples
from tests.platforms.wecom_events import Wire, encrypt_blocks, padded
from tests.platforms.wecom_sample import AT, BOT_KEY, OTHER_KEY, Sample, app, bot, sample

OUT = Path(__file__).parent / "samples" / "wecom.jsonl"


def url_checks() -> Iterator[Sample]:
    for signer in (bot(), app()):
        name = "app" if signer.receive_id else "bot"
        wire = signer.url_check("4607431768211455", at=AT)
        good = sample(f"url-{name}", wire, signer)
        yield {**good, "expected_plaintext": "4607431768211455"}
        echo = wire.query.split("&")[-1]
        changes = {
            "twice": f"{wire.query}&{echo}",
            "missing": wire.query.removesuffix("&" + echo),
            "encoded-twice": wire.query.replace("%", "%25"),
            "shortened": wire.query[:-8],
        }
        for change, query in changes.items():
            spoilt = Wire(query, method="GET")
            yield sample(f"url-{name}-{change}", spoilt, signer, expect="reject", why=change)


def known_answers() -> Iterator[Sample]:
    for length in (0, 1, 11, 12, 13, 1000):
        signer = app() if length % 2 else bot()
        random16 = hashlib.sha256(bytes([length % 256])).digest()[:16]
        message = "界" * (length // 3) + "x" * (length % 3)
        encrypted = signer.encrypted(message.encode(), random16=random16)
        query = dict(pair.split("=") for pair in signer.query(encrypted, at=AT).split("&"))
        yield {
            "id": f"own-known-{length}",
            "kind": "encrypt_kat",
            "token": signer.token,
            "encoding_aes_key": signer.aes_key,
            "receive_id": signer.receive_id,
            "random16_hex": random16.hex(),
            "expected_plaintext": message,
            "encrypt": encrypted,
            **query,
        }


def media() -> Iterator[Sample]:
    content = bytes(range(100))
    good = encrypt_blocks(BOT_KEY, padded(content))

    def file(name: str, key: str, data: bytes, expected: bytes | None) -> Sample:
        return {
            "id": f"own-media-{name}",
            "kind": "media_decrypt",
            "aeskey": key,
            "ciphertext_base64": base64.b64encode(data).decode(),
            "expected": "reject" if expected is None else "accept",
            "expected_plaintext_base64": expected and base64.b64encode(expected).decode(),
        }

    yield file("bare-key", BOT_KEY, good, content)
    yield file("padded-key", BOT_KEY + "=", good, content)
    yield file("empty", BOT_KEY, b"", None)
    yield file("one-byte-more", BOT_KEY, good + b"x", None)
    yield file("other-key", OTHER_KEY, good, None)
    yield file("short-key", BOT_KEY[:-1], good, None)
    yield file("padding", BOT_KEY, encrypt_blocks(BOT_KEY, bytes(31) + b"\x02"), None)


def samples() -> Iterator[Sample]:
    for make in (
        wecom_bot_samples.bot_messages,
        wecom_bot_samples.bot_events,
        wecom_bot_samples.bot_forgeries,
        wecom_app_samples.app_messages,
        wecom_app_samples.app_oddities,
        wecom_app_samples.app_forgeries,
        url_checks,
        known_answers,
        media,
    ):
        yield from make()


def as_text() -> str:
    return "".join(json.dumps(each, ensure_ascii=False) + "\n" for each in samples())


if __name__ == "__main__":
    OUT.write_text(as_text(), encoding="utf-8")
