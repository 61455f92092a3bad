"""What a 智能机器人 is told, and what somebody else would like it to believe."""

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import Any

from tests.platforms.wecom_events import Wire, padded
from tests.platforms.wecom_sample import (
    AT,
    BOT_KEY,
    CORP,
    OTHER_KEY,
    URL,
    Sample,
    Steady,
    bot,
    sample,
)


def bot_messages() -> Iterator[Sample]:
    def said(name: str, content: Mapping[str, Any], **expected: Any) -> Sample:
        signer = bot()
        heading = signer.heading("ZhangSan", None if "chattype" in content else "wrAbCdEf_9")
        wire = signer.raw({**heading, "msgid": f"M-{name}", **content}, at=AT)
        return sample(f"bot-{name}", wire, signer, expected_incoming=expected)

    def text(words: str) -> dict[str, Any]:
        return {"msgtype": "text", "text": {"content": words}}

    group = {"chat": "wrAbCdEf_9", "private": False, "sender": "ZhangSan", "kind": "said"}
    yield said("group", text("@RobotA 卡点 支付回调超时"), **group, text="卡点 支付回调超时")
    yield said("wide-at", text("＠RobotA\u2005帮助"), **group, text="帮助")
    yield said("no-space", text("@RobotA帮助"), **group, text="帮助")
    yield said("longer-name", text("@RobotA2 帮助"), **group, text="@RobotA2 帮助")
    yield said("in-the-middle", text("任务 @RobotA 写文档 @王五"), text="任务 写文档 @王五")
    yield said("in-an-address", text("发到 ops@RobotA.example"), text="发到 ops@RobotA.example")
    yield said("bare", text("@RobotA"), **group, text="")
    yield said("emoji", text("@RobotA 👨‍👩‍👧 完成 ✅"), text="👨‍👩‍👧 完成 ✅")
    yield said("lines", text("@RobotA 站会\n昨日：a\n今日：b"), text="站会\n昨日：a\n今日：b")
    image = {"msgtype": "image", "image": {"url": "https://example.invalid/1"}}
    mixed = {
        "msgtype": "mixed",
        "mixed": {"msg_item": [text("@RobotA 看图"), image, text("第二段")]},
    }
    yield said("mixed", mixed, text="看图\n第二段")
    voice = {"msgtype": "voice", "voice": {"content": "我的任务"}, "chattype": "single"}
    yield said("voice", voice, chat="ZhangSan", private=True, text="我的任务")
    for kind, words in (("image", "[图片]"), ("file", "[文件]"), ("video", "[视频]")):
        sent = {"msgtype": kind, kind: {"url": "https://example.invalid/1"}}
        alone = {**sent, "chattype": "single"}
        yield said(kind, alone, chat="ZhangSan", private=True, kind="wordless", text=words)
    spoken = {"msgtype": "voice", "voice": {"content": "卡在数据没到"}}
    yield said("quoted-voice", {**text("@RobotA 收"), "quote": spoken}, quoted_text="卡在数据没到")
    quote = {**text("@RobotA 答 12 重启即可"), "quote": text("怎么重置密码")}
    yield said("quote", quote, text="答 12 重启即可", quoted_text="怎么重置密码")
    yield said("quoted-file", {**text("@RobotA 收"), "quote": {"msgtype": "file"}}, quoted_text="")
    yield said(
        "foreign-url", {**text("x"), "response_url": "https://evil.invalid/"}, reply_token=""
    )
    yield said("our-url", {**text("x"), "response_url": URL + "A"}, reply_token=URL + "A")
    moment = int((AT - timedelta(seconds=7)).timestamp())
    greeting = {"msgtype": "event", "event": {"eventtype": "enter_chat"}, "chattype": "single"}
    yield said(
        "enter", {**greeting, "create_time": moment}, kind="greeted", at=moment, private=True
    )


def bot_events() -> Iterator[Sample]:
    signer = bot()
    wire = signer.click(
        say="完成 12",
        sender="li.si",
        chat="wrX",
        at=AT,
        message_id="C-1",
        selected={"q": ["a", "b"]},
    )
    expected: dict[str, Any] = {
        "text": "完成 12",
        "fields": {"q": "a、b"},
        "id": "bot:C-1",
        "chat": "wrX",
    }
    yield sample("bot-click", wire, signer, expected_incoming=expected)
    signer = bot()
    wire = signer.click(say="我的", sender="li.si", at=AT, message_id="C-2")
    expected = {"text": "我的", "fields": {}, "chat": "li.si", "private": True}
    yield sample("bot-click-private", wire, signer, expected_incoming=expected)

    def ignored(name: str, content: object) -> Sample:
        signer = bot()
        if isinstance(content, dict):
            content = signer.heading("ZhangSan", "wrAbCdEf_9") | content
        wire = signer.sealed(json.dumps(content).encode(), at=AT)
        return sample(f"bot-{name}", wire, signer, expect="ignore", why=name)

    said = {"msgtype": "text", "text": {"content": "x"}}
    yield ignored("string", "hello")
    yield ignored("no-sender", {**said, "from": {}})
    yield ignored("sender-number", {**said, "from": {"userid": 7}})
    yield ignored("id-number", {**said, "msgid": 7})
    yield ignored("id-too-long", {**said, "msgid": "x" * 300})
    yield ignored("chat-type-new", {**said, "chattype": "channel"})
    yield ignored("words-number", {**said, "text": {"content": 7}})
    yield ignored("half-a-character", {**said, "text": {"content": "\ud83d"}})
    yield ignored("mixed-no-list", {"msgtype": "mixed", "mixed": {"msg_item": "x"}})
    yield ignored("only-pictures", {"msgtype": "mixed", "mixed": {"msg_item": []}})
    card = {"eventtype": "template_card_event", "template_card_event": {"event_key": ""}}
    yield ignored("click-without-key", {"msgtype": "event", "event": card})
    kicked = {"msgtype": "event", "event": {"eventtype": "disconnected_event"}}
    yield ignored("kicked", kicked)


def bot_forgeries() -> Iterator[Sample]:
    signer = bot()
    heading = signer.heading("ZhangSan", "wrAbCdEf_9")
    message = json.dumps({**heading, "msgtype": "text", "text": {"content": "x"}}).encode()

    def refused(name: str, change: Callable[[Wire], Wire], **more: Any) -> Sample:
        signer = bot()
        wire = change(signer.sealed(message, at=AT))
        return sample(f"bot-neg-{name}", wire, signer, expect="reject", why=name, **more)

    def query(change: Callable[[str], str]) -> Callable[[Wire], Wire]:
        return lambda wire: Wire(change(wire.query), wire.body)

    def envelope(body: bytes) -> Callable[[Wire], Wire]:
        return lambda wire: Wire(wire.query, body)

    now = int(AT.timestamp())
    yield refused("late", query(str), arrives=now + 8 * 3600 + 1)
    yield refused("early", query(str), arrives=now - 302)
    yield refused("two-nonces", query(lambda it: it + "&nonce=1372623149"))
    yield refused("two-signatures", query(lambda it: it + "&" + it.split("&")[0]))
    yield refused("encoded-name-twice", query(lambda it: it + "&%6eonce=1"))
    yield refused(
        "upper-case-signature",
        query(
            lambda it: (
                it.replace("msg_signature=", "M=")
                .upper()
                .replace("M=", "msg_signature=", 1)
                .replace("TIMESTAMP", "timestamp")
                .replace("NONCE", "nonce")
            )
        ),
    )
    yield refused("timestamp-words", query(lambda it: it.replace("timestamp=", "timestamp=%2B")))
    yield refused(
        "timestamp-wide", query(lambda it: it.replace("timestamp=1", "timestamp=%EF%BC%91"))
    )
    yield refused("query-not-utf8", query(lambda it: it + "&x=%FF"))
    yield refused("many-parameters", query(lambda it: it + "&x=1" * 100))
    yield refused("json-array", envelope(b'["encrypt"]'))
    yield refused("json-null", envelope(b'{"encrypt":null}'))
    yield refused("empty-encrypt", envelope(b'{"encrypt":""}'))
    yield refused("deep-json", envelope(b"[" * 100_000))
    yield refused("half-character", envelope(b'{"encrypt":"\\ud800"}'))
    yield refused("wide-digits", envelope('{"encrypt":"１２３４"}'.encode()))
    yield refused("utf-16", lambda wire: Wire(wire.query, wire.body.decode().encode("utf-16")))
    yield refused("bom", lambda wire: Wire(wire.query, b"\xef\xbb\xbf" + wire.body))
    yield from _bad_ciphertexts(message)


def _bad_ciphertexts(message: bytes) -> Iterator[Sample]:
    """Signed with the right token, and still not what WeCom would send."""

    def refused(name: str, encrypted: str) -> Sample:
        signer = bot()
        body = json.dumps({"encrypt": encrypted}).encode()
        wire = Wire(signer.query(encrypted, at=AT), body)
        return sample(f"bot-neg-{name}", wire, signer, expect="reject", why=name)

    signer = bot()
    good = signer.encrypted(message)
    head = b"r" * 16
    length = len(message).to_bytes(4, "big")
    yield refused("line-end-in-base64", good[:76] + "\n" + good[76:])
    yield refused("url-safe-base64", "-_" + good[2:])
    yield refused("one-padding-sign-more", good + "=")
    yield refused("other-key", Steady("t", OTHER_KEY, "").encrypted(message))
    yield refused("corp-id", Steady("t", BOT_KEY, CORP).encrypted(message))
    whole = head + length + message
    short = whole + bytes(-len(whole) % 32)
    yield refused("padding-0", signer.sealed_blocks(short))
    yield refused("padding-missing", signer.sealed_blocks(short[:-1] + b"x"))
    longer = (len(message) + 1).to_bytes(4, "big")
    yield refused("length-beyond", signer.sealed_blocks(padded(head + longer + message)))
    shorter = (len(message) - 1).to_bytes(4, "big")
    yield refused("length-before", signer.sealed_blocks(padded(head + shorter + message)))
    yield refused("only-19-bytes", signer.sealed_blocks(padded(b"x" * 19)))
    broken = b'{"msgtype":"\xff"}'
    yield refused("not-utf8", signer.encrypted(broken))
