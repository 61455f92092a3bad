"""``guanjia doctor``: what is in order and what is not, one line each with the fix."""

import argparse
import asyncio
from datetime import UTC, datetime
from typing import Any

from bot.cli import PathOf, say, settings
from bot.errors import Misconfigured


def add(commands: Any, path: PathOf) -> None:
    doctor = commands.add_parser("doctor", help="check everything, one line each with the fix")
    doctor.set_defaults(act=lambda arguments: _doctor(arguments, path))


def _doctor(arguments: argparse.Namespace, path: PathOf) -> int:
    from bot.checkup import Finding, examine

    try:
        config = settings(arguments, path)
    except Misconfigured as problem:
        say(f"FAIL  config: {problem}")
        return 1
    file = path(arguments)
    read = str(file) if file.exists() else f"no {file}: the defaults and the environment"
    findings = [Finding("ok", "config", read)]
    findings += asyncio.run(examine(config, datetime.now(UTC)))
    for each in findings:
        say(f"{each.grade.upper():4}  {each.what}: {each.text}")
    return 1 if any(each.grade == "fail" for each in findings) else 0
