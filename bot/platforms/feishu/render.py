"""A message as what Feishu takes: a type, and a content that fits its limits. Pure."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.message import Card, Document, Form, Outgoing, Person, Picture, Text, as_lines
from bot.platforms.feishu.card import card, count_elements, form, mentionable
from bot.platforms.feishu.plain import clean, clean_name, harmless, shorten

# Feishu limits the whole request (150 KB, and 30 KB for posts and cards); this leaves room for
# the receiver, the key and the braces around the content.
TEXT_LIMIT = 149_000
CARD_LIMIT = 29_000
MAX_ELEMENTS = 200


@dataclass(frozen=True, slots=True)
class Draft:
    """One message to send; the content is JSON in a string."""

    kind: str
    content: str


def render(message: Outgoing, *, uploaded: str = "") -> tuple[Draft, ...]:
    """The messages to send, in this order. ``uploaded`` is the key of the picture or file.

    Without that key, the words of a picture or document have to do.
    """
    match message:
        case Text():
            return (_text(message.text, message.mentions),)
        case Card():
            return (_fitting(card(message), message, [each.say for each in message.buttons]),)
        case Form():
            return (_fitting(form(message), message, [message.say]),)
        case Picture():
            return (_post(message.text, uploaded) if uploaded else _text(message.text),)
        case Document():
            return _document(message, uploaded)


def weigh(content: object) -> int:
    """The bytes that a content takes in a request: JSON in a string of JSON."""
    return len(json.dumps(_dumped(content), ensure_ascii=False).encode())


def _fitting(content: dict[str, Any], message: Card | Form, sentences: Sequence[str]) -> Draft:
    """The card; or its words, and what its buttons would say, if it is too big to be one."""
    if count_elements(content) <= MAX_ELEMENTS and weigh(content) <= CARD_LIMIT:
        return Draft("interactive", _dumped(content))
    lines = as_lines(message)
    if sentences:
        lines = f"{lines}\n可以直接说：{'；'.join(sentences)}"
    return _text(lines, message.mentions)


def _text(text: str, mentions: Sequence[Person] = ()) -> Draft:
    """Mentions are tags of our making; no tag that somebody wrote survives."""
    tags = [
        f'<at user_id="{each.id}">{harmless(clean_name(each.name))}</at>'
        for each in mentionable(mentions)
    ]
    start = " ".join(tags) + " " if tags else ""
    words = shorten(
        harmless(text), limit=TEXT_LIMIT, weigh=lambda part: weigh({"text": start + part})
    )
    return Draft("text", _dumped({"text": start + words}))


def _post(text: str, image_key: str) -> Draft:
    """Words and picture in one message. In a post, only the tag ``md`` reads markup."""

    def content(words: str) -> dict[str, Any]:
        lines = [[{"tag": "text", "text": words}]] if words.strip() else []
        return {"zh_cn": {"title": "", "content": [*lines, [_image(image_key)]]}}

    words = shorten(clean(text), limit=CARD_LIMIT, weigh=lambda part: weigh(content(part)))
    return Draft("post", _dumped(content(words)))


def _image(image_key: str) -> dict[str, str]:
    return {"tag": "img", "image_key": image_key}


def _document(message: Document, file_key: str) -> tuple[Draft, ...]:
    if not file_key:
        return (_text(as_lines(message)),)
    file = Draft("file", _dumped({"file_key": file_key}))
    return (_text(message.text), file) if message.text.strip() else (file,)


def _dumped(content: object) -> str:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))
