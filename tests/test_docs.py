"""The documents say what is so: whatever a program can check in them is checked here."""

import argparse
import re
import tomllib
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Union, get_args, get_origin
from urllib.parse import unquote

import pytest
from pydantic import BaseModel, TypeAdapter

from bot.__main__ import _parser
from bot.config import Config
from bot.manual import commands_page
from bot.parts import load_commands
from tests.conftest import Room

ROOT = Path(__file__).parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
READMES = ("README.md", "README.zh-CN.md")
NAMES = "wecom.group_robots"  # the keys below it are the deployer's own words


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


# --- commands ------------------------------------------------------------------------------


def test_the_page_of_commands_is_up_to_date() -> None:
    assert read("docs/commands.md") == commands_page(load_commands()), (
        "run: python -m bot.manual > docs/commands.md"
    )


def test_a_bar_does_not_break_a_table() -> None:
    for line in commands_page(load_commands()).splitlines():
        if line.startswith("|"):
            assert len(re.findall(r"(?<!\\)\|", line)) == 6, line


@pytest.mark.parametrize("name", READMES)
async def test_the_dialogue_of_the_readme_is_true(room: Room, name: str) -> None:
    block = re.search(r"```text\n(.*?)```", read(name), re.DOTALL)
    assert block is not None
    lines = block[1].splitlines()
    for said, answered in zip(lines[::2], lines[1::2], strict=True):
        who, _, text = said.partition("：")
        assert await room.words(who, text) == answered.removeprefix("大管家：").replace("／", "\n")


@pytest.mark.parametrize("name", READMES)
def test_every_subcommand_is_in_the_readme(name: str) -> None:
    text = read(name)
    for command in subcommands(_parser(), "guanjia"):
        assert f"`{command}" in text, command


def subcommands(parser: argparse.ArgumentParser, called: str) -> Iterator[str]:
    nested = [each for each in parser._actions if isinstance(each, argparse._SubParsersAction)]
    if not nested:
        yield called
    for action in nested:
        for word, below in action.choices.items():
            yield from subcommands(below, f"{called} {word}")


# --- configuration -------------------------------------------------------------------------


def example() -> dict[str, Any]:
    """config.example.toml with everything in it switched on."""
    text = re.sub(r'(?m)^# (?=\[|"?[\w]+"? = )', "", read("config.example.toml"))
    return tomllib.loads(text)


def settings(model: type[BaseModel], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Every key that a model knows, with its field; a section is followed into."""
    for name, field in model.model_fields.items():
        section = section_of(field.annotation)
        if section is None:
            yield prefix + name, field
        else:
            yield prefix + name, None
            yield from settings(section, f"{prefix}{name}.")


def section_of(annotation: Any) -> type[BaseModel] | None:
    """``Section``, or ``Section | None``."""
    choices = (
        get_args(annotation)
        if get_origin(annotation) in (Union, types.UnionType)
        else (annotation,)
    )
    found = [each for each in choices if isinstance(each, type) and issubclass(each, BaseModel)]
    return found[0] if found else None


def written(values: dict[str, Any], prefix: str = "") -> Iterator[str]:
    for name, value in values.items():
        yield prefix + name
        if isinstance(value, dict) and prefix + name != NAMES:
            yield from written(value, f"{prefix}{name}.")


def test_every_setting_is_in_the_example_and_nothing_else() -> None:
    known = {key for key, _ in settings(Config)}

    assert set(written(example())) == known


def test_the_example_shows_the_defaults() -> None:
    for key, field in settings(Config):
        if field is None or field.is_required() or key == NAMES:
            continue
        value: Any = example()
        for part in key.split("."):
            value = value[part]
        assert TypeAdapter(field.annotation).validate_python(value) == field.default, key


# --- links, targets, dependencies ----------------------------------------------------------


@pytest.mark.parametrize("page", PAGES, ids=lambda each: each.name)
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = unquote(target).partition("#")
        there = page.parent / path if path else page
        assert there.exists(), target
        if anchor:
            assert anchor in anchors(there), target


def anchors(page: Path) -> set[str]:
    headings = re.findall(r"(?m)^#+ (.+)$", page.read_text(encoding="utf-8"))
    return {re.sub(r"[^\w\- ]", "", each).strip().lower().replace(" ", "-") for each in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda each: each.name)
def test_every_make_target_exists(page: Path) -> None:
    targets = set(re.findall(r"(?m)^([a-z]+):", read("Makefile")))
    text = page.read_text(encoding="utf-8")
    fenced = "\n".join(re.findall(r"```[a-z]*\n(.*?)```", text, re.DOTALL))
    spans = "\n".join(re.findall(r"`(make [^`]*)`", text))
    for word in re.findall(r"(?m)^\s*(?:\$ )?make ([a-z]+)", f"{fenced}\n{spans}"):
        assert word in targets, word


def test_every_dependency_is_explained() -> None:
    project = tomllib.loads(read("pyproject.toml"))
    listed = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    listed += project["build-system"]["requires"]
    text = read("docs/dependencies.md")
    for each in listed:
        name = re.split(r"[\[<>=!~; ]", each)[0]
        assert f"| {name} |" in text, name
