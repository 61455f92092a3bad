"""回顾: what people say without their names, when it is shown, and how."""

import re
import unicodedata
from collections.abc import Sequence

from bot.context import Request
from bot.errors import Refusal
from bot.message import Button, Card
from bot.moment import day_words
from bot.roles import Role
from storage import retro as retros
from storage.retro import Retro

LEAST = 3  # of fewer notes everybody would guess whose they are
MOST = 500  # notes of one retrospective: who wrote how many nobody can tell
LONGEST = 500  # characters of a note
LONGEST_TITLE = 40
MOST_A_PAGE, MOST_CHARACTERS = 10, 1200
EXAMPLE = "匿名 培训太赶了，想多练两次"
FOLLOW_UP = "要跟进的就说：任务 @谁 做什么；值得留下的：经验 …"

# Asked of the command, not said with it.
_ABOUT_IT = re.compile(
    r"(?:怎么|如何)(?:用|说|发|写|匿名)|是什么|什么意思|(?:这个?|是|真的|不是|到底)*(?:安全|保密|匿名)[吗么]|[吗么?？]|性(?![能格价])|者"
)


async def open_retro(request: Request) -> Retro | None:
    known = await retros.every(request.tx, request.team.id)
    return next((each for each in known if each.closed_at is None), None)


async def none_open(request: Request) -> Refusal:
    managers = await request.in_role(Role.MANAGER)
    who = "、".join(each.name for each in managers[:3]) or "项目经理"
    return Refusal(f"现在没有开着的回顾。想开就请{who}说一句：回顾 开始 试点一个月", usage=False)


# --- a note ----------------------------------------------------------------------------------


def check_note(text: str) -> None:
    """Raises Refusal, without any of its words."""
    if _ABOUT_IT.match(text) and len(text) <= 12:
        raise Refusal(
            f"私聊我说：{EXAMPLE}\n你的名字不会存下来，满 {LEAST} 条大家才看得到。"
            "刚才这句我当你在问，没有收进去",
            usage=False,
        )
    if all(unicodedata.category(each)[0] in "PZC" for each in text):
        raise Refusal(f"还缺内容，比如 {EXAMPLE}", usage=False)
    if len(text) > LONGEST:
        raise Refusal(
            f"这句有 {len(text)} 字，最多 {LONGEST} 字，我没有存，请分成几句说", usage=False
        )


# --- how it is shown -------------------------------------------------------------------------


def invitation(title: str) -> Card:
    return Card(
        title=f"🗣 回顾开始｜{title}",
        text=f"私聊我说：{EXAMPLE}\n想说几句说几句，我不存是谁说的\n"
        f"满 {LEAST} 条后，说 回顾 就能看；项目经理说 回顾 结束，就都发到群里",
    )


def waiting(found: Retro) -> Card:
    """What is said of too few notes."""
    if found.closed_at is not None:
        return Card(title=f"回顾｜{found.title}：没有公布的内容")
    return Card(
        title=f"回顾｜{found.title}：已收到 {found.notes} 条，满 {LEAST} 条再看",
        text=f"私聊我说：{EXAMPLE}",
    )


def shown(found: Retro, notes: Sequence[str], page: int, *, title: str = "") -> Card:
    """A page of the notes. Raises Refusal where there is no such page."""
    pages = _pages(notes)
    if page > len(pages):
        raise Refusal(f"一共只有 {len(pages)} 页，第一页请说：回顾 {found.place}", usage=False)
    place = f" · 第{page}/{len(pages)}页" if len(pages) > 1 else ""
    left = sum(map(len, pages[page:]))
    buttons = []
    if left:
        label, say = f"更多（还有 {left} 条）", f"回顾 {found.place} 第{page + 1}页"
        buttons.append(Button(label=label, say=say, style="primary"))
    if page > 1:
        before = f"回顾 {found.place}" + (f" 第{page - 1}页" if page > 2 else "")
        buttons.append(Button(label="上一页", say=before))
    return Card(
        title=f"{title or f'回顾｜{found.title}'}（{len(notes)} 条）{place}",
        text="\n".join([*(f"· {each}" for each in pages[page - 1]), FOLLOW_UP]),
        buttons=tuple(buttons),
    )


def _pages(notes: Sequence[str]) -> list[list[str]]:
    """Whole notes, as many on a page as a phone shows well."""
    pages: list[list[str]] = [[]]
    for each in notes:
        said = " ".join(each.split())
        length = sum(map(len, pages[-1])) + len(said)
        if pages[-1] and (len(pages[-1]) == MOST_A_PAGE or length > MOST_CHARACTERS):
            pages.append([])
        pages[-1].append(said)
    return pages


def line(request: Request, found: Retro) -> str:
    """2. 试点一个月｜11月25日 周三｜12 条"""
    day = day_words(found.opened_at.astimezone(request.now.tzinfo))
    count = f"{found.notes} 条" if found.notes else "没有公布的"
    state = f"进行中，已收到 {found.notes} 条" if found.closed_at is None else count
    return f"{found.place}. {found.title}｜{day}｜{state}"
