"""What a sentence that is no command was probably meant to be: the command, to be pressed.

Lists and figures are shown at once; what would change something is only offered. The patterns
are narrow: what merely resembles one is a question, for the knowledge base.
"""

import re
from collections.abc import Sequence

from bot import budget
from bot.context import Reply, Request
from bot.deadlines import understand
from bot.decision import PENDING
from bot.grammar import half_width
from bot.kind import KINDS, head
from bot.message import Button, Card, Text
from bot.receipt import first_line
from bot.search import search
from storage import ledger, outbox
from storage import member as members
from storage.ledger import OPEN, Entry
from storage.member import Member

LONGEST = 200  # characters: who says more tells something
LONGEST_SAY = 500

_POLITE = re.compile(
    r"^(?:大管家|请问一下|请问|麻烦你?|拜托|帮我|帮忙|劳驾|你好|您好|请(?!假)|想问一?下|问一?下|我想知道|[,。\s])+"
)
_TAIL = re.compile(r"[\s。.!?~,]*(?<![什干怎])[啊呀呢吧吗么嘛哈哦喔]?[\s。.!?~]*$")


_BESIDE_DIGITS = re.compile(r"(?<=[\u4e00-\u9fff])\s+(?=[#\d])|(?<=\d)\s+(?=[\u4e00-\u9fff])")


def plain(text: str) -> str:
    """The sentence without politeness around it."""
    said = _BESIDE_DIGITS.sub("", half_width(text).replace("，", ",").strip())
    return _TAIL.sub("", _POLITE.sub("", said))


# --- shown at once ---------------------------------------------------------------------------

_LISTS = {
    "卡点": "卡点列表", "阻塞": "卡点列表", "任务": "任务列表", "待办": "任务列表",
    "风险": "风险列表", "决策": "决策列表", "变更": "变更列表", "里程碑": "里程碑列表",
    "目标": "目标列表", "反馈": "反馈列表", "数据问题": "数据问题列表", "验收": "验收列表",
    "验收项": "验收列表", "纪要": "纪要列表", "经验": "经验列表",
}  # fmt: skip
_KIND = f"(?P<kind>{'|'.join(sorted(_LISTS, key=len, reverse=True))})"
_NOW = r"(?:现在|目前|我们|咱们|项目里?|团队里?|群里|还|都|到底)*"
_LEFT = r"(?:(?:还没有?|没有?|未)(?:解决|完成|做完|处理|关闭|了结|搞定|通过)|开着|待处理)?"
_WHICH = r"(?:哪些|哪几个|什么|多少|几个|几条|啥)"
_LOOK = r"(?:看一?下|看看|查一?下|列一?下|列出|给我看看?)"
_DUE = r"(?P<span>今天|明天|本周|这周|下周)"

_READS: tuple[tuple[str, str], ...] = (
    # A list of a kind: 还有哪些卡点没解决, 卡点还有哪些, 有没有没完成的任务.
    (rf"{_NOW}(?:有|剩)?{_WHICH}{_LEFT}的?{_KIND}{_NOW}{_LEFT}的?", "list"),
    (rf"{_KIND}{_NOW}有{_WHICH}{_LEFT}的?", "list"),
    (rf"{_NOW}有(?:没有)?{_LEFT}的?{_KIND}{_LEFT}的?", "list"),
    (rf"{_LOOK}(?:所有|全部|现在)?{_LEFT}的?{_KIND}(?:列表|清单)?", "list"),
    # Mine.
    (rf"我(?:今天|明天|本周|这周|现在|手上|手里)?{_NOW}(?:有|剩){_WHICH}(?:要|需要|该)?"
     r"(?:做|办|处理|干|跟|没做完|没完成|没办)?的?(?:事情?|活|任务|工作|待办)?", "我的"),
    (r"我(?:今天|明天|本周|这周|现在)?(?:要|该|得|需要)(?:做|干|办|处理)(?:点|些)?"
     r"(?:什么|啥|哪些)(?:事情?|活|任务)?", "我的"),
    (r"我(?:负责|手上|手里|名下)的?(?:任务|事情?|活|工作|待办|卡点|记录)?(?:有哪些)?", "我的"),
    (r"我(?:今天|明天|本周|这周)?的(?:任务|待办|工作|事情?|活|安排)(?:有哪些)?", "我的"),
    # What is due, and what is late.
    (rf"{_LOOK}?{_DUE}(?:要?到期|截止|要交|要完成)?的(?:任务|待办|工作)(?:有哪些)?", "due"),
    (rf"{_DUE}(?:有)?{_WHICH}(?:任务|事情?)?(?:要?到期|截止|要交|要完成)(?:的)?(?:任务)?", "due"),
    (rf"{_NOW}{_LOOK}?{_NOW}(?:有没有|有)?(?:{_WHICH})?(?:任务|事情?|卡点)?(?:是)?(?:已经)?"
     r"(?:逾期|超期)(?:了|没做|没完成|未完成)?的?(?:任务|事情?|卡点|清单)?"
     rf"(?:有{_WHICH}|有没有)?", "逾期"),
    # The meeting, the money, what was decided.
    (rf"{_LOOK}?(?:今天|明天|这次|本次|下次|开会|会议|例会)*的?(?:会议)?议程"
     r"(?:是|有)?(?:什么|哪些|啥)?", "议程"),
    (r"(?:今天|明天|这次|本次)?(?:开会|会上|例会)要?(?:谈|讨论|说|聊)(?:什么|啥|哪些)", "议程"),
    (r"(?P<subject>\S{0,20}?)的?(?:还|现在|一共|总共|已经)*(?:剩下?|有|花了|用了|花掉了)多少"
     r"(?P<money>预算|钱|经费|费用)(?:没花|没用)?", "budget"),
    (r"(?P<subject>\S{0,20}?)的?(?P<money>预算|经费)(?:还|现在|一共|总共|已经)*"
     r"(?:剩下?|有|花了|用了|够不够|剩)(?:多少)?(?:钱|了)?", "budget"),
    (r"(?P<what>\S{2,20}?)(?:最后|最终|到底|后来|当时|上次)(?:是)?(?:怎么|咋)?"
     r"(?:定|决定|拍板|敲定)(?:的|了|下来)*(?:是)?(?:什么|啥|哪个|哪种|怎么样|怎样)?(?:方案)?(?:了|的)?",
     "decision"),
    (r"(?P<what>\S{2,20}?)(?:是)?(?:怎么|咋)(?:定|决定|拍板)的", "decision"),
    (r"关于(?P<what>\S{2,20}?)(?:有)?(?:什么|哪些|啥)(?:决策|决定)", "decision"),
    # One entry.
    (r"(?:查|看)?(?:一下|下|看)?第?#?(?P<number>\d{1,9})[号条]?"
     r"(?:任务|卡点|风险|决策|变更|验收)?(?:现在)?(?:怎么样|什么情况|到哪一?步|到哪|进展如何"
     r"|进展怎么样|谁负责|谁在做|什么时候到期|什么状态)了?", "entry"),
    # The bot itself.
    (r"你(?:都|还)?(?:会|能|可以)(?:干|做|帮我做|帮忙做)?(?:什么|啥|嘛|哪些|些什么)(?:事情?)?",
     "帮助"),
    (r"你?(?:有|都有)(?:什么|哪些|啥)(?:功能|命令|用|用处|本事)", "帮助"),
    (r"(?:该|要)?(?:怎么|如何|咋)(?:用|使用|跟你说|和你说话)(?:你|大管家|机器人)?", "帮助"),
    (r"(?:你|大管家|机器人)(?:该|要)?(?:怎么|如何|咋)(?:用|使用)", "帮助"),
    (r"(?:使用|操作)?(?:说明|手册|帮助文档)", "帮助"),
)  # fmt: skip
_COMPILED = tuple((re.compile(pattern), meaning) for pattern, meaning in _READS)


async def shown(request: Request) -> str | None:
    """The command that answers the sentence and changes nothing; None if it is no such thing."""
    text = plain(request.text)
    if not text or len(text) > LONGEST:
        return None
    for pattern, meaning in _COMPILED:
        found = pattern.fullmatch(text)
        if found is not None and (say := await _command(request, found, meaning)):
            return say
    return None


async def _command(request: Request, found: re.Match[str], meaning: str) -> str | None:
    match meaning:
        case "list":
            return _LISTS[found["kind"]]
        case "due":
            return f"任务列表 {found['span'].replace('这周', '本周')}到期"
        case "budget":
            return await _budget(request, found["subject"], found["money"])
        case "decision":
            what = found["what"].removeprefix("关于").rstrip("的")
            hits, _ = await search(request.tx, request.team.id, what, kinds=("decision",))
            return f"决策 查 {what}" if hits else None
        case "entry":
            entry = await ledger.find(request.tx, request.team.id, int(found["number"]))
            return f"查看 {entry.number}" if entry else None
    return meaning


async def _budget(request: Request, said: str, money: str) -> str | None:
    """The subject's own line, or all of them; 客户还有多少钱 is about neither."""
    subject = re.sub(r"^(?:现在|目前|我们|咱们)", "", said).rstrip("的")
    known = [each for each in await budget.subjects(request) if each.title == subject]
    if known:
        return f"预算 {subject}"
    return "预算列表" if money in ("预算", "经费") else None


# --- offered ---------------------------------------------------------------------------------

_WHAT = "(?:任务|卡点|风险|变更|里程碑|目标|数据问题|验收项?|问题|待办|决策)?"
_ONE = (
    rf"(?:把|将)?{_WHAT}第?#?(?P<number>\d{{1,9}})[号条]?\s*(?:那个|这个|那条|这条|的)?{_WHAT}\s*"
)
_SO_FAR = r"(?:已经|已|都|现在|刚刚?|我|今天)*"
_FINISHED = (
    r"(?:解决|搞定|完成|做完|弄好|弄完|处理好|处理完|处理|修好|关闭|关掉|关|结束|办完|办好|做好)"
)
_ENDED = re.compile(rf"{_ONE},?{_SO_FAR}{_FINISHED}(?:了|掉了?|啦|好了)*")
_PASSED = re.compile(rf"{_ONE},?{_SO_FAR}(?:验收)?(?:通过|过)(?:了|啦)")
_FAILED = re.compile(rf"{_ONE},?{_SO_FAR}(?:验收)?(?:没有?通过|不通过|没过|验收没过)(?:啦)?")
_APPROVED = re.compile(rf"{_ONE},?{_SO_FAR}(?:批准|同意|批)(?:了|啦)?")
_STUCK_STILL = re.compile(
    rf"(?:{_ONE},?(?:还|又|还是|其实)*没有?{_FINISHED}|(?:还|又|其实)*没有?{_FINISHED}\s*#?(?P<last>\d{{1,9}})号?)"
)
_MOVED = re.compile(
    rf"{_ONE},?(?:的?(?:时间|期限|截止时间?))?(?:想|要|能不能|可以)?"
    r"(?:改到|改成|改为|推迟到|推到|延到|延期到|延后到|挪到|顺延到|提前到|放到)?"
    r"(?P<when>(?<=[到成为]).{1,30}|(?:推迟|延后|延期|往后推|顺延)(?!到).{1,10})"
)
_BY = re.compile(
    r"(?:推迟|延后|延期|往后推|顺延)(?:[一二两三四五六七八九十半]|\d{1,2})个?(?:工作日|天|日|周|星期|礼拜|月|小时)"
)
_SAID_DONE = re.compile(
    r"(?:这个|这条|它)?(?:已经|都)?(?P<verb>完成|解决|搞定|做完|通过|处理好|弄好)(?:了|啦)"
)
_ASKED_OF = re.compile(
    r"(?:大管家|麻烦你?|请|帮我|帮忙|拜托|你|[,，\s])*(?:让|叫|安排|派|请|通知|提醒|催)(?:一下|下)?\s*@?"
)
_REMIND_ME = re.compile(r"(?:记得)?提醒我(?:一下)?[,\s]*(?P<what>.{2,})")
_LEAVE = re.compile(
    r"我(?:要|想|得)?(?P<when>.{0,12}?)(?:要|想|得)?请(?:个|一天|半天|两天)?假(?:了|一天|半天)?"
)
_TROUBLE = re.compile(
    r"挂了|崩了|崩溃|坏了|宕机|报错|连不上|打不开|用不了|不能用|登不上|登不了|登录不了|卡死|卡住|没反应|进不去"
    r"|上不去|死机|掉线"
)
_WHO_CARES = re.compile(
    r"[,。\s]*(?:(?:有)?谁(?:来|能|在)?(?:管|负责|看|处理|修|帮忙)(?:一?下|看)?|怎么办|怎么回事|咋办|咋回事"
    r"|有人(?:管|看|在看|处理)吗?|找谁)[啊呀呢吗嘛?!。~\s]*$"
)


async def offered(request: Request) -> Reply | None:
    """The command that the sentence was perhaps meant to be; done when it is pressed."""
    text = plain(request.text)
    if not text or len(text) > LONGEST:
        return None
    for look in (_of_entry, _of_quoted, _of_person, _of_me):
        reply = await look(request, text)
        if reply is not None:
            return reply
    return None


async def _of_entry(request: Request, text: str) -> Reply | None:
    for pattern in (_MOVED, _FAILED, _PASSED, _STUCK_STILL, _ENDED, _APPROVED):
        found = pattern.fullmatch(text)
        if found is None:
            continue
        named = found.groupdict()
        number = int(named["number"] or named["last"])
        entry = await ledger.find(request.tx, request.team.id, number)
        if entry is None:
            return Reply(message=Text(text=f"没有 #{number} 这条记录，说 我的 看看自己的"))
        say = _said_of(request, pattern, entry, named.get("when") or "")
        return _ask(say, entry) if say else None
    return None


def _said_of(request: Request, pattern: re.Pattern[str], entry: Entry, when: str) -> str | None:
    """None where the entry is not such that this can be meant."""
    number, is_open = entry.number, entry.state == OPEN
    if pattern is _STUCK_STILL:
        return f"重开 {number}" if not is_open or entry.stage == "resolved" else None
    if not is_open:
        return f"查看 {number}"
    if pattern is _MOVED:
        by = _BY.fullmatch(when.strip()) is not None
        return f"改期 {number} {when.strip()}" if by or _is_time(request, when) else None
    if pattern is _APPROVED:
        return f"批准 {number}" if entry.stage == PENDING else None
    if pattern is _FAILED:
        return f"不通过 {number}" if entry.kind == "acceptance" else None
    if pattern is _PASSED and entry.kind != "acceptance":
        return f"批准 {number}" if entry.stage == PENDING else None
    if entry.stage == PENDING:
        return f"查看 {number}"
    return f"{KINDS[entry.kind].finish} {number}"


async def overheard(request: Request) -> bool:
    """Whether it answers a colleague's message, of which the ledger knows nothing."""
    quoted = request.incoming.quoted
    if not quoted or request.quoted_number is not None or request.incoming.clicked:
        return False
    if _SAID_DONE.fullmatch(plain(request.text)) is None:
        return False
    return await outbox.message_of(request.tx, chat_id=request.chat.id, sent_id=quoted) is None


async def _of_quoted(request: Request, text: str) -> Reply | None:
    """完成了, about the message that it quotes."""
    found = _SAID_DONE.fullmatch(text)
    if found is None:
        return None
    number = request.quoted_number
    entry = await ledger.find(request.tx, request.team.id, number) if number else None
    if entry is None:
        return Reply(message=Text(text="是第几号？比如 完成 12；引用那条记录再说 完成 也行。"))
    pattern = _PASSED if found["verb"] == "通过" else _ENDED
    say = _said_of(request, pattern, entry, "")
    return _ask(say, entry) if say else None


async def _of_person(request: Request, text: str) -> Reply | None:
    """让张三明天把合同发我: a task, if somebody is really called that."""
    said = half_width(request.text).strip()
    begins = _ASKED_OF.match(said)
    if begins is None:
        return None
    who = _named(said[begins.end() :], await members.in_team(request.tx, request.team.id))
    if who is None:
        return None
    what = request.text.strip()[begins.end() + len(who.name) :].strip(" ,，:：。")
    if len(what) < 2:
        return None
    return _offer("是要派任务吗？", f"任务 @{who.name} {what}")


def _named(text: str, team: Sequence[Member]) -> Member | None:
    fitting = [each for each in team if each.name and text.startswith(half_width(each.name))]
    return max(fitting, key=lambda each: len(each.name), default=None)


async def _of_me(request: Request, text: str) -> Reply | None:
    if (found := _REMIND_ME.fullmatch(text)) and _is_time(request, found["what"]):
        return _offer("要记成你的任务吗？到期我会提醒你。", f"任务 {found['what'].strip()}")
    if found := _LEAVE.fullmatch(text):
        if _is_time(request, found["when"]):
            return _offer("要记请假吗？", f"请假 {found['when'].strip()}")
        if not found["when"]:
            return Reply(
                message=Text(text="要记请假，请说哪几天：请假 明天，请假 周三到周五 找 @人")
            )
    return None


def _is_time(request: Request, words: str) -> bool:
    hours = request.config.deadlines.hours
    return understand(words, request.now, request.calendar, hours).status != "none"


def _ask(say: str, entry: Entry) -> Reply:
    about = f"{head(entry.kind, entry.number)} {first_line(entry.title)}"
    return _offer(f"是要说「{say}」吗？", say, about, number=entry.number)


def _offer(title: str, say: str, text: str = "", *, number: int | None = None) -> Reply:
    button = Button(label=say[:40], say=say[:LONGEST_SAY], style="primary")
    return Reply(message=Card(title=title, text=text, buttons=(button,)), number=number)


# --- what nobody has an answer to ------------------------------------------------------------

_THANKS = re.compile(
    r"(?:[\W_]*(?:好的?|嗯+|收到|知道[了啦]|太好了))*[\W_]*(?:谢谢|多谢|感谢|谢[了啦]|辛苦|thanks|thx)",
    re.I,
)
_FINE = re.compile(
    r"(?:好的?|好嘞|收到|ok|知道[了啦]|明白|了解|嗯+|行|可以|没问题|[\W_了啦])+", re.I
)


def courtesy(text: str) -> str | None:
    """One line for whoever is polite; None for anything else."""
    said = half_width(text).strip()
    if len(said) <= 16 and _THANKS.match(said):
        return "不客气，有事随时说。"
    if re.search(r"\w", said) and _FINE.fullmatch(said):
        return "好的，有事再叫我。"
    return None


def trouble(text: str) -> Button | None:
    """Something does not work: it may be worth writing down."""
    said = half_width(text).strip()
    if _TROUBLE.search(said) is None or len(said) > LONGEST:
        return None
    what = _WHO_CARES.sub("", _POLITE.sub("", text.strip().rstrip("?？!！。 ")))
    what = re.sub(r"^(?:为什么|为啥|怎么|咋)", "", what).strip(" ,，。")
    return Button(label="记成卡点", say=f"卡点 {what}"[:LONGEST_SAY]) if len(what) >= 4 else None
