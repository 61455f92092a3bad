"""Who is meant by the @names in a sentence, where no chat client has resolved them."""

import re
from collections.abc import Iterable

from bot.message import Person

# Where an unknown name ends: at a space, or at punctuation of either width.
_TOKEN = re.compile(
    r"[^\s@＠,，.。;；:：!！?？、/\\()（）\[\]【】<>《》「」『』\"“”'‘’#＃&|*=+~`^%$—…-]+"
)
_EVERYBODY = ("所有人", "全体成员", "全体", "大家", "all", "All", "ALL")
_LONGEST = 12  # an unknown "name" longer than this is a sentence without a space


def resolve(text: str, roster: Iterable[str], *, bot: str) -> tuple[str, tuple[Person, ...], bool]:
    """The text without the bot's own name, the people mentioned, and whether the bot was.

    A known name is recognised without a space after it: 任务 @张三整理客户清单.
    """
    known = sorted({*roster, bot} - {""}, key=len, reverse=True)
    parts: list[str] = []
    people: list[Person] = []
    named = False
    position = 0
    for sign in re.finditer("[@＠]", text):
        if sign.start() < position or _inside_a_word(text, sign.start()):
            continue
        name = _known_at(text, sign.end(), known) or _unknown_at(text, sign.end())
        if not name:
            continue
        parts.append(text[position : sign.start()])
        position = sign.end() + len(name)
        if name == bot:
            named = True
            if text[position : position + 1].isspace():
                position += 1
        else:
            parts.append(f"@{name}")
            people.append(Person(name, name))
    parts.append(text[position:])
    return "".join(parts).strip(), tuple(people), named


def _known_at(text: str, start: int, known: Iterable[str]) -> str:
    for name in known:
        if text.startswith(name, start):
            end = start + len(name)
            # "Al" is not mentioned by @Alice, but 张三 is by @张三整理.
            if not (_is_latin(name[-1]) and end < len(text) and _is_latin(text[end])):
                return name
    return ""


def _unknown_at(text: str, start: int) -> str:
    token = _TOKEN.match(text, start)
    name = token.group() if token else ""
    if len(name) > _LONGEST or name in _EVERYBODY or any(char.isdigit() for char in name):
        return ""
    return name


def _inside_a_word(text: str, at: int) -> bool:
    """The @ of an e-mail address mentions nobody."""
    return at > 0 and _is_latin(text[at - 1])


def _is_latin(char: str) -> bool:
    return char.isascii() and (char.isalnum() or char == "_")
