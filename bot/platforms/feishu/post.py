"""Posting letters: uploads first, then the messages, each under a key that never changes."""

import hashlib
import re
from collections.abc import Callable
from pathlib import PurePath

import aiohttp

from bot.errors import DeliveryError
from bot.message import Document, Outgoing, Picture
from bot.platforms import Letter
from bot.platforms.feishu.api import Api, Payload
from bot.platforms.feishu.faults import GONE, Refused
from bot.platforms.feishu.plain import clean, clean_name
from bot.platforms.feishu.render import Draft, render

MESSAGES = "/open-apis/im/v1/messages"
LARGEST_PICTURE = 10 * 1024 * 1024
LARGEST_FILE = 30 * 1024 * 1024
KEY_LENGTH = 50

_MESSAGE_ID = re.compile(r"om_[A-Za-z0-9_-]{1,120}")
_FILE_TYPES = {
    ".pdf": "pdf",
    ".doc": "doc",
    ".docx": "doc",
    ".xls": "xls",
    ".xlsx": "xls",
    ".ppt": "ppt",
    ".pptx": "ppt",
}


class Post:
    def __init__(self, api: Api) -> None:
        self._api = api

    async def send(self, letter: Letter) -> str | None:
        """Send a letter. If it takes several messages, the id is that of the first.

        Feishu drops what comes again under the same key, so a letter that failed half way may
        be sent again as a whole.
        """
        drafts = render(letter.message, uploaded=await self._upload(letter.message))
        ids = [
            await self._send(letter, draft, key=part_key(letter.key, number))
            for number, draft in enumerate(drafts, start=1)
        ]
        return ids[0]

    async def _send(self, letter: Letter, draft: Draft, *, key: str) -> str | None:
        body = {"msg_type": draft.kind, "content": draft.content, "uuid": key}
        reply_to = letter.reply_to or ""
        if _MESSAGE_ID.fullmatch(reply_to):
            try:
                return _id(await self._api.post(f"{MESSAGES}/{reply_to}/reply", body))
            except Refused as refused:
                if refused.code not in GONE:
                    raise
        # A private chat may also be named by who is in it.
        kind = "open_id" if letter.chat.id.startswith("ou_") else "chat_id"
        body["receive_id"] = letter.chat.id
        return _id(await self._api.post(MESSAGES, body, params={"receive_id_type": kind}))

    async def _upload(self, message: Outgoing) -> str:
        """The key of what was uploaded; empty if there is nothing, or it is too large a picture:
        its text says the same."""
        match message:
            case Picture() if len(message.png) <= LARGEST_PICTURE:
                answer = await self._api.upload("/open-apis/im/v1/images", _picture_form(message))
                return _key(answer, "image_key")
            case Document():
                if len(message.content) > LARGEST_FILE:
                    raise DeliveryError("feishu file too large", permanent=True)
                answer = await self._api.upload("/open-apis/im/v1/files", _file_form(message))
                return _key(answer, "file_key")
            case _:
                return ""


def part_key(key: str, number: int) -> str:
    """The key of a letter's nth message: the letter's own for the first."""
    if number == 1:
        return key
    derived = f"{key}-{number}"
    if len(derived) <= KEY_LENGTH:
        return derived
    return hashlib.sha256(derived.encode()).hexdigest()[:KEY_LENGTH]


def _picture_form(picture: Picture) -> Callable[[], aiohttp.FormData]:
    def build() -> aiohttp.FormData:
        form = aiohttp.FormData()
        form.add_field("image_type", "message")
        form.add_field("image", picture.png, filename="picture.png", content_type="image/png")
        return form

    return build


def _file_form(document: Document) -> Callable[[], aiohttp.FormData]:
    path = PurePath(re.sub(r"[/\\]", "_", clean(document.name)))
    name = (clean_name(path.stem) or "file") + path.suffix

    def build() -> aiohttp.FormData:
        form = aiohttp.FormData()
        form.add_field("file_type", _FILE_TYPES.get(path.suffix.lower(), "stream"))
        form.add_field("file_name", name)
        # The name of the part is for servers only; Chinese in it is read differently by each.
        form.add_field(
            "file",
            document.content,
            filename=f"file{path.suffix}" if path.suffix.isascii() else "file",
            content_type="application/octet-stream",
        )
        return form

    return build


def _key(answer: Payload, name: str) -> str:
    data = answer.get("data")
    key = data.get(name) if isinstance(data, dict) else None
    if not (isinstance(key, str) and key):
        raise DeliveryError(f"feishu gave no {name}")
    return key


def _id(answer: Payload) -> str | None:
    data = answer.get("data")
    message_id = data.get("message_id") if isinstance(data, dict) else None
    return message_id if isinstance(message_id, str) else None
