"""绑定: which mobile, e-mail or login the CRM knows a member by."""

import re
import unicodedata
from typing import Annotated

from bot.command import Topic
from bot.context import Request
from bot.errors import Refusal
from bot.grammar import half_width
from bot.lane import confirm, propose
from bot.message import Card, Outgoing
from bot.roles import KEEPERS
from bot.signature import Rest
from storage import member as members
from storage.usage import canonical

topic = Topic("绑定", about="告诉我 CRM 里哪个是你", place=81)

_LABELS = {"mobile": "手机", "email": "邮箱", "crm_login": "账号"}


@topic.command("绑定", "我的绑定", example="绑定")
async def show(request: Request, what: Annotated[str | None, Rest("哪一种")] = None) -> Outgoing:
    """看自己绑了什么，和怎么绑"""
    if what and re.fullmatch(r"\d{6}", half_width(what)):
        return await confirm(request, half_width(what))
    if what:
        raise Refusal(
            "可以绑：\n绑定 手机 13800138000\n绑定 账号 你的CRM账号\n绑定 邮箱 name@example.com",
            usage=False,
        )
    own = next(
        each
        for each in await members.contacts(request.tx, request.team.id)
        if each["id"] == request.sender.id
    )
    facts = tuple((label, _shown(own[name]) or "没绑") for name, label in _LABELS.items())
    return Card(title=f"{request.sender.name} 绑定的 CRM 身份", facts=facts)


@topic.command("绑定 手机", "绑定手机", "绑定 手机号", example="绑定 手机 13800138000")
async def mobile(request: Request, number: Annotated[str, Rest("手机号")]) -> Outgoing:
    """绑定 CRM 里登记的手机号"""
    plain = canonical(number)
    if not re.fullmatch(r"1\d{10}|\d{6,15}", plain, re.ASCII):
        raise Refusal(f"「{number[:20]}」不像手机号，比如：绑定 手机 13800138000", usage=False)
    return await _bind(request, "mobile", plain)


@topic.command("绑定 邮箱", "绑定邮箱", example="绑定 邮箱 zhangsan@example.com")
async def email(request: Request, address: Annotated[str, Rest("邮箱")]) -> Outgoing:
    """绑定 CRM 里登记的邮箱"""
    plain = canonical(address)
    if len(plain) > 200 or not re.fullmatch(r"[^\s@]+@[^\s@]+\.[^\s@.]+", plain):
        raise Refusal(
            f"「{address[:40]}」不像邮箱，比如：绑定 邮箱 zhangsan@example.com", usage=False
        )
    return await _bind(request, "email", plain)


@topic.command("绑定 账号", "绑定账号", "绑定 帐号", "绑定帐号", example="绑定 账号 zhangsan")
async def login(request: Request, name: Annotated[str, Rest("CRM 账号")]) -> Outgoing:
    """绑定 CRM 的登录账号或工号"""
    plain = " ".join(unicodedata.normalize("NFKC", name).split())
    if len(plain) > 200:
        raise Refusal("账号太长了，最多 200 个字", usage=False)
    return await _bind(request, "crm_login", plain)


@topic.command("绑定 群机器人", "绑定群机器人", example="绑定 群机器人 项目群", roles=KEEPERS)
async def lane(request: Request, name: Annotated[str, Rest("通道名")]) -> Outgoing:
    """让群机器人能主动在这个企业微信群里发消息"""
    return await propose(request, name)


async def _bind(request: Request, column: str, value: str) -> Outgoing:
    """Set it, unless another member of the team has it. Raises Refusal."""
    label = _LABELS[column]
    for each in await members.contacts(request.tx, request.team.id):
        taken = any(each[name] and canonical(each[name]) == canonical(value) for name in _LABELS)
        if taken and each["id"] != request.sender.id:
            raise Refusal(
                f"这个{label}已经是 {each['name']} 绑的了。如果绑错了，请他先改绑自己的。",
                usage=False,
            )
    await members.set_contact(request.tx, request.sender.id, **{column: value})
    await request.step("绑定", label)
    return Card(
        title=f"✅ {request.sender.name} 的{label}已绑定：{_shown(value)}",
        text="以前和以后的 CRM 使用数据都会算到你名下",
    )


def _shown(value: str) -> str:
    """A mobile number is not repeated in a group."""
    return re.sub(r"^(\d{3})\d+(\d{4})$", r"\1****\2", value)
