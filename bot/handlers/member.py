"""成员 and 角色: who belongs to the team, and who may decide what."""

import re
from typing import Annotated

from bot.command import Topic
from bot.context import Reply, Request
from bot.draft import ask_first
from bot.errors import Refusal
from bot.message import Button, Card, Outgoing
from bot.receipt import first_line
from bot.roles import KEEPERS, Role
from bot.signature import Mention, Rest
from storage import ledger
from storage import member as members
from storage.ledger import Entry
from storage.member import Member

topic = Topic("团队", about="成员和角色", place=80)

MOST = 5  # open entries that are named


@topic.command("成员", "成员列表", example="成员")
async def everyone(request: Request) -> Outgoing:
    """看团队里有谁、各是什么角色"""
    found = await members.in_team(request.tx, request.team.id)
    lines = [f"{each.name}：{'、'.join(each.roles) or Role.MEMBER}" for each in found]
    return Card(title=f"团队成员（{len(found)} 人）", text="\n".join(lines))


@topic.command("角色", example="角色 @王敏 项目经理")
async def appoint(
    request: Request,
    who: Annotated[Member, Mention("成员")],
    what: Annotated[str | None, Rest("角色")] = None,
) -> Outgoing:
    """给一个人定角色；不再担任就说 角色 @人 取消 角色"""
    team = await members.in_team(request.tx, request.team.id)
    keepers = [each for each in team if each.has(*KEEPERS)]
    if not what:
        held = "、".join(who.roles) or Role.MEMBER
        return Card(title=f"{who.name} 的角色：{held}", text="可以定：" + "、".join(Role))
    taken = re.match(r"(?:取消|去掉|不再是?|撤掉)\s*", what)
    role = _role(what[taken.end() :] if taken else what)
    # A team that nobody keeps yet is opened by whoever speaks first.
    if keepers and not request.sender.has(*KEEPERS):
        names = "、".join(each.name for each in keepers[:3])
        raise Refusal(f"定角色要项目经理或系统管理员来做，现在是 {names}", usage=False)
    if not keepers and role not in KEEPERS:
        raise Refusal("先定一位项目经理，比如：角色 @王敏 项目经理", usage=False)
    if taken:
        if role not in who.roles:
            raise Refusal(f"{who.name} 本来就不是{role}", usage=False)
        if [each.id for each in keepers] == [who.id] and not set(KEEPERS) & (
            set(who.roles) - {role}
        ):
            raise Refusal(f"{who.name} 是唯一能管团队的人，请先定好接替的人", usage=False)
        roles: list[str] = [each for each in who.roles if each != role]
    elif role in who.roles:
        raise Refusal(
            f"{who.name} 已经是{role}了。不再担任请说：角色 @{who.name} 取消 {role}", usage=False
        )
    elif role is Role.MEMBER:
        raise Refusal(f"要去掉哪个角色请写明，比如：角色 @{who.name} 取消 IT", usage=False)
    else:
        roles = [*who.roles, role]
    await members.set_roles(request.tx, who.id, roles)
    await request.step("角色", f"{who.name}：{'、'.join(roles) or Role.MEMBER}")
    return Card(title=f"✅ {who.name} 现在是：{'、'.join(roles) or Role.MEMBER}")


_ALSO = {"指导委员会": Role.LEADER, "管理员": Role.ADMIN, "专家": Role.EXPERT, "PM": Role.MANAGER}


def _role(what: str) -> Role:
    wanted = what.strip().upper()
    for role in Role:
        if wanted == role.value:
            return role
    if wanted in _ALSO:
        return _ALSO[wanted]
    raise Refusal(f"没有「{what[:20]}」这个角色，可以定：{'、'.join(Role)}", usage=False)


# --- who leaves ------------------------------------------------------------------------------


@topic.command(
    "成员 移除", "成员移除", "移除成员", "成员 删除", "成员 离开", example="成员 移除 @赵六"
)
async def remove(
    request: Request, who: Annotated[Member, Mention("成员", known=True)]
) -> Outgoing | Reply:
    """有人离开项目：不再提醒他，名单里也没有他，记录都留着（项目经理或系统管理员）"""
    await request.require_keeper("移除成员要项目经理或系统管理员来做")
    team = await members.in_team(request.tx, request.team.id)
    if [each.id for each in team if each.has(*KEEPERS)] == [who.id]:
        raise Refusal(f"{who.name} 是唯一能管团队的人，请先定好接替的人", usage=False)
    if who.id == request.sender.id:
        raise Refusal("不能移除自己，请另一位项目经理或系统管理员来说", usage=False)
    left = await ledger.listed(request.tx, request.team.id, owner_id=who.id)
    if not request.settled:
        return await ask_first(
            request,
            f"要把{who.name}移出团队吗？",
            "\n".join(
                [
                    *_still_owns(left),
                    "移出以后：不再提醒他，站会不算他，@ 不到他；以前的记录都留着",
                    "他再跟我说话就回来了，角色要重新定",
                ]
            ),
            keep="移出",
            drop="先不移",
        )
    if not await members.leave(request.tx, who.id, at=request.clock):
        raise Refusal(f"{who.name} 已经不在团队里了", usage=False)
    await request.step("成员 移除", who.name)
    return Card(
        title=f"✅ {who.name} 已经移出团队",
        text="\n".join(_still_owns(left)),
        buttons=tuple(
            Button(label=f"转交 #{each.number}", say=f"转交 {each.number}") for each in left[:MOST]
        ),
    )


def _still_owns(left: list[Entry]) -> list[str]:
    if not left:
        return ["他名下没有没了结的事"]
    shown = "、".join(f"#{each.number} {first_line(each.title, 16)}" for each in left[:MOST])
    more = " 等" if len(left) > MOST else ""
    return [
        f"他名下还有 {len(left)} 件没了结：{shown}{more}",
        f"请找人接手，比如：转交 {left[0].number} @接手的人",
    ]
