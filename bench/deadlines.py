"""Time to understand a text against its length: the columns must not grow faster than the text."""

import time
from datetime import datetime

from bot.deadlines import title_without, understand
from bot.workdays import Calendar

LENGTHS = (1_000, 10_000, 100_000)
NASTY = (
    "1",
    "一",
    "周",
    "下",
    "前",
    "每",
    " ",
    "@",
    "《",
    "明天",
    "3天",
    "1.2",
    "12:",
    "2026-",
    "1天零",
    "第3个",
    "周一到",
    "今天1点",
    "国庆后",
    "正月初",
    "12月5日、",
    "750个工作日内",
    "一二三四五六七八九十",
    "整理客户清单，周五前给我。",
)


def seconds(text: str, now: datetime, calendar: Calendar) -> float:
    begun = time.perf_counter()
    title_without(text, understand(text, now, calendar))
    return time.perf_counter() - begun


def main() -> None:
    calendar = Calendar()
    now = datetime(2026, 11, 25, 10, tzinfo=calendar.zone)
    seconds("热身：国庆后第一个工作日下午3点前", now, calendar)
    print(f"{'milliseconds for':<18}" + "".join(f"{length:>12,}" for length in LENGTHS))
    for piece in NASTY:
        row = (seconds(piece * (length // len(piece)), now, calendar) for length in LENGTHS)
        print(f"{piece!r:<18}" + "".join(f"{1000 * each:>12.1f}" for each in row))
    sentence = "任务 @张三 整理10月份销售数据，周五下班前给我"
    spent = sum(seconds(sentence, now, calendar) for _ in range(500))
    print(f"\none everyday sentence: {spent / 500 * 1e6:.0f} microseconds")


if __name__ == "__main__":
    main()
