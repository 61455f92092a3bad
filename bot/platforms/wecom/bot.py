"""What the 智能机器人 was told, as Incoming.

A decrypted callback and a frame of the long connection carry the same object. Pure; whatever is
not as documented is left alone, with a line in the log.
"""

import json
import logging
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from bot.errors import Unreadable
from bot.message import Chat, Incoming, Kind, Person

logger = logging.getLogger(__name__)

PLATFORM = "wecom"
MAX_ID = 256


# What has no words and is answered all the same in a single chat; voices come as words.
_WORDLESS = {"image": "[图片]", "file": "[文件]", "video": "[视频]"}
_WORDLESS_EVERY = 60  # seconds: nine pictures in a row are answered once


class _Odd(Exception):
    """Not as documented."""


def read_envelope(body: bytes) -> str:
    """The ciphertext in the body of a callback. Raises Unreadable."""
    try:
        envelope = json.loads(body.decode())
    except (ValueError, RecursionError) as error:
        raise Unreadable("the body is not JSON") from error
    encrypted = envelope.get("encrypt") if isinstance(envelope, dict) else None
    if not isinstance(encrypted, str) or not encrypted:
        raise Unreadable("the body has no encrypt")
    return encrypted


def read_message(
    message: str, *, name: str, at: datetime, trusts: Callable[[str], bool]
) -> Incoming | None:
    """The decrypted text of a callback; see `read`."""
    try:
        content = json.loads(message)
    except (ValueError, RecursionError) as error:
        logger.warning("wecom bot: left alone, not JSON: %s", type(error).__name__)
        return None
    return read(content, name=name, at=at, trusts=trusts)


def read(
    content: object, *, name: str, at: datetime, trusts: Callable[[str], bool]
) -> Incoming | None:
    """None for what is not for the bot.

    ``name`` is how people call the bot, ``at`` when this arrived, and ``trusts`` says whether an
    answer may be sent to a response_url.
    """
    try:
        return _read(content, name=name, at=at, trusts=trusts)
    except _Odd as odd:
        message_id = content.get("msgid") if isinstance(content, dict) else None
        shown = message_id[:MAX_ID] if isinstance(message_id, str) else "?"
        logger.warning("wecom bot: %r left alone: %s", shown, odd)
        return None


def _read(
    content: object, *, name: str, at: datetime, trusts: Callable[[str], bool]
) -> Incoming | None:
    if not isinstance(content, dict):
        raise _Odd("not an object")
    said = _said(content)
    if said is None:
        return None
    kind, text, fields = said
    sender = Person(_text(_object(content, "from"), "userid"))
    response_url = content.get("response_url")
    moment = _moment(content.get("create_time")) or at
    slot = int(moment.timestamp()) // _WORDLESS_EVERY
    trusted = isinstance(response_url, str) and trusts(response_url)
    return Incoming(
        chat=_chat(content, sender),
        sender=sender,
        id="bot:" + _text(content, "msgid"),
        event_id=f"wordless:{sender.id}:{slot}" if kind is Kind.WORDLESS else None,
        kind=kind,
        text=without_mention(text, name),
        quoted_text=_quoted(content.get("quote")),
        fields=fields,
        reply_token=response_url if trusted and isinstance(response_url, str) else "",
        at=moment,
    )


def _chat(content: Mapping[str, Any], sender: Person) -> Chat:
    """The case of a chatid counts: WeCom refuses one that was lower-cased."""
    match content.get("chattype"):
        case "group":
            return Chat(PLATFORM, _text(content, "chatid"))
        case "single":
            return Chat(PLATFORM, sender.id, private=True)
    raise _Odd("neither a group nor a single chat")


def _said(content: Mapping[str, Any]) -> tuple[Kind, str, Mapping[str, str]] | None:
    kind = content.get("msgtype")
    if kind == "event":
        return _event(_object(content, "event"))
    words = _words(content)
    wordless = _WORDLESS.get(str(kind)) if content.get("chattype") == "single" else None
    if words is None and wordless is not None:
        return Kind.WORDLESS, wordless, {}
    if words is None:
        # Pictures in groups, files, polls for a stream, and whatever WeCom invents next.
        logger.info("wecom bot: nothing to read in a %.32r", kind)
        return None
    return Kind.SAID, words, {}


def _words(content: Mapping[str, Any]) -> str | None:
    """What was said in a message or in a quoted one. None if it has no words."""
    match content.get("msgtype"):
        case "text":
            return _text(_object(content, "text"), "content", empty=True)
        case "voice":
            return _text(_object(content, "voice"), "content", empty=True)
        case "mixed":
            items = _object(content, "mixed").get("msg_item")
            if not isinstance(items, list):
                raise _Odd("no msg_item")
            parts = [_words(item) for item in items if _is_text(item)]
            return "\n".join(part for part in parts if part) if parts else None
    return None


def _is_text(item: object) -> bool:
    return isinstance(item, dict) and item.get("msgtype") == "text"


def _event(event: Mapping[str, Any]) -> tuple[Kind, str, Mapping[str, str]] | None:
    match event.get("eventtype"):
        case "enter_chat":
            return Kind.GREETED, "", {}
        case "template_card_event":
            # Our buttons carry the sentence they say as their key.
            card = _object(event, "template_card_event")
            return Kind.SAID, _text(card, "event_key"), _selected(card.get("selected_items"))
    logger.info("wecom bot: nothing to do for the event %.64r", event.get("eventtype"))
    return None


def _selected(items: object) -> dict[str, str]:
    if items is None:
        return {}
    chosen = items.get("selected_item") if isinstance(items, dict) else None
    if not isinstance(chosen, list):
        raise _Odd("no selected_item")
    fields = {}
    for each in chosen:
        if not isinstance(each, dict):
            raise _Odd("an odd selected_item")
        options = _object(each, "option_ids").get("option_id")
        if not isinstance(options, list) or not all(isinstance(one, str) for one in options):
            raise _Odd("an odd option_id")
        fields[_text(each, "question_key")] = "、".join(options)
    return fields


def _quoted(quote: object) -> str:
    """The quoted words. A quote that cannot be read is no reason to lose the message."""
    if not isinstance(quote, dict):
        return ""
    try:
        return (_words(quote) or "").strip()
    except _Odd:
        return ""


def without_mention(text: str, name: str) -> str:
    """The text without ``@name``, which WeCom leaves in it. Names may contain spaces.

    At the beginning it may touch what follows, as hurried people type it; later only whole words
    count, because "bob@大管家.example" is no mention.
    """
    if name:
        token = rf"[@＠]{re.escape(name)}"
        text = re.sub(rf"^\s*{token}(?![0-9A-Za-z_])[\s:：,，]*", "", text)
        text = re.sub(rf"(?<!\S){token}(?=$|[\s:：,，.。!！?？、;；])\s?", "", text)
    return text.strip()


def _object(content: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = content.get(key)
    if not isinstance(value, dict):
        raise _Odd(f"no {key}")
    return value


def _text(content: Mapping[str, Any], key: str, *, empty: bool = False) -> str:
    value = content.get(key)
    if not isinstance(value, str) or not (value or empty):
        raise _Odd(f"no {key}")
    if not empty and key != "event_key" and len(value) > MAX_ID:
        raise _Odd(f"{key} is too long")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise _Odd(f"half a character in {key}") from None  # no database would take it
    return value


def _moment(seconds: object) -> datetime | None:
    if not isinstance(seconds, int) or isinstance(seconds, bool) or seconds <= 0:
        return None
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError):
        return None
