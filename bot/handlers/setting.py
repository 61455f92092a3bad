"""设置: what a team decides for itself, instead of the configuration's defaults."""

import re
from collections.abc import Mapping
from datetime import time
from typing import Annotated, Any

from bot.command import Topic
from bot.context import Request
from bot.errors import Refusal
from bot.grammar import half_width
from bot.holiday import days_words, zone_words
from bot.meeting import meeting_of
from bot.message import Button, Card, Outgoing
from bot.moment import WEEKDAYS as NAMES
from bot.preference import WEEKDAYS, escalation_ladder, stars_hour
from bot.report_hour import daily_words, weekly_words
from bot.round import plan
from bot.round_words import plan_words
from bot.signature import Rest
from bot.standup_question import questions_of
from bot.standup_question import words as question_words
from storage import team as teams

topic = Topic("设置", about="站会、星星、升级的时间，由团队自己定", place=82)

_CLOCK = re.compile(
    r"(上午|早上|下午|晚上)?\s*(?<![\d:])(\d{1,2})\s*(?:[:点时]\s*(半|\d{1,2})?\s*分?)(?![\d:])"
)
_OFF = ("关", "关闭", "关掉", "不开", "停", "停用", "off")
_SEPARATOR = re.compile(r"[\s,，、;；]|到|至|[-~～—]+|开始|结束|收")
_WEEKDAY = re.compile(rf"(?:每?(?:周|星期|礼拜))([{NAMES}天])")


@topic.command("设置", "设置列表", example="设置")
async def show(request: Request, what: Annotated[str | None, Rest("哪一项")] = None) -> Outgoing:
    """看团队的设置，和怎么改"""
    if what:
        raise Refusal(
            f"没有「{what[:20]}」这项设置，现在能改：\n设置 站会 9:30 10:30\n设置 星星 周一 9:00\n"
            "设置 升级 4 8 24",
            usage=False,
        )
    return Card(
        title=f"{request.team.name} 的设置",
        facts=tuple((label, words(request)) for label, words in _SHOWN.values()),
        text="改的时候说：设置 站会 9:30 10:30、设置 站会 关、设置 星星 周一 9:00、"
        "设置 升级 4 8 24、设置 本群 站会",
    )


@topic.command("设置 星星", "设置星星", "设置 使用之星", example="设置 星星 周一 9:00")
async def stars(request: Request, when: Annotated[str, Rest("周几 几点")]) -> Outgoing:
    """定每周几几点发 CRM使用之星；关 就不发（项目经理或系统管理员）"""
    await _check_may_set(request)
    if _off(when):
        return await _save(request, "stars", {"off": True})
    before = stars_hour(request.config, request.team)
    named = _WEEKDAY.search(when)
    rest = _WEEKDAY.sub(" ", when, count=1)
    times = _times(rest, "星星 周一 9:00") if rest.strip() else []
    if len(times) > 1 or (named is None and not times):
        raise Refusal("要写周几、几点，比如 设置 星星 周一 9:00", usage=False)
    weekday = NAMES.index(named[1].replace("天", "日")) if named else None
    if weekday is None:
        weekday = before.weekday if before else WEEKDAYS.index(request.config.stars.weekday)
    at = times[0] if times else before.at if before else request.config.stars.at
    return await _save(request, "stars", {"weekday": WEEKDAYS[weekday], "at": f"{at:%H:%M}"})


@topic.command("设置 升级", "设置升级", example="设置 升级 4 8 24")
async def escalation(request: Request, hours: Annotated[str, Rest("三个小时数")]) -> Outgoing:
    """定卡点几小时没解决就找负责人、项目经理、领导；关 就不自动升级（项目经理或系统管理员）"""
    await _check_may_set(request)
    if _off(hours):
        return await _save(request, "escalation", {"off": True})
    example = "设置 升级 4 8 24：4 小时提醒负责人，8 小时到项目经理，24 小时到领导"
    plain = re.sub(r"工作|小时|个|[,，、/;；hH]", " ", half_width(hours)).split()
    if len(plain) != 3 or not all(re.fullmatch(r"[1-9]\d{0,2}", each) for each in plain):
        raise Refusal(f"要写三个小时数（1 到 999 的整数），比如 {example}", usage=False)
    chosen = [int(each) for each in plain]
    if sorted(set(chosen)) != chosen:
        raise Refusal(f"三个小时数要一个比一个大，比如 {example}", usage=False)
    return await _save(request, "escalation", {"hours": chosen})


@topic.command("设置 本群", "设置本群", example="设置 本群 站会")
async def here(request: Request, what: Annotated[str, Rest("站会、星星、日报或例会")]) -> Outgoing:
    """站会、星星、日报和周报、例会以后发在这个群（项目经理或系统管理员）"""
    await _check_may_set(request)
    purposes = {"站会": "standup", "星星": "stars", "使用之星": "stars"}
    purposes |= {"日报": "report", "周报": "report", "例会": "meeting"}
    purpose = purposes.get(what.strip())
    if purpose is None:
        raise Refusal("要写发什么，比如 设置 本群 站会 或 设置 本群 星星", usage=False)
    if request.chat.private:
        raise Refusal("请在要发的那个群里说", usage=False)
    for each in await teams.groups(request.tx, request.team.id):
        if each.purpose == purpose:
            await teams.change_chat(request.tx, each.id, purpose="")
    await teams.change_chat(request.tx, request.chat.id, purpose=purpose)
    await request.step("设置 本群", purpose)
    label = "日报和周报" if purpose == "report" else what.strip()
    return Card(title=f"✅ {label}以后发在这个群")


async def _check_may_set(request: Request) -> None:
    """The keepers; in a team that nobody keeps yet, anyone. Raises Refusal."""
    await request.require_keeper("改设置要项目经理或系统管理员来做")


async def _save(request: Request, name: str, chosen: Mapping[str, Any]) -> Outgoing:
    settings = {**request.team.settings, name: dict(chosen)}
    await teams.change_setting(request.tx, request.team.id, name, settings[name])
    await request.step("设置", name)
    changed = type(request.team)(id=request.team.id, name=request.team.name, settings=settings)
    label, words = _SHOWN[name]
    return Card(
        title=f"✅ {label}：{words(request, changed)}",
        buttons=(Button(label="看全部设置", say="设置"),),
    )


def _standup_words(request: Request, team: teams.Team | None = None) -> str:
    chosen = (team or request.team).settings.get("standup", {})
    return plan_words(plan(request.config, chosen))


def _question_words(request: Request, team: teams.Team | None = None) -> str:
    return "、".join(map(question_words, questions_of(team or request.team)))


def _stars_words(request: Request, team: teams.Team | None = None) -> str:
    hour = stars_hour(request.config, team or request.team)
    if hour is None:
        return "不发（打开就说：设置 星星 周一 9:00）"
    return f"每周{NAMES[hour.weekday]} {hour.at:%H:%M} 发上周的 CRM使用之星"


def _escalation_words(request: Request, team: teams.Team | None = None) -> str:
    ladder = escalation_ladder(request.config, team or request.team)
    if ladder is None:
        return "不自动升级（打开就说：设置 升级 4 8 24）"
    return (
        f"卡点 {ladder.owner} 工作小时没解决提醒负责人，"
        f"{ladder.manager} 小时到项目经理，{ladder.leader} 小时到领导"
    )


def _meeting_words(request: Request, team: teams.Team | None = None) -> str:
    meeting = meeting_of(team or request.team)
    if meeting is None:
        return "没定（要定就说：设置 例会 周二 周五 10:00）"
    before = request.config.meetings.agenda_before
    return f"{meeting.words}，提前 {before} 分钟发议程"


def _holiday_words(request: Request, team: teams.Team | None = None) -> str:
    return days_words(request, team or request.team)


def _zone_words(request: Request, _team: teams.Team | None = None) -> str:
    return zone_words(request.calendar.zone, request.now)


# What a team can set, as it is called and said.
_SHOWN = {
    "standup": ("站会", _standup_words),
    "questions": ("站会问题", _question_words),
    "stars": ("星星", _stars_words),
    "escalation": ("升级", _escalation_words),
    "daily": ("日报", daily_words),
    "weekly": ("周报", weekly_words),
    "meeting": ("例会", _meeting_words),
    "calendar": ("假期", _holiday_words),
    "zone": ("时区", _zone_words),
}


def _off(words: str) -> bool:
    return words.strip().lower() in _OFF


def _times(words: str, example: str) -> list[time]:
    """Every clock in the words. Raises Refusal if anything else is in them."""
    plain = half_width(words)
    found = []
    for each in _CLOCK.finditer(plain):
        hour = int(each[2])
        minute = 30 if each[3] == "半" else int(each[3] or 0)
        if each[1] in ("下午", "晚上") and hour < 12:
            hour += 12
        if hour > 23 or minute > 59:
            raise Refusal(f"没有「{each[0].strip()}」这个时间，比如 设置 {example}", usage=False)
        found.append(time(hour, minute))
    left = _SEPARATOR.sub("", _CLOCK.sub(" ", plain))
    if left or not found:
        raise Refusal(f"时间没看懂，比如 设置 {example}，不开就说 关", usage=False)
    return found
