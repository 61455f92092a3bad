"""Writes samples/feishu.jsonl: ``python -m tests.platforms.make_samples_feishu``.

The encryption is the test suite's own, so that the platform's is checked against another one.
``facts`` says what must come of a sample: an Incoming, or null for nothing.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.platforms.feishu_forgeries import (
    wrong_bearers,
    wrong_encryption,
    wrong_envelopes,
    wrong_signatures,
)
from tests.platforms.feishu_sample import (
    AT,
    BOT,
    GROUP,
    JIE,
    TOKEN,
    WANG,
    Sample,
    refused,
    sample,
    signer,
)

MS = str(int(AT.timestamp() * 1000))
FILE = Path(__file__).parent / "samples" / "feishu.jsonl"


def mention(number: int, open_id: str | None, name: str, **more: Any) -> dict[str, Any]:
    return {"key": f"@_user_{number}", "id": {"open_id": open_id}, "name": name, **more}


def said(
    name: str, kind: str, content: Any, facts: Any, *, sender_type: str = "user", **message: Any
) -> Sample:
    message = {
        "message_id": f"om_{name}",
        "create_time": MS,
        "chat_id": GROUP,
        "chat_type": "group",
        "message_type": kind,
        "content": content if isinstance(content, str) else json.dumps(content),
        **message,
    }
    sender = {"sender_id": {"open_id": JIE, "user_id": None}, "sender_type": sender_type}
    wire = signer.event(
        "im.message.receive_v1",
        {"sender": sender, "message": message},
        at=AT,
        event_id=f"e-{name}",
    )
    return sample(name, wire, facts=facts)


US = mention(1, BOT, "大管家", mentioned_type="bot")
WU = mention(2, WANG, "王五")


def commands() -> Iterator[Sample]:
    yield said(
        "text-to-bot",
        "text",
        {"text": "@_user_1 卡点 支付回调超时 @_user_2 截止:周五"},
        {
            "text": "卡点 支付回调超时 @王五 截止:周五",
            "mentions": [[WANG, "王五"]],
            "addressed": True,
        },
        mentions=[US, WU],
    )
    yield said(
        "text-key-prefix",
        "text",
        {"text": "@_user_1 任务 @_user_10 @_user_1"},
        {"text": "任务 @张十", "mentions": [["ou_ten", "张十"]], "addressed": True},
        mentions=[US, mention(10, "ou_ten", "张十")],
    )
    yield said(
        "text-digit-after-key",
        "text",
        {"text": "@_user_2点开会"},
        {"text": "@王五点开会", "mentions": [[WANG, "王五"]], "addressed": False},
        mentions=[WU],
    )


def sly_names() -> Iterator[Sample]:
    yield said(
        "text-name-like-a-key",
        "text",
        {"text": "@_user_1 任务 @_user_2 @_user_3"},
        {
            "text": "任务 @@_user_3 @王五",
            "mentions": [["ou_sly", "@_user_3"], [WANG, "王五"]],
            "addressed": True,
        },
        mentions=[US, mention(2, "ou_sly", "@_user_3"), mention(3, WANG, "王五")],
    )
    yield said(
        "text-name-like-markup",
        "text",
        {"text": "任务 @_user_2"},
        {
            "text": '任务 @<at user_id="all">',
            "mentions": [["ou_sly", '<at user_id="all">']],
            "addressed": False,
        },
        mentions=[mention(2, "ou_sly", '<at\n user_id="all">\u202e\0')],
    )


def no_names() -> Iterator[Sample]:
    yield said(
        "text-to-all",
        "text",
        {"text": "@_all 下午三点评审"},
        {"text": "所有人 下午三点评审", "mentions": [], "addressed": False},
        mentions=[{"key": "@_all", "id": {"open_id": ""}, "name": "所有人"}],
    )
    yield said(
        "text-nobody",
        "text",
        {"text": "任务 @_user_2 看一下"},
        {"text": "任务 游客 看一下", "mentions": [], "addressed": False},
        mentions=[mention(2, None, "游客")],
    )


def private_texts_and_threads() -> Iterator[Sample]:
    yield said(
        "text-private",
        "text",
        {"text": "我的"},
        {"text": "我的", "addressed": True, "private": True, "sender": JIE, "chat": "oc_p2p"},
        chat_type="p2p",
        chat_id="oc_p2p",
    )
    yield said(
        "text-in-thread",
        "text",
        {"text": "@_user_1 有用"},
        {"text": "有用", "quoted": "om_root", "addressed": True},
        mentions=[US],
        root_id="om_root",
        parent_id="om_root",
        thread_id="omt_1",
    )
    yield said(
        "text-lines-and-control",
        "text",
        {"text": "@_user_1 站会\r\n昨日：A\0\n今日：\u202eB\ud800"},
        {"text": "站会\n昨日：A\n今日：B", "addressed": True},
        mentions=[US],
    )


def posts() -> Iterator[Sample]:
    lines = [
        [
            {"tag": "at", "user_id": "@_user_1", "user_name": "大管家"},
            {"tag": "text", "text": " 任务 "},
        ],
        [{"tag": "a", "href": "https://example.com/a", "text": "文档"}, {"tag": "img"}],
        [{"tag": "code_block", "language": "SQL", "text": "select 1"}, {"tag": "hr"}],
        [{"tag": "at", "user_id": "@_user_2"}, {"tag": "emotion", "emoji_type": "OK"}],
        [{"tag": "md", "text": "**重点**"}, {"tag": "at", "user_id": "@_all"}],
        [{"tag": "text", "text": "@_user_2 只是文字"}],
    ]
    text = (
        "周报\n任务 \n文档 https://example.com/a[图片]\nselect 1---\n@王五[OK]\n"
        "**重点**所有人\n@_user_2 只是文字"
    )
    facts = {"text": text, "mentions": [[WANG, "王五"]], "addressed": True}
    post = {"title": "周报", "content": lines}
    yield said("post", "post", post, facts, mentions=[US, WU])
    yield said("post-localised", "post", {"zh_cn": post}, facts, mentions=[US, WU])
    yield said("post-odd", "post", {"content": ["no list"]}, None)


def messages_without_words() -> Iterator[Sample]:
    private: dict[str, Any] = {"chat_type": "p2p"}
    for kind, words in (("image", "[图片]"), ("audio", "[语音]"), ("file", "[文件]")):
        facts = {"kind": "wordless", "text": words, "private": True}
        yield said(kind, kind, {f"{kind}_key": "x_1"}, facts, **private)
        yield said(f"{kind}-in-a-group", kind, {f"{kind}_key": "x_1"}, None)
    yield said("sticker", "sticker", {"file_key": "x_1"}, None, **private)
    yield said(
        "from-app", "text", {"text": "@_user_1 帮助"}, None, sender_type="app", mentions=[US]
    )
    yield said("text-no-text", "text", {"image_key": "img_1"}, None)
    yield said("text-no-json", "text", "{", None)
    yield said("text-deep", "text", "[" * 20_000, None)
    yield said("text-odd-id", "text", {"text": "x"}, None, chat_id="oc_/../x")
    yield said("text-odd-time", "text", {"text": "x"}, None, create_time="soon")


def happened(name: str, kind: str, event: Any, facts: Any) -> Sample:
    return sample(name, signer.event(kind, event, at=AT, event_id=f"e-{name}"), facts=facts)


OPERATOR = {"open_id": JIE, "union_id": "on_1", "user_id": None}


def memberships() -> Iterator[Sample]:
    kind = "im.chat.member.{}_v1".format
    group = {"chat_id": GROUP, "operator_id": OPERATOR, "name": "试点群\u202e"}
    facts: dict[str, Any] = {"chat": GROUP, "chat_name": "试点群", "sender": JIE}
    yield happened("bot-joined", kind("bot.added"), group, {**facts, "kind": "bot_joined"})
    yield happened("bot-left", kind("bot.deleted"), group, {**facts, "kind": "bot_left"})
    event = {**group, "users": [{"name": "新人", "user_id": {"open_id": "ou_new"}}]}
    facts |= {"kind": "members_joined", "mentions": [["ou_new", "新人"]]}
    yield happened("members-joined", kind("user.added"), event, facts)


def clicks() -> Iterator[Sample]:
    def click(name: str, action: Any, facts: Any) -> Sample:
        event = {
            "operator": OPERATOR,
            "token": "c-1",
            "action": action,
            "host": "im_message",
            "context": {"open_message_id": "om_card", "open_chat_id": GROUP},
        }
        return happened(name, "card.action.trigger", event, facts)

    here = {"chat": GROUP, "sender": JIE, "quoted": "om_card", "addressed": True}
    button = {"tag": "button", "value": {"say": "完成 12"}, "form_value": None}
    yield click("button", button, {**here, "id": "e-button", "text": "完成 12", "fields": {}})
    filled = {"what": "超时", "owner": WANG, "buddy": "没有这个人", "due": "2026-12-01 +0800"}
    form = {
        "name": "_submit",
        "tag": "button",
        "value": {"say": "卡点", "people": ["owner", "buddy", "nobody"]},
        "form_value": {**filled, "tags": ["甲", "乙"], "_submit": "x", "odd": {"a": 1}},
    }
    fields = {**filled, "due": "2026-12-01", "tags": "甲,乙"}
    yield click("form", form, {"text": "卡点", "fields": fields, "mentions": [[WANG, ""]]})
    yield click("button-odd", {"value": {"say": 1}}, None)
    yield click("button-bare", {"tag": "input"}, None)


def nothing_for_us() -> Iterator[Sample]:
    yield happened("menu", "application.bot.menu_v6", {"event_key": "x"}, None)
    yield happened("reaction", "im.message.reaction.created_v1", {"message_id": "om_1"}, None)
    yield happened("unknown", "brand.new.event_v9", {"x": 1}, None)
    yield happened("event-missing", "im.message.receive_v1", None, None)
    old = {"ts": "1", "uuid": "u", "token": TOKEN, "type": "event_callback", "event": {}}
    yield sample("version-1", signer.signed(signer.sealed(old), at=AT), facts=None)


def url_check() -> Iterator[Sample]:
    check = {"kind": "url_verification", "expected_response": {"challenge": 'a "quoted" 挑战'}}
    yield sample("url-check", signer.url_check('a "quoted" 挑战'), **check)
    yield refused("url-check-token", signer.url_check("x", token="nope"), "token", "wrong token")


PARTS = (
    *(commands, sly_names, no_names, private_texts_and_threads, posts, messages_without_words),
    *(memberships, clicks, nothing_for_us, url_check),
    *(wrong_signatures, wrong_encryption, wrong_bearers, wrong_envelopes),
)


def main() -> None:
    FILE.parent.mkdir(exist_ok=True)
    lines = [json.dumps(each) + "\n" for part in PARTS for each in part()]
    FILE.write_text("".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
