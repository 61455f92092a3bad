"""What one line of minutes says: a decision, a task, a blocker, a risk, a note – or only words."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from bot.deadlines import Deadline
from bot.grammar import half_width
from bot.pasted import BULLET
from bot.standup import is_nothing

DECISION, TASK, BLOCKER, RISK, PROGRESS = "decision", "task", "blocker", "risk", "progress"


@dataclass(frozen=True, slots=True)
class Meant:
    """What a line may become: each a kind, and the command that would say it; or why nothing."""

    said: tuple[tuple[str, str], ...] = ()
    why: str = ""


WORDS = Meant()

# Who was there and when, and the headings above the lines.
_FRAME = re.compile(
    r"(?:参会|参加|出席|与会|到会|列席|缺席|请假|主持|记录|时间|日期|地点|会议|主题|议题|议程|背景|备注|附件|抄送)"
    r"[^\s:@]{0,4}\s*(?::|$|\s(?=@))"
    r"|(?:会议|本周|下周|主要)?(?:决策|决议|决定|结论|任务|待办|行动项?|卡点|阻塞|风险|问题|进度|进展|情况|其他|下一步|总结)"
    r"(?:事项|情况|计划|清单|和\w{2}|与\w{2})?\s*:?$"
)
_LABELS = (
    (DECISION, "决策", re.compile(r"(?:会议)?(?:决策|决议|决定|结论|确定|一致同意)\s*:\s*")),
    (DECISION, "决策", re.compile(r"(?:决策|决议)\s+")),
    (BLOCKER, "卡点", re.compile(r"(?:卡点|阻塞|卡住了)\s*[:\s]\s*")),
    (RISK, "风险", re.compile(r"风险\s*[:\s]\s*")),
    (
        TASK,
        "任务",
        re.compile(r"(?:任务|待办(?:事项)?|行动项?|todo|下一步(?=:))\s*[:\s]\s*", re.I),
    ),
)
# 决定先上华东区; but not 决定权, 确定不了.
_DECIDED = re.compile(
    r"(?:会议|会上|大家|最后|最终)?(?:一致(?:同意|决定|通过)|大家同意|决定|确定)"
    r"(?!权|不|性|的|后|之后|因素|是否|下来|一下|了吗)了?[,，\s]*(?=\S)"
)
_ENTRY = re.compile(r"(?<![\w/#])#\s*(\d{1,9})")
_AT = re.compile(r"(?<![\w.])@")  # no e-mail address
_BRACKETS = re.compile(r"[【\[](决策|决议|结论|任务|待办|行动项|卡点|阻塞|风险)[】\]]\s*[:：]?")
_ORNAMENT = re.compile(r"[^\w@＠#＃「『“\"(（【\[]+")  # 📌
_FRONT = re.compile(r"\s*(?:(?:进展|更新)\s*:?\s*)?#\s*\d{1,9}\s*[:,、]?\s*")
# 决策 … 取代 #5 and 卡点 … 并入 #5 are more than a word on 5.
_JOINS = re.compile(r"(?:取代|并入|重开|又是)\s*:?\s*#?\s*\d")
_ASKING = re.compile(r"[?？]\s*$|(?:吗|呢)\s*$")
# 张三：接口联调完成了 tells what was, and asks nothing of anybody.
_TOLD = re.compile(r"(?:了|正常|没问题|没有|顺利|参会|出席|缺席|请假|主持|记录|汇报)[。.!\s]*$")
_HAPPENED = re.compile(r"昨|前天|前几天|上周|上个?(?:星期|礼拜|月)|去年|刚才|刚刚")
_TELLS = re.compile(
    r"[\s、,]*(?:汇报|反馈|提出|提到|介绍|说|讲|认为|表示|指出|建议|分享|演示|补充|担心|觉得|希望|问)"
)
_PERSON = re.compile(r"@\S+?(?=[\s、,:]|$)[\s、,:]*")
_HANDS_OVER = re.compile(r"\s*(?::|\s|负责|牵头|跟进|来(?=\S))\s*")
_MARKED = re.compile(r"前|截止|截至|以内|内$|底$")
_RATED = re.compile(r"(?=.*(?:概率|可能性))(?=.*影响)")
NOBODY = "没写谁来做，写上 @谁 就能记"
NOT_RATED = "风险要写上 概率：高 影响：中"


def bare(line: str) -> str:
    """Without its bullet, and in the form of a command where it is written as 【决策】."""
    line = line.replace("**", "")
    for front in (BULLET, _ORNAMENT):
        found = front.match(line)
        line = line[found.end() if found else 0 :]
    return _BRACKETS.sub(r"\1：", line.strip(), count=1)


def read_line(line: str, names: Iterable[str], understand: Callable[[str], Deadline]) -> Meant:
    """``names`` are those of the team; nobody else is taken for an owner."""
    plain = half_width(line)
    if _FRAME.match(plain) or _ASKING.search(plain):
        return WORDS
    label = next(
        (
            (kind, verb, found.end())
            for kind, verb, each in _LABELS
            if (found := each.match(plain))
        ),
        None,
    )
    numbers = list(dict.fromkeys(_ENTRY.findall(plain)))
    if numbers and not _is_its_own(label, plain):
        front = _FRONT.match(plain, label[2] if label else 0)
        rest = line[front.end() if front else 0 :]
        return Meant(tuple((PROGRESS, f"进展 {each} {rest}") for each in numbers))
    if label is not None:
        return _labelled(*label, line)
    decided = _DECIDED.match(plain)
    if decided is not None:
        rest = line[decided.end() :]
        if not _AT.search(half_width(rest)) or "批准" in rest or not _ahead(understand(rest)):
            return Meant(((DECISION, f"决策 {rest}"),))
        # 确定人选 @李四 周五前 is still to be done; 决定 @李四 周五前给名单 is for him.
        return Meant(((TASK, f"任务 {rest if rest[:1] in '@＠' else line}"),))
    return _for_somebody(line, plain, names, understand)


def _is_its_own(label: tuple[str, str, int] | None, plain: str) -> bool:
    """Whether a line that names an entry is more than a word on it."""
    if label is None:
        return False
    kind, _, stop = label
    return _JOINS.search(plain) is not None or (
        kind == DECISION and _ENTRY.match(plain, stop) is None
    )


def _labelled(kind: str, verb: str, stop: int, line: str) -> Meant:
    rest = line[stop:]
    if is_nothing(rest):
        return WORDS  # 卡点：无
    if kind == RISK and not _RATED.search(rest):
        return Meant(why=NOT_RATED)
    return Meant(((kind, f"{verb} {rest}"),))


def _for_somebody(
    line: str, plain: str, names: Iterable[str], understand: Callable[[str], Deadline]
) -> Meant:
    """@张三 周五前给名单, 张三、李四：周五前给名单, 周五前给名单 @张三."""
    if _TOLD.search(plain):
        return WORDS
    if _AT.search(plain):
        due = understand(line)
        told = due.status in ("none", "past") and _HAPPENED.search(line)
        people = re.match(rf"(?:{_PERSON.pattern})+", plain)
        spoken = people is not None and _TELLS.match(plain, people.end()) is not None
        if told or (due.status == "none" and (people is None or spoken)):
            return WORDS
        return Meant(((TASK, f"任务 {line}"),))
    called, stop = _called(plain, names)
    hands_over = _HANDS_OVER.match(plain, stop) if called else None
    rest = line[hands_over.end() if hands_over else stop :]
    due = understand(rest)  # 李四周五前 is not in four weeks
    if due.status == "none" or (due.status == "past" and _HAPPENED.search(rest)):
        return WORDS
    if called and (hands_over or any(begin == 0 for begin, _ in due.spans)):
        owners = " ".join(f"@{each}" for each in called)
        return Meant(((TASK, f"任务 {owners} {rest}"),))
    marked = half_width(rest)[due.spans[0][0] : due.spans[0][1] + 1] if due.spans else ""
    return Meant(why=NOBODY) if _ahead(due) and _MARKED.search(marked) else WORDS


def _called(plain: str, names: Iterable[str]) -> tuple[list[str], int]:
    """Those who are named at the front, and where their names end."""
    known = sorted({each for each in names if len(each) > 1}, key=len, reverse=True)
    if not known:
        return [], 0
    one = "|".join(map(re.escape, known))
    found = re.match(rf"(?:请|由|让)?((?:{one})(?:\s*[、,和及与]\s*(?:{one}))*)", plain)
    return (re.findall(one, found[1]), found.end()) if found else ([], 0)


def _ahead(due: Deadline) -> bool:
    return due.status in ("ok", "estimated", "confirm")
