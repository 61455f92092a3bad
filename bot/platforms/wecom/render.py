"""What is said, as each way into WeCom spells it. Pure.

There are three ways, with different abilities:
the answer to one message (markdown and cards, no pings), a group robot (text, markdown, pictures
and files, with pings, no buttons), and the app (everything, but for one person).
"""

import base64
import hashlib
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from bot.message import (
    Button,
    Card,
    Document,
    Field,
    Form,
    Outgoing,
    Person,
    Picture,
    Text,
    as_lines,
)
from bot.platforms.wecom.wording import cut, cut_plain, markdown, one_line, plain, size, visible

Payload = dict[str, object]

# Limits in bytes of UTF-8. Those of cards are WeCom's advice in characters, three bytes each.
TEXT = 2_048
ANSWER_MARKDOWN = 20_480
ROBOT_MARKDOWN = 4_096
APP_MARKDOWN = 2_048
ROBOT_PICTURE = 2 * 1024 * 1024
APP_PICTURE = 10 * 1024 * 1024
FILE_AT_LEAST, FILE_AT_MOST = 5, 20 * 1024 * 1024
FILE_NAME = 120
TITLE, DETAIL, FACT_NAME, FACT_VALUE = 108, 336, 30, 90
BUTTONS, FACTS, LABEL, KEY, TASK = 6, 6, 30, 1_024, 128
SAY = 90
PERSON_NAME = 64

# Blue, grey and red, as the client draws them.
STYLES = {"primary": 1, "default": 2, "danger": 3}

# A member's id as WeCom defines it. "@all" would ring everybody and is not one.
_USER_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_@.\-]{0,63}")
_TASK_ID = re.compile(r"[0-9A-Za-z_@\-]{1,128}")


def is_user_id(value: str) -> bool:
    return bool(_USER_ID.fullmatch(value)) and value.casefold() != "all"


@dataclass(frozen=True, slots=True)
class Style:
    """How one way spells a page of markdown."""

    limit: int
    pings: bool = False
    prompt: str = ""  # what must stand before a sentence for the bot to hear it


def answer(message: Outgoing, *, key: str, prompt: str = "") -> Payload:
    """For the response_url of one message."""
    style = Style(ANSWER_MARKDOWN, prompt=prompt)
    if isinstance(message, Card):
        return button_card(message, key=key, prompt=prompt) or _markdown(_page(message, style))
    return _markdown(_page(message, style))


def to_robot(message: Outgoing, *, prompt: str = "") -> Payload:
    """For a group robot. Of files only the words: the file itself is uploaded first."""
    if isinstance(message, Text):
        pinged = [each.id for each in message.mentions if is_user_id(each.id)]
        content = _named(message.mentions, besides=pinged) + plain(message.text)
        if size(content) <= TEXT:
            text: Payload = {"content": content}
            if pinged:
                text["mentioned_list"] = pinged
            return {"msgtype": "text", "text": text}
    # Markdown holds twice as much.
    return _markdown(_page(message, Style(ROBOT_MARKDOWN, pings=True, prompt=prompt)))


def to_member(message: Outgoing, *, key: str, reader: str) -> Payload:
    """For the app, to one person."""
    match message:
        case Card():
            card = button_card(message, key=key)
            if card:
                # The same letter twice is dropped; others differ at least in their task id.
                return {**card, "enable_duplicate_check": 1, "duplicate_check_interval": 1_800}
            return _markdown(_page(message, Style(APP_MARKDOWN)))
        case Form():
            return _markdown(_page(message, Style(APP_MARKDOWN)))
        case Text():
            content = _named(message.mentions, besides=[reader]) + plain(message.text)
        case Picture() | Document():
            content = plain(as_lines(message))
    return {"msgtype": "text", "text": {"content": cut(content, TEXT)}}


def picture(png: bytes) -> Payload:
    """For a group robot, which takes pictures without an upload."""
    checksum = hashlib.md5(png, usedforsecurity=False).hexdigest()
    encoded = base64.b64encode(png).decode()
    return {"msgtype": "image", "image": {"base64": encoded, "md5": checksum}}


def uploaded(kind: str, media_id: str) -> Payload:
    return {"msgtype": kind, kind: {"media_id": media_id}}


def file_name(name: str) -> str:
    """Safe in a header and on any disk; the ending stays."""
    name = re.sub(r'[\\/:*?"<>|]', "_", one_line(visible(name))).strip(". ") or "file"
    stem, dot, ending = name.rpartition(".")
    if not dot or size(ending) > 16:
        return cut_plain(name, FILE_NAME)
    return cut_plain(stem, FILE_NAME - size(ending) - 1) + "." + ending


def task_id(key: str) -> str:
    """WeCom wants it unique for ever, and of few characters."""
    if _TASK_ID.fullmatch(key):
        return key
    digest = hashlib.sha256(key.encode(errors="replace")).hexdigest()[:16]
    return re.sub(r"[^0-9A-Za-z_@\-]", "-", key)[: TASK - 17] + "-" + digest


def button_card(card: Card, *, key: str, prompt: str = "") -> Payload | None:
    """The card with real buttons. None if it has none, or more words than such a card holds."""
    pressed, typed = _buttons(card.buttons)
    title, overflow = _fitting_title(plain(one_line(card.title)))
    facts = [(plain(one_line(name)), plain(one_line(value)) or "—") for name, value in card.facts]
    shown = [each for each in facts if size(each[0]) <= FACT_NAME and size(each[1]) <= FACT_VALUE]
    shown = shown[:FACTS]
    detail = _lines(
        _named(card.mentions).strip(),
        overflow,
        plain(card.text),
        *(f"{name}：{value}" for name, value in facts if (name, value) not in shown),
        # Nobody types a sentence that is too long for a button: the beginning tells enough.
        *(f"可回复：{prompt}{cut(one_line(plain(each.say)), SAY, mark='…')}" for each in typed),
    )
    if not pressed or not title or size(title) > TITLE or size(detail) > DETAIL:
        return None
    content: Payload = {"card_type": "button_interaction", "main_title": {"title": title}}
    if detail:
        content["sub_title_text"] = detail
    if shown:
        content["horizontal_content_list"] = [
            {"keyname": name, "value": value} for name, value in shown
        ]
    content["button_list"] = [
        {"text": _label(each), "style": STYLES[each.style], "key": each.say} for each in pressed
    ]
    content["task_id"] = task_id(key)
    return {"msgtype": "template_card", "template_card": content}


def _fitting_title(title: str) -> tuple[str, str]:
    """A title of several parts, as 卡点 #12 已记 · 负责人 …, and the parts it has no room for."""
    parts = title.split(" · ")
    kept = len(parts)
    while kept > 1 and size(" · ".join(parts[:kept])) > TITLE:
        kept -= 1
    return " · ".join(parts[:kept]), " · ".join(parts[kept:])


def _buttons(buttons: Sequence[Button]) -> tuple[list[Button], list[Button]]:
    """Those that become buttons, and those whose sentence must be typed."""
    pressed: list[Button] = []
    typed: list[Button] = []
    for button in buttons:
        # The key comes back as it was sent, so a sentence is never shortened to fit.
        fits = button.say == visible(button.say) and 0 < size(button.say) <= KEY
        (pressed if fits and len(pressed) < BUTTONS else typed).append(button)
    return pressed, typed


def _label(button: Button) -> str:
    return cut(plain(one_line(button.label or button.say)), LABEL, mark="…")


def _markdown(content: str) -> Payload:
    return {"msgtype": "markdown", "markdown": {"content": content}}


def _page(message: Outgoing, style: Style) -> str:
    """Mentions and title, the words, then facts and what can be said: the middle is cut."""
    head = tail = ""
    match message:
        case Text():
            words = _mentions(message.mentions, style) + markdown(message.text)
        case Picture() | Document():
            words = markdown(as_lines(message))
        case Card():
            head = _mentions(message.mentions, style) + _title(message.title)
            words = markdown(message.text)
            facts = (f"{markdown(name)}：{markdown(value)}" for name, value in message.facts)
            says = (each.say for each in message.buttons)
            tail = _lines(*facts, *_replies(says, style))
        case Form():
            head = _mentions(message.mentions, style) + _title(message.title)
            words = markdown(message.text)
            hints = (f"{each.label}：{_hint(each)}" for each in message.fields if _hint(each))
            tail = _lines(*map(markdown, hints), *_replies([_example(message)], style))
    room = style.limit - size(_lines(head, tail)) - 2  # two line ends
    return cut(_lines(head, cut(words, room) if room > 0 else "", tail), style.limit)


def _title(title: str) -> str:
    words = markdown(one_line(visible(title))).replace("*", "＊")
    return f"**{words}**" if words else ""


def _mentions(people: Sequence[Person], style: Style) -> str:
    pinged = [each.id for each in people if is_user_id(each.id)] if style.pings else []
    return "".join(f"<@{each}> " for each in pinged) + _named(
        people, besides=pinged, safe=markdown
    )


def _named(
    people: Iterable[Person], *, besides: Sequence[str] = (), safe: Callable[[str], str] = plain
) -> str:
    """Those who cannot be pinged here are at least named."""
    names = (each.name or each.id for each in people if each.id not in besides)
    short = (cut(one_line(visible(name)), PERSON_NAME, mark="…") for name in names)
    return "".join(f"@{safe(name)} " for name in short if name)


def _replies(says: Iterable[str], style: Style) -> list[str]:
    return [f"可回复：{style.prompt}{markdown(one_line(say))}" for say in says if say.strip()]


def _example(form: Form) -> str:
    """WeCom has no card with a text field: show the sentence to type."""
    if form.typed:
        return form.typed
    values = (each.value or "/".join(each.options) or "…" for each in form.fields)
    labels = (each.label for each in form.fields)
    return " ".join(
        [form.say, *(f"{label}：{value}" for label, value in zip(labels, values, strict=True))]
    )


def _hint(field: Field) -> str:
    """What a form's reader should know; of ticks, what there is to tick."""
    return "；".join(field.shown) if field.kind == "ticks" else field.hint


def _lines(*parts: str) -> str:
    return "\n".join(part for part in parts if part)
