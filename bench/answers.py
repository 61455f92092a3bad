"""What a knowledge base costs: making its index, its memory, and one question."""

import random
import resource
import statistics
import subprocess
import sys
import time

from bot.answers import Entry, Index
from bot.terms import load

SIZES = (1_000, 10_000)
QUESTIONS = 1_000

ACTIONS = (
    "导入",
    "导出",
    "新建",
    "修改",
    "删除",
    "合并",
    "转移",
    "查询",
    "审批",
    "撤回",
    "分配",
    "共享",
)
THINGS = (
    "客户",
    "联系人",
    "商机",
    "合同",
    "报价单",
    "线索",
    "回款",
    "发票",
    "工单",
    "产品",
    "报表",
    "公海",
)
WHERE = (
    "手机上",
    "电脑上",
    "列表里",
    "详情页",
    "首页",
    "后台",
    "日历里",
    "群里",
    "邮件里",
    "看板上",
)
ASKS = ("怎么{}？", "在哪里{}", "为什么不能{}", "谁可以{}", "如何批量{}", "{}要多久", "{}要审批吗")


def sentence(luck: random.Random) -> str:
    inner = luck.choice(WHERE) + luck.choice(ACTIONS) + luck.choice(THINGS)
    return luck.choice(ASKS).format(inner + luck.choice(["", str(luck.randrange(100)), "的字段"]))


def resident() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure_words() -> None:
    Index([Entry(id=0, question="怎么导入客户")])
    before, begun = resident(), time.perf_counter()
    load()
    spent = time.perf_counter() - begun
    print(f"the words: {spent:.2f} s to load, {resident() - before:.0f} MB more")


def measure(size: int) -> None:
    luck = random.Random(size)  # noqa: S311 - made-up questions, no secrets
    entries = [
        Entry(id=n, question=sentence(luck), similar=[sentence(luck)], answer="看手册")
        for n in range(size)
    ]
    questions = [sentence(luck) for _ in range(QUESTIONS)]
    words = load()
    Index(entries[:10], words).decide(questions[0])
    before = resident()
    begun = time.perf_counter()
    Index(entries)
    by_characters = time.perf_counter() - begun
    begun = time.perf_counter()
    index = Index(entries, words)
    built = time.perf_counter() - begun
    spent = []
    for each in questions:
        begun = time.perf_counter()
        index.decide(each)
        spent.append(1000 * (time.perf_counter() - begun))
    cuts = statistics.quantiles(spent, n=100)
    print(
        f"{size:>8,}{by_characters:>13.2f}{built:>11.2f}{resident() - before:>10.0f}"
        f"{cuts[49]:>10.2f}{cuts[98]:>10.2f}"
    )


def main() -> None:
    if sys.argv[1:] == ["words"]:
        measure_words()
        return
    if len(sys.argv) > 1:
        measure(int(sys.argv[1]))
        return
    # In a process of its own, like all that follows.
    subprocess.run([sys.executable, "-m", "bench.answers", "words"], check=True)
    head = ("characters s", "words s", "MB more", "p50 ms", "p99 ms")
    print(
        f"{'entries':>8}" + "".join(map("{:>{}}".format, head, (13, 11, 10, 10, 10))), flush=True
    )
    for size in SIZES:
        # Each in a process of its own, or the second would hide in the memory of the first.
        command = [sys.executable, "-m", "bench.answers", str(size)]
        subprocess.run(command, check=True)


if __name__ == "__main__":
    main()
