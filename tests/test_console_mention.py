"""Who is meant by an @name that no chat client has resolved."""

import pytest

from bot.platforms.console import mention

ROSTER = ["张三", "张三丰", "王敏", "Al", "Anna Lee"]


@pytest.mark.parametrize(
    ("text", "words", "names"),
    [
        ("任务 @张三 写周报", "任务 @张三 写周报", ["张三"]),
        ("任务 @张三写周报", "任务 @张三写周报", ["张三"]),
        ("任务 @张三丰写周报", "任务 @张三丰写周报", ["张三丰"]),
        ("＠王敏，看看 @张三", "@王敏，看看 @张三", ["王敏", "张三"]),
        ("@Anna Lee hi", "@Anna Lee hi", ["Anna Lee"]),
        ("@Alice hi", "@Alice hi", ["Alice"]),
        ("@Al 看", "@Al 看", ["Al"]),
        ("@新人，来", "@新人，来", ["新人"]),
        ("写信给 a@b.com", "写信给 a@b.com", []),
        ("@13800138000", "@13800138000", []),
        ("@今天天气真的很不错我们出去走走吧", "@今天天气真的很不错我们出去走走吧", []),
        ("@所有人 开会", "@所有人 开会", []),
        ("@ 张三", "@ 张三", []),
    ],
)
def test_who_is_mentioned(text: str, words: str, names: list[str]) -> None:
    found, people, named = mention.resolve(text, ROSTER, bot="大管家")
    assert (found, [each.name for each in people], named) == (words, names, False)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("@大管家 帮助", "帮助"),
        ("＠大管家帮助", "帮助"),
        ("任务 写周报 @大管家 周五", "任务 写周报 周五"),
        ("帮助 @大管家", "帮助"),
        ("@大管家", ""),
    ],
)
def test_the_bots_own_name_is_taken_out(text: str, words: str) -> None:
    assert mention.resolve(text, ROSTER, bot="大管家") == (words, (), True)
