"""What people type can ring nobody, load nothing, and fit everywhere."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.message import Button, Card, Document, Field, Form, Outgoing, Person, Picture, Text
from bot.platforms.wecom import render, wording

# Dense in what markup is made of.
tricky = st.text(
    alphabet=st.sampled_from("<>@![]()#|`~:/&\\ \n\r\t\u2028\u202e\u200b*_-=aAal1中😀")
    | st.characters(),
    max_size=60,
)


def lines(text: str) -> list[str]:
    return text.split("\n")


@given(tricky)
@example("<\u202e@all>")
@example("![![x](y)](https://track.example/p.png)")
@example("[a](javascript:x)[b]: http://x\n[b]")
@example("&lt;@all&gt; &#060;@all&#062;")
@example("\u2028# heading")
def test_markdown_is_inert(typed: str) -> None:
    shown = wording.markdown(typed)
    assert not re.search(r"<[@/!?A-Za-z]", shown)
    assert not re.search(r"&(?:lt|#0*60|#x0*3c);", shown, re.IGNORECASE)
    assert "![" not in shown
    assert "](" not in shown
    assert "]:" not in shown
    assert "```" not in shown
    assert not any(re.match(r"[ \t]*(#{1,6}([ \t]|$)|[>|])", line) for line in lines(shown))
    assert wording.visible(shown) == shown


@given(tricky)
def test_plain_text_is_inert(typed: str) -> None:
    shown = wording.plain(typed)
    assert "<@" not in shown
    assert not re.search(r"</?a\b", shown, re.IGNORECASE)
    assert not re.search("[\u202a-\u202e\u2066-\u2069\x00-\x08]", shown)


@given(tricky)
def test_making_it_harmless_twice_changes_nothing_more(typed: str) -> None:
    for safe in (wording.markdown, wording.plain):
        assert safe(safe(typed)) == safe(typed)


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("#12 已完成", "#12 已完成"),
        ("# 标题", "＃ 标题"),
        ("> 引用\n| 表 |", "＞ 引用\n｜ 表 |"),
        ("[官网](https://example.com)", "官网（https://example.com）"),
        ("看图 ![x](https://track.example/p.png)!", "看图 x!"),
        ('<font color="warning">红</font>', '＜font color="warning">红＜/font>'),
        ("3 < 5 > 2", "3 < 5 > 2"),
        ("一\r\n二\u2028三", "一\n二\n三"),
        ("👨‍👩‍👧", "👨‍👩‍👧"),
    ],
)
def test_what_markdown_looks_like(typed: str, shown: str) -> None:
    assert wording.markdown(typed) == shown


@given(st.text(max_size=80), st.integers(0, 120))
def test_cutting_counts_bytes(text: str, limit: int) -> None:
    text = wording.visible(text)
    for short in (wording.cut(text, limit), wording.cut_plain(text, limit)):
        assert wording.size(short) <= limit
    if wording.size(text) <= limit:
        assert wording.cut(text, limit) == text


def test_cutting_says_so() -> None:
    assert wording.cut("长" * 50, 60) == "长" * 9 + wording.CUT


people = st.builds(Person, tricky | st.sampled_from(["wang.wu", "@all", "all"]), tricky)
mentions = st.lists(people, max_size=3).map(tuple)
words = tricky | st.integers(1, 9000).map(lambda count: "长" * count)
buttons = st.lists(st.builds(Button, label=words, say=words), max_size=8).map(tuple)
facts = st.lists(st.tuples(words, words), max_size=8).map(tuple)
fields = st.lists(st.builds(Field, name=tricky, label=words, hint=tricky), max_size=4).map(tuple)
messages = st.one_of(
    st.builds(Text, text=words, mentions=mentions),
    st.builds(Card, title=words, text=words, facts=facts, buttons=buttons, mentions=mentions),
    st.builds(Form, title=words, say=words, fields=fields, text=words, mentions=mentions),
    st.builds(Picture, png=st.just(b"x"), text=words),
    st.builds(Document, name=words, content=st.just(b"x"), text=words),
)


@given(messages, st.text(max_size=50))
def test_whatever_is_said_fits(message: Outgoing, key: str) -> None:
    sent = (
        (render.answer(message, key=key, prompt="@大管家 "), render.ANSWER_MARKDOWN),
        (render.to_robot(message, prompt="@大管家 "), render.ROBOT_MARKDOWN),
        (render.to_member(message, key=key, reader="li"), render.APP_MARKDOWN),
    )
    for payload, limit in sent:
        kind = str(payload["msgtype"])
        content = payload[kind]
        assert isinstance(content, dict)
        if kind == "template_card":
            check_card(content)
        else:
            assert wording.size(content["content"]) <= (render.TEXT if kind == "text" else limit)
        pinged = content.get("mentioned_list", ())
        assert all(render.is_user_id(each) for each in pinged)


def check_card(card: dict[str, object]) -> None:
    title, pressed, task = card["main_title"], card["button_list"], card["task_id"]
    assert isinstance(title, dict)
    assert isinstance(pressed, list)
    assert 0 < wording.size(title["title"]) <= render.TITLE
    assert wording.size(str(card.get("sub_title_text", ""))) <= render.DETAIL
    assert 1 <= len(pressed) <= 6
    assert all(0 < wording.size(each["key"]) <= 1024 for each in pressed)
    assert re.fullmatch(r"[0-9A-Za-z_@\-]{1,128}", str(task))


@given(messages)
def test_only_mentions_ring(message: Outgoing) -> None:
    asked = {each.id for each in getattr(message, "mentions", ()) if render.is_user_id(each.id)}
    payload = render.to_robot(message)
    content = payload[str(payload["msgtype"])]
    assert isinstance(content, dict)
    rung = set(re.findall(r"<@([^>]*)>", content["content"]))
    assert rung | set(content.get("mentioned_list", ())) <= asked


def test_a_card_keeps_its_buttons_and_facts_when_the_words_are_many() -> None:
    card = Card(
        title="卡点",
        text="很" * 5000,
        facts=(("负责人", "王五"),),
        buttons=(Button(label="完成", say="完成 12"),),
    )
    payload = render.to_robot(card, prompt="@大管家 ")["markdown"]
    assert isinstance(payload, dict)
    shown = lines(payload["content"])
    assert shown[0] == "**卡点**"
    assert shown[1].endswith(wording.CUT)
    assert shown[2:] == ["负责人：王五", "可回复：@大管家 完成 12"]


def test_a_sentence_too_long_for_a_button_is_shown_instead() -> None:
    card = Card(
        title="x",
        buttons=(Button(label="长", say="长" * 400), Button(label="短", say="短", style="danger")),
    )
    payload = render.answer(card, key="k")["template_card"]
    assert isinstance(payload, dict)
    assert payload["button_list"] == [{"text": "短", "style": 3, "key": "短"}]
    assert payload["sub_title_text"].startswith("可回复：长长")


def test_a_seventh_button_is_typed() -> None:
    card = Card(
        title="x", buttons=tuple(Button(label=f"{n}", say=f"完成 {n}") for n in range(1, 8))
    )
    payload = render.answer(card, key="k", prompt="@大管家 ")["template_card"]
    assert isinstance(payload, dict)
    assert len(payload["button_list"]) == 6
    assert payload["sub_title_text"] == "可回复：@大管家 完成 7"


def test_a_form_shows_how_to_type_it() -> None:
    form = Form(
        title="今日站会",
        text="10:30 截止",
        say="站会",
        fields=(
            Field(name="yesterday", label="昨日", hint="完成了什么"),
            Field(name="mood", label="状态", kind="choice", options=("顺利", "有卡点")),
            Field(name="today", label="今日", value="同昨日"),
        ),
    )
    payload = render.answer(form, key="k", prompt="@大管家 ")["markdown"]
    assert isinstance(payload, dict)
    assert lines(payload["content"]) == [
        "**今日站会**",
        "10:30 截止",
        "昨日：完成了什么",
        "可回复：@大管家 站会 昨日：… 状态：顺利/有卡点 今日：同昨日",
    ]


def test_what_there_is_to_tick_is_told_with_how_to_type_it() -> None:
    shown = ("#12 整理客户清单", "#13 写方案")
    ticks = Field(name="done", label="做完的任务", kind="ticks", options=("12", "13"), shown=shown)
    form = Form(title="站会", say="站会", fields=(ticks,), typed="站会 完成：12、13 今日：…")
    payload = render.answer(form, key="k")["markdown"]
    assert isinstance(payload, dict)
    assert lines(payload["content"])[1:] == [
        "做完的任务：#12 整理客户清单；#13 写方案",
        "可回复：站会 完成：12、13 今日：…",
    ]


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("周报.xlsx", "周报.xlsx"),
        ('a/b\\c"\r\nX: y.csv', "a_b_c_ X_ y.csv"),
        ("..", "file"),
        ("", "file"),
        ("长" * 100 + ".xlsx", "长" * 38 + ".xlsx"),
    ],
)
def test_file_names(name: str, safe: str) -> None:
    assert render.file_name(name) == safe


def test_task_ids_stay_different() -> None:
    assert render.task_id("standup-7@x") == "standup-7@x"
    first, second = render.task_id("站会:1"), render.task_id("站会:2")
    assert first != second
    assert re.fullmatch(r"[0-9A-Za-z_@\-]{1,128}", first)


def test_a_receipt_that_is_too_long_for_a_title_goes_on_below_it() -> None:
    line = (
        "任务 #128 已记 · 负责人 欧阳明月 · 协助 李四、王五 · 2027年11月27日 周六 18:00"
        ' · 10分钟内回"撤销"'
    )
    card = Card(title=line, text="整理客户清单", buttons=(Button(label="完成", say="完成 128"),))

    payload = render.answer(card, key="k")["template_card"]

    assert isinstance(payload, dict)
    title = payload["main_title"]["title"]
    assert title.startswith("任务 #128 已记 · 负责人 欧阳明月")
    assert wording.size(title) <= render.TITLE
    below = payload["sub_title_text"].splitlines()
    assert f"{title} · {below[0]}" == line
    assert below[1] == "整理客户清单"
