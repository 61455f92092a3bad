"""Finding the people that a sentence speaks of; nobody is ever guessed."""

import re
from collections.abc import Sequence

from bot.context import Request
from bot.errors import Refusal
from bot.grammar import Named, clean, half_width
from bot.message import Incoming
from bot.signature import Mention, Parameter
from storage import member as members
from storage.member import Member

_EVERYBODY = ("所有人", "全体成员", "全体", "大家", "all", "All", "ALL")
_BREAK = re.compile(r"[\s,:;，：；。、！!?？()（）]")


async def recognise(
    request: Request, text: str, incoming: Incoming, wanted: Sequence[Parameter]
) -> tuple[list[Named], dict[str, Member | None]]:
    """The ``@people`` in the text, and the roster if a form names people.

    Raises Refusal for a name that nobody has, or that two members share.
    """
    if "@" not in half_width(text) and not any(
        each.type is Member and each.name in incoming.fields for each in wanted
    ):
        return [], {}
    await _check_known(request, incoming, wanted)
    mentioned = await members.meet(
        request.tx,
        team_id=request.team.id,
        platform=incoming.chat.platform,
        people=[(each.id, clean(each.name)) for each in dict.fromkeys(incoming.mentions)],
        at=request.now,
    )
    by_id = {each.external_id: each for each in mentioned}
    people: list[Named] = []
    pending = list(incoming.mentions)
    roster: list[Member] | None = None
    plain = half_width(text)
    position = plain.find("@")
    while position >= 0:
        after = text[position + 1 :]
        hit = next(
            (each for each in pending if each.name and after.startswith(clean(each.name))), None
        )
        if hit is not None:
            pending.remove(hit)
            _check_there(by_id[hit.id])
            end = position + 1 + len(clean(hit.name))
            people.append(Named(start=position, end=end, member=by_id[hit.id]))
        else:
            if roster is None:
                roster = await members.in_team(request.tx, request.team.id)
            end = _typed(after, position, roster, people)
        position = plain.find("@", end)
    if incoming.fields and roster is None:
        roster = await members.in_team(request.tx, request.team.id)
    named: dict[str, Member | None] = {}
    for each in roster or ():
        named[each.name] = None if each.name in named else each
    named.update({each.external_id: each for each in roster or ()})
    return people, named


def _check_there(member: Member) -> None:
    if member.left_at is not None:
        raise Refusal(
            f"{member.name} 已经不在团队里了，请换一位；他再跟我说句话，就又算在团队里",
            usage=False,
        )


async def _check_known(request: Request, incoming: Incoming, wanted: Sequence[Parameter]) -> None:
    """Who is only asked about must be there; in the trial group a typed name may be a typo.

    Raises Refusal.
    """
    asked = any(isinstance(each.marker, Mention) and each.marker.known for each in wanted)
    typed = incoming.chat.platform == "console"
    if not incoming.mentions or not (asked or typed):
        return
    team = await members.in_team(request.tx, request.team.id)
    ids = {each.external_id for each in team if each.platform == incoming.chat.platform}
    for each in incoming.mentions:
        if each.id in ids:
            continue
        meant = _misspelt(each.name, [one.name for one in team]) if typed else None
        if meant is not None:
            raise Refusal(
                f"团队里没有「{each.name[:20]}」，是 @{meant} 吗？"
                "真是新同事就请他先在群里说句话。",
                usage=False,
            )
        if asked:
            raise Refusal(f"团队里没有「{each.name[:20]}」，说 成员 看有谁", usage=False)


def _misspelt(name: str, team: Sequence[str]) -> str | None:
    """The only member of whom this may be a nickname or a typo: 小李 or 李四四 for 李四."""
    if len(name) == 2 and name[0] in "小老阿大":
        called = [each for each in team if each[:1] == name[1] and 2 <= len(each) <= 4]
        return called[0] if len(called) == 1 else None
    close = [
        each
        for each in team
        if abs(len(each) - len(name)) == 1
        and min(len(each), len(name)) >= 2
        and _one_more(*sorted((each, name), key=len))
    ]
    return close[0] if len(close) == 1 else None


def _one_more(short: str, long: str) -> bool:
    """Whether the longer one is the shorter with a character in its middle: 王明, 王小明."""
    inner = range(1, len(long) - 1)
    return any(long[:at] + long[at + 1 :] == short for at in inner)


_AFTER_NAME = re.compile(r"[\s:：,，]+(?=\S)")


async def first_named(request: Request, what: str, people: Sequence[Member] = ()) -> Member | None:
    """The one whose name stands at the front, apart, though without an @: 张三 准备培训资料.

    With ``people`` only the first of them can be meant.
    """
    if re.search(r"\S[\s:：,，]+\S", what) is None:
        return None
    team = people[:1] or await members.in_team(request.tx, request.team.id)
    named = [
        each
        for each in team
        if each.name and what.startswith(each.name) and _AFTER_NAME.match(what, len(each.name))
    ]
    longest = max((len(each.name) for each in named), default=0)
    meant = [each for each in named if len(each.name) == longest]
    return meant[0] if len(meant) == 1 else None


def without_name(what: str, who: Member) -> str:
    return what[len(who.name) :].lstrip(" \t:：,，")


def _typed(after: str, position: int, roster: Sequence[Member], people: list[Named]) -> int:
    """A name typed by hand: the longest name of a member that the text goes on with."""
    fitting = [each for each in roster if each.name and after.startswith(each.name)]
    if not fitting:
        word = _BREAK.split(after, maxsplit=1)[0]
        if re.fullmatch(r"[\w.+-]*\.[A-Za-z]{2,}", word):
            return position + 1  # the @ of an e-mail address
        if not word:
            return position + 1
        if word in _EVERYBODY:
            raise Refusal("@所有人 分不清是谁的事，请 @ 到具体的人，比如 @张三", usage=False)
        raise Refusal(
            f"团队里没有找到「{word[:20]}」。请用 @ 从名单里选人，或者请他先在群里说句话。",
            usage=False,
        )
    longest = max(len(each.name) for each in fitting)
    named = [each for each in fitting if len(each.name) == longest]
    if len(named) > 1:
        raise Refusal(
            f"叫「{named[0].name}」的有 {len(named)} 位，请用 @ 从名单里选是哪一位。", usage=False
        )
    end = position + 1 + longest
    people.append(Named(start=position, end=end, member=named[0]))
    return end
