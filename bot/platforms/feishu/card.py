"""Cards and forms as Feishu's card JSON 2.0. Whatever people wrote stays plain text in them.

Unknown properties are errors to Feishu, so every element is built here, key by key.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from bot.message import Button, Card, Field, Form, Person
from bot.platforms.feishu.events import PEOPLE, SAY, SUBMIT
from bot.platforms.feishu.plain import clean, clean_name

Element = dict[str, Any]

COLUMNS_UP_TO = 12  # so many facts stand side by side with their names; more become plain lines
LABEL_LENGTH = 100
INPUT_LENGTH = 1000

_OPEN_ID = re.compile(r"[A-Za-z0-9_-]{1,128}")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_COLOURS = {"✅": "green", "🎉": "green", "🚨": "red", "❌": "red", "🚧": "orange", "⏰": "orange"}


def card(message: Card) -> Element:
    return _card(
        message.title,
        [
            *_mentions(message.mentions),
            *_words(message.text),
            *_facts(message.facts),
            *_buttons(message.buttons),
        ],
    )


def form(message: Form) -> Element:
    people = [each.name for each in message.fields if each.kind == "person"]
    submit = _button(message.submit, {SAY: message.say, PEOPLE: people}, "primary")
    submit |= {"name": SUBMIT, "form_action_type": "submit"}
    fields = [element for each in message.fields for element in _field(each)]
    return _card(
        message.title,
        [
            *_mentions(message.mentions),
            *_words(message.text),
            # Forms stand at the root of the body, nowhere else.
            {"tag": "form", "name": "form", "elements": [*fields, submit]},
        ],
    )


def count_elements(part: object) -> int:
    """As Feishu counts them: everything with a tag, texts included."""
    if isinstance(part, dict):
        return ("tag" in part) + sum(count_elements(each) for each in part.values())
    return sum(count_elements(each) for each in part) if isinstance(part, list) else 0


def mentionable(people: Sequence[Person]) -> tuple[Person, ...]:
    """Everybody once; and never everybody at once: ids are checked before they become markup."""
    fitting = {
        each.id: each
        for each in people
        if _OPEN_ID.fullmatch(each.id) and each.id.lower() != "all"
    }
    return tuple(fitting.values())


def _card(title: str, elements: Sequence[Element]) -> Element:
    made: Element = {"schema": "2.0", "config": {"update_multi": True}}
    if not elements:  # a body cannot be empty, and a title need not be there twice
        return made | {"body": {"elements": [_div(title)]}}
    shown = clean_name(title)
    colour = next((each for sign, each in _COLOURS.items() if shown.startswith(sign)), "blue")
    if shown:
        made["header"] = {"title": _plain(shown), "template": colour}
    return made | {"body": {"elements": list(elements)}}


def _mentions(people: Sequence[Person]) -> Iterator[Element]:
    """The only markdown in our cards, and nothing that anybody wrote is in it."""
    tags = [f"<at id={each.id}></at>" for each in mentionable(people)]
    if tags:
        yield {"tag": "markdown", "content": " ".join(tags)}


def _words(text: str) -> Iterator[Element]:
    if clean(text).strip():
        yield _div(text)


def _facts(facts: Sequence[tuple[str, str]]) -> Iterator[Element]:
    if len(facts) > COLUMNS_UP_TO:
        yield _div("\n".join(f"{name}：{value}" for name, value in facts))
        return
    for name, value in facts:
        columns = [
            _column([_div(name, text_color="grey")], width="weighted", weight=1),
            _column([_div(value or "-")], width="weighted", weight=3),
        ]
        yield {"tag": "column_set", "flex_mode": "none", "columns": columns}


def _buttons(buttons: Sequence[Button]) -> Iterator[Element]:
    """Side by side, wrapping where the screen is narrow."""
    if buttons:
        made = [_button(each.label, {SAY: each.say}, each.style) for each in buttons]
        columns = [_column([each], width="auto") for each in made]
        yield {"tag": "column_set", "flex_mode": "flow", "columns": columns}


def _button(label: str, value: dict[str, Any], style: str) -> Element:
    return {
        "tag": "button",
        "type": style,
        "text": _plain(label[:LABEL_LENGTH]),
        "behaviors": [{"type": "callback", "value": value}],
    }


def _field(each: Field) -> Iterator[Element]:
    label = f"{each.label} *" if each.required else each.label
    typed = each.kind in ("choice", "ticks") and not each.options
    if typed or each.kind in ("text", "paragraph"):
        yield _input(each, label)
        return
    yield _div(label)  # inputs bring their label, pickers do not
    picker = {"name": each.name, "required": each.required, "width": "fill"}
    if each.hint:
        picker["placeholder"] = _plain(each.hint[:LABEL_LENGTH])
    if each.kind == "choice":
        yield {"tag": "select_static", **picker, **_options(each)}
    elif each.kind == "ticks":
        yield {"tag": "multi_select_static", **picker, **_ticks(each)}
    elif each.kind == "date":
        initial = {"initial_date": each.value} if _DATE.fullmatch(each.value) else {}
        yield {"tag": "date_picker", **picker, **initial}
    else:
        # Without options, everybody in the chat can be picked.
        yield {"tag": "select_person", **picker, "options": []}


def _input(each: Field, label: str) -> Element:
    made: Element = {
        "tag": "input",
        "name": each.name,
        "required": each.required,
        "label": _plain(label),
        "width": "fill",
        "max_length": INPUT_LENGTH,
        "input_type": "text",
    }
    if each.kind == "paragraph":
        made |= {"input_type": "multiline_text", "rows": 3, "auto_resize": True}
    if each.hint:
        made["placeholder"] = _plain(each.hint[:LABEL_LENGTH])
    if each.value:
        made["default_value"] = clean(each.value)[:INPUT_LENGTH]
    return made


def _options(each: Field) -> Element:
    options = list(dict.fromkeys(each.options))  # two options of the same value break the picker
    made: Element = {"options": [{"text": _plain(option), "value": option} for option in options]}
    if each.value in options:
        made["initial_index"] = options.index(each.value) + 1
    return made


def _ticks(each: Field) -> Element:
    shown = dict(zip(each.options, each.shown or each.options, strict=True))
    chosen = [option for option in each.value.split("、") if option in shown]
    return {
        "options": [{"text": _plain(text), "value": option} for option, text in shown.items()],
        "selected_values": list(dict.fromkeys(chosen)),
    }


def _column(elements: list[Element], **layout: Any) -> Element:
    return {"tag": "column", "elements": elements, **layout}


def _div(text: str, **style: str) -> Element:
    return {"tag": "div", "text": _plain(text) | style}


def _plain(text: str) -> Element:
    return {"tag": "plain_text", "content": clean(text)}
