"""站会成员: who writes in the standups, and who does not."""

from collections.abc import Sequence
from typing import Annotated

from bot.command import Topic
from bot.context import Request
from bot.errors import Refusal
from bot.leave import absent_words, away
from bot.message import Card, Outgoing
from bot.participant import Seat, seats
from bot.signature import Mention
from storage import member as members
from storage.member import Member

topic = Topic("站会成员", about="站会谁写、谁不写", place=53)


@topic.command("站会成员", "站会 成员", "站会名单", example="站会成员")
async def show(request: Request) -> Outgoing:
    """看站会谁写，谁不写、为什么"""
    found = await seats(request)
    return await _card(request, _title(found), found)


@topic.command("站会成员 加", "站会成员加", "站会 成员 加", example="站会成员 加 @周总")
async def add(
    request: Request, who: Annotated[tuple[Member, ...], Mention("成员", known=True)]
) -> Outgoing:
    """让这些人也写站会（项目经理或系统管理员）"""
    return await _choose(request, who, takes_part=True)


@topic.command(
    "站会成员 减", "站会成员减", "站会成员 删", "站会 成员 减", example="站会成员 减 @李四 @王五"
)
async def drop(
    request: Request, who: Annotated[tuple[Member, ...], Mention("成员", known=True)]
) -> Outgoing:
    """这些人不用写站会（项目经理或系统管理员）"""
    return await _choose(request, who, takes_part=False)


async def _choose(request: Request, who: Sequence[Member], *, takes_part: bool) -> Card:
    await request.require_keeper("站会成员要项目经理或系统管理员来定")
    named = list({each.id: each for each in who}.values())
    before = {each.member.id: each.taken for each in await seats(request)}
    new = [each for each in named if before.get(each.id) is not takes_part]
    if not new:
        names = "、".join(each.name for each in named)
        raise Refusal(f"{names} 本来就{'要' if takes_part else '不用'}写站会", usage=False)
    for each in new:
        await members.change_setting(request.tx, each.id, "standup", takes_part)
    names = "、".join(each.name for each in new)
    await request.step("站会成员", f"{'加' if takes_part else '减'} {names}")
    title = f"✅ {names} {'以后要' if takes_part else '以后不用'}写站会"
    return await _card(request, title, await seats(request))


def _title(found: Sequence[Seat]) -> str:
    return f"站会成员：{sum(each.taken for each in found)} 人写"


async def _card(request: Request, title: str, found: Sequence[Seat]) -> Card:
    absent = await away(request)
    zone = request.calendar.zone
    taken = [each.member for each in found if each.taken]
    lines = [
        f"写：{'、'.join(each.name for each in taken)}" if taken else "现在没有人写，到点我不发"
    ]
    lines += [
        f"　{absent_words(each.name, absent.leaves[each.id], absent.stand_in(each.id), zone)}"
        for each in taken
        if absent.has(each.id)
    ]
    others = [f"{each.member.name}（{each.why_not}）" for each in found if not each.taken]
    if others:
        lines.append(f"不写：{'、'.join(others)}")
    lines.append("加人：站会成员 加 @人；减人：站会成员 减 @人")
    return Card(title=title, text="\n".join(lines))
