"""A handler's signature, read once: where in a sentence each argument stands, and what it is.

The usage line, the 帮助 page and the form come from the same reading as the parsing.
"""

import inspect
import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

from bot.message import Field


@dataclass(frozen=True, slots=True)
class Rest:
    """What is left of the sentence."""

    label: str


@dataclass(frozen=True, slots=True)
class Mention:
    """People: the first ``@`` that is nobody else's, or all of them for a list."""

    label: str
    known: bool = False  # only who belongs to the team already, as in 任务列表 @张三


@dataclass(frozen=True, slots=True)
class When:
    """A deadline, anywhere in the sentence.

    ``moves``: 推迟一周 is one too, counted from the one before. ``over``: a day that is over is no
    question, the command knows what to do with it.
    """

    label: str = "截止"
    moves: bool = False
    over: bool = False


@dataclass(frozen=True, slots=True)
class Every:
    """How often it comes back: 每周五 17:00, anywhere in the sentence."""

    label: str = "多久一次"


@dataclass(frozen=True, slots=True)
class Number:
    """The number of a ledger entry at the front; a quoted message gives it too."""

    label: str = "编号"


@dataclass(frozen=True, slots=True)
class Amount:
    """The only word that is an amount of money: 12000, 1.2万."""

    label: str = "金额"


class Option:
    """``标签：…`` up to the next option. Other names may follow the label."""

    __slots__ = ("also", "hint", "label", "names")

    def __init__(
        self, label: str, *others: str, hint: str = "…", also: Mapping[str, str] | None = None
    ) -> None:
        self.label = label
        self.names = (label, *others)
        self.hint = hint
        self.also = also or {}  # other words for the choices


class Section(Option):
    """``标签：…`` with as many lines as it takes."""

    __slots__ = ()


class Ticks(Option):
    """``标签：12、13``: entries of the ledger to tick; other words after the label are none."""

    __slots__ = ()


Marker = Rest | Mention | When | Every | Number | Amount | Option


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    name: str
    marker: Marker
    type: Any
    many: bool  # a tuple of them
    required: bool
    default: Any

    @property
    def usage(self) -> str:
        match self.marker:
            case Number(label=label):
                return label[:1].upper() if label.isascii() else f"<{label}>"
            case Rest(label=label):
                shown = f"<{label}>"
            case Mention(label=label):
                shown = f"@{label}"
            case When(label=label) | Every(label=label) | Amount(label=label):
                shown = f"<{label}>"
            case _:
                shown = f"{self.marker.label}：{self.marker.hint}"
        return shown if self.required else f"[{shown.strip('<>')}]"


def parameters(handler: Callable[..., Any]) -> tuple[Parameter, ...]:
    """What a handler takes beside the request. Raises TypeError for what cannot be parsed."""
    hints = get_type_hints(handler, include_extras=True)
    found = []
    for name, each in list(inspect.signature(handler).parameters.items())[1:]:
        hint = hints[name]
        if get_origin(hint) is not Annotated:
            raise TypeError(f"{handler.__qualname__}: {name} has no marker")
        kind, marker = get_args(hint)[:2]
        kind, many = _single(kind)
        found.append(
            Parameter(
                name=name,
                marker=marker,
                type=kind,
                many=many,
                required=each.default is inspect.Parameter.empty,
                default=None if each.default is inspect.Parameter.empty else each.default,
            )
        )
    return tuple(found)


def _single(kind: Any) -> tuple[Any, bool]:
    """``Member | None`` → Member; ``tuple[Member, ...]`` → Member, many."""
    if get_origin(kind) in (Union, types.UnionType):
        kind = next(each for each in get_args(kind) if each is not type(None))
    if get_origin(kind) is tuple:
        return get_args(kind)[0], True
    return kind, False


def form_field(wanted: Parameter) -> Field:
    """The line of a form that fills this parameter."""
    options: tuple[str, ...] = ()
    kind: Any = "text"
    match wanted.marker:
        case When() | Every():
            kind = "text"
        case Mention():
            kind = "person"
        case Section() | Rest():
            kind = "paragraph"
        case Ticks():
            kind = "ticks"
        case _ if isinstance(wanted.type, type) and issubclass(wanted.type, StrEnum):
            kind, options = "choice", tuple(choice.value for choice in wanted.type)
    return Field(
        name=wanted.name,
        label=wanted.marker.label,
        kind=kind,
        required=wanted.required,
        options=options,
        hint=_hint(wanted),
    )


def _hint(wanted: Parameter) -> str:
    if isinstance(wanted.marker, Every):
        return "比如 每周五 17:00；只做一次就空着"
    return "比如 周五下班前" if isinstance(wanted.marker, When) else ""
