"""Which of the time words in a sentence are its deadline, and which only sound like time."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from bot.timewords.duration import MEASURE
from bot.timewords.moment import read_time
from bot.timewords.numeral import RUN, any_of, plain
from bot.timewords.reading import Frame, Reading, Sense, Trait

# A deadline stands at the beginning or the end of a message, however much is pasted between.
_HEAD, _TAIL, _MOST = 4000, 2000, 50
_MENTION = re.compile(r"(?<![a-z0-9_.])@[^\s,。;:!?、]*")
_NAMES = re.compile(
    r"《[^《》\n]{0,60}》|https?://[^\s。、]{1,300}|[a-z0-9_.+-]{1,64}@[a-z0-9-]{1,64}\.[a-z0-9.]{1,64}"
    "|今日(?:头条|说法|资本|关注|美国|推荐|新闻)|明日(?:之[星后]|方舟|香)|周末画报|十日谈|一日三餐|五一路|八一路"
)
_STARTS = re.compile(
    "[0-9零〇一二两俩三四五六七八九十廿卅半今昨明后前大翌次隔听周星礼双本这当下上每月年季农阴旧老阳公新"
    "元春除过端七中重国圣平妇女母父教建光愚情植感万跨消地护环黑劳儿青白记程复清小鬼盂龙腊正冬闰北节假放"
    "凌拂早晨午晌傍黄晚夜深q首末第未接往向之还再剩限差约收开睡夏秋去来最世ec]"
)

_SAYS_DEADLINE = re.compile(
    "(?:截止(?:[到至于]|日期|时间)?|截至到?|(?:最[晚迟])?不得?超过|最晚|最迟|至迟|不得?晚于|不得?迟于|deadline|ddl|due|赶在"
    "|务必[在于]?|(?:完成|交付|提交|截止)?期限|限期|限于)(?:为|是|在|到|定在)?[: ]{0,2}$"
)
_SAYS_WHEN = re.compile(
    "(?:[在于从自是]|[改延期迟提]前?[到至]|预计|计划|约定|改成|定[于在]|日期|时间|下次)[: ]{0,2}$"
)
_DELIVERS = re.compile(
    "[^,。;!?\n]{0,8}?(?:交(?![流互易通接叉涉换])|"
    + any_of("给我 给到 发我 发给 提交 发出 回复 答复 完成 搞定 反馈 到位 截止 到期")
    + ")"
)
_OPEN_END = re.compile(r"[\s,。;:!?、)）\]】~.…]*$")
_EDGE_BEFORE = re.compile(r"(?:^|[\s,。;:!?(（\[【])$")
_EDGE_AFTER = re.compile(r"$|[\s,。;:!?、)）\]】]")
_TEXT = re.compile(r"[^\s,。;:!?、)）\]】]")
_UNIT_AFTER = re.compile(
    " ?(?:"
    + any_of(
        """版 % 分 元 万 亿 倍 个 人 度 块 折 章 节 米 公里 k m g t 美元 页 条 次 家 套 台
        件 点 级 寸 吨 斤 升"""
    )
    + ")"
)
_QUANTITY_BEFORE = re.compile(
    "(?:(?:升级|更新|升|降|涨|达|提高|增加|扩大|回滚)[到至]|"
    + any_of(
        """进度 得分 评分 版本 金额 比例 比分 价 价格 汇率 系数 占比 增长 约 共 合计 总计
        预算 支出 费用 分数 温度 型号 编号 版 第 章 章节 率 为 是"""
    )
    + ") ?$"
)
# 下周计划, 10月份数据: a period that only says what the work is about.
_ABOUT_PERIOD = re.compile(
    "[度份]?的?(?:工作|项目|销售|财务|运营)?(?:"
    + any_of(
        """计划 安排 周报 月报 季报 年报 报表 目标 预算 数据 总结 报告 排期 例会 日程 重点
        指标 业绩 销售 账单 工资 考勤 绩效 kpi okr 财报 盘点表 会议纪要 纪要 复盘报告 账目
        发票 流水"""
    )
    + ")"
)
_ABOUT_FESTIVAL = re.compile(
    "的?(?:"
    + any_of(
        """红包 月饼 礼品 礼盒 礼物 礼金 活动 大促 福利 海报 贺卡 祝福 营销 促销 专题 方案
        值班表 慰问 粽子 汤圆 主题 物料"""
    )
    + ")"
)
# 编号 20261125, 比分3:15: digits that belong to a label.
_LABEL_BEFORE = re.compile(
    "(?:"
    + any_of(
        """编号 单号 订单 订单号 工号 账号 卡号 尾号 批号 批次 型号 版本 版本号 电话 手机
        手机号 比分 比例 比率 赔率 端口"""
    )
    + ")[是为:]? ?$"
)
_NAMES_MONTH = re.compile(r"\d{1,4} ?[年月]")  # 核对电话 2月28日 names a day all the same
# 从早上9点到现在, 周一起就一直卡: when something began, which is over.
_BEGAN = re.compile(
    " ?(?:(?:(?:一?直)?[到至])了?(?:现在|目前|当前|此刻|刚才)|至今|以来"
    "|(?:起|开始)?(?:就|都|还)?一直(?![到至]))"
)
_STILL = re.compile("(?:还|仍|也|都)(?:是|没|未|不|在)")
# 30天内没跟进的客户, 过30分钟自动退出: a rule that the work is about.
_CONDITION = re.compile(" ?(?:就|都|还|仍|才|也)?(?:会|还|仍|将)?(?:自动|未|没(?!问题)|无(?!误))")
_PERIODIC = re.compile("每[天日早晚周月年个隔]{0,2}$")


@dataclass(frozen=True, slots=True)
class Candidate:
    """Time words with the reasons to take them for the deadline, or not."""

    begin: int
    stop: int
    reading: Reading
    weight: int

    def settled(self, now: datetime) -> tuple[int, Sense | None]:
        """R3: the first sense whose moment is ahead, and which it is."""
        for index, sense in enumerate(self.reading.senses):
            if sense.due >= now:
                return index, sense
        if not self.reading.senses:
            return 0, None
        return 0, self.reading.senses[-1]


def find_candidates(text: str, frame: Frame) -> list[Candidate]:
    words = legible(text)
    readings = list(_readings(words, frame))
    found = []
    for index, reading in enumerate(readings):
        following = readings[index + 1].begin if index + 1 < len(readings) else len(words)
        if candidate := _weighed(words, reading, following, frame):
            found.append(candidate)
    return found


def legible(text: str) -> str:
    """The text in plain characters, with mentions and names blanked, of the same length."""
    if len(text) > _HEAD + _TAIL:
        text = text[:_HEAD] + " " * (len(text) - _HEAD - _TAIL) + text[-_TAIL:]
    words = _NAMES.sub(_blanked, plain(text))
    words = MEASURE.sub(_blanked, words)
    return _MENTION.sub(lambda match: " " * len(match[0]), words)


def _blanked(match: re.Match[str]) -> str:
    return "\ufffc" * len(match[0])


def _readings(words: str, frame: Frame) -> Iterator[Reading]:
    pos = count = 0
    while count < _MOST and (start := _STARTS.search(words, pos)):
        reading = _read(words, start.start(), frame)
        if reading:
            yield reading
            count += 1
            pos = reading.stop
        else:
            run = RUN.match(words, start.start())
            pos = run.end() if run else start.end()


def _read(words: str, pos: int, frame: Frame) -> Reading | None:
    before = words[pos - 1] if pos else ""
    if words[pos] in "0123456789" and (
        before in tuple("$¥#.:/_-") or (before.isascii() and before.isalpha())
    ):
        return None
    if (
        words[pos] in "0123456789"
        and not _NAMES_MONTH.match(words, pos)
        and _LABEL_BEFORE.search(words[max(0, pos - 6) : pos])
    ):
        return None
    try:
        reading = read_time(words, pos, frame)
    except OverflowError:
        # 9999年后 is no deadline, and no calendar reaches it.
        return None
    return reading if reading and _plausible(words, reading) else None


def _plausible(words: str, reading: Reading) -> bool:
    """R13: 12.5 and 3/5 are dates only where the words around them say so."""
    if Trait.NUMERIC not in reading.traits or Trait.MARKED in reading.traits:
        return True
    before, stop = words[max(0, reading.begin - 6) : reading.begin], reading.stop
    if _UNIT_AFTER.match(words, stop) or _QUANTITY_BEFORE.search(before):
        return False
    if _SAYS_DEADLINE.search(before) or _DELIVERS.match(words, stop):
        return True
    edge = _EDGE_AFTER.match(words, stop)
    return bool(edge and (_EDGE_BEFORE.search(before) or _SAYS_WHEN.search(before)))


def _weighed(words: str, reading: Reading, following: int, frame: Frame) -> Candidate | None:
    begin, stop, traits = reading.begin, reading.stop, reading.traits
    head = words[max(0, begin - 12) : begin]
    opening = _SAYS_DEADLINE.search(head)
    marked = bool(opening) or Trait.MARKED in traits
    delivers = bool(_DELIVERS.match(words[stop:following][:16]))
    alone = not _TEXT.search(words[:begin]) and not _TEXT.search(words[stop : stop + 200])
    if not (marked or alone) and _is_subject(words, reading, frame, delivers=delivers):
        return None
    if not (opening or alone) and _is_measured(words, reading):
        return None
    weight = 4 * marked + 2 * delivers + _stands_last(words, begin, stop)
    weight -= 2 * words.startswith("的", stop) + 3 * (Trait.PAST in traits)
    weight -= Trait.BROAD in traits
    if _doubtful(words, reading, marked=marked):
        reading = replace(reading, traits=traits | {Trait.DOUBT})
    start = begin - len(opening[0]) if opening else begin
    return Candidate(start, stop, reading, weight)


def _stands_last(words: str, begin: int, stop: int) -> bool:
    """整理清单 周五: a last word of its own is there for a reason."""
    ends = _OPEN_END.match(words[stop : stop + 20])
    return bool(ends and _EDGE_BEFORE.search(words[max(0, begin - 1) : begin]))


def _is_subject(words: str, reading: Reading, frame: Frame, *, delivers: bool) -> bool:
    """R12: 上周的纪要, 下周计划, 2026年预算 say what the work is about."""
    goes_on = bool(_TEXT.match(words, reading.stop))
    if Trait.PAST in reading.traits and goes_on and not delivers:
        return True
    if Trait.PERIOD in reading.traits and _ABOUT_PERIOD.match(words, reading.stop):
        return True
    if Trait.FESTIVAL in reading.traits and _ABOUT_FESTIVAL.match(words, reading.stop):
        return True
    return Trait.VAST in reading.traits and goes_on


def _is_measured(words: str, reading: Reading) -> bool:
    """页面3秒内打开, 7天内没回复: how fast or how long, not until when."""
    said = words[reading.begin : reading.stop]
    until_now = said.endswith(("到今天", "到今日", "至今日"))
    if _BEGAN.match(words, reading.stop) or (until_now and _STILL.match(words, reading.stop)):
        return True
    if Trait.STRETCH not in reading.traits:
        return False
    seconds = "秒" in said and said.endswith("内")
    return seconds or bool(_CONDITION.match(words, reading.stop))


def _doubtful(words: str, reading: Reading, *, marked: bool) -> bool:
    if _PERIODIC.search(words[max(0, reading.begin - 3) : reading.begin]):
        return True
    modifies = words.startswith("的", reading.stop) and not words.startswith(
        "的时候", reading.stop
    )
    broad = Trait.BROAD in reading.traits and bool(_TEXT.match(words, reading.stop))
    return not marked and (modifies or broad)
