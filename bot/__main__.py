"""The command line: ``guanjia …``, the same as ``python -m bot …``."""

import argparse
import asyncio
import logging
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from bot.errors import Misconfigured

FAILED, WRONG_USAGE = 1, 2


def _run(arguments: argparse.Namespace) -> int:
    from bot import config, serve

    settings = config.load(_config_path(arguments), required=arguments.config is not None)
    asyncio.run(serve.run(settings, _announce))
    return 0


def _announce(address: str) -> None:
    sys.stdout.write(f"大管家 is ready: {address}\n")
    sys.stdout.flush()


def _config_path(arguments: argparse.Namespace) -> Path:
    return Path(arguments.config or "config.toml")


def _parser() -> argparse.ArgumentParser:
    from bot.cli import add_commands

    parser = argparse.ArgumentParser(prog="guanjia", description="大管家, the bot of the team")
    parser.add_argument("--config", help="the configuration file (default: config.toml)")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    run = commands.add_parser("run", help="start everything")
    run.set_defaults(act=_run)
    add_commands(commands, _config_path)
    for each in _every_parser(commands):
        # Everywhere means after the command too; the default must not undo what came before.
        each.add_argument("--config", default=argparse.SUPPRESS, help=argparse.SUPPRESS)
    return parser


def _every_parser(commands: Any) -> list[argparse.ArgumentParser]:
    found: list[argparse.ArgumentParser] = []
    for each in dict.fromkeys(commands.choices.values()):
        found.append(each)
        for action in each._actions:  # noqa: SLF001 - argparse has no public way to walk
            if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001
                found.extend(_every_parser(action))
    return found


def main(words: Sequence[str] | None = None) -> int:
    """Exit codes: 0 done, 1 failed (one sentence on stderr), 2 wrong usage."""
    logging.basicConfig(
        level=os.environ.get("GUANJIA_LOG", "INFO").upper(),
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
        stream=sys.stderr,
    )
    logging.getLogger("alembic").setLevel(logging.WARNING)
    os.umask(0o077)  # databases, backups and exports hold what people said
    arguments = _parser().parse_args(words)
    act: Callable[[argparse.Namespace], int] = arguments.act
    try:
        return act(arguments)
    except Misconfigured as problem:
        sys.stderr.write(f"guanjia: {problem}\n")
        return FAILED
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    raise SystemExit(main())
