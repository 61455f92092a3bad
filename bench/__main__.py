"""Print every table: ``python -m bench``, or only some: ``python -m bench commands``."""

import importlib.util
import subprocess
import sys

TABLES = ("commands", "deadlines", "answers", "ledger", "standup")


def main(wanted: list[str]) -> int:
    """Each in a process of its own, so that none pays for another's memory."""
    failed = 0
    for name in wanted or TABLES:
        if importlib.util.find_spec(f"bench.{name}") is None:
            print(f"## {name}\n\nnot measured here\n")
            continue
        failed |= subprocess.run([sys.executable, "-m", f"bench.{name}"], check=False).returncode
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
