"""What goes out fits Feishu's limits and rules, and nothing that anybody wrote becomes markup."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.message import Button, Card, Document, Field, Form, Outgoing, Person, Picture, Text
from bot.platforms.feishu.card import mentionable
from bot.platforms.feishu.plain import CUT, shorten
from bot.platforms.feishu.render import CARD_LIMIT, TEXT_LIMIT, Draft, render, weigh
from tests.platforms.feishu_cards import problem_of_card, tagged, words_of_card

WANG = Person("ou_wang", "王五")


def only(message: Outgoing, **options: Any) -> Draft:
    (draft,) = render(message, **options)
    return draft


def card_of(message: Outgoing) -> Any:
    draft = only(message)
    assert draft.kind == "interactive"
    card = json.loads(draft.content)
    assert problem_of_card(card) is None
    return card


def text_of(message: Outgoing) -> str:
    draft = only(message)
    assert draft.kind == "text"
    return str(json.loads(draft.content)["text"])


# --- text ------------------------------------------------------------------------------------


def test_a_text() -> None:
    assert text_of(Text(text="早上好\n该站会了")) == "早上好\n该站会了"


def test_mentions_come_before_the_words() -> None:
    message = Text(text="该站会了", mentions=(WANG, Person("ou_li", "李<b>"), WANG))

    assert text_of(message) == (
        '<at user_id="ou_wang">王五</at> <at user_id="ou_li">李＜b></at> 该站会了'
    )


@pytest.mark.parametrize("bad", ["all", "ALL", "", "ou x", 'ou"', "ou_x>", "用户", "a" * 129])
def test_an_id_that_is_none_is_never_mentioned(bad: str) -> None:
    people = (Person(bad, "x"),)

    assert text_of(Text(text="hi", mentions=people)) == "hi"
    assert "markdown" not in only(Card(title="hi", text="x", mentions=people)).content


@given(st.text(), st.text(), st.text(max_size=20))
def test_no_words_become_a_tag(words: str, name: str, open_id: str) -> None:
    people = (Person("ou_wang", name), Person(open_id, "x"))
    ours = text_of(Text(text="", mentions=people))

    text = text_of(Text(text=words, mentions=people))

    assert "<" not in text.removeprefix(ours)
    assert ours.count("<") in (2, 4)
    assert 'user_id="all"' not in text
    text.encode()


@given(st.text(alphabet=st.sampled_from('<at user_id="all">/＜\u202e\0\n')))
def test_not_even_words_that_try(words: str) -> None:
    assert "<" not in text_of(Text(text=words))


def test_a_long_text_is_cut_between_characters() -> None:
    text = text_of(Text(text="汉" * 100_000))

    assert text.endswith("汉" + CUT)
    assert TEXT_LIMIT - 10 <= weigh({"text": text}) <= TEXT_LIMIT


def test_what_escapes_weigh_counts() -> None:
    text = text_of(Text(text='"' * 100_000))

    assert text.endswith(CUT)
    assert weigh({"text": text}) <= TEXT_LIMIT


def test_a_short_text_is_not_cut() -> None:
    assert shorten("汉" * 10, limit=30, weigh=lambda part: len(part.encode())) == "汉" * 10


# --- cards -----------------------------------------------------------------------------------

CARD = Card(
    title="🚨 卡点 #12 已升级",
    text="支付回调超时",
    facts=(("负责人", "王五"), ("截止", "")),
    buttons=(
        Button(label="完成", say="完成 12", style="primary"),
        Button(label="取消", say="取消 12", style="danger"),
    ),
    mentions=(WANG,),
)


def test_a_card() -> None:
    card = card_of(CARD)

    assert card["header"] == {
        "title": {"tag": "plain_text", "content": "🚨 卡点 #12 已升级"},
        "template": "red",
    }
    assert words_of_card(card).splitlines() == [
        "🚨 卡点 #12 已升级",
        "<at id=ou_wang></at>",
        "支付回调超时",
        *("负责人", "王五"),
        *("截止", "-"),
        *("完成", "取消"),
    ]


def test_a_button_says_its_sentence() -> None:
    buttons = [each for each in tagged(card_of(CARD)) if each["tag"] == "button"]

    assert [(each["type"], each["behaviors"]) for each in buttons] == [
        ("primary", [{"type": "callback", "value": {"say": "完成 12"}}]),
        ("danger", [{"type": "callback", "value": {"say": "取消 12"}}]),
    ]


def test_a_title_alone_is_the_body() -> None:
    card = card_of(Card(title="都完成了"))

    assert "header" not in card
    assert words_of_card(card) == "都完成了"


def test_many_facts_become_lines() -> None:
    facts = tuple((f"第{number}", "x") for number in range(60))

    assert "第59：x" in words_of_card(card_of(Card(title="看板", facts=facts)))


def test_a_card_that_is_too_big_says_it_in_words() -> None:
    text = text_of(
        Card(title="看板", text="汉" * 20_000, buttons=(Button(label="完成", say="完成 12"),))
    )

    assert text.startswith("看板\n汉")
    assert text.endswith("可以直接说：完成 12")


def test_too_many_buttons_are_said_in_words() -> None:
    buttons = tuple(Button(label=f"完成 {number}", say=f"完成 {number}") for number in range(80))

    assert "完成 79" in text_of(Card(title="我的", buttons=buttons, mentions=(WANG,)))


words = st.text(max_size=40) | st.text(alphabet='<at id=all></at>*[]()`"{}\\\n', max_size=40)
fields = st.builds(
    Field,
    name=st.just("x"),
    label=words,
    kind=st.sampled_from(["text", "paragraph", "choice", "person", "date"]),
    required=st.booleans(),
    hint=words,
    options=st.lists(words, max_size=4).map(tuple),
    value=words,
)
people = st.lists(st.builds(Person, id=st.just("ou_1") | words, name=words), max_size=3).map(tuple)


@given(
    st.builds(
        Card,
        title=words,
        text=words,
        facts=st.lists(st.tuples(words, words), max_size=15).map(tuple),
        buttons=st.lists(st.builds(Button, label=words, say=words), max_size=5).map(tuple),
        mentions=people,
    )
    | st.builds(
        Form,
        title=words,
        say=words,
        fields=fields.map(lambda each: (each,)),
        text=words,
        submit=words,
        mentions=people,
    )
)
def test_words_in_cards_stay_plain(message: Card | Form) -> None:
    card = card_of(message)

    markdown = [each["content"] for each in tagged(card) if each["tag"] == "markdown"]
    ids = [each.id for each in mentionable(message.mentions)]
    assert markdown == ([" ".join(f"<at id={each}></at>" for each in ids)] if ids else [])
    assert all(each.isascii() and each.lower() != "all" for each in ids)
    assert not any(each["tag"] == "lark_md" for each in tagged(card))


# --- forms -----------------------------------------------------------------------------------

FORM = Form(
    title="登记卡点",
    say="卡点",
    fields=(
        Field(
            name="what", label="描述", kind="paragraph", required=True, hint="一句话", value="超时"
        ),
        Field(name="note", label="备注"),
        Field(name="level", label="等级", kind="choice", options=("高", "中", "高"), value="中"),
        Field(name="owner", label="负责人", kind="person", required=True),
        Field(name="due", label="截止", kind="date", value="2026-12-01"),
    ),
    text="填完点提交",
)


def test_a_form() -> None:
    card = card_of(FORM)

    form = card["body"]["elements"][-1]
    assert form["tag"] == "form"
    named = {each["name"]: each for each in form["elements"] if "name" in each}
    assert {name: each["tag"] for name, each in named.items()} == {
        "what": "input",
        "note": "input",
        "level": "select_static",
        "owner": "select_person",
        "due": "date_picker",
        "_submit": "button",
    }
    assert named["what"]["input_type"] == "multiline_text"
    assert named["what"]["required"] is True
    assert named["what"]["default_value"] == "超时"
    assert named["note"]["required"] is False
    assert [each["value"] for each in named["level"]["options"]] == ["高", "中"]
    assert named["level"]["initial_index"] == 2
    assert named["due"]["initial_date"] == "2026-12-01"
    assert named["_submit"]["form_action_type"] == "submit"
    assert named["_submit"]["behaviors"][0]["value"] == {"say": "卡点", "people": ["owner"]}


def test_ticks_are_picked_from_a_list() -> None:
    ticks = Field(
        name="done",
        label="做完的任务",
        kind="ticks",
        hint="可以选几个",
        options=("12", "13"),
        shown=("#12 整理客户清单", "#13 写方案"),
        value="13、99",
    )
    card = card_of(Form(title="站会", say="站会", fields=(ticks,)))

    label, picker, _ = card["body"]["elements"][-1]["elements"]
    assert label["text"]["content"] == "做完的任务"
    assert picker == {
        "tag": "multi_select_static",
        "name": "done",
        "required": False,
        "width": "fill",
        "placeholder": {"tag": "plain_text", "content": "可以选几个"},
        "options": [
            {"text": {"tag": "plain_text", "content": "#12 整理客户清单"}, "value": "12"},
            {"text": {"tag": "plain_text", "content": "#13 写方案"}, "value": "13"},
        ],
        "selected_values": ["13"],
    }


def test_where_there_is_nothing_to_tick_it_is_typed() -> None:
    card = card_of(
        Form(title="x", say="站会", fields=(Field(name="d", label="完成", kind="ticks"),))
    )

    assert card["body"]["elements"][-1]["elements"][0]["tag"] == "input"


def test_a_form_that_is_too_big_says_it_in_words() -> None:
    many = tuple(Field(name=f"x{number}", label=f"第{number}") for number in range(150))

    assert text_of(Form(title="填表", say="卡点", fields=many)).endswith("可以直接说：卡点")


# --- pictures and files ----------------------------------------------------------------------


def test_a_picture_has_its_words_in_the_same_message() -> None:
    draft = only(Picture(png=b"png", text="<at>本周之星</at>"), uploaded="img_1")

    assert draft.kind == "post"
    assert json.loads(draft.content)["zh_cn"]["content"] == [
        [{"tag": "text", "text": "<at>本周之星</at>"}],
        [{"tag": "img", "image_key": "img_1"}],
    ]


def test_a_picture_alone() -> None:
    draft = only(Picture(png=b"png", text=" "), uploaded="img_1")

    assert json.loads(draft.content)["zh_cn"]["content"] == [
        [{"tag": "img", "image_key": "img_1"}]
    ]


def test_long_words_do_not_drop_the_picture() -> None:
    draft = only(Picture(png=b"png", text="汉" * 20_000), uploaded="img_1")

    assert len(json.dumps(draft.content, ensure_ascii=False).encode()) <= CARD_LIMIT
    assert "img_1" in draft.content


def test_a_picture_that_was_not_uploaded_is_told() -> None:
    assert text_of(Picture(png=b"", text="第一名：阿杰")) == "第一名：阿杰"


def test_a_document_comes_after_its_line() -> None:
    document = Document(name="周报.xlsx", content=b"x", text="本周周报")

    assert [each.kind for each in render(document, uploaded="file_1")] == ["text", "file"]
    assert [each.kind for each in render(Document(name="a", content=b"x"), uploaded="f")] == [
        "file"
    ]


def test_a_document_that_was_not_uploaded_is_told() -> None:
    assert text_of(Document(name="周报.xlsx", content=b"x")) == "周报.xlsx"
