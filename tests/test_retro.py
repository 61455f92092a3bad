"""回顾: what is said without a name is nowhere next to one."""

import pytest
import sqlalchemy as sa

from bot import retro
from bot.app import App
from bot.message import Text, as_lines
from bot.platforms.console import incoming as typed
from bot.platforms.console import private_chat
from storage import retro as retros
from storage.schema import inbox, metadata, outbox, retro_note
from tests.conftest import WEDNESDAY, Room

NOTE = "培训太赶了，听到一半就散了"
GOT = "收到。我没存是谁说的，所以也撤不回来。还想说就再来一句：匿名 …"
PRIVATE = ""


@pytest.fixture(autouse=True)
async def people(room: Room) -> None:
    for who in ("王敏", "张三", "李四"):
        await room.say(who, "成员")
    await room.say("王敏", "角色 @王敏 项目经理")


@pytest.fixture
async def begun(room: Room) -> Room:
    await room.say("王敏", "回顾 开始 试点一个月")
    return room


async def whisper(room: Room, who: str, text: str) -> str:
    return await room.words(who, f"匿名 {text}", group=PRIVATE)


async def dump(app: App) -> dict[str, list[str]]:
    """Every row of every table, in words."""
    async with app.database.begin() as tx:
        return {
            each.name: [repr(tuple(row)) for row in await tx.execute(sa.select(each))]
            for each in metadata.sorted_tables
        }


async def stored(app: App) -> list[str]:
    async with app.database.begin() as tx:
        return sorted((await tx.execute(sa.select(retro_note.c.text))).scalars())


# --- from the beginning to the end -----------------------------------------------------------


async def test_it_is_opened_by_a_keeper_with_an_invitation(room: Room) -> None:
    assert await room.words("李四", "回顾 开始 试点一个月") == (
        "开回顾要项目经理或系统管理员来做，现在是 王敏"
    )
    assert await room.words("王敏", "回顾 开始 试点一个月") == (
        "🗣 回顾开始｜试点一个月\n"
        "私聊我说：匿名 培训太赶了，想多练两次\n"
        "想说几句说几句，我不存是谁说的\n"
        "满 3 条后，说 回顾 就能看；项目经理说 回顾 结束，就都发到群里"
    )
    assert (
        await room.words("王敏", "回顾 开始") == "「试点一个月」还开着，先说 回顾 结束，再开新的"
    )


async def test_nothing_is_shown_before_there_are_three(begun: Room) -> None:
    assert await whisper(begun, "李四", NOTE) == GOT
    assert await whisper(begun, "张三", "👍👍") == GOT

    assert await begun.words("李四", "回顾") == (
        "回顾｜试点一个月：已收到 2 条，满 3 条再看\n私聊我说：匿名 培训太赶了，想多练两次"
    )
    assert (await begun.words("王敏", "回顾 结束")).startswith("才收到 2 条，满 3 条才公布")
    await whisper(begun, "张三", "会议太多\n能不能合并")
    shown = (await begun.words("李四", "回顾")).splitlines()

    assert shown[0] == "回顾｜试点一个月（3 条）"
    assert sorted(shown[1:4]) == sorted([f"· {NOTE}", "· 👍👍", "· 会议太多 能不能合并"])
    assert shown[4] == "要跟进的就说：任务 @谁 做什么；值得留下的：经验 …"
    assert (await begun.words("张三", "回顾")).splitlines() == shown


async def test_the_end_posts_it_to_the_group_and_it_can_be_read_later(begun: Room) -> None:
    for number in range(13):
        await whisper(begun, "李四", f"第{number:02}句")

    assert await begun.words("王敏", "回顾 结束", group=PRIVATE) == (
        "✅ 回顾结束｜试点一个月\n已经发到「项目群」"
    )
    first = (await begun.words("张三", "回顾 1")).splitlines()
    second = (await begun.words("张三", "回顾 1 第2页")).splitlines()
    assert first[0] == "回顾｜试点一个月（13 条） · 第1/2页"
    assert len(first) - 2 == 10
    assert sorted(first[1:-1] + second[1:-1]) == [f"· 第{each:02}句" for each in range(13)]
    assert first[1:-1] != sorted(first[1:-1])
    assert await whisper(begun, "李四", "来晚了") == (
        "现在没有开着的回顾。想开就请王敏说一句：回顾 开始 试点一个月"
    )
    assert await begun.words("李四", "回顾 列表") == (
        "回顾（1）\n1. 试点一个月｜11月25日 周三｜13 条"
    )
    assert (await begun.words("李四", "回顾")).startswith("现在没有开着的回顾")


async def test_the_post_goes_to_the_group(begun: Room) -> None:
    for said in ("一", "二", "三"):
        await whisper(begun, "李四", f"第{said}句")

    answers = await begun.answers("王敏", "回顾 结束")

    assert [as_lines(each).splitlines()[0] for each in answers] == [
        "🗣 回顾结束｜试点一个月（3 条）"
    ]


async def test_too_few_are_deleted_and_enough_cannot_be_hidden(begun: Room, app: App) -> None:
    await whisper(begun, "李四", NOTE)

    assert await begun.words("王敏", "回顾 结束 不公布") == (
        "🗣 回顾结束｜试点一个月：收到 1 条，不满 3 条，没有公布，已经删了"
    )
    assert await stored(app) == []
    assert await begun.words("李四", "回顾 1") == "回顾｜试点一个月：没有公布的内容"
    await begun.say("王敏", "回顾 开始")
    for _ in range(3):
        await whisper(begun, "李四", NOTE)
    assert (await begun.words("王敏", "回顾 结束 不公布")).startswith("已经收到 3 条")
    assert len(await stored(app)) == 3
    assert (await begun.words("王敏", "回顾 列表")).splitlines()[1] == (
        "2. 11月25日 周三｜11月25日 周三｜进行中，已收到 3 条"
    )


# --- without a name --------------------------------------------------------------------------


async def test_no_table_holds_the_words_but_one_and_no_row_a_name_with_them(
    begun: Room, app: App
) -> None:
    before = await dump(app)
    await whisper(begun, "李四", NOTE)
    await whisper(begun, "李四", f"{NOTE} @张三 @钱七 也这么说")
    await begun.say("李四", f"@大管家 匿名：{NOTE}", group=PRIVATE)
    await begun.say("李四", f"回顾 匿名 {NOTE}", group=PRIVATE)
    after = await dump(app)

    assert {name for name, rows in after.items() if any(NOTE in row for row in rows)} == {
        "retro_note"
    }
    assert not any("李四" in row for row in after["retro_note"])
    new = {name: [row for row in rows if row not in before[name]] for name, rows in after.items()}
    # His private chat, and what the bot said there.
    assert {name for name, rows in new.items() if any("李四" in row for row in rows)} == {
        "chat",
        "console_message",
    }
    assert {name for name, rows in new.items() if rows} == {
        "chat",
        "console_message",
        "inbox",
        "outbox",
        "retro_note",
    }


async def test_the_inbox_knows_only_that_something_came(begun: Room, app: App) -> None:
    await whisper(begun, "李四", NOTE)

    async with app.database.begin() as tx:
        row = (await tx.execute(sa.select(inbox).order_by(inbox.c.id.desc()).limit(1))).one()
        letter = (await tx.execute(sa.select(outbox).order_by(outbox.c.id.desc()).limit(1))).one()
    assert (row.text, row.sender_external_id, row.chat_external_id) == ("", "", "")
    assert (row.outcome, row.why) == ("done", "")
    assert letter.reply_to is None


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("匿名 " + "长" * 501, "这句有 501 字，最多 500 字，我没有存，请分成几句说"),
        ("匿名 。。。", "还缺内容，比如 匿名 培训太赶了，想多练两次"),
        ("匿名怎么用？", "私聊我说：匿名 培训太赶了，想多练两次"),
        ("匿铭 写错的", "要匿名说，请这样开头：匿名 会议太多。刚才那句我没有存"),
        ("我想匿名说，培训太赶了", "要匿名说，请这样开头：匿名 会议太多。刚才那句我没有存"),
        ("匿 名 培训太赶了", "要匿名说，请这样开头：匿名 会议太多。刚才那句我没有存"),
        ("🤫“匿名 培训太赶了”", "要匿名说，请这样开头：匿名 会议太多。刚才那句我没有存"),
    ],
)
async def test_what_is_refused_is_noted_no_more(
    begun: Room, app: App, said: str, answer: str
) -> None:
    assert (await begun.words("李四", said, group=PRIVATE)).startswith(answer)

    async with app.database.begin() as tx:
        row = (await tx.execute(sa.select(inbox).order_by(inbox.c.id.desc()).limit(1))).one()
    assert (row.text, row.sender_external_id, row.chat_external_id) == ("", "", "")
    assert row.outcome == "refused"
    assert said[3:] not in row.why
    assert await stored(app) == []


async def test_in_a_group_it_is_not_kept(begun: Room, app: App) -> None:
    assert await begun.words("李四", f"匿名 {NOTE}") == (
        "在群里大家看得到是你说的，请私聊我再说一次，刚才的我没有存"
    )
    assert not any(NOTE in row for rows in (await dump(app)).values() for row in rows)


async def test_a_bug_leaves_no_words_behind(
    begun: Room, app: App, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def fails(*_args: object, **_named: object) -> bool:
        raise RuntimeError(NOTE)

    monkeypatch.setattr(retros, "add", fails)

    answer = await whisper(begun, "李四", NOTE)

    assert answer == "抱歉，这一句我没处理好，也没有存。请稍后再说一次。"
    assert not any(NOTE in row for rows in (await dump(app)).values() for row in rows)
    assert "RuntimeError" in caplog.text
    assert NOTE not in caplog.text


async def test_the_same_message_is_stored_once(begun: Room, app: App) -> None:
    message = typed(
        9001,
        chat=private_chat("李四"),
        sender="李四",
        text=f"匿名 {NOTE}",
        roster=(),
        leads=app.leads,
        at=WEDNESDAY,
    )

    for _ in range(3):
        await app.handle(message)

    assert await stored(app) == [NOTE]


async def test_who_only_speaks_of_it_is_noted_as_ever(begun: Room, app: App) -> None:
    await begun.say("李四", "任务 整理匿名问卷", group=PRIVATE)
    await begun.say("李四", "名单发我", group=PRIVATE)

    async with app.database.begin() as tx:
        texts = list((await tx.execute(sa.select(inbox.c.text).order_by(inbox.c.id))).scalars())
    assert texts[-2:] == ["任务 整理匿名问卷", "名单发我"]


async def test_it_answers_no_question_and_is_not_taken_back(begun: Room, app: App) -> None:
    await begun.say("李四", "站会", group=PRIVATE)  # asks one question at a time

    assert await whisper(begun, "李四", NOTE) == GOT

    assert await stored(app) == [NOTE]
    await begun.say("李四", "撤销", group=PRIVATE)
    assert await stored(app) == [NOTE]
    assert await begun.words("李四", f"匿名 {NOTE}", group=PRIVATE) == GOT


async def test_the_form_says_it_too(begun: Room, app: App) -> None:
    await begun.say("李四", "表单 匿名", group=PRIVATE)

    answer = await begun.press("李四", await begun._last(), "匿名", {"what": NOTE})

    assert isinstance(answer, Text)
    assert await stored(app) == [NOTE]
    rows = await dump(app)
    assert {name for name in rows if any(NOTE in row for row in rows[name])} == {"retro_note"}


async def test_it_is_full_one_day(begun: Room, app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.handlers.retro.MOST", 2)
    await whisper(begun, "李四", "一句")
    await whisper(begun, "李四", "又一句")

    assert await whisper(begun, "李四", NOTE) == "这次回顾已经收满 2 条，没有再存"
    assert await stored(app) == ["一句", "又一句"]


async def test_no_row_tells_which_note_is_the_newest(begun: Room, app: App) -> None:
    for number in range(8):
        await whisper(begun, "李四", f"第{number}句")

    async with app.database.begin() as tx:
        rows = await tx.execute(sa.text("SELECT text FROM retro_note"))
        by_place = list(rows.scalars())
        by_key = list(
            (await tx.execute(sa.select(retro_note.c.text).order_by(retro_note.c.key))).scalars()
        )
        assert sorted(by_place) == [f"第{number}句" for number in range(8)]
        assert by_place == by_key
        if tx.dialect.name == "postgresql":
            writers = await tx.execute(sa.text("SELECT DISTINCT xmin::text FROM retro_note"))
            assert len(list(writers)) == 1


def test_a_page_holds_whole_notes() -> None:
    pages = retro._pages(["长" * 500, "长" * 500, "长" * 500, "短"])

    assert [len(each) for each in pages] == [2, 2]
    assert retro._pages([]) == [[]]
