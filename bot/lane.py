"""Pairing a WeCom group with its 群机器人, so that the bot can post there unasked.

The robot shows a one-time code in whichever group it sits in; the group in which somebody repeats
the code is the one. The webhook's key never appears in a chat.
"""

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta

from bot.context import Request
from bot.errors import Refusal
from bot.message import Card, Outgoing, Text
from storage import team as teams

VALID = timedelta(minutes=10)
MOST_TRIES = 5
_SETTING = "pairing"


async def propose(request: Request, lane: str) -> Outgoing:
    """Have the robot of this lane show a code. Raises Refusal."""
    known = request.config.wecom.group_robots
    if request.chat.private or request.chat.platform != "wecom":
        raise Refusal("请在要绑定的企业微信群里说这句话", usage=False)
    if lane not in known:
        names = "、".join(known) or "还没有，请管理员在配置 [wecom.group_robots] 里加"
        raise Refusal(f"没有叫「{lane[:20]}」的通道。配置里有：{names}", usage=False)
    code = f"{secrets.randbelow(10**6):06}"
    until = request.clock + VALID
    pairing = {"code": _hash(code), "lane": lane, "until": until.isoformat(), "tries": 0}
    await teams.change_setting(request.tx, request.team.id, _SETTING, pairing)
    words = Text(text=f"验证码 {code}，10 分钟内有效。请在本群 @大管家 说：绑定 {code}")
    await request.tell(request.chat, words, lane=lane)
    return Card(
        title=f"「{lane}」的群机器人正在发验证码",
        text="在哪个群看到，就在哪个群 @我 说：绑定 验证码",
    )


async def confirm(request: Request, code: str) -> Outgoing:
    """The group in which the code was seen gets the robot as its lane."""
    pairing = request.team.settings.get(_SETTING)
    if request.chat.private or request.chat.platform != "wecom":
        raise Refusal("请在看到验证码的企业微信群里说", usage=False)
    if pairing is None or datetime.fromisoformat(pairing["until"]) < request.clock:
        raise Refusal("验证码已经失效，请再说一次：绑定 群机器人 通道名", usage=False)
    if not hmac.compare_digest(pairing["code"], _hash(code)):
        # Answered, not refused: the count of wrong codes must be kept.
        tries = pairing["tries"] + 1
        left = {**pairing, "tries": tries} if tries < MOST_TRIES else None
        await teams.change_setting(request.tx, request.team.id, _SETTING, left)
        return Card(title="验证码不对，请再看一眼群机器人发的那条")
    await teams.change_chat(request.tx, request.chat.id, lane=pairing["lane"])
    await teams.change_setting(request.tx, request.team.id, _SETTING, None)
    return Card(title=f"✅ 本群已绑定群机器人「{pairing['lane']}」，以后可以主动发消息了")


def _hash(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()
