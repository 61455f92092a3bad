"""What is said: messages as they come in, messages as they go out, and their JSON."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field as JsonField
from pydantic import TypeAdapter


@dataclass(frozen=True, slots=True)
class Chat:
    """A group or a private chat, as its platform names it."""

    platform: str
    id: str
    private: bool = False
    name: str = ""  # where the platform tells it


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody on a platform. The name is what the platform shows: user-controlled text."""

    id: str
    name: str = ""


class Kind(StrEnum):
    SAID = "said"  # a message, or a button or form that speaks for its clicker
    BOT_JOINED = "bot_joined"  # the bot was added to a group; the sender is who added it
    BOT_LEFT = "bot_left"
    MEMBERS_JOINED = "members_joined"  # `mentions` are the new members
    WORDLESS = "wordless"  # said in private, and no words to read: `text` is what it is, as [语音]
    GREETED = "greeted"  # somebody opened the private chat for the first time today


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """A verified message.

    ``text`` holds people as ``@name``; the bot's own mention is already taken out. ``mentions``
    are the people the platform says were mentioned, in the order of their ``@name`` in the text.
    """

    chat: Chat
    sender: Person
    id: str  # the platform's id of the message: handled once
    event_id: str | None = None  # a second id under which the platform may send it again
    kind: Kind = Kind.SAID
    text: str = ""
    mentions: tuple[Person, ...] = ()
    addressed: bool = True  # said to the bot: @大管家, a private chat, a button
    quoted: str | None = None  # the platform's id of the message that this one answers
    quoted_text: str = ""  # for platforms that quote the words only
    clicked: bool = False  # said by a button or form of the message `quoted`; no message itself
    fields: Mapping[str, str] = field(default_factory=dict)  # a submitted form, by field name
    reply_token: str = ""  # whatever the platform needs to answer just this message
    at: datetime  # when it was said, by the platform's clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """A button says a sentence in its clicker's name, with all the checks of typing it."""

    label: str
    say: str
    style: Literal["default", "primary", "danger"] = "default"


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One line of a form; ``name`` is the parameter that it fills."""

    name: str
    label: str
    kind: Literal["text", "paragraph", "choice", "ticks", "person", "date"] = "text"
    required: bool = False
    hint: str = ""
    options: tuple[str, ...] = ()
    shown: tuple[str, ...] = ()  # how each option is shown, where not as itself
    value: str = ""  # of ticks: the options that are chosen, with 、 between them


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """Plain words. ``mentions`` are pinged, before the words; text itself can never ping."""

    text: str
    mentions: tuple[Person, ...] = ()
    kind: Literal["text"] = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    title: str
    text: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    buttons: tuple[Button, ...] = ()
    mentions: tuple[Person, ...] = ()
    kind: Literal["card"] = "card"


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A card with fields. Submitting it says ``say`` with the fields filled."""

    title: str
    say: str
    fields: tuple[Field, ...]
    text: str = ""
    submit: str = "提交"
    typed: str = ""  # an example of the sentence to type where a chat has no forms
    mentions: tuple[Person, ...] = ()
    kind: Literal["form"] = "form"


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A PNG; ``text`` says the same for whoever cannot see it."""

    png: bytes
    text: str
    kind: Literal["picture"] = "picture"


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A file, and one line that says what it is."""

    name: str
    content: bytes
    text: str = ""
    kind: Literal["document"] = "document"


Outgoing = Text | Card | Form | Picture | Document

_outgoing: TypeAdapter[Outgoing] = TypeAdapter(
    Annotated[Outgoing, JsonField(discriminator="kind")],
    config={"ser_json_bytes": "base64", "val_json_bytes": "base64"},
)


def to_json(message: Outgoing) -> str:
    return _outgoing.dump_json(message, exclude_defaults=False).decode()


def from_json(text: str) -> Outgoing:
    return _outgoing.validate_json(text)


def as_lines(message: Outgoing) -> str:
    """The message as plain text, for platforms and readers without cards."""
    match message:
        case Text():
            return message.text
        case Card():
            facts = [f"{name}：{value}" for name, value in message.facts]
            return "\n".join(part for part in (message.title, message.text, *facts) if part)
        case Form():
            labels = "、".join(each.label for each in message.fields)
            return "\n".join(part for part in (message.title, message.text, labels) if part)
        case Picture():
            return message.text
        case Document():
            return message.text or message.name
