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
    rf"(?P<unit>[千万亿]?){_CURRENCY}"
)
# Begins like a number and yet is no amount: 1e9, 3k, 1,20. But 5G, 4S and 3D are names.
_NEARLY = re.compile(
    r"[+-]?[¥￥]?-?[\d.,]*\d[\d.,]*(?:e[+-]?\d+|[kw]|rmb|cny|usd)?(?:[千万亿]|元|块|块钱|整)*",
    re.IGNORECASE,
)
_UNITS = {"": 1, "千": 1_000, "万": 10_000, "亿": 100_000_000}

# 一万, 三千元: understood by people, but 一万二 is where the guessing begins.
_IN_WORDS = "零一二两三四五六七八九十百千万亿"
_SPELLED = re.compile(
    rf"(?=.*[十百千万亿元块])[{_IN_WORDS}]*"
    rf"[零一二两三四五六七八九十][{_IN_WORDS}]*{_CURRENCY}"
)
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
    if amount is None and _SPELLED.fullmatch(text):
        raise Refusal(f"{label}请用数字写，{_EXAMPLE}", usage=False)
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
    return (-number if negative else number) * _UNITS[found["unit"]]
