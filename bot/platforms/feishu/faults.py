"""What Feishu's refusals mean for a letter: wait, give up, or get a new token."""

import re
from collections.abc import Mapping
from typing import Any

from bot.errors import DeliveryError

STALE_TOKEN = frozenset({99991663, 99991664, 99991665, 99991668})
# The message that a reply answers is gone; the chat is still there.
GONE = frozenset({230011, 230019, 230110})

_BUSY = {99991400: "too many requests", 230020: "too many messages in the chat"}
_WAITING = {230049: "still sending"}
_HOPELESS = {
    99991661: "token missing",
    99991672: "permission scope missing",
    230001: "parameter wrong",
    230002: "bot not in group",
    230006: "bot ability off",
    230011: "message recalled",
    230013: "user outside the app's availability",
    230017: "not the owner of the file",
    230018: "group settings forbid it",
    230019: "topic missing",
    230022: "sensitive content",
    230025: "too long",
    230027: "permission missing",
    230028: "stopped by data loss prevention",
    230029: "user has left",
    230031: "older than 14 days",
    230034: "no such receiver",
    230035: "muted or blocked",
    230038: "receiver in another company",
    230053: "user has stopped the bot",
    230099: "card invalid",
    230110: "message deleted",
    232009: "group dissolved",
    234006: "file too large",
    234010: "file is empty",
    234011: "not a picture",
}
_WORDS = {**_BUSY, **_WAITING, **_HOPELESS, **dict.fromkeys(STALE_TOKEN, "token refused")}


class Refused(DeliveryError):
    """Feishu answered, and said no."""

    def __init__(
        self, code: int, reason: str, *, permanent: bool, retry_after: float | None = None
    ) -> None:
        super().__init__(reason, permanent=permanent, retry_after=retry_after)
        self.code = code


def refusal(status: int, code: int, message: str, headers: Mapping[str, str]) -> Refused:
    """The error for an answer that is no success."""
    reason = f"feishu {code} {_WORDS[code]}" if code in _WORDS else f"feishu {code} http {status}"
    if status == 429 or code in _BUSY:
        return Refused(code, reason, permanent=False, retry_after=_pause(headers))
    if code == 230099:
        reason += _cause(message)
    return Refused(code, reason, permanent=code in _HOPELESS)


def unusable(status: int, headers: Mapping[str, str]) -> DeliveryError:
    """An answer that is none of Feishu's own: a proxy's page, a redirection, a broken body."""
    pause = _pause(headers) if status == 429 else None
    return DeliveryError(f"feishu http {status} without a usable answer", retry_after=pause)


def payload_code(payload: Any) -> int | None:
    code = payload.get("code") if isinstance(payload, dict) else None
    return code if isinstance(code, int) and not isinstance(code, bool) else None


def _pause(headers: Mapping[str, str]) -> float | None:
    given = headers.get("x-ogw-ratelimit-reset", "")
    return float(given) if re.fullmatch(r"\d{1,4}(\.\d{1,3})?", given) else None


def _cause(message: str) -> str:
    """The sub-code of an invalid card; only its digits, the text may quote the card."""
    cause = re.search(r"ErrCode:\s*(\d{1,9})", message)
    return f" ({cause[1]})" if cause else ""
