"""A written value as the type that a signature wants."""

import re
import unicodedata
from decimal import Decimal
from enum import StrEnum
from typing import Any

from bot import money
from bot.errors import Refusal
from bot.signature import Parameter


def convert(wanted: Parameter, text: str) -> Any:
    """A written value as its type. Raises Refusal with what would be right."""
    text = text.strip()
    label = wanted.marker.label
    if wanted.type is str:
        return text
    plain = unicodedata.normalize("NFKC", text).strip()
    if wanted.type is int:
        if not re.fullmatch(r"#?\d{1,9}", plain):
            raise Refusal(f"{label}要写成数字，比如 12")
        return int(plain.lstrip("#"))
    if wanted.type is Decimal:
        return money.read(plain, label)
    if isinstance(wanted.type, type) and issubclass(wanted.type, StrEnum):
        for choice in wanted.type:
            if plain == choice.value:
                return choice
        raise Refusal(f"{label}只能是：{'、'.join(choice.value for choice in wanted.type)}")
    raise TypeError(f"{wanted.name}: {wanted.type} cannot be written")


def numbers(wanted: Parameter, text: str) -> tuple[int, ...]:
    found = re.findall(r"\d{1,9}", unicodedata.normalize("NFKC", text))
    if not found:
        raise Refusal(f"{wanted.marker.label}要写编号，比如 {wanted.marker.label} #12")
    return tuple(dict.fromkeys(map(int, found)))
