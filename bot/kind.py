"""The kinds of ledger entries: what each is called, and how it ends."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    name: str  # as people call it
    finish: str = "完成"  # the verb on its first button
    done: str = "已完成"
    open: str = "进行中"
    owned: bool = True  # somebody has to do something about it
    helpers: str = "协助"  # what others are in it


KINDS = {
    "blocker": Kind(name="卡点", finish="解决", done="已解决", open="没解决"),
    "task": Kind(name="任务"),
    "decision": Kind(name="决策", done="已执行", open="有效", owned=False),
    "change": Kind(name="变更", done="已落地"),
    "risk": Kind(name="风险", finish="关闭", done="已关闭", open="盯着"),
    "milestone": Kind(name="里程碑", done="已达成"),
    "goal": Kind(name="目标", done="已达成"),
    "feedback": Kind(name="反馈", done="已实现", open="收集中", owned=False),
    "data": Kind(name="数据问题", finish="解决", done="已修好", open="没修好"),
    "question": Kind(name="问题", finish="关闭", done="已回答", open="等回答"),
    "minutes": Kind(
        name="纪要", finish="关闭", done="已归档", open="已记", owned=False, helpers="参会"
    ),
    "acceptance": Kind(name="验收", finish="通过", done="已通过", open="待验收"),
    "budget": Kind(name="预算", finish="关闭", done="已结清", open="在用", owned=False),
    "training": Kind(name="培训", done="已结束"),
    "visit": Kind(name="跟进"),
    "lesson": Kind(name="经验", finish="关闭", done="已归档", open="已记", owned=False),
}


PLANNED = ("training", "visit")  # nothing writes them yet: no list offers them


def name(kind: str) -> str:
    return KINDS[kind].name


def head(kind: str, number: int) -> str:
    """卡点 #12"""
    return f"{name(kind)} #{number}"


def kind_called(word: str) -> str | None:
    """The kind that people call by this word."""
    return next((key for key, each in KINDS.items() if each.name == word), None)
