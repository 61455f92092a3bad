"""Write a new migration: what storage/schema.py has and the newest migration has not."""

import re
import sys
import tempfile
from pathlib import Path

from alembic import command
from alembic.config import Config


def main() -> None:
    what = " ".join(sys.argv[1:]).strip()
    if not what:
        raise SystemExit("say why the tables change: make migration WHAT='…'")
    folder = Path(__file__).parent
    numbers = [int(each.name[:4]) for each in (folder / "versions").glob("[0-9]*.py")]
    with tempfile.TemporaryDirectory() as scratch:
        config = Config()
        config.set_main_option("script_location", str(folder))
        config.set_main_option("sqlalchemy.url", f"sqlite+aiosqlite:///{scratch}/empty.db")
        if numbers:
            command.upgrade(config, "head")
        command.revision(
            config, what, autogenerate=True, rev_id=f"{max(numbers, default=0) + 1:04}"
        )
    for written in (folder / "versions").glob(f"{max(numbers, default=0) + 1:04}_*.py"):
        text = written.read_text(encoding="utf-8")
        written.write_text(re.sub(r" *# ### .*\n", "", text), encoding="utf-8")


if __name__ == "__main__":
    main()
