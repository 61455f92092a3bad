"""The words around an @name that only hand it over: 让@陈晨 写报告, @李四 知悉."""

import re

# At the edge of a phrase; 数据要让@陈晨 看 needs its 让.
_BEFORE = re.compile(r"(?:^|(?<=[\s,，、。;；:：]))(?:麻烦|辛苦|安排|让|请|叫|由|派)\s*$")
_AFTER = re.compile(r"\s*(?:[等都]\s*)?(?:知悉|知晓|周知|知道一下|负责)(?=$|[\s,，、。;；@＠])")
# Of the first @ it would say that the owner only helps.
_HELPS = re.compile(r"\s*(?:协助|配合)(?=$|[\s,，、。;；@＠])")


def around(text: str, start: int, end: int, *, first: bool) -> tuple[int, int]:
    """Where the name and the words that hand over to it begin and end."""
    before = _BEFORE.search(text[:start])
    after = _AFTER.match(text, end) or (None if first else _HELPS.match(text, end))
    return (before.start() if before else start), (after.end() if after else end)
