"""A sentence becomes typed arguments."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.deadlines import Deadline, Hours
from bot.errors import Refusal
from bot.grammar import Named, Sentence, Unclear, clean, half_width, parse
from bot.signature import Mention, Number, Option, Rest, Section, When, parameters
from bot.workdays import Calendar
from storage.member import Member
from tests.conftest import WEDNESDAY


class Level(StrEnum):
    HIGH = "高"
    LOW = "低"


def person(name: str) -> Member:
    return Member(
        id=hash(name) % 1000, team_id=1, platform="console", external_id=name, name=name, roles=()
    )


def sentence(text: str, **changes: Any) -> Sentence:
    people = [
        Named(start=at, end=at + 3, member=person(text[at + 1 : at + 3]))
        for at in range(len(text))
        if text[at] in "@＠" and not changes.get("fields")
    ]
    return Sentence(
        text=text, people=people, now=WEDNESDAY, calendar=Calendar(), hours=Hours(), **changes
    )


def read(handler: Callable[..., Any], text: str, **changes: Any) -> dict[str, Any]:
    return parse(parameters(handler), sentence(text, **changes))


async def task(
    request: object,
    what: Annotated[str, Rest("内容")],
    people: Annotated[tuple[Member, ...], Mention("负责人")] = (),
    due: Annotated[Deadline | None, When()] = None,
) -> None: ...


async def risk(
    request: object,
    what: Annotated[str, Rest("内容")],
    likely: Annotated[Level, Option("概率")],
    owner: Annotated[Member | None, Option("批准")] = None,
    answer: Annotated[str | None, Option("应对", "对策")] = None,
) -> None: ...


async def finish(
    request: object,
    number: Annotated[int, Number()],
    note: Annotated[str | None, Rest("说明")] = None,
) -> None: ...


async def standup(
    request: object,
    yesterday: Annotated[str, Section("昨日", "昨天")],
    today: Annotated[str, Section("今日", "今天")],
) -> None: ...


async def spend(request: object, amount: Annotated[Decimal, Option("金额")]) -> None: ...


@pytest.mark.parametrize(
    "text",
    [
        "@张三 整理清单 周五下班前",
        "周五下班前 @张三 整理清单",
        "整理清单 @张三 周五下班前",
        "＠张三　整理清单　周五下班前",
        "整理清单 周五下班前 @张三",
    ],
)
def test_arguments_come_in_any_order(text: str) -> None:
    values = read(task, text)

    assert values["what"] == "整理清单"
    assert [each.name for each in values["people"]] == ["张三"]
    assert f"{values['due'].due:%m-%d %H:%M}" == "11-27 18:00"


def test_a_missing_text_is_asked_for() -> None:
    with pytest.raises(Refusal, match="还缺内容"):
        read(task, "@张三 周五下班前")


def test_a_past_period_is_a_question() -> None:
    with pytest.raises(Unclear) as unclear:
        read(task, "整理清单 本周一前")
    assert unclear.value.deadline.status == "past"


def test_what_happened_is_no_deadline() -> None:
    assert read(task, "复查昨天导入失败的客户")["due"] is None


def test_options_are_taken_out_wherever_they_stand() -> None:
    values = read(risk, "数据迁移失败 概率：高 应对：先备份 再迁移 批准 @李四")

    assert values["what"] == "数据迁移失败"
    assert values["likely"] is Level.HIGH
    assert values["owner"].name == "李四"
    assert values["answer"] == "先备份 再迁移"


def test_an_option_ends_where_the_next_begins() -> None:
    values = read(risk, "应对：先备份 概率：高 数据迁移失败：两次")

    assert values["answer"] == "先备份"
    assert values["what"] == "数据迁移失败：两次"


def test_a_choice_names_what_it_may_be() -> None:
    with pytest.raises(Refusal, match="概率只能是：高、低"):
        read(risk, "失败 概率：中")


@pytest.mark.parametrize(
    ("text", "number", "note"),
    [
        ("12 已发", 12, "已发"),
        ("#12已发", 12, "已发"),
        ("＃１２ 已发", 12, "已发"),
        ("第12号 已发", 12, "已发"),
        ("12", 12, None),
    ],
)
def test_numbers(text: str, number: int, note: str | None) -> None:
    assert read(finish, text) == {"number": number, "note": note}


def test_a_quoted_message_gives_the_number() -> None:
    assert read(finish, "已发", quoted_number=7) == {"number": 7, "note": "已发"}


@pytest.mark.parametrize("text", ["5、6", "5,6 都好了", "5 和 6", "5 6", "#5、#6"])
def test_several_numbers_are_refused(text: str) -> None:
    with pytest.raises(Refusal, match="一次只能说一个编号"):
        read(finish, text)


@pytest.mark.parametrize("text", ["5，3点前已发", "5 共12条", "5，2个附件"])
def test_a_number_in_the_note_is_no_second_entry(text: str) -> None:
    assert read(finish, text)["number"] == 5


def test_a_past_day_at_the_end_is_a_question() -> None:
    with pytest.raises(Unclear):
        read(task, "写方案 昨天")


def test_a_missing_number_is_asked_for() -> None:
    with pytest.raises(Refusal, match="要说是第几号"):
        read(finish, "已发")


def test_sections_take_several_lines() -> None:
    values = read(standup, "昨日：写方案\n开评审会\n今天: 改方案\n")

    assert values == {"yesterday": "写方案\n开评审会", "today": "改方案"}


@pytest.mark.parametrize(
    ("written", "amount"),
    [("12000", "12000"), ("12,000.50", "12000.50"), ("1.2万", "12000.0"), ("¥3元", "3")],
)
def test_amounts_are_exact(written: str, amount: str) -> None:
    assert read(spend, f"金额：{written.replace(',', '')}")["amount"] == Decimal(amount)


@pytest.mark.parametrize("written", ["几万", "12.345", "1e9", "99999999999999"])
def test_amounts_are_never_guessed(written: str) -> None:
    with pytest.raises(Refusal, match="金额"):
        read(spend, f"金额：{written}")


def test_a_form_fills_the_same_arguments() -> None:
    fields = {"what": "整理清单", "people": "张三、李四", "due": "周五下班前"}
    roster = {"张三": person("张三"), "李四": person("李四")}

    values = read(task, "", fields=fields, roster=roster)

    assert values["what"] == "整理清单"
    assert [each.name for each in values["people"]] == ["张三", "李四"]
    assert values["due"].due - WEDNESDAY == timedelta(days=2, hours=8)


def test_a_form_says_what_is_wrong_with_it() -> None:
    with pytest.raises(Refusal, match="没有找到「王五」"):
        read(task, "", fields={"what": "甲", "people": "王五"}, roster={})
    with pytest.raises(Refusal, match="截止没看懂"):
        read(task, "", fields={"what": "甲", "due": "尽快"}, roster={})
    with pytest.raises(Refusal, match="还缺内容"):
        read(task, "", fields={"what": "  ", "due": "明天"}, roster={})


@given(st.text(max_size=300))
def test_widths_and_cleaning_never_fail(text: str) -> None:
    assert len(half_width(text)) == len(text)
    assert clean(clean(text)) == clean(text)


@given(st.text(max_size=300))
def test_any_sentence_is_parsed_or_refused(text: str) -> None:
    text = clean(text).replace("@", "").replace("＠", "")
    for handler in (task, risk, finish, standup, spend):
        try:
            values = read(handler, text)
        except (Refusal, Unclear):
            continue
        assert set(values) == {each.name for each in parameters(handler)}


@given(
    st.permutations(["整理清单", "@张三", "周五下班前", "概率：高", "应对：先备份"]),
)
def test_the_order_of_arguments_changes_nothing(parts: list[str]) -> None:
    async def both(
        request: object,
        what: Annotated[str, Rest("内容")],
        likely: Annotated[Level, Option("概率")],
        answer: Annotated[str, Option("应对")],
        who: Annotated[Member, Mention("谁")],
        due: Annotated[Deadline, When()],
    ) -> None: ...

    if parts.index("应对：先备份") < len(parts) - 1:
        # An option of words runs on to the next option; it stands last here.
        parts = [*(each for each in parts if each != "应对：先备份"), "应对：先备份"]

    values = read(both, " ".join(parts))

    assert values["what"] == "整理清单"
    assert values["answer"] == "先备份"
    assert values["who"].name == "张三"
    assert f"{values['due'].due:%d}" == "27"
