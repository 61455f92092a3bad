"""Reading JSON that strangers wrote: either it has the documented shape, or it is Odd."""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

Json = Mapping[str, Any]

_ID = re.compile(r"[A-Za-z0-9_.:@-]{1,128}")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Odd(Exception):
    """Not of the documented shape; the text names the field, never its content."""


def parse(text: str) -> Any:
    """Strict JSON: no NaN, and neither deep nesting nor huge numbers get through. Raises Odd."""
    try:
        return json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise Odd("no JSON") from error


def _refuse(constant: str) -> None:
    raise ValueError(constant)


def object_in(parent: Json, key: str) -> Json:
    value = parent.get(key)
    if not isinstance(value, dict):
        raise Odd(f"{key} is no object")
    return value


def list_in(parent: Json, key: str) -> Sequence[Any]:
    """The list, which may be left out."""
    value = parent.get(key)
    if value is None:
        return ()
    if not isinstance(value, list):
        raise Odd(f"{key} is no list")
    return value


def text_in(parent: Json, key: str) -> str:
    value = parent.get(key)
    if not isinstance(value, str):
        raise Odd(f"{key} is no text")
    return value


def id_in(parent: Json, key: str) -> str:
    value = text_in(parent, key)
    if not is_id(value):
        raise Odd(f"{key} is no id")
    return value


def is_id(value: object) -> bool:
    return isinstance(value, str) and _ID.fullmatch(value) is not None


def moment_in(parent: Json, key: str) -> datetime:
    """A moment in milliseconds; card actions count in microseconds."""
    digits = str(parent.get(key))
    if digits.isascii() and digits.isdecimal():
        if len(digits) == 13:
            return _EPOCH + timedelta(milliseconds=int(digits))
        if len(digits) == 16:
            return _EPOCH + timedelta(microseconds=int(digits))
    raise Odd(f"{key} is no moment")
