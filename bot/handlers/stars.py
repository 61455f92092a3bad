"""排行榜: who uses the CRM well, why, and what would gain most."""

from typing import Annotated

from bot.command import Topic
from bot.context import Request
from bot.errors import Refusal
from bot.leaderboard import Standing, rank
from bot.message import Button, Card, Outgoing
from bot.moment import day_words, due_words
from bot.roles import KEEPERS, Role
from bot.signature import Rest
from bot.stars import PERIODS, Period, advice, last_week, ranking, this_week, why
from bot.usage import called
from storage import member as members
from storage import usage

topic = Topic("CRM使用之星", about="排行榜、我的得分、使用情况", place=70)

MOST_UNKNOWN = 20


@topic.command("排行榜", "CRM使用之星", "使用之星", example="排行榜 上周")
async def board(
    request: Request, when: Annotated[str | None, Rest("本周/上周/本月")] = None
) -> Outgoing:
    """看谁把 CRM 用得最好；可以加 本周、上周、本月"""
    word = (when or "本周").strip().removesuffix("的")
    if word not in PERIODS:
        raise Refusal("可以看：排行榜 本周、排行榜 上周、排行榜 本月", usage=False)
    period = PERIODS[word](request.now.date())
    standings = await _standings(request, period)
    names = {each.id: each.name for each in await members.in_team(request.tx, request.team.id)}
    lines = ranking(standings, names, winners=request.config.stars.winners)
    buttons = [Button(label="我的得分", say="我的得分")]
    if not lines:
        lines = [f"{period.name}还没有人上榜"]
        if period.name != "上周":
            buttons.append(Button(label="看上周", say="排行榜 上周"))
    return Card(title=f"🏆 排行榜｜{period.words}", text="\n".join(lines), buttons=tuple(buttons))


@topic.command("我的得分", "我的分数", example="我的得分")
async def mine(request: Request) -> Outgoing:
    """看自己的得分、怎么来的、怎么涨得最快"""
    today = request.now.date()
    for period in (this_week(today), last_week(today)):
        standings = await _standings(request, period)
        found = next((each for each in standings if each.member_id == request.sender.id), None)
        if found is not None:
            place = f"第 {found.rank} 名" if found.rank else "还没上榜"
            return Card(
                title=f"{request.sender.name} {period.name} {found.score} 分｜{place}",
                text=f"{why(found.tally)}\n{advice(found.tally)}",
                buttons=(Button(label="排行榜", say=f"排行榜 {period.name}"),),
            )
    return Card(
        title="这两周还没有你的使用数据",
        text="如果 CRM 里有记录，可能是名字没对上，说一句就能绑上：\n"
        "绑定 手机 13800138000\n绑定 账号 你的CRM账号",
    )


@topic.command("使用情况", example="使用情况")
async def state(request: Request) -> Outgoing:
    """看 CRM 使用数据收到哪天了；管理员还能看到没对上的人"""
    extent = await usage.extent(request.tx, request.team.id)
    if not extent.rows or extent.last_day is None or extent.imported_at is None:
        return Card(
            title="还没有 CRM 使用数据",
            text="由系统管理员导入：guanjia usage import 文件，或让 CRM 发到 /api/usage",
        )
    facts = [
        ("数据", f"{extent.rows} 行，{extent.people} 个人"),
        ("到哪天", day_words(extent.last_day)),
        ("上次收到", due_words(extent.imported_at, request.now)),
    ]
    unknown = await usage.unmapped(request.tx, request.team.id)
    if not unknown:
        return Card(title="CRM 使用数据", facts=(*facts, ("没对上的人", "没有 👍")))
    facts.append(("没对上的人", f"{len(unknown)} 个"))
    if not request.sender.has(*KEEPERS, Role.DATA):
        return Card(title="CRM 使用数据", facts=tuple(facts))
    shown = [called(person, also) for person, also in list(unknown.items())[:MOST_UNKNOWN]]
    more = f"……还有 {len(unknown) - MOST_UNKNOWN} 个" if len(unknown) > MOST_UNKNOWN else ""
    return Card(
        title="CRM 使用数据",
        text=f"没对上：{'、'.join(shown)}{more}\n请本人说：绑定 账号 … 或 绑定 手机 …",
        facts=tuple(facts),
    )


async def _standings(request: Request, period: Period) -> list[Standing]:
    work, _ = await usage.by_member(
        request.tx, request.team.id, since=period.since, until=period.until
    )
    return rank(work)
