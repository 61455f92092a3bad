"""The transcript as its readers get it: one JSON shape for every kind of message."""

from datetime import datetime
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter

from bot.message import Button, Card, Document, Field, Form, Outgoing, Picture, Text, as_lines
from bot.message import from_json as message_from_json
from bot.platforms.console import BOT
from storage.console import Line

CLICK = "click"  # the body of a pressed button; all other bodies are messages

_DAYS = "一二三四五六日"
_body: TypeAdapter[Any] = TypeAdapter(Any)


def said(text: str) -> dict[str, Any]:
    """The body of what somebody typed."""
    return {"kind": "text", "text": text}


def pressed(text: str, say: str) -> dict[str, Any]:
    return {"kind": CLICK, "text": text, "say": say}


def message_of(line: Line) -> Outgoing | None:
    """What the bot said; None for what people say and press."""
    if line.sender != BOT or line.body.get("kind") == CLICK:
        return None
    return message_from_json(_body.dump_json(line.body).decode())


def shown(line: Line, zone: ZoneInfo) -> dict[str, Any]:
    message = message_of(line)
    text = as_lines(message) if message else str(line.body.get("text", ""))
    names = [each.name or each.id for each in _mentions(message)]
    view: dict[str, Any] = {
        "id": line.id,
        "group": line.chat,
        "sender": line.sender,
        "kind": "note" if line.body.get("kind") == CLICK else line.body.get("kind", "text"),
        # Whoever is pinged is named in the words too, for readers that show nothing else.
        "text": " ".join([*(f"@{name}" for name in names), text]),
        "mentions": names,
        "card": None,
        "picture": None,
        "document": None,
        "reply_to": line.reply_to,
        "at": line.at.astimezone(zone).isoformat(timespec="seconds"),
    }
    match message:
        case Card():
            view["card"] = _card(message.title, message.text, message.facts, message.buttons)
        case Form():
            card = _card(message.title, message.text)
            card["fields"] = [_field(each) for each in message.fields]
            card |= {"submit": message.submit, "say": message.say}
            view["card"] = card
        case Picture():
            view["picture"] = f"/console/files/{line.id}"
        case Document():
            view["document"] = {
                "name": message.name,
                "size": len(message.content),
                "url": f"/console/files/{line.id}",
            }
    return view


def file_of(line: Line) -> tuple[bytes, str, str] | None:
    """Content, type and Content-Disposition of a message that carries a file."""
    match message_of(line):
        case Picture(png=png):
            return png, "image/png", "inline"
        case Document(name=name, content=content):
            disposition = f"attachment; filename*=UTF-8''{quote(name, safe='')}"
            return content, "application/octet-stream", disposition
    return None


def clock(at: datetime, zone: ZoneInfo) -> dict[str, str]:
    local = at.astimezone(zone)
    return {
        "now": local.isoformat(timespec="seconds"),
        "weekday": f"周{_DAYS[local.weekday()]}",
    }


def _mentions(message: Outgoing | None) -> list[Any]:
    return list(message.mentions) if isinstance(message, Text | Card | Form) else []


def _card(
    title: str,
    text: str,
    facts: tuple[tuple[str, str], ...] = (),
    buttons: tuple[Button, ...] = (),
) -> dict[str, Any]:
    return {
        "title": title,
        "text": text,
        "facts": [list(each) for each in facts],
        "buttons": [
            {"label": each.label, "say": each.say, "style": each.style} for each in buttons
        ],
        "fields": [],
        "submit": None,
        "say": None,
    }


def _field(each: Field) -> dict[str, Any]:
    return {
        "name": each.name,
        "label": each.label,
        "kind": each.kind,
        "required": each.required,
        "hint": each.hint,
        "options": list(each.options),
        "shown": list(each.shown or each.options),
        "value": each.value,
    }
