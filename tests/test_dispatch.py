"""One message is one transaction: its effect, its history and its answer, or nothing."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from bot.app import App
from bot.command import Commands, Topic
from bot.context import Request
from bot.message import Chat, Incoming, Kind, Outgoing, Person, as_lines, from_json
from storage import ledger
from storage.schema import chat, entry, history, inbox, member, outbox
from tests.conftest import WEDNESDAY, Room


def message(text: str, *, key: str = "m1", **changes: object) -> Incoming:
    said = Incoming(
        chat=Chat("console", "项目群"),
        sender=Person("张三", "张三"),
        id=key,
        text=text,
        at=WEDNESDAY,
    )
    return replace(said, **changes)  # type: ignore[arg-type]


async def count(app: App, table: sa.Table) -> int:
    async with app.database.begin() as tx:
        found = await tx.execute(sa.select(sa.func.count()).select_from(table))
        return int(found.scalar_one())


async def test_a_message_and_its_answer_are_stored_together(app: App) -> None:
    await app.handle(message("卡点 数据没到"))

    assert await count(app, entry) == 1
    assert await count(app, history) == 1
    assert await count(app, outbox) == 1


async def test_a_message_that_comes_again_does_nothing(app: App) -> None:
    for _ in range(3):
        await app.handle(message("卡点 数据没到"))

    assert await count(app, entry) == 1
    assert await count(app, outbox) == 1


async def test_the_same_message_under_another_event_id_does_nothing(app: App) -> None:
    await app.handle(message("卡点 数据没到", event_id="e1"))
    await app.handle(message("卡点 数据没到", event_id="e2"))
    await app.handle(message("卡点 数据没到", key="m2", event_id="e1"))

    assert await count(app, entry) == 1


async def test_copies_that_arrive_together_are_handled_once(app: App) -> None:
    await asyncio.gather(*(app.handle(message("卡点 数据没到")) for _ in range(10)))

    assert await count(app, entry) == 1
    assert await count(app, outbox) == 1


async def test_messages_that_arrive_together_get_numbers_without_gaps(app: App) -> None:
    await asyncio.gather(*(app.handle(message(f"卡点 第{i}个", key=f"m{i}")) for i in range(50)))

    async with app.database.begin() as tx:
        numbers = (await tx.execute(sa.select(entry.c.number).order_by(entry.c.number))).scalars()
        assert list(numbers) == list(range(1, 51))


async def test_a_refusal_among_others_spoils_none_of_them(app: App) -> None:
    said = [message("完成 99", key="bad")] + [
        message(f"卡点 第{i}个", key=f"m{i}") for i in range(5)
    ]

    await asyncio.gather(*(app.handle(each) for each in said))

    assert await count(app, entry) == 5
    async with app.database.begin() as tx:
        rows = await tx.execute(sa.select(inbox.c.message_id, inbox.c.outcome))
        outcomes = {row.message_id: row.outcome for row in rows}
    assert outcomes["bad"] == "refused"
    assert all(outcomes[f"m{i}"] == "done" for i in range(5))


async def test_a_bug_keeps_nothing_of_what_it_did_and_says_sorry(
    app: App, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    topic = Topic("坏", about="坏的")

    @topic.command("坏掉", example="坏掉")
    async def broken(request: Request) -> Outgoing:
        """先写后坏"""
        await ledger.open_entry(
            request.tx,
            team_id=request.team.id,
            kind="task",
            title="不该留下",
            owner_id=None,
            by_id=request.sender.id,
            chat_id=request.chat.id,
            at=request.clock,
        )
        raise ZeroDivisionError

    monkeypatch.setattr(app.dispatcher, "_commands", Commands([topic]))

    await app.handle(message("坏掉"))
    await app.handle(message("坏掉"))
    await app.delivery.settle()

    assert await count(app, entry) == 0
    async with app.database.begin() as tx:
        rows = (await tx.execute(sa.select(inbox.c.outcome, inbox.c.why))).all()
        letters = (await tx.execute(sa.select(outbox.c.message))).scalars().all()
    assert [tuple(row) for row in rows] == [("failed", "bug")]
    assert len(letters) == 1
    assert "抱歉" in letters[0]


async def test_what_is_not_said_to_the_bot_is_not_answered(app: App) -> None:
    await app.handle(message("卡点 数据没到", addressed=False))

    assert await count(app, entry) == 0
    assert await count(app, outbox) == 0


async def test_a_group_is_greeted_once(app: App) -> None:
    joined = message("", key="e9", kind=Kind.BOT_JOINED)

    await app.handle(joined)
    await app.handle(joined)

    assert await count(app, outbox) == 1


async def test_new_members_become_known_without_a_word(app: App) -> None:
    new = (Person("u7", "新人"), Person("u8", "又一个"))

    await app.handle(message("", key="e9", kind=Kind.MEMBERS_JOINED, mentions=new))

    assert await count(app, member) == 3
    assert await count(app, outbox) == 0


async def test_a_renamed_member_keeps_what_is_theirs(app: App, room: Room) -> None:
    await app.handle(message("任务 写周报 明天"))
    await app.handle(message("我的", key="m2", sender=Person("张三", "张三丰")))

    async with app.database.begin() as tx:
        names = (await tx.execute(sa.select(member.c.name))).scalars().all()
    assert names == ["张三丰"]


async def test_two_groups_share_the_numbers_of_their_team(room: Room) -> None:
    await room.say("张三", "卡点 甲", group="项目群")

    assert "#2" in await room.words("张三", "卡点 乙", group="销售群")


async def test_a_private_chat_belongs_to_its_persons_team(room: Room) -> None:
    await room.say("王敏", "任务 @张三 写周报 明天")

    assert "写周报" in await room.words("张三", "我的", group="私聊")


async def test_quoting_either_message_means_the_entry(room: Room) -> None:
    await room.say("张三", "任务 写周报 明天")
    said = room.last_said
    receipt = await room.last_card

    progress = await room.say("张三", "进展 写了一半", reply_to=receipt)
    done = await room.say("张三", "完成", reply_to=said)

    assert progress is not None
    assert done is not None
    assert "#1 进展已记" in as_lines(progress)
    assert "#1 已完成" in as_lines(done)


@pytest.mark.parametrize(
    "text",
    [
        '卡点 <at user_id="all">所有人</at> <@all> @_all \u202e反转\u0000 ' + "长" * 300,
        "卡点 " + "\n" * 5000 + "x",
        "卡点 ](javascript:alert(1)) **b** ![x](http://127.0.0.1/)",
    ],
    ids=["mentions", "lines", "markup"],
)
async def test_hostile_text_is_kept_as_plain_words(app: App, text: str) -> None:
    await app.handle(message(text + "\ud800"))
    await app.delivery.settle()

    async with app.database.begin() as tx:
        letters = (await tx.execute(sa.select(outbox.c.message))).scalars().all()
        assert [from_json(each).mentions for each in letters] == [()]  # type: ignore[union-attr]
        found = (await tx.execute(sa.select(entry.c.title))).scalars().all()
    for title in found:
        assert "\u202e" not in title
        assert "\u0000" not in title
    assert len(found) == (0 if "@_all" in text else 1)  # nobody is called that


async def test_a_hundred_thousand_characters_are_refused_in_a_sentence(app: App) -> None:
    await app.handle(message("卡点 " + "长" * 100_000))
    await app.delivery.settle()

    async with app.database.begin() as tx:
        letters = (await tx.execute(sa.select(outbox.c.message))).scalars().all()
        assert (await tx.execute(sa.select(entry.c.title))).scalars().all() == []
    assert "最多 500 字" in as_lines(from_json(letters[0]))


async def test_a_failing_database_is_told_to_the_platform(app: App) -> None:
    await app.database.close()
    async with app.database.engine.begin() as connection:
        await connection.exec_driver_sql("DROP TABLE history")

    with pytest.raises(sa.exc.DBAPIError):
        await app.handle(message("卡点 数据没到"))


async def test_a_refusal_says_how_to_say_it(room: Room) -> None:
    answer = await room.words("张三", "@大管家 完成")

    assert "用法：完成 <编号> [说明]" in answer
    assert "例如：完成 12 清单已发群里" in answer


async def test_a_chat_is_opened_once_by_many(app: App) -> None:
    await asyncio.gather(
        *(app.handle(message("成员", key=f"m{i}", chat=Chat("console", "新群"))) for i in range(8))
    )

    assert await count(app, chat) == 1


async def test_where_only_the_words_are_quoted_their_number_counts(app: App, room: Room) -> None:
    await app.handle(message("任务 写周报 明天"))

    await app.handle(message("完成", key="m2", quoted_text="✅ 任务 ＃1｜负责人 张三"))
    await app.delivery.settle()

    assert "任务 #1 已完成" in await room.newest()


async def test_a_group_that_is_left_gets_no_more_posts(app: App, room: Room) -> None:
    await app.handle(message("任务 写周报 明天"))
    await app.delivery.settle()

    await app.handle(message("", key="e1", kind=Kind.BOT_LEFT))

    later = WEDNESDAY + timedelta(days=1)
    assert await room.wait_until(later, group=room.group) == []


async def test_whoever_opens_the_private_chat_is_greeted(app: App) -> None:
    private = Chat("console", "私聊:张三", private=True)

    await app.handle(message("", key="e1", kind=Kind.GREETED, chat=private))
    await app.delivery.settle()

    async with app.database.begin() as tx:
        (letter,) = (await tx.execute(sa.select(outbox.c.message))).scalars()
    assert "有事直接说一句就行" in letter
