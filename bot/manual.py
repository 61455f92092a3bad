"""docs/commands.md, made from the declarations: ``python -m bot.manual > docs/commands.md``."""

import sys
from collections.abc import Iterable

from bot.command import Command, Commands
from bot.parts import load_commands

_HEAD = """# 命令一览

这一页由代码里的声明生成，请不要手改：改了命令以后运行 `python -m bot.manual > docs/commands.md`。
怎么用请看[使用手册](使用手册.md)。

- 群里先 `@大管家` 再说；私聊直接说。命令前面加 `/` 也可以，全角和半角都认。
- `[…]` 里的可写可不写，其余要写；`<…>` 换成你的话。
- 编号写在最前面，也可以不写，改成引用那条消息来说；@人和时间写在哪儿都行。

「谁能用」写「不限」的，谁都可以说，但下面几件事还要看是谁：

- 完成、取消、重开、改期、转交一条记录：负责人、登记的人、项目经理、系统管理员。
- 定角色、改设置：项目经理、系统管理员。
- 加、改、删知识：项目经理、系统管理员、支持专家。
- 团队还没有项目经理和系统管理员的时候，改设置和改知识不限，角色要先定这两种之一。
"""
_COLUMNS = ("说法", "别名", "作用", "例子", "谁能用")


def commands_page(commands: Commands) -> str:
    """The whole page, in the order of the topics."""
    tables = [
        f"## {topic.name}\n\n{topic.about}\n\n{_table(topic.commands)}"
        for topic in commands.topics
        if topic.commands
    ]
    return "\n".join([_HEAD, *tables])


def _table(commands: Iterable[Command]) -> str:
    rows = [_COLUMNS, ("---",) * len(_COLUMNS), *(_row(each) for each in commands)]
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def _row(command: Command) -> tuple[str, ...]:
    return (
        _code(command.usage),
        "、".join(_code(phrase) for phrase in command.phrases[1:]),
        _cell(command.about),
        _code(command.example),
        "、".join(command.roles) or "不限",
    )


def _code(text: str) -> str:
    return f"`{_cell(text)}`"


def _cell(text: str) -> str:
    """A bar or a line break would end the cell."""
    return text.replace("|", "\\|").replace("\n", " ")


if __name__ == "__main__":
    sys.stdout.buffer.write(commands_page(load_commands()).encode())
