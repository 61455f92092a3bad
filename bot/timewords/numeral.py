"""Numbers as people type them: 3, ３, 三, 十五, 廿三, 两三, 3-5."""

import re

_DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九")}
_DIGITS |= {"〇": 0, "两": 2, "俩": 2}
_TENS = {"廿": 20, "卅": 30}
DIGIT = "零〇一二两俩三四五六七八九"
# Bounded, so that a long run of digits costs a constant at each of its positions.
NUMBER = rf"(?:[0-9]{{1,4}}|[{DIGIT}十百廿卅]{{1,5}})"
RUN = re.compile(rf"[0-9{DIGIT}十百千万廿卅.%]+")

_TO_SIMPLIFIED = dict(
    zip(
        "個後點週禮鐘時內過號兩幾陽陰農曆歷國慶節聖誕兒婦開從間將這裡現結頭勞動軍黨還餘剩來",
        "个后点周礼钟时内过号两几阳阴农历历国庆节圣诞儿妇开从间将这里现结头劳动军党还余剩来",
        strict=True,
    )
)
_PLAIN = (
    {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
    | {ord(char): ord("-") for char in "‐‑‒–—―−ー－"}
    | {ord(char): ord("~") for char in "～〜∼"}
    | {ord(char): ord(" ") for char in "\u3000\u00a0\t"}
    | {ord(char): ord(char.lower()) for char in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}
    | {0xFF21 + i: ord("a") + i for i in range(26)}
    | {ord(old): ord(new) for old, new in _TO_SIMPLIFIED.items()}
)


def any_of(words: str) -> str:
    """A pattern for any of the words, which blanks separate."""
    return "|".join(words.split())


def plain(text: str) -> str:
    """Half-width, lower case, simplified; of the same length, so that offsets still hold."""
    return text.translate(_PLAIN)


def number(words: str) -> int | None:
    """None if the characters are no number."""
    if words.isdigit() and words.isascii():
        return int(words)
    if not words or any(char.isascii() for char in words):
        return None
    if any(char in "十百廿卅" for char in words):
        return _spoken(words)
    if len(words) > 1 and words[0] in "零〇" and len(words) == 2:
        return _DIGITS[words[1]]
    return int("".join(str(_DIGITS[char]) for char in words))


def larger(words: str) -> int | None:
    """The number, or of a range (3-5, 三到五, 两三, 十五六) the larger end."""
    parts = [part for part in re.split(r"[-~到至或、 ]", words) if part]
    if len(parts) > 1:
        values = [number(part) for part in parts]
        return None if None in values else max(value for value in values if value is not None)
    if close := re.fullmatch(rf"(.*?)([{DIGIT}])([{DIGIT}])(十?)", words):
        head, low, high, ten = close.groups()
        if _DIGITS[low] < _DIGITS[high] and (not head or head[-1] in "十百"):
            return number(f"{head}{high}{ten}")
    return number(words)


def _spoken(words: str) -> int | None:
    total, digit = 0, None
    for char in words:
        if char in _DIGITS:
            digit = _DIGITS[char]
        elif char in _TENS:
            total, digit = total + _TENS[char], None
        else:
            total += (1 if digit is None else digit) * (10 if char == "十" else 100)
            digit = None
    return total + (digit or 0)
