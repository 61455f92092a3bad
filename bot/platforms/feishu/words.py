"""What somebody said, from the content of a text or a post: words, people, and us."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from bot.message import Person
from bot.platforms.feishu.plain import clean, clean_name
from bot.platforms.feishu.shape import Json, Odd, id_in, list_in, object_in, parse, text_in

EVERYBODY = "所有人"  # without an @: in our texts, that is for people one can name
_EVERYBODY_KEYS = ("@_all", "all", "@all")


@dataclass(frozen=True, slots=True)
class Said:
    text: str
    mentions: tuple[Person, ...]
    to_bot: bool


@dataclass(frozen=True, slots=True)
class _Mention:
    person: Person | None  # None: everybody, or somebody without an id
    name: str
    is_bot: bool = False


_Piece = str | _Mention


def said_in(message: Json, *, bot: str | None) -> Said | None:
    """What the message says; None if it is of a kind without words (a file, a picture)."""
    kind = text_in(message, "message_type")
    if kind not in ("text", "post"):
        return None
    content = parse(text_in(message, "content"))
    if not isinstance(content, dict):
        raise Odd("content is no object")
    mentions = _mentions(message)
    if kind == "text":
        return _assembled(_split(text_in(content, "text"), mentions), bot=bot)
    return _assembled(_post(content, mentions), bot=bot)


# Kinds without words that deserve an answer all the same, and what they are.
WORDLESS = {"audio": "[语音]", "image": "[图片]", "file": "[文件]", "media": "[视频]"}


def wordless(message: Json) -> str | None:
    return WORDLESS.get(text_in(message, "message_type"))


def _mentions(message: Json) -> dict[str, _Mention]:
    """The mentions by the key that stands for them in the text."""
    mentions = {}
    for each in list_in(message, "mentions"):
        if not isinstance(each, dict):
            raise Odd("a mention is no object")
        key, name = text_in(each, "key"), each.get("name")
        shown = clean_name(name) if isinstance(name, str) else ""
        if key in _EVERYBODY_KEYS:
            continue
        try:
            person = Person(id_in(object_in(each, "id"), "open_id"), shown)
        except Odd:
            mentions[key] = _Mention(None, shown)
        else:
            mentions[key] = _Mention(person, shown, each.get("mentioned_type") == "bot")
    return mentions


def _split(text: str, mentions: dict[str, _Mention]) -> Iterator[_Piece]:
    """Longest keys first, because @_user_1 is how @_user_10 begins; and in a single pass,
    because somebody may be called @_user_2."""
    keys = sorted((key for key in mentions if key), key=len, reverse=True)
    pattern = "|".join([re.escape(key) for key in keys] + ["@_all(?![A-Za-z0-9_])"])
    position = 0
    for match in re.finditer(pattern, text):
        yield text[position : match.start()]
        yield mentions.get(match.group(), _Mention(None, EVERYBODY))
        position = match.end()
    yield text[position:]


def _post(content: Json, mentions: dict[str, _Mention]) -> Iterator[_Piece]:
    content = _localised(content)
    title = content.get("title")
    if isinstance(title, str) and title.strip():
        yield title + "\n"
    for number, line in enumerate(list_in(content, "content")):
        if not isinstance(line, list):
            raise Odd("a line of the post is no list")
        if number:
            yield "\n"
        for element in line:
            if isinstance(element, dict):
                yield _element(element, mentions)


def _localised(content: Json) -> Json:
    """Posts come bare; some clients wrap them in their language."""
    if "content" in content:
        return content
    for language in ("zh_cn", *content):
        wrapped = content.get(language)
        if isinstance(wrapped, dict) and "content" in wrapped:
            return wrapped
    raise Odd("the post has no content")


def _element(element: Json, mentions: dict[str, _Mention]) -> _Piece:
    match element.get("tag"):
        case "text" | "md" | "code_block":
            return _string(element, "text")
        case "a":
            words, link = _string(element, "text"), _string(element, "href")
            return words if not link or link == words else f"{words} {link}".strip()
        case "at":
            return _at(element, mentions)
        case "img":
            return "[图片]"
        case "media":
            return "[视频]"
        case "emotion":
            return f"[{_string(element, 'emoji_type')}]"
        case "hr":
            return "---"
        case _:  # a new tag: whatever words it has are better than none
            return _string(element, "text")


def _at(element: Json, mentions: dict[str, _Mention]) -> _Mention:
    key = _string(element, "user_id")
    if key in mentions:
        return mentions[key]
    if key in _EVERYBODY_KEYS:
        return _Mention(None, EVERYBODY)
    for mention in mentions.values():
        if mention.person and mention.person.id == key:
            return mention
    return _Mention(None, clean_name(_string(element, "user_name")))


def _string(element: Json, key: str) -> str:
    value: Any = element.get(key)
    return value if isinstance(value, str) else ""


def _assembled(pieces: Iterator[_Piece], *, bot: str | None) -> Said:
    parts: list[str] = []
    people: list[Person] = []
    to_bot = False
    for piece in pieces:
        if isinstance(piece, str):
            parts.append(clean(piece))
        elif piece.person is None:
            parts.append(piece.name)
        elif piece.person.id == bot:
            to_bot = True
            parts.append("\0")  # no text holds it any more: here we were called
        else:
            parts.append(f"@{piece.name or piece.person.id}")
            if not piece.is_bot:
                people.append(piece.person)
    return Said(_without_us(parts), tuple(people), to_bot)


def _without_us(parts: Sequence[str]) -> str:
    """Our own mention leaves, and takes the blank along that set it off."""
    return re.sub("\0[^\\S\n]?", "", "".join(parts)).strip()
