"""Finding the people that a sentence speaks of; nobody is ever guessed."""

import re
from collections.abc import Sequence

from bot.context import Request
from bot.errors import Refusal
from bot.grammar import Named, clean, half_width
from bot.message import Incoming
from bot.signature import Parameter
from storage import member as members
from storage.member import Member

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


def _typed(after: str, position: int, roster: Sequence[Member], people: list[Named]) -> int:
    """A name typed by hand: the longest name of a member that the text goes on with."""
    fitting = [each for each in roster if each.name and after.startswith(each.name)]
    if not fitting:
        word = _BREAK.split(after, maxsplit=1)[0]
        if re.fullmatch(r"[\w.+-]*\.[A-Za-z]{2,}", word):
            return position + 1  # the @ of an e-mail address
        if not word:
            return position + 1
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
