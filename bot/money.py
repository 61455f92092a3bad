"""Amounts of money as people write them, exactly; and said so that nobody miscounts the zeros."""

import re
from dataclasses import dataclass
from decimal import Decimal

from bot.errors import Refusal

CENT = Decimal("0.01")
LIMIT = Decimal(10) ** 13
_EXAMPLE = "比如 12000 或 1.2万"

# What divides words; a comma between digits belongs to its number.
_WORD = re.compile(r"(?:[^\s,;；。、:()（）]|(?<=\d)[,:](?=\d))+")
_CURRENCY = "(?:元|块钱|块)?整?"
_AMOUNT = re.compile(
    rf"(?P<sign>[+-]?)[¥￥]?(?P<inner>-?)(?P<digits>\d+|\d{{1,3}}(?:,\d{{3}})+)(?P<part>\.\d+)?"
    rf"(?P<unit>(?:百|千|十?万|百万|千万|亿|[kw])?){_CURRENCY}",
    re.IGNORECASE,
)
# Begins like a number and yet is no amount: 1e9, 1,20. But 5G, 4S and 3D are names.
_NEARLY = re.compile(
    r"[+-]?[¥￥]?-?[\d.,]*\d[\d.,]*(?:e[+-]?\d+|[kw]|rmb|cny|usd)?(?:[十百千万亿]|元|块|块钱|整)*",
    re.IGNORECASE,
)
_UNITS = {"": 1, "百": 100, "千": 1_000, "k": 1_000, "万": 10_000, "w": 10_000, "十万": 100_000}
_UNITS |= {"百万": 1_000_000, "千万": 10_000_000, "亿": 100_000_000}

# 五万元, 八百, 两千五: exact; 一点二万 or 五百万二 are asked about.
_DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九")}
_PLACES = {"十": 10, "百": 100, "千": 1_000}
_IN_WORDS = "零〇一二两俩三四五六七八九十百千万亿点半几多"
_SPELLED = re.compile(
    rf"(?=.*[十百千万亿元块])[{_IN_WORDS}]*"
    rf"[一二两俩三四五六七八九十半几][{_IN_WORDS}]*{_CURRENCY}"
)
_IN_EARNEST = re.compile("(?:元整?|块钱?|块整|整)$")
LONGEST_WORD = 24  # a Decimal rounds after 28 digits


@dataclass(frozen=True, slots=True)
class Found:
    """An amount between two positions of a text."""

    start: int
    end: int
    amount: Decimal


def say(amount: Decimal) -> str:
    """¥12,000.50; a refund with its sign: -¥300."""
    cents = amount.quantize(CENT)
    whole = f"{abs(cents):,.2f}".removesuffix(".00")
    return f"{'-' if cents < 0 else ''}¥{whole}"


def spoken(amount: Decimal) -> str:
    """The same, from ten thousand on also as it is said: ¥12,000（1.2万）."""
    ten_thousands = amount / 10_000
    if abs(amount) < 10_000 or ten_thousands != ten_thousands.quantize(CENT):
        return say(amount)
    return f"{say(amount)}（{format(ten_thousands.normalize(), 'f')}万）"


def stored(amount: Decimal) -> str:
    """As JSON keeps it: a number would be rounded."""
    return format(amount.quantize(CENT), "f")


def read(text: str, label: str = "金额") -> Decimal:
    """One amount. Raises Refusal for anything else: money is asked for again, never rounded."""
    amount = _written(text)
    if amount is None:
        amount = _spelled(text)
    if amount is None and _SPELLED.fullmatch(text):
        raise Refusal(f"「{text[:20]}」拿不准是多少，{label}请用数字写，{_EXAMPLE}", usage=False)
    if amount is None:
        raise Refusal(f"「{text[:20]}」不像{label}，{_EXAMPLE}", usage=False)
    if abs(amount) >= LIMIT:
        raise Refusal(f"{label}太大了，请核对一下有几个零，{_EXAMPLE}", usage=False)
    if amount != amount.quantize(CENT):
        raise Refusal(f"{label}最多到分，比如 12000.50", usage=False)
    return amount


def find(text: str, label: str = "金额") -> Found | None:
    """The only amount in a text that is half-width. Raises Refusal for two, or half a one."""
    words = [
        (each.start(), word)
        for each in _WORD.finditer(text)
        if len(word := each[0].rstrip(".!！")) <= LONGEST_WORD
    ]
    found = [one for one in words if _NEARLY.fullmatch(one[1])]
    found = found or [one for one in words if _SPELLED.fullmatch(one[1])]
    if not found:
        return None
    if len(found) > 1:
        said = "、".join(word for _, word in found[:3])
        raise Refusal(
            f"有 {len(found)} 个数像{label}：{said}。一句只写一个{label}；"
            "别的数字和后面的字连着写，比如 2位讲师",
            usage=False,
        )
    start, word = found[0]
    return Found(start, start + len(word), read(word, label))


def _written(text: str) -> Decimal | None:
    found = _AMOUNT.fullmatch(text) if len(text) <= LONGEST_WORD else None
    if found is None or (found["sign"] and found["inner"]):
        return None
    number = Decimal(found["digits"].replace(",", "") + (found["part"] or ""))
    negative = "-" in (found["sign"], found["inner"])
    return (-number if negative else number) * _UNITS[found["unit"].lower()]


def _spelled(text: str) -> Decimal | None:
    """五万元, 一千零五十, 两千五 for 2500; None for what is not written as people count."""
    if len(text) > LONGEST_WORD or _SPELLED.fullmatch(text) is None:
        return None
    if not set(text) & set("百千万亿元块"):
        return None  # 十五 of what?
    words = _IN_EARNEST.sub("", text).replace("两", "二").replace("俩", "二").replace("〇", "零")
    words = f"一{words}" if words.startswith("十") else words
    head, unit, last = words[:-1], words[-2:-1], words[-1:]
    if not unit or unit not in "百千万亿" or last not in _DIGITS or last == "零":
        value = _counted(words)
        exact = value is not None and _in_words(value) == words.replace("零", "")
        return Decimal(value) if value is not None and exact and last != "零" else None
    # 一万二, 两千五: the last digit counts in the unit below; 一万二元 may be said of 10002.
    below, base = {"万": 1_000, "千": 100, "百": 10}.get(unit), _counted(head)
    if below is None or base is None or "元" in text or _in_words(base) != head.replace("零", ""):
        return None
    if unit == "万" and base % 100_000 == 0:
        return None
    return Decimal(base + below * _DIGITS[last])


def _counted(words: str) -> int | None:
    """一千零五十 by place values, whatever their order."""
    total = section = digit = 0
    for char in words:
        if char in _DIGITS:
            digit = _DIGITS[char]
        elif char in _PLACES:
            section, digit = section + (digit or 1) * _PLACES[char], 0
        elif char == "亿":
            total, section, digit = (total + section + digit) * _UNITS[char], 0, 0
        elif char == "万":
            total, section, digit = total + (section + digit) * _UNITS[char], 0, 0
        else:
            return None
    return total + section + digit


def _in_words(value: int) -> str:
    """As people count, without the 零: 10050 is 一万五十."""
    for unit, size in (("亿", 100_000_000), ("万", 10_000)):
        if value >= size:
            return _in_words(value // size) + unit + _in_words(value % size)
    said = ""
    for unit, size in (("千", 1_000), ("百", 100), ("十", 10), ("", 1)):
        digit, value = divmod(value, size)
        said += f"{'零一二三四五六七八九'[digit]}{unit}" if digit else ""
    return said
