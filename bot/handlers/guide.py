"""帮助: made from the declarations, so it cannot drift from what works."""

from typing import Annotated

from bot.command import Command, Commands, Topic
from bot.context import Request
from bot.errors import Refusal
from bot.message import Button, Card, Form, Outgoing
from bot.signature import Rest, form_field

# What people do with the bot, and the places of the topics for it.
AREAS = {
    "记下来": range(10, 30),
    "往前推": range(30, 40),
    "看": range(40, 50),
    "每天每周": range(50, 60),
    "问": range(60, 70),
    "比一比": range(70, 80),
    "团队": range(80, 100),
}
MOST = 8  # commands of a topic that are explained

topic = Topic("帮助", about="看我会什么", place=83)

# What people look for under a topic's name, though it is said of every record, or elsewhere.
ALSO = {
    "卡点": "解决 12 根因：…、重开 12、转交 12 @谁、改期 12 …、取消 12、进展 12 …、卡点列表",
    "任务": "完成 12、进展 12 …、改期 12 …、转交 12 @谁、认领 12、取消 12、任务列表、提醒 多/少；"
    "引用一条任务再说 任务 …，就是它的子任务",
    "目标": "实际 12 62%、完成 12、改期 12 …、目标列表",
    "里程碑": "完成 12、改期 12 …、里程碑列表",
    "风险": "关闭 12、转交 12 @谁、风险列表",
    "决策": "批准 12、驳回 12 原因、决策列表、决策 … 取代 #5",
    "变更": "批准 12、驳回 12 原因、完成 12、变更列表",
    "反馈": "完成 12、反馈列表",
    "数据问题": "解决 12 根因：… 方案：…、转交 12 @谁、数据问题列表",
}
_WHEN = Card(
    title="时间怎么写",
    text="平时怎么说就怎么写：周五下班前、明天上午、12月5日、月底、三个工作日内、国庆前。\n"
    "只说日子就算到 18:00，调休我知道；拿不准会问你一句。\n"
    "换时间：改期 12 下周三",
)
_AGAIN = Card(
    title="重复的任务",
    text="任务里写上多久一次：每天、每个工作日、每周五 17:00、每两周周一、每月5号、"
    "每月最后一个工作日。\n"
    "例如：任务 @张三 每周五 17:00 交周报\n停掉就取消最新的那一条：取消 12",
)
# Words that are no command, and what people mean by them.
SUBJECTS = {
    **dict.fromkeys(("期限", "时间", "截止", "日期"), _WHEN),
    **dict.fromkeys(("重复", "重复任务", "周期"), _AGAIN),
}
OTHER_NAMES = {"星星": "CRM使用之星", "积分": "CRM使用之星", "知识库": "知识", "列表": "清单"}


@topic.command("帮助", "help", "菜单", example="帮助 任务")
async def guide(request: Request, what: Annotated[str | None, Rest("命令")] = None) -> Outgoing:
    """看我会什么；后面加命令，看怎么说"""
    commands: Commands = request.commands
    if what:
        said = OTHER_NAMES.get(what.strip(), what.strip())
        if said in SUBJECTS:
            return SUBJECTS[said]
        topic = next((each for each in commands.topics if each.name == said), None)
        found = commands.find(said)
        if topic is not None and (found is None or found.command.name != said):
            return _all_of(topic)
        if found is None:
            near = commands.near(what)
            hint = f"你是不是想看：帮助 {near}" if near else "说 帮助 看全部"
            raise Refusal(f"没有「{what[:20]}」这个命令。{hint}", usage=False)
        return page(found.command, topic)
    lines = [
        f"【{area}】{'、'.join(each.name for each in commands.topics if each.place in places)}"
        for area, places in AREAS.items()
    ]
    return Card(
        title="我会这些",
        text="\n".join(lines),
        facts=(
            ("怎么说", "帮助 清单、帮助 任务"),
            ("说错了", "10 分钟内说 撤销"),
        ),
        buttons=tuple(
            Button(label=name, say=f"帮助 {name}")
            for name in ("卡点", "任务", "决策", "清单", "站会", "问答")
        ),
    )


def _all_of(topic: Topic) -> Card:
    """Every command of a topic, each with an example of how to say it."""
    lines = [f"{each.example} —— {each.about}" for each in topic.commands[:MOST]]
    if len(topic.commands) > MOST:
        lines.append("还有：" + "、".join(each.name for each in topic.commands[MOST:]))
    return Card(title=f"{topic.name}：{topic.about}", text="\n".join(lines))


def page(command: Command, topic: Topic | None = None) -> Card:
    facts = [("用法", command.usage)]
    if command.example != command.usage:
        facts.append(("例如", command.example))
    if len(command.phrases) > 1:
        facts.append(("也可以说", "、".join(command.phrases[1:])))
    if topic is not None and len(topic.commands) > 1:
        others = "、".join(each.name for each in topic.commands if each is not command)
        facts.append(("相关的", others))
    if command.name in ALSO:
        facts.append(("接着说", ALSO[command.name]))
    if command.roles:
        facts.append(("谁能用", "、".join(command.roles)))
    buttons = [Button(label="填表", say=f"表单 {command.name}")] if command.parameters else []
    return Card(title=command.name, text=command.about, facts=tuple(facts), buttons=tuple(buttons))


@topic.command("表单", "填表", example="表单 任务")
async def form(request: Request, what: Annotated[str, Rest("命令")]) -> Outgoing:
    """给一张表来填，不用记怎么说"""
    commands: Commands = request.commands
    found = commands.find(what)
    if found is None or not found.command.parameters:
        raise Refusal(f"「{what[:20]}」没有表单，说 帮助 看全部", usage=False)
    command = found.command
    return Form(
        title=command.name,
        text=command.about,
        say=command.name,
        typed=command.example,
        fields=tuple(form_field(each) for each in command.parameters),
    )
