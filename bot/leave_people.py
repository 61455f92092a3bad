"""Whose leave a sentence speaks of, and who stands in; nobody is guessed."""

import re
from dataclasses import dataclass

from bot.context import Request
from bot.errors import Refusal
from bot.grammar import half_width
from bot.people import recognise
from storage import member as members
from storage.member import Member

_STANDS_IN = re.compile(
    r"(?:有(?:什么)?(?:急)?事(?:情)?)?\s*(?:可以|请|先)?(?:找|由|请|让|托|交给|交接给|联系|代理人|接替人|替班人?|代班人?)"
    r"[\s::]*$"
)
_IN_PLACE = re.compile(r"\s*(?:来)?(?:代替|代|替|顶|接手|值班|帮我?)")
_FOR = re.compile(r"(?:替|帮|给|为)\s*$")
_BY_NAME = re.compile(r"(?:找|由)\s*(?=\S)")


@dataclass(frozen=True, slots=True)
class Said:
    who: Member  # is away
    stand_in: Member | None
    time: str  # what is left of the sentence


async def said_in(request: Request, what: str) -> Said:
    """Whose leave it is, and who stands in. Raises Refusal where that is not plain."""
    text = half_width(what)
    who, stand_ins = request.sender, []
    left, from_ = "", 0
    people, _ = await recognise(request, what, request.incoming, ())
    for each in people:
        before, after = text[from_ : each.start], text[each.end :]
        marked = _STANDS_IN.search(before)
        in_place = _IN_PLACE.match(after)
        if marked or in_place:
            stand_ins.append(each.member)
            before = before[: marked.start()] if marked else before
        elif not (left + _FOR.sub("", before)).strip():
            who, before = each.member, ""
        else:
            name = each.member.name
            raise Refusal(
                f"「{name}」是替班的人吗？前面加个「找」：请假 明天 找 @{name}；"
                f"是给别人记，就把人写在最前面：请假 @{name} 明天",
                usage=False,
            )
        left += before + " "
        from_ = each.end + (in_place.end() if in_place else 0)
    left += text[from_:]
    if not stand_ins:
        left, stand_ins = await _named(request, left)
    if len({each.id for each in stand_ins}) > 1:
        raise Refusal("替班的请只说一位，比如 请假 明天 找 @王五", usage=False)
    return Said(who, stand_ins[0] if stand_ins else None, left)


async def _named(request: Request, text: str) -> tuple[str, list[Member]]:
    """找 王五 without an @: only a member's whole name counts; 找工作 names nobody."""
    asks = _BY_NAME.search(text)
    if asks is None:
        return text, []
    after = text[asks.end() :]
    roster = await members.in_team(request.tx, request.team.id)
    fitting = [each for each in roster if each.name and after.startswith(each.name)]
    if not fitting:
        return text, []
    name = max((each.name for each in fitting), key=len)
    same = [each for each in fitting if each.name == name]
    if len(same) > 1:
        raise Refusal(f"叫「{name}」的有 {len(same)} 位，请用 @ 从名单里选是哪一位。", usage=False)
    return text[: asks.start()] + " " + after[len(name) :], same
