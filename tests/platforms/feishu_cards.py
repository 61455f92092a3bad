"""The rules of card JSON 2.0, as far as our cards go: what Feishu would refuse, and the words."""

from collections.abc import Iterator
from typing import Any

MAX_ELEMENTS = 200
PLAIN = {"tag", "content", "text_size", "text_color", "text_align", "lines"}
PICKER = {"tag", "name", "required", "width", "placeholder", "behaviors", "type", "disabled"}
PROPERTIES = {
    "plain_text": PLAIN,
    "div": {"tag", "text", "icon", "margin", "width"},
    "markdown": {"tag", "content", "text_align", "text_size", "icon", "margin"},
    "column_set": {"tag", "columns", "flex_mode", "horizontal_spacing", "horizontal_align"},
    "column": {"tag", "elements", "width", "weight", "vertical_align", "vertical_spacing"},
    "button": {"tag", "text", "type", "behaviors", "name", "form_action_type", "size", "width"},
    "form": {"tag", "name", "elements", "vertical_spacing"},
    "input": {
        *("tag", "name", "required", "placeholder", "default_value", "width", "max_length"),
        *("input_type", "rows", "auto_resize", "max_rows", "label", "label_position"),
    },
    "select_static": PICKER | {"options", "initial_option", "initial_index"},
    "multi_select_static": PICKER | {"options", "selected_values"},
    "select_person": PICKER | {"options", "initial_option"},
    "date_picker": PICKER | {"initial_date"},
    "hr": {"tag", "margin"},
}
PICKERS = ("select_static", "multi_select_static", "select_person", "date_picker")
INTERACTIVE = ("button", "input", *PICKERS)


def problem_of_card(card: Any) -> str | None:
    """Why Feishu would refuse the card; None if it would not."""
    if not isinstance(card, dict) or card.get("schema") != "2.0":
        return "schema"
    if extra := set(card) - {"schema", "config", "header", "body"}:
        return f"unknown property {extra}"
    if card.get("config") != {"update_multi": True}:
        return "config"
    body = card.get("body")
    if not isinstance(body, dict) or set(body) != {"elements"} or not body["elements"]:
        return "body"
    if "header" in card and set(card["header"]) - {"title", "template"}:
        return "header"
    if sum(1 for _ in tagged(card)) > MAX_ELEMENTS:
        return "too many elements"
    return next(_problems(card), None)


def tagged(part: Any) -> Iterator[dict[str, Any]]:
    """Everything with a tag, in order; values of buttons are ours and no elements."""
    if isinstance(part, dict):
        if "tag" in part:
            yield part
        for key, value in part.items():
            if key != "behaviors":
                yield from tagged(value)
    elif isinstance(part, list):
        for each in part:
            yield from tagged(each)


def words_of_card(card: Any) -> str:
    return "\n".join(each["content"] for each in tagged(card) if "content" in each)


def _problems(card: dict[str, Any]) -> Iterator[str]:
    root = card["body"]["elements"]
    names: set[str] = set()
    for each in tagged(card):
        known = PROPERTIES.get(each["tag"])
        if known is None:
            yield f"unknown tag {each['tag']}"
        elif extra := set(each) - known:
            yield f"unknown property {extra} of {each['tag']}"
        if each["tag"] == "form":
            if not any(each is top for top in root):
                yield "a form stands at the root only"
            yield from _problems_of_form(each)
        if (name := each.get("name")) is not None:
            if not isinstance(name, str) or not name or name in names:
                yield "a name is missing or not unique"
            names.add(name)
        yield from _problems_of_element(each)


def _problems_of_form(form: dict[str, Any]) -> Iterator[str]:
    inside = [each for each in tagged(form["elements"]) if each["tag"] in INTERACTIVE]
    if any("name" not in each for each in inside):
        yield "ErrCode 200530: an element of the form has no name"
    if not any(each.get("form_action_type") == "submit" for each in inside):
        yield "a form needs a submit button"


def _problems_of_element(each: dict[str, Any]) -> Iterator[str]:
    match each["tag"]:
        case "plain_text" | "markdown":
            if not isinstance(each.get("content"), str):
                yield "no content"
        case "button":
            if each.get("type") not in ("default", "primary", "danger"):
                yield "type of the button"
            if len(each["text"]["content"]) > 100:
                yield "label too long"
            behaviors = each.get("behaviors")
            if not behaviors or not isinstance(behaviors[0].get("value"), dict):
                yield "the value of a callback is an object"
        case "input":
            if not 1 <= each.get("max_length", 1000) <= 1000:
                yield "max_length"
            if each.get("input_type", "text") not in ("text", "multiline_text"):
                yield "input_type"
            if len(each.get("placeholder", {}).get("content", "")) > 100:
                yield "placeholder too long"
        case "select_static":
            values = [option["value"] for option in each["options"]]
            if not values or len(set(values)) != len(values):
                yield "options are empty or repeat"
            if not 0 <= each.get("initial_index", 0) <= len(values):
                yield "initial_index"
        case "multi_select_static":
            values = [option["value"] for option in each["options"]]
            if not values or len(set(values)) != len(values):
                yield "options are empty or repeat"
            if set(each.get("selected_values", ())) - set(values):
                yield "selected_values"
        case "column_set":
            if not each["columns"] or any(part["tag"] != "column" for part in each["columns"]):
                yield "columns"
