"""Calls that are nearly genuine: every one of them has to be refused."""

import json
from collections.abc import Iterator
from typing import Any

from tests.platforms.feishu_events import FeishuSigner, Wire, encrypted, sealed_blocks
from tests.platforms.feishu_sample import APP, AT, GROUP, JIE, KEY, TOKEN, Sample, refused, signer


def wrong_signatures() -> Iterator[Sample]:
    headers, body = signer.message(
        text="我的", sender=JIE, chat=GROUP, at=AT, message_id="om_x", event_id="e-x"
    )

    def without(name: str) -> Wire:
        return {key: value for key, value in headers.items() if key != name}, body

    def changed(name: str, value: str) -> Wire:
        return headers | {name: value}, body

    for name in ("Timestamp", "Nonce"):
        yield refused(f"no-{name}", without(f"X-Lark-Request-{name}"), "signature", "missing")
        yield refused(
            f"other-{name}", changed(f"X-Lark-Request-{name}", "1"), "signature", "other"
        )
    yield refused("no-signature", without("X-Lark-Signature"), "signature", "missing")
    signature = headers["X-Lark-Signature"]
    for name, value in [
        ("empty", ""),
        ("upper", signature.upper()),
        ("cut", signature[:-1]),
        ("chinese", "签名"),
        ("twice", f"{signature}, {signature}"),
    ]:
        yield refused(f"signature-{name}", changed("X-Lark-Signature", value), "signature", name)
    yield refused("body-space", (headers, body + b" "), "signature", "a space more")
    other = FeishuSigner(APP, "another key", TOKEN)
    wire = other.signed(signer.sealed({"type": "x"}), at=AT)
    yield refused("other-key", wire, "signature", "signed with another key")
    naked = json.dumps({"schema": "2.0", "header": {"token": TOKEN, "app_id": APP}}).encode()
    yield refused("naked", ({"Content-Type": "application/json"}, naked), "signature", "plain")


def wrong_encryption() -> Iterator[Sample]:
    def enveloped(encrypt: Any) -> Wire:
        return signer.signed(json.dumps({"encrypt": encrypt}).encode(), at=AT)

    block, iv = b"0123456789abcdef", bytes(16)
    for name, blocks in [
        ("17", block + bytes([17]) * 16),
        ("0", block + bytes(16)),
        ("mixed", block + bytes([9] * 14 + [1, 2])),
    ]:
        sealed = sealed_blocks(blocks, key=KEY, iv=iv)
        yield refused(f"padding-{name}", enveloped(sealed), "decrypt", "padding")
    for name, text in [("iv-only", "A" * 22 + "=="), ("cut", "A" * 60), ("no-base64", "!" * 44)]:
        yield refused(f"sealed-{name}", enveloped(text), "decrypt", name)
    yield refused("sealed-spaces", enveloped("AAAA\nAAAA" * 8), "decrypt", "line feeds in base64")
    for name, plain in [
        ("bytes", b"\xff" * 20),
        ("words", b"hello"),
        ("array", b"[1]"),
        ("deep", b"[" * 20_000),
    ]:
        yield refused(f"plain-{name}", enveloped(encrypted(plain, key=KEY, iv=iv)), "parse", name)


def wrong_bearers() -> Iterator[Sample]:
    def header(**fields: Any) -> Wire:
        return signer.event("brand.new.event_v9", {}, at=AT, event_id="e-x", header=fields)

    yield refused("wrong-token", header(token="nope"), "token", "wrong token")
    yield refused("no-token", header(token=None), "token", "no token")
    yield refused("other-app", header(app_id="cli_other"), "token", "another app")


def wrong_envelopes() -> Iterator[Sample]:
    for name, raw in [
        ("array", b"[]"),
        ("null", b"null"),
        ("words", b"hello"),
        ("empty", b""),
        ("no-encrypt", b"{}"),
        ("number", b'{"encrypt": 1}'),
        ("nan", b'{"encrypt": NaN}'),
        ("deep", b"[" * 20_000),
        ("huge", b'{"encrypt": ' + b"9" * 5000 + b"}"),
    ]:
        yield refused(f"envelope-{name}", signer.signed(raw, at=AT), "envelope", name)
