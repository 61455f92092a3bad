"""What the 自建应用 was told, as Incoming: a callback's XML. Groups never reach an app."""

import hashlib
import logging
import re
import struct
from datetime import UTC, datetime, timedelta, timezone
from types import ModuleType
from typing import Any
from xml.etree import ElementTree
from xml.parsers.expat import ExpatError

from bot.errors import Forged, Unreadable
from bot.message import Chat, Incoming, Kind, Person
from bot.platforms.wecom.bot import PLATFORM
from bot.platforms.wecom.cipher import Cipher, Seal

logger = logging.getLogger(__name__)

# A document type can only stand before the root element. What begins like this has none, and
# without one there are no entities: nothing can be included, and nothing expands.
_BEGINNING = re.compile(r"\s*(?:<\?xml\s[^<>?]*\?>\s*)?<[A-Za-z]")
_CHINA = timezone(timedelta(hours=8))


class Library:
    """wechatpy's reading of callbacks, used only behind our own.

    It is imported when an app is configured, because it costs a tenth of a second and 10 MB.
    Its crypto checks less than ours does; both must give the same words.
    """

    def __init__(self, token: str, aes_key: str, corp_id: str) -> None:
        from wechatpy import enterprise, exceptions

        self._enterprise: ModuleType = enterprise
        self._refusal: type[Exception] = exceptions.WeChatException
        self._crypto = enterprise.WeChatCrypto(token, aes_key, corp_id)

    def decrypt(self, seal: Seal, encrypted: str) -> str:
        """Raises Forged, whatever it is that the library stumbles over."""
        try:
            text = self._crypto.decrypt_message(
                {"Encrypt": encrypted}, seal.signature, seal.timestamp, seal.nonce
            )
        except (self._refusal, ValueError, LookupError, struct.error) as error:
            raise Forged("wechatpy does not accept it") from error
        return str(text)

    def parse(self, xml: str) -> Any:
        """A message of wechatpy, or None if it cannot make one."""
        try:
            return self._enterprise.parse_message(xml)
        except (ExpatError, AttributeError, LookupError, TypeError, ValueError) as error:
            logger.warning("wecom app: left alone: %s", type(error).__name__)
            return None


class Reader:
    """Opens and reads the callbacks of one app."""

    def __init__(self, token: str, aes_key: str, corp_id: str, agent_id: int) -> None:
        self._cipher = Cipher(token, aes_key, corp_id)
        self._library = Library(token, aes_key, corp_id)
        self._agent_id = agent_id

    def echo(self, seal: Seal) -> str:
        return self._cipher.open(seal, seal.echo)

    def open(self, seal: Seal, body: bytes) -> str:
        """The XML inside. Raises Forged or Unreadable."""
        encrypted = read_envelope(body)
        message = self._cipher.open(seal, encrypted)
        if self._library.decrypt(seal, encrypted) != message:
            raise Forged("two readings of one ciphertext")
        return message

    def read(self, xml: str, *, at: datetime) -> Incoming | None:
        """None for what is not for the bot."""
        root = parse(xml)
        if root is None:
            logger.warning("wecom app: left alone: not plain XML")
            return None
        fields = _fields(root)
        message = self._library.parse(xml) if fields is not None else None
        if fields is None or message is None:
            return None
        if fields.get("AgentID", str(self._agent_id)) != str(self._agent_id):
            logger.warning("wecom app: a message for another app was left alone")
            return None
        return _incoming(message, root, fields, at=at)


def read_envelope(body: bytes) -> str:
    """The ciphertext in the body of a callback. Raises Unreadable.

    Nothing here has proved where it comes from, so it is not parsed before it is known to be
    harmless: UTF-8 whatever its declaration says, and no document type.
    """
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        raise Unreadable("the body is not UTF-8") from error
    root = parse(text)
    if root is None:
        raise Unreadable("the body is not plain XML")
    found = root.findall("Encrypt")
    encrypted = (found[0].text or "").strip() if len(found) == 1 else ""
    if not encrypted or len(found[0]):
        raise Unreadable("the body has not exactly one Encrypt")
    return encrypted


def parse(text: str) -> ElementTree.Element | None:
    """None if it is not well-formed, or not without a document type."""
    if not _BEGINNING.match(text):
        return None
    try:
        # A str is read as UTF-8 whatever it declares; what it could not do is explained above.
        return ElementTree.fromstring(text)  # noqa: S314
    except (ElementTree.ParseError, ValueError):
        return None


def _fields(root: ElementTree.Element) -> dict[str, str] | None:
    """The plain values. None if one is given twice: readers disagree on which one counts."""
    fields: dict[str, str] = {}
    for each in root:
        if each.tag in fields:
            logger.warning("wecom app: left alone: two %.32r", each.tag)
            return None
        fields[each.tag] = (each.text or "").strip()
    return fields


def _incoming(
    message: Any, root: ElementTree.Element, fields: dict[str, str], *, at: datetime
) -> Incoming | None:
    said = _said(message, root, fields)
    user, message_id = fields.get("FromUserName", ""), _id(fields)
    if said is None or not user or not message_id:
        logger.info("wecom app: nothing to do for a %.32r", fields.get("MsgType", "?"))
        return None
    kind, text, chosen = said
    moment = _moment(fields.get("CreateTime", "")) or at
    greeting = f"app:greeted:{user}:{moment.astimezone(_CHINA):%Y-%m-%d}"
    return Incoming(
        chat=Chat(PLATFORM, user, private=True),
        sender=Person(user),
        id=message_id,
        # An app tells every visit; the first of a day is the one to greet.
        event_id=greeting if kind == Kind.GREETED else None,
        kind=kind,
        text=text,
        fields=chosen,
        at=moment,
    )


def _said(
    message: Any, root: ElementTree.Element, fields: dict[str, str]
) -> tuple[Kind, str, dict[str, str]] | None:
    if fields.get("MsgType") == "event":
        match fields.get("Event", "").lower():
            case "subscribe" | "enter_agent":
                return Kind.GREETED, "", {}
            case "click" if isinstance(message.key, str):
                return Kind.SAID, message.key, {}
            case "template_card_event" if fields.get("EventKey"):  # unknown to wechatpy
                return Kind.SAID, fields["EventKey"], _selected(root)
        return None
    match message.type:
        case "text" if isinstance(message.content, str):
            return Kind.SAID, message.content.strip(), {}
        case "voice" if isinstance(message.recognition, str):
            return Kind.SAID, message.recognition.strip(), {}
    return None


def _selected(root: ElementTree.Element) -> dict[str, str]:
    chosen = {}
    for item in root.iterfind("SelectedItems/SelectedItem"):
        question = (item.findtext("QuestionKey") or "").strip()
        options = [(each.text or "").strip() for each in item.iterfind("OptionIds/OptionId")]
        if question:
            chosen[question] = "、".join(option for option in options if option)
    return chosen


def _id(fields: dict[str, str]) -> str:
    """Messages have an id. Of events, WeCom says what makes two the same."""
    if fields.get("MsgType") != "event":
        number = fields.get("MsgId", "")
        return f"app:{number}" if 0 < len(number) <= 64 else ""
    names = ("FromUserName", "CreateTime", "Event", "EventKey", "TaskId")
    parts = "\n".join(fields.get(name, "") for name in names)
    return "app:event:" + hashlib.sha256(parts.encode()).hexdigest()[:32]


def _moment(seconds: str) -> datetime | None:
    if not re.fullmatch(r"[1-9][0-9]{0,10}", seconds):
        return None
    try:
        return datetime.fromtimestamp(int(seconds), UTC)
    except (OverflowError, ValueError, OSError):
        return None
