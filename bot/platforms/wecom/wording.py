"""Other people's words made harmless for WeCom: no pings, no pictures from elsewhere, no tricks.

Nothing here can be undone by the reader's client, because WeCom documents no way to escape:
what would be markup is replaced by the full-width sign that looks the same.
"""

import re
import unicodedata

CUT = "…（内容较长，已截断）"

_NEWLINES = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_KEPT = "\n\t\u200d"  # the last one holds emoji together
_HIDDEN = ("Cc", "Cf", "Cs")
_PING = re.compile(r"<(?=@|/?[aA]\b)")  # <@userid>, and <a href> that apps render
_TAG = re.compile(r"<(?=[@/!?A-Za-z])")
_ENTITY = re.compile(r"&(?=(?:lt|#0*60|#x0*3c);)", re.IGNORECASE)  # a "<" in disguise
_IMAGE = re.compile(r"!\[([^\[\]\n]*)\]\([^()\n]*\)")
_LINK = re.compile(r"\[([^\[\]\n]*)\]\(([^()\n]*)\)")
_FENCE = re.compile(r"`{3,}|~{3,}")
_LEADING = re.compile(r"^([ \t]*)(#{1,6}(?=[ \t]|$)|[>|]+)", re.MULTILINE)
_WIDE = str.maketrans("#>|", "＃＞｜")


def visible(text: str) -> str:
    """Without control characters, and without those that turn the order of writing round."""
    text = _NEWLINES.sub("\n", text)
    return "".join(
        each for each in text if each in _KEPT or unicodedata.category(each) not in _HIDDEN
    )


def plain(text: str) -> str:
    """For text messages and the fields of cards."""
    return _PING.sub("＜", visible(text))


def markdown(text: str) -> str:
    """For markdown: shown as it was typed, links with where they lead."""
    text = _ENTITY.sub("＆", _TAG.sub("＜", visible(text)))
    text = _IMAGE.sub(r"\1", text)
    text = _LINK.sub(r"\1（\2）", text)
    # Whatever the two patterns above could not read must not be read by the client either.
    text = text.replace("![", "！[").replace("](", "]（").replace("]:", "]：")
    text = _FENCE.sub("'''", text)
    return _LEADING.sub(lambda match: match[1] + match[2].translate(_WIDE), text)


def one_line(text: str) -> str:
    return " ".join(text.split())


def size(text: str) -> int:
    """WeCom counts bytes, not characters."""
    return len(text.encode())


def cut(text: str, limit: int, *, mark: str = CUT) -> str:
    """At most ``limit`` bytes, never through a character."""
    data = text.encode()
    if len(data) <= limit:
        return text
    room = max(0, limit - size(mark))
    kept = data[:room].decode(errors="ignore")
    return cut_plain(kept.rstrip() + mark, limit)


def cut_plain(text: str, limit: int) -> str:
    """The same without saying so, where there is no room to say it."""
    return text.encode()[:limit].decode(errors="ignore")
