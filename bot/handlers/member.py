"""成员 and 角色: who belongs to the team, and who may decide what."""

import re
from typing import Annotated

from bot.command import Topic
from bot.context import Request
from bot.errors import Refusal
from bot.message import Card, Outgoing
from bot.roles import KEEPERS, Role
from bot.signature import Mention, Rest
from storage import member as members
from storage.member import Member

topic = Topic("团队", about="成员和角色", place=80)


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
