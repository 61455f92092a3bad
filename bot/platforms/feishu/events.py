"""A decrypted event becomes an Incoming, or nothing. Pure, and the same for every transport."""

import logging
import re
from collections.abc import Callable, Mapping

from bot.message import Chat, Incoming, Kind, Person
from bot.platforms.feishu.plain import clean, clean_name
from bot.platforms.feishu.shape import (
    Json,
    Odd,
    id_in,
    is_id,
    list_in,
    moment_in,
    object_in,
    text_in,
)
from bot.platforms.feishu.words import said_in, wordless

PLATFORM = "feishu"
SUBMIT = "_submit"  # the name of the submit button; no parameter is called like this
SAY = "say"  # in a button's value: the sentence it says
WORDLESS_EVERY = 60  # seconds
PEOPLE = "people"  # in a submit button's value: the fields that hold a person

_ZONED_DATE = re.compile(r"(\d{4}-\d{2}-\d{2}) [+-]\d{4}")  # what a date picker gives

log = logging.getLogger(__name__)


def read(payload: Json, *, bot: str | None) -> Incoming | None:
    """What happened, if it is for us. ``bot`` is our own open id.

    While that is unknown, nothing said in a group counts as said to us.
    """
    header = payload.get("header")
    if not isinstance(header, dict):
        return None  # version 1 of the event format: nothing that we subscribe to
    reader = _READERS.get(str(header.get("event_type")))
    if reader is None:
        return None
    try:
        return reader(header, object_in(payload, "event"), bot)
    except Odd as odd:
        log.info("feishu event %.128r is ignored: %s", header.get("event_id"), odd)
        return None


def _message(header: Json, event: Json, bot: str | None) -> Incoming | None:
    who = object_in(event, "sender")
    if who.get("sender_type") != "user":
        return None  # bots answering bots would never end
    message = object_in(event, "message")
    sender = Person(id_in(object_in(who, "sender_id"), "open_id"))
    if sender.id == bot:
        return None
    said = said_in(message, bot=bot)
    private = text_in(message, "chat_type") == "p2p"
    if said is None:
        return _wordless(message, sender) if private else None
    return Incoming(
        chat=Chat(PLATFORM, id_in(message, "chat_id"), private=private),
        sender=sender,
        id=id_in(message, "message_id"),
        event_id=id_in(header, "event_id"),
        text=said.text,
        mentions=said.mentions,
        addressed=private or said.to_bot,
        quoted=id_in(message, "parent_id") if message.get("parent_id") else None,
        at=moment_in(message, "create_time"),
    )


def _wordless(message: Json, sender: Person) -> Incoming | None:
    """A voice message, a picture or a file; nine pictures in a row are answered once."""
    kind, chat = wordless(message), id_in(message, "chat_id")
    at = moment_in(message, "create_time")
    if kind is None:
        return None
    return Incoming(
        chat=Chat(PLATFORM, chat, private=True),
        sender=sender,
        id=id_in(message, "message_id"),
        event_id=f"wordless:{chat}:{int(at.timestamp()) // WORDLESS_EVERY}",
        kind=Kind.WORDLESS,
        text=kind,
        at=at,
    )


def _action(header: Json, event: Json, bot: str | None) -> Incoming | None:
    """A click on one of our cards. Whether its chat is private, the event does not tell."""
    action, context = object_in(event, "action"), object_in(event, "context")
    value = object_in(action, "value")
    fields = _fields(action)
    return Incoming(
        chat=Chat(PLATFORM, id_in(context, "open_chat_id")),
        sender=Person(id_in(object_in(event, "operator"), "open_id")),
        id=id_in(header, "event_id"),
        text=clean(text_in(value, SAY)).strip(),
        mentions=_chosen(value, fields),
        quoted=id_in(context, "open_message_id") if context.get("open_message_id") else None,
        clicked=True,
        fields=fields,
        at=moment_in(header, "create_time"),
    )


def _fields(action: Json) -> Mapping[str, str]:
    """The form by field name. Only words, and lists of words; the rest is not of our making."""
    fields: dict[str, str] = {}
    if action.get("form_value") is None:
        return fields
    for name, value in object_in(action, "form_value").items():
        words = _words(value)
        if words is not None and name != SUBMIT:
            fields[name] = words
    return fields


def _words(value: object) -> str | None:
    if isinstance(value, list):
        parts = [each for each in value if isinstance(each, str)]
        return clean(",".join(parts)) if len(parts) == len(value) else None
    if not isinstance(value, str):
        return None
    dated = _ZONED_DATE.fullmatch(value)
    return dated[1] if dated else clean(value)


def _chosen(value: Json, fields: Mapping[str, str]) -> tuple[Person, ...]:
    """Who was picked in the form: mentioned, as if with an @."""
    names = [name for name in list_in(value, PEOPLE) if isinstance(name, str)]
    return tuple(Person(fields[name]) for name in names if is_id(fields.get(name)))


def _membership(kind: Kind) -> "_Reader":
    def read_membership(header: Json, event: Json, bot: str | None) -> Incoming | None:
        return Incoming(
            chat=Chat(PLATFORM, id_in(event, "chat_id"), name=_name(event)),
            sender=Person(id_in(object_in(event, "operator_id"), "open_id")),
            id=id_in(header, "event_id"),
            kind=kind,
            mentions=_newcomers(event) if kind is Kind.MEMBERS_JOINED else (),
            at=moment_in(header, "create_time"),
        )

    return read_membership


def _newcomers(event: Json) -> tuple[Person, ...]:
    users = [each for each in list_in(event, "users") if isinstance(each, dict)]
    return tuple(
        Person(id_in(object_in(each, "user_id"), "open_id"), _name(each)) for each in users
    )


def _name(parent: Json) -> str:
    name = parent.get("name")
    return clean_name(name) if isinstance(name, str) else ""


_Reader = Callable[[Json, Json, str | None], Incoming | None]

_READERS: Mapping[str, _Reader] = {
    "im.message.receive_v1": _message,
    "card.action.trigger": _action,
    "im.chat.member.bot.added_v1": _membership(Kind.BOT_JOINED),
    "im.chat.member.bot.deleted_v1": _membership(Kind.BOT_LEFT),
    "im.chat.member.user.added_v1": _membership(Kind.MEMBERS_JOINED),
}
