"""复盘: the pack, as Word opens it."""

import zipfile
from datetime import timedelta
from io import BytesIO

import docx
import pytest
from docx.oxml.ns import qn
from docx.table import Table
from docx.text.paragraph import Paragraph

from bot.app import App
from bot.closing import MOST_ROWS
from bot.message import Document
from storage import ledger
from storage import team as teams
from tests.conftest import WEDNESDAY, Room

ALL = (
    "一页看完", "目标达成", "里程碑", "卡点（按根因）", "决策",
    "风险", "变更", "预算", "验收", "经验教训",
)  # fmt: skip


@pytest.fixture(autouse=True)
async def people(room: Room) -> None:
    for who in ("王敏", "张三", "李四", "周总"):
        await room.say(who, "成员")
    await room.say("王敏", "角色 @王敏 项目经理")
    await room.say("王敏", "角色 @周总 领导")


async def pack(room: Room, who: str = "王敏") -> Document:
    answer = await room.say(who, "复盘")
    assert isinstance(answer, Document)
    return answer


def sections(content: bytes) -> dict[str, list[str]]:
    """What stands under each heading: sentences, and the cells of each row."""
    opened = docx.Document(BytesIO(content))
    found: dict[str, list[str]] = {}
    heading = ""
    for element in opened.element.body:
        if element.tag == qn("w:p"):
            paragraph = Paragraph(element, opened)
            if paragraph.style is not None and paragraph.style.name == "Heading 1":
                heading = paragraph.text
                found[heading] = []
            elif heading and paragraph.text:
                found[heading].append(paragraph.text)
        elif element.tag == qn("w:tbl"):
            found[heading] += _rows(Table(element, opened))
    return found


def _rows(table: Table) -> list[str]:
    return ["｜".join(cell.text for cell in row.cells) for row in table.rows]


# --- what is in it ---------------------------------------------------------------------------


async def test_of_an_empty_ledger_every_section_says_so_in_one_sentence(room: Room) -> None:
    answer = await pack(room)

    found = sections(answer.content)
    assert tuple(found) == ALL
    for title in ALL[1:]:
        assert len(found[title]) == 1, title
        assert found[title][0].endswith("。")
    assert answer.name == "复盘_2026-11-25.docx"
    assert answer.text == "复盘，截至11月25日 周三：台账里还没有记录"


async def _roll_out(room: Room) -> None:
    for who, said in (
        ("张三", "里程碑 一期上线 12月1日 @李四"),  # 1
        ("李四", "改期 1 12月8日"),
        ("张三", "目标 销售都用起来 12月31日 指标：每周活跃 80% @张三"),  # 2
        ("张三", "实际 2 76%"),
        ("张三", "卡点 支付回调超时 @李四"),  # 3
        ("李四", "解决 3 根因：证书过期 方案：加告警"),
        ("张三", "确认 3"),
        ("王敏", "决策 审批流用 A 方案 理由：改动最小"),  # 4
        ("王敏", "决策 审批流改用 B 方案 取代 #4"),  # 5
        ("张三", "风险 供应商延期 概率：高 影响：中 应对：换人 @李四"),  # 6
        ("张三", "变更 加一个报表 批准 @王敏 影响：3 人天"),  # 7
        ("王敏", "批准 7"),
        ("王敏", "预算 培训 12000"),  # 8
        ("王敏", "支出 培训 3000.5 讲师"),
        ("张三", "验收 导入 5 万客户 @李四"),  # 9
        ("李四", "不通过 9 三万条就停了"),
        ("李四", "通过 9 三次都在 8 分钟内"),
        ("张三", "经验 数据要先清洗再导入"),  # 10
        ("张三", "任务 不该出现的"),
    ):
        assert "用法" not in await room.words(who, said), said


async def test_each_section_holds_what_the_team_wrote_down(room: Room) -> None:
    await _roll_out(room)
    await room.wait(timedelta(days=14))
    await room.say("李四", "完成 1")

    answer = await pack(room, "周总")

    found = sections(answer.content)
    assert found["目标达成"][1] == (
        "#2｜销售都用起来｜每周活跃 80%｜76%｜计划 12月31日 周四｜进行中"
    )
    assert found["里程碑"][1] == (
        "#1｜一期上线｜李四｜计划 12月1日 周二，实际 12月9日 周三，晚 8 天"
        "｜已推迟 1 次：12月1日 → 12月8日｜已达成"
    )
    assert found["卡点（按根因）"] == [
        "只有登记的人确认过的才算解决。解决 1。",
        "根因｜次数｜卡点｜最近的方案",
        "证书过期｜1｜#3｜加告警",
    ]
    assert found["决策"][1:] == [
        "#4｜审批流用 A 方案｜已被 #5 取代｜改动最小｜王敏记的",
        "#5｜审批流改用 B 方案｜有效，取代了 #4｜｜王敏记的",
    ]
    assert "供应商延期" in found["风险"][1]
    assert "红" in found["风险"][1]
    assert "换人" in found["风险"][1]
    assert found["变更"][1].startswith("#7｜加一个报表｜3 人天｜王敏，11月25日 周三 10:00 批准")
    assert found["预算"][1:] == [
        "培训｜¥12,000｜¥3,000.50｜¥8,999.50｜25%",
        "合计｜¥12,000｜¥3,000.50｜¥8,999.50｜25%",
    ]
    assert found["验收"][1] == (
        "#9｜导入 5 万客户｜已通过｜李四｜三次都在 8 分钟内（之前没通过 1 次）"
    )
    assert found["经验教训"][1] == "#10｜数据要先清洗再导入｜张三"
    assert "不该出现的" not in str(found)
    for words in ("里程碑 1/1 达成，1 个晚于计划", "验收 1/1 通过", "1 条被取代"):
        assert words in answer.text
        assert words in str(found["一页看完"])


async def test_only_confirmed_blockers_count_as_solved(room: Room) -> None:
    for number, (who, what) in enumerate(
        (("张三", "支付"), ("李四", "登录"), ("张三", "报表")), 1
    ):
        await room.say(who, f"卡点 {what}坏了 @王敏")
        await room.say("王敏", f"解决 {number} 根因：证书过期{number}")
    await room.say("张三", "确认 1")
    await room.say("李四", "卡点 没人管的 @王敏")
    await room.wait(timedelta(days=10))  # nobody confirms: closed by time-out

    found = sections((await pack(room)).content)["卡点（按根因）"]

    assert found == [
        "只有登记的人确认过的才算解决。解决 1，超时关闭 2（不算解决），还开着 1。",
        "根因｜次数｜卡点｜最近的方案",
        "证书过期1｜1｜#1｜",
        "超时没人确认、自动关闭的，不算解决：",
        "编号｜卡点",
        "#2｜登录坏了",
        "#3｜报表坏了",
        "还没解决的：",
        "编号｜卡点",
        "#4｜没人管的",
    ]


async def test_what_was_taken_back_or_cancelled_is_left_out_but_not_what_was_rejected(
    room: Room,
) -> None:
    await room.say("张三", "经验 写错了")
    await room.say("张三", "撤销")
    await room.say("张三", "变更 加一个报表 批准 @王敏")
    await room.say("王敏", "驳回 2 下次再说")

    found = sections((await pack(room)).content)

    assert len(found["经验教训"]) == 1
    assert found["变更"][1].startswith("#2｜加一个报表｜")
    assert found["变更"][1].endswith("｜没批准")


async def test_another_team_is_not_in_it(room: Room, app: App) -> None:
    async with app.database.begin() as tx:
        other = await teams.open_team(tx, "别的团队", at=app.clock())
        await teams.open_chat(
            tx,
            team_id=other.id,
            platform="console",
            external_id="别的群",
            private=False,
            name="别的群",
            person="",
        )
    await room.say("外人", "经验 别人的秘密", group="别的群")

    assert "别人的秘密" not in str(sections((await pack(room)).content))


async def test_it_is_for_those_who_answer_for_the_project(room: Room) -> None:
    assert await room.words("张三", "复盘") == "这件事要项目经理、系统管理员或领导来做"
    assert (await pack(room, "周总")).content


# --- how it looks ----------------------------------------------------------------------------


async def test_chinese_has_a_font_and_tables_have_widths(room: Room) -> None:
    await _roll_out(room)

    content = (await pack(room)).content

    with zipfile.ZipFile(BytesIO(content)) as parts:
        assert parts.testzip() is None
        styles = parts.read("word/styles.xml").decode()
    assert 'w:eastAsia="微软雅黑"' in styles
    opened = docx.Document(BytesIO(content))
    assert opened.core_properties.title == "大管家复盘"
    assert opened.core_properties.created == WEDNESDAY
    assert "PAGE" in opened.sections[0].footer.part.element.xml
    assert opened.paragraphs[1].text == "大管家 · 2026年11月25日 周三 · 由王敏整理"
    for table in opened.tables:
        shares = [int(each.get(qn("w:w"))) for each in table._tbl.tblGrid.findall(qn("w:gridCol"))]
        assert all(each >= 700 for each in shares)  # twelve millimetres: two or three characters
        assert 9000 < sum(shares) <= 9640  # what A4 leaves between the margins
        assert table.rows[0]._tr.find(f"{qn('w:trPr')}/{qn('w:tblHeader')}") is not None


# --- how much it bears -----------------------------------------------------------------------


async def test_of_five_thousand_entries_some_are_shown(room: Room, app: App) -> None:
    kinds = ("goal", "milestone", "blocker", "decision", "risk", "change", "acceptance", "lesson")
    team = await room.team()
    async with app.database.begin() as tx:
        for number in range(5000):
            await ledger.open_entry(
                tx,
                team_id=team.id,
                kind=kinds[number % len(kinds)],
                title=f"第 {number} 条，" + "说得很长" * 20,
                owner_id=1,
                by_id=1,
                chat_id=1,
                at=app.clock(),
                due=app.clock(),
                details={"cause": f"原因{number}", "reason": "理由" * 50},
            )
    answer = await pack(room)

    found = sections(answer.content)
    assert len(found["经验教训"]) == MOST_ROWS + 2
    assert found["经验教训"][-1] == f"……还有 {625 - MOST_ROWS} 条没有列出，要全部请说 导出"
    assert len(answer.content) < 500_000
