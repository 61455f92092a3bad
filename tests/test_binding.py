"""绑定, through the trial group's door."""

import pytest

from tests.conftest import Room


async def test_a_member_binds_a_mobile_which_is_not_repeated(room: Room) -> None:
    answer = await room.words("张三", "绑定 手机 +86 138-0013-8000")

    assert answer.startswith("✅ 张三 的手机已绑定：138****8000")
    assert "手机：138****8000\n邮箱：没绑\n账号：没绑" in await room.words("张三", "绑定")


async def test_a_member_binds_an_email_and_a_login(room: Room) -> None:
    await room.say("张三", "绑定 邮箱 Zhang.San@Example.com")
    await room.say("张三", "绑定账号 ZhangSan")

    shown = await room.words("张三", "我的绑定")

    assert "邮箱：zhang.san@example.com" in shown
    assert "账号：ZhangSan" in shown


async def test_binding_again_replaces(room: Room) -> None:
    await room.say("张三", "绑定 账号 zhangsan")
    await room.say("张三", "绑定 账号 zhangsan2")

    assert "账号：zhangsan2" in await room.words("张三", "绑定")
    assert "✅" in await room.words("李四", "绑定 账号 zhangsan")


async def test_nobody_binds_what_another_member_has(room: Room) -> None:
    await room.say("张三", "绑定 手机 13800138000")

    refused = await room.words("李四", "绑定 手机 138 0013 8000")

    assert "已经是 张三 绑的了" in refused
    assert "手机：没绑" in await room.words("李四", "绑定")


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("绑定 手机 张三", "不像手机号，比如：绑定 手机 13800138000"),
        ("绑定 手机 123", "不像手机号"),
        ("绑定 邮箱 zhangsan", "不像邮箱"),
        ("绑定 微信 abc", "可以绑：\n绑定 手机 13800138000"),
        ("绑定 账号", "还缺CRM 账号"),
    ],
)
async def test_what_cannot_be_bound_is_refused_with_an_example(
    room: Room, said: str, why: str
) -> None:
    assert why in await room.words("张三", said)
