"""What goes into the outbox comes out of it unchanged."""

from hypothesis import given
from hypothesis import strategies as st

from bot.message import (
    Button,
    Card,
    Document,
    Field,
    Form,
    Outgoing,
    Person,
    Picture,
    Text,
    as_lines,
    from_json,
    to_json,
)

words = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
people = st.lists(st.builds(Person, words, words), max_size=3).map(tuple)
buttons = st.lists(
    st.builds(
        Button, label=words, say=words, style=st.sampled_from(["default", "primary", "danger"])
    ),
    max_size=3,
).map(tuple)
fields = st.lists(
    st.builds(
        Field,
        name=words,
        label=words,
        kind=st.sampled_from(["text", "paragraph", "choice", "person", "date"]),
        required=st.booleans(),
        options=st.lists(words, max_size=3).map(tuple),
    ),
    max_size=3,
).map(tuple)
messages: st.SearchStrategy[Outgoing] = st.one_of(
    st.builds(Text, text=words, mentions=people),
    st.builds(
        Card,
        title=words,
        text=words,
        facts=st.lists(st.tuples(words, words), max_size=3).map(tuple),
        buttons=buttons,
        mentions=people,
    ),
    st.builds(Form, title=words, say=words, fields=fields, text=words, mentions=people),
    st.builds(Picture, png=st.binary(max_size=100), text=words),
    st.builds(Document, name=words, content=st.binary(max_size=100), text=words),
)


@given(messages)
def test_a_message_survives_the_outbox(message: Outgoing) -> None:
    assert from_json(to_json(message)) == message
    assert isinstance(as_lines(message), str)


def test_a_card_as_plain_lines() -> None:
    card = Card(title="任务 #1", text="写周报", facts=(("负责人", "张三"),))

    assert as_lines(card) == "任务 #1\n写周报\n负责人：张三"
