"""What callers of the trial group's routes sent, checked; what is wrong is said in a sentence."""

import hashlib
import json
import re
import unicodedata
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from aiohttp import web

from bot.message import Card, Chat, Form, Outgoing
from bot.platforms.console import BOT, chat_of
from bot.platforms.console.guard import Problem

LARGEST_BODY = 1024 * 1024
LONGEST_NAME = 80
LONGEST_WAIT = 30.0


async def read_object(request: web.Request) -> Mapping[str, Any]:
    """The request's JSON object. Raises Problem."""
    body = bytearray()
    if (request.content_length or 0) > LARGEST_BODY:
        raise Problem(413, "消息太大了，最多 1 MB。")
    async for chunk in request.content.iter_any():
        body += chunk
        if len(body) > LARGEST_BODY:
            raise Problem(413, "消息太大了，最多 1 MB。")
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        raise Problem(400, "读不懂：这不是 JSON。") from None
    if not isinstance(value, dict):
        raise Problem(400, "读不懂：要一个 JSON 对象。")
    return value


def read_name(value: object, what: str, *, empty: bool = False) -> str:
    """A name as a person would see it: nothing invisible, nothing that turns text around."""
    if not isinstance(value, str):
        raise Problem(400, f"{what} 要是文字。")
    seen = "".join(char for char in value if unicodedata.category(char)[0] != "C")
    name = " ".join(seen.split())
    if not name and not empty:
        raise Problem(400, f"{what} 不能为空。")
    if len(name) > LONGEST_NAME:
        raise Problem(400, f"{what} 最多 {LONGEST_NAME} 个字。")
    return name


def read_text(value: object, what: str) -> str:
    """Words as they were typed, without what no database and no screen can hold."""
    if not isinstance(value, str):
        raise Problem(400, f"{what} 要是文字。")
    value = value.replace("\r\n", "\n")
    return "".join(char for char in value if char in "\n\t" or not _is_control(char)).strip()


def _is_control(char: str) -> bool:
    return unicodedata.category(char) in ("Cc", "Cs")


def read_id(value: object, what: str) -> int | None:
    """A message's id, as a number or in digits."""
    if value is None or value == "":
        return None
    if isinstance(value, str) and re.fullmatch("[0-9]{1,18}", value):
        return int(value)
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**18:
        return value
    raise Problem(400, f"{what} 要是消息编号。")


def read_place(body: Any) -> tuple[Chat, str]:
    sender = read_name(body.get("sender"), "sender")
    if sender == BOT:
        raise Problem(400, f"{BOT} 的话只能由它自己说。")
    return chat_of(read_name(body.get("group"), "group", empty=True), sender), sender


def read_key(given: object, chat: Chat, sender: str) -> str:
    """One key per message; the caller's own id stays within its chat and sender."""
    if given is None:
        return f"in:{uuid4().hex}"
    if not isinstance(given, str) or not 0 < len(given) <= 200:
        raise Problem(400, "id 要是 1 到 200 个字的文字。")
    parts = "\n".join((chat.id, sender, given)).encode("utf-8", "replace")
    return f"in:{hashlib.sha256(parts).hexdigest()}"


def read_fields(value: object) -> dict[str, str]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise Problem(400, "fields 要是一个对象。")
    return {str(name): read_text(each, f"fields.{name}") for name, each in value.items()}


def find_label(message: Outgoing, say: str, fields: dict[str, str]) -> str:
    """What was pressed. Only what the message really offers can be pressed."""
    match message:
        case Card(buttons=buttons) if not fields:
            for button in buttons:
                if button.say.strip() == say:
                    return button.label
        case Form() if message.say.strip() == say:
            if unknown := fields.keys() - {each.name for each in message.fields}:
                raise Problem(400, f"表单里没有 {sorted(unknown)[0][:80]}。")
            return message.submit
    raise Problem(400, "这条消息上没有这个按钮。")


def read_seconds(value: str | None) -> float:
    if not value:
        return 0
    try:
        seconds = float(value)
    except ValueError:
        raise Problem(400, "wait 要是秒数。") from None
    return min(seconds, LONGEST_WAIT) if seconds > 0 else 0
