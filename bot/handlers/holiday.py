"""设置 假期 and 设置 时区: which days a team works, and by whose clock."""

import difflib
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo, available_timezones

from bot.command import Topic
from bot.context import Request
from bot.errors import Refusal
from bot.holiday import (
    BACK,
    OFF,
    ON,
    Change,
    apply,
    changes_in,
    official,
    official_lines,
    own_lines,
    run_words,
    runs,
    zone_words,
)
from bot.message import Button, Card, Outgoing
from bot.preference import calendar_of
from bot.reminder import NOT_DUE
from bot.signature import Rest
from bot.task import CARRIES
from storage import ledger
from storage import team as teams
from storage.team import Team

topic = Topic("假期", about="团队自己的放假、调休和时区", place=55)

AHEAD = 60  # days of the official calendar that are shown
_HOW = "改就说：设置 假期 2027-02-08..02-14 休、设置 假期 2027-02-06 班、设置 假期 2027-02-08 恢复"

_CITIES = {
    "Asia/Shanghai": "北京时间 北京 上海 中国 广州 深圳 杭州 成都 武汉 西安 南京 重庆 东八区",
    "Asia/Hong_Kong": "香港",
    "Asia/Macau": "澳门",
    "Asia/Taipei": "台北 台湾",
    "Asia/Singapore": "新加坡",
    "Asia/Tokyo": "东京 大阪 日本",
    "Asia/Seoul": "首尔 韩国",
    "Asia/Bangkok": "曼谷 泰国",
    "Asia/Ho_Chi_Minh": "胡志明市 河内 越南",
    "Asia/Kuala_Lumpur": "吉隆坡 马来西亚",
    "Asia/Jakarta": "雅加达",
    "Asia/Manila": "马尼拉 菲律宾",
    "Asia/Kolkata": "新德里 德里 孟买 班加罗尔 印度",
    "Asia/Dubai": "迪拜",
    "Europe/Moscow": "莫斯科",
    "Europe/Berlin": "柏林 法兰克福 慕尼黑 汉堡 德国",
    "Europe/Paris": "巴黎 法国",
    "Europe/London": "伦敦 英国",
    "Europe/Amsterdam": "阿姆斯特丹 荷兰",
    "Europe/Madrid": "马德里 西班牙",
    "Europe/Rome": "罗马 米兰 意大利",
    "America/New_York": "纽约 华盛顿 波士顿 美东",
    "America/Chicago": "芝加哥",
    "America/Los_Angeles": "洛杉矶 旧金山 西雅图 硅谷 美西",
    "America/Toronto": "多伦多",
    "America/Vancouver": "温哥华",
    "America/Mexico_City": "墨西哥城",
    "America/Sao_Paulo": "圣保罗",
    "Australia/Sydney": "悉尼 墨尔本",
    "Pacific/Auckland": "奥克兰",
}
_ZONE_OF = {city: zone for zone, cities in _CITIES.items() for city in cities.split()}


# --- 设置 假期 ---------------------------------------------------------------------------------


@topic.command(
    "设置 假期", "设置假期", "设置 节假日", "设置 调休", example="设置 假期 2027-02-08..02-14 休"
)
async def holidays(
    request: Request, days: Annotated[str | None, Rest("哪几天 休/班/恢复")] = None
) -> Outgoing:
    """团队自己的放假和补班，恢复 就按官方的；不写就看现在的（改要项目经理或系统管理员）"""
    if days is None:
        return _shown(request, request.team)
    changes = changes_in(days, request.now, request.calendar)
    await request.require_keeper("改假期要项目经理或系统管理员来做")
    team = await _store(request, apply(request.team.settings.get("calendar", {}), changes))
    after = calendar_of(official(request.config, request.calendar.zone), team)
    named = sorted({day for each in changes for day in each.days})
    free = [x for x in named if request.calendar.is_workday(x) and not after.is_workday(x)]
    more = [x for x in named if after.is_workday(x) and not request.calendar.is_workday(x)]
    said = [_change_words(each, request.now.date()) for each in changes]
    counts = [f"少 {len(free)} 个工作日"] * bool(free) + [f"多 {len(more)} 个工作日"] * bool(more)
    effect = f"（{'，'.join(counts) or '工作日没有变'}）"
    title = f"✅ {said[0]}{effect}" if len(said) == 1 else f"✅ 假期改好了{effect}"
    lines = [*(said if len(said) > 1 else ()), *await _affected(request, free)]
    return Card(
        title=title, text="\n".join(lines), buttons=(Button(label="看假期", say="设置 假期"),)
    )


def _change_words(change: Change, today: date) -> str:
    days = "、".join(run_words(*each, today) for each in runs(change.days))
    return f"{days} {_SAID[change.word]}"


_SAID = {OFF: "休", ON: "上班", BACK: "恢复成官方的"}


async def _affected(request: Request, free: Sequence[date]) -> list[str]:
    """What is due on days that are free now."""
    if not free:
        return []
    zone = request.calendar.zone
    end = datetime.combine(free[-1] + timedelta(days=1), time(0), zone)
    due = [
        each
        for each in await ledger.listed(request.tx, request.team.id, due_before=end)
        if each.due and each.due.astimezone(zone).date() in free and each.kind not in NOT_DUE
    ]
    if not due:
        return []
    shown = "、".join(f"#{each.number}" for each in due[:8]) + (" 等" if len(due) > 8 else "")
    repeated = sum(each.stage == CARRIES for each in due)
    also = f"，其中重复的任务 {repeated} 件" if repeated else ""
    return [
        f"有 {len(due)} 件的期限落在新的休息日：{shown}{also}",
        f"期限不会自己动，要改就说：改期 {due[0].number} 下个工作日",
    ]


async def _store(request: Request, chosen: dict[str, Any]) -> Team:
    await teams.change_setting(request.tx, request.team.id, "calendar", chosen)
    await request.step("设置", "calendar")
    settings = {**request.team.settings, "calendar": chosen}
    return Team(id=request.team.id, name=request.team.name, settings=settings)


def _shown(request: Request, team: Team) -> Card:
    today = request.now.date()
    base = official(request.config, request.calendar.zone)
    own = own_lines(team, today) or ["没有，都按官方的"]
    coming = official_lines(base, today, AHEAD) or ["没有放假和调休"]
    unknown = [
        f"{year} 年的官方安排还不知道，先按周一到周五、法定节日估计"
        for year in _years(today)
        if not request.calendar.knows(year)
    ]
    lines = ["团队自己定的：", *own, "", f"官方的，{AHEAD} 天以内：", *coming, *unknown, "", _HOW]
    return Card(title="假期和调休", text="\n".join(lines))


def _years(today: date) -> Iterable[int]:
    return sorted({today.year, (today + timedelta(days=AHEAD)).year})


# --- 设置 时区 ---------------------------------------------------------------------------------


@topic.command("设置 时区", "设置时区", example="设置 时区 Europe/Berlin")
async def zone(
    request: Request, name: Annotated[str | None, Rest("城市或时区名")] = None
) -> Outgoing:
    """团队按哪里的时间走，比如 上海、柏林、Europe/Berlin（改要项目经理或系统管理员）"""
    if name is None:
        return Card(
            title=f"时区：{zone_words(request.calendar.zone, request.now)}",
            text="改就说：设置 时区 Europe/Berlin 或 设置 时区 上海",
        )
    found = _zone(name)
    await request.require_keeper("改时区要项目经理或系统管理员来做")
    chosen = {**request.team.settings.get("calendar", {}), "zone": found.key}
    await _store(request, chosen)
    return Card(
        title=f"✅ 时区：{zone_words(found, request.now)}",
        text="站会、提醒和报告从现在起按这里的钟点；已经记下的期限和请假还是原来的时刻",
    )


def _zone(name: str) -> ZoneInfo:
    said = name.strip().strip("。.").removesuffix("时间") if name.strip() != "北京时间" else name
    key = _ZONE_OF.get(name.strip()) or _ZONE_OF.get(said)
    known = {each.lower(): each for each in available_timezones() if "/" in each or each == "UTC"}
    key = key or known.get(said.strip().replace(" ", "_").lower())
    if key is None:
        close = difflib.get_close_matches(said.lower(), known, n=1, cutoff=0.8)
        hint = f"，是不是 {known[close[0]]}？" if close else "，"
        raise Refusal(
            f"没有「{name.strip()[:30]}」这个时区{hint}"
            "可以写城市或时区名，比如 设置 时区 上海、设置 时区 Europe/Berlin",
            usage=False,
        )
    return ZoneInfo(key)
