"""What a sentence is made of, where a small difference changes what it asks."""

import io
import re
import sys
import threading
import unicodedata
import warnings
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Any, BinaryIO

_LATIN = re.compile(r"[a-z0-9]+(?:[._+#-][a-z0-9]+)*")
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]+")


def plain(text: str) -> str:
    """The text in one width and case, with punctuation gone: what makes two wordings the same."""
    return re.sub(r"[\W_]+", "", _folded(text))


def _folded(text: str) -> str:
    """In one width and case."""
    return unicodedata.normalize("NFKC", text).lower()


def terms(text: str) -> list[str]:
    """Characters, pairs of neighbouring characters, and Latin words and numbers."""
    text = _folded(text)
    found = _LATIN.findall(text)
    for run in _HAN.findall(text):
        found.extend(run)
        found.extend(map("".join, pairwise(run)))
    return found


# --- words ----------------------------------------------------------------------------------

# Of jieba's 349,000 words those that it has counted this often: the others cost 45 MB, and find
# nothing better.
OFTEN = 30
# What is missing then, and what its dictionary is too old for.
OFFICE = (
    "微信", "企业微信", "飞书", "钉钉", "小程序", "二维码", "扫码", "工单", "字段", "看板", "回款",
    "商机", "审批流", "报价单", "手机号", "公海", "私海", "联系人", "移动端", "客户端",
    "待办", "数据权限",
)  # fmt: skip


class Words:
    """jieba's more common words and the team's own. Making one takes a moment: see ``load``."""

    def __init__(self, own: Iterable[str] = ()) -> None:
        self._jieba = _dictionary()
        self.version = 0  # grows with every word: what was taken apart before is out of date
        self.add([*OFFICE, *own])

    def add(self, own: Iterable[str]) -> None:
        """The names of the team's own modules and fields, which are not to be taken apart."""
        for each in own:
            word = "".join(_folded(each).split())
            if len(word) > 1 and word not in self._jieba.cut(word, HMM=False):
                self._jieba.add_word(word)
                self.version += 1

    def terms(self, text: str) -> list[str]:
        """Words, with the shorter words inside long ones; and Latin words and numbers."""
        text = _folded(text)
        # Without the statistical model that guesses unknown words: those stay single characters,
        # and their pairs are compared anyway.
        cut = self._jieba.cut_for_search(text, HMM=False)
        return [*_LATIN.findall(text), *(each for each in cut if _HAN.search(each))]

    def exchanged(self, asked: str, known: str) -> bool:
        """Whether all that tells the two apart is one word in the place of another.

        Wherever they stand; but words that share a character, as 修改 and 更改, may mean the same.
        """
        one, other = self._telling(asked), self._telling(known)
        left, right = one - other, other - one
        return (
            len(left) == len(right) == 1
            and bool(one & other)
            and not set(*left) & set(plain(known))
            and not set(*right) & set(plain(asked))
        )

    def _telling(self, text: str) -> set[str]:
        """The words that say what a question is about."""
        text = _folded(text)
        return {
            each
            for each in self._jieba.cut(text, HMM=False)
            if len(each) > 1 and _HAN.search(each) and _FILLER.sub("", each) and not asks(each)
        } | set(_LATIN.findall(text))


_words: Words | None = None
_making = threading.Lock()


def load() -> Words:
    """The words of this process; all but the first call are quick. For threads and commands."""
    global _words
    with _making:
        if _words is None:
            _words = Words()
        return _words


def loaded() -> Words | None:
    """The words if they are there already."""
    return _words


def _dictionary() -> Any:
    tokenizer = _imported().Tokenizer()
    # Not by its initialize(): that would read the whole dictionary from a cache in the temporary
    # folder, where anyone on the machine can put a file, and unmarshal what it finds.
    tokenizer.FREQ, tokenizer.total = tokenizer.gen_pfdict(_Often(tokenizer.get_dict_file()))
    tokenizer.initialized = True
    return tokenizer


class _Often:
    """Those lines of a dictionary that jieba is to read: 客户 3798 n."""

    def __init__(self, file: BinaryIO) -> None:
        # In one piece: a thread that reads bit by bit takes the interpreter back each time before
        # the event loop can have it.
        with file:
            self._file = io.BytesIO(file.read())

    def __iter__(self) -> Iterator[bytes]:
        return (line for line in self._file if int(line.split(b" ", 2)[1]) >= OFTEN)

    def close(self) -> None:
        self._file.close()


def _imported() -> Any:
    # Imported here, because a bot without a knowledge base does not need it.
    for kind in (SyntaxWarning, DeprecationWarning):  # its patterns are written the old way
        warnings.filterwarnings("ignore", category=kind, module=r".*[/\\]jieba[/\\]")
    # It would import pkg_resources if there is one: 9 MB, to open one file.
    blocked = "pkg_resources" not in sys.modules
    if blocked:
        sys.modules["pkg_resources"] = None  # type: ignore[assignment]
    try:
        import jieba
    finally:
        if blocked:
            del sys.modules["pkg_resources"]
    return jieba


# --- questions ------------------------------------------------------------------------------

_ASKS = re.compile(
    r"[?？]|怎么|怎样|如何|咋|什么|啥|为何|哪|谁|几[个天次点号时]|多少|多久|多长|多大|请问|求助|求教|吗|呢\s*$"
    r"|能不能|可不可以|是不是|有没有|会不会|要不要|行不行|对不对|能否|是否|可否"
    r"|(?:不了|报错|失败|没反应|不见了|找不到|打不开|登不上)"
)


def asks(text: str) -> bool:
    """Whether the sentence wants to know something."""
    return _ASKS.search(text) is not None


# --- near misses ----------------------------------------------------------------------------

# Swapping one for the other turns an answer into its opposite.
_OPPOSITES = (
    ("入", "出"), ("开", "关"), ("增", "删"), ("加", "减"), ("加", "删"), ("新", "旧"),
    ("新建", "删除"), ("启用", "停用"), ("启用", "禁用"), ("登录", "退出"), ("锁", "解锁"),
    ("上", "下"), ("收", "发"), ("买", "卖"), ("借", "还"), ("提前", "推迟"), ("提前", "延"),
    ("公开", "私"), ("公海", "私海"), ("显示", "隐藏"), ("合并", "拆分"), ("同意", "拒绝"),
    ("通过", "驳回"), ("提交", "撤回"), ("绑定", "解绑"), ("最大", "最小"), ("最多", "最少"),
)  # fmt: skip

# What may differ between two ways to ask the same.
_FILLER = re.compile(
    "请问|怎么样|怎么办|怎么|如何|怎样|咋|什么|为啥|为何|哪里|哪儿|哪个|可以|能够|能不能|可不可以|需要|应该|一下|"
    "帮我|麻烦|[能会要想我你您的了吗呢啊呀吧么是在去到把被给有和与就都也还才个那这做弄办用]"
)
_NUMBER = re.compile(r"\d+")


def differ(asked: str, known: str) -> bool:
    """Whether two sentences that look alike ask different things.

    True for another number, an opposite word, or one word of two or more characters in the
    place of another: 导入/导出, 2023年/2024年, 删除客户/删除合同.
    """
    one, other = plain(asked), plain(known)
    if one == other:
        return False
    numbers = [
        set(_NUMBER.findall(unicodedata.normalize("NFKC", each))) for each in (asked, known)
    ]
    if numbers[0] != numbers[1]:
        return True
    return _opposed(one, other) or _exchanged(one, other)


def _opposed(one: str, other: str) -> bool:
    for left, right in _OPPOSITES:
        for here, there in ((left, right), (right, left)):
            if here in one and here not in other and there in other and there not in one:
                return True
    return False


def _exchanged(one: str, other: str) -> bool:
    """All is the same but one word, and the two words have nothing in common."""
    shorter = min(len(one), len(other))
    begin = 0
    while begin < shorter and one[begin] == other[begin]:
        begin += 1
    end = 0
    while end < shorter - begin and one[-1 - end] == other[-1 - end]:
        end += 1
    if begin + end < max(len(one), len(other)) / 2:
        return False
    words = [
        _FILLER.sub("", each[begin : len(each) - end]) if len(each) - end - begin <= 5 else ""
        for each in (one, other)
    ]
    return min(map(len, words)) >= 2 and not set(words[0]) & set(words[1])
