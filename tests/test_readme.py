"""The README's commands exist, and what it shows of the house is there."""

import re
import shlex
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

HOME = Path(__file__).resolve().parents[1]
README = (HOME / "README.md").read_text(encoding="utf-8")


# Commands that have commands.
GROUPS = {("dedup", "background")}


def commands() -> list[str]:
    shown = re.findall(r"^\$ (.+)$", README, re.MULTILINE)
    inline = re.findall(r"`((?:make|scrapy|dedup) [^`]+)`", README)
    cron = re.findall(r"&& \.venv/bin/(.+?) >>", README)
    return sorted(
        {command for command in (*shown, *inline, *cron) if command.split()[0] in ("make", "scrapy", "dedup")}
    )


@cache
def help_of(*command: str) -> str:
    program = {"scrapy": "scrapy", "dedup": "dedup.cli"}[command[0]]
    done = subprocess.run(
        [sys.executable, "-m", program, *command[1:], "--help"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd=HOME,
        env={"PATH": "/usr/bin:/bin", "COLUMNS": "200", "TERM": "dumb"},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("command", commands())
def test_a_command_of_the_readme_exists_with_its_options(command: str) -> None:
    program, name, *rest = shlex.split(command)
    if program == "make":
        assert re.search(rf"^{name}:", (HOME / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
        return
    shown = help_of(program, name, *([rest.pop(0)] if (program, name) in GROUPS else []))
    missing = [word for word in rest if word.startswith("-") and word.split("=")[0] not in shown]
    assert missing == []


@pytest.mark.parametrize("path", sorted(set(re.findall(r"`((?:crawler|dedup|seeds|tests)/[\w./-]*)`", README))))
def test_a_place_of_the_readme_exists(path: str) -> None:
    assert (HOME / path).exists()


def test_every_room_is_on_the_map() -> None:
    house = README[README.index("## The house") :]
    for package in ("crawler", "dedup"):
        rooms = {path.name for path in (HOME / package).glob("*.py") if path.name != "__init__.py"}
        rooms |= {f"{path.parent.name}/" for path in (HOME / package).glob("*/__init__.py")}
        assert sorted(room for room in rooms if f"`{room}`" not in house) == []


def test_links_and_pictures_lead_somewhere() -> None:
    for target in re.findall(r"\]\(([^)#:]+)\)", README):
        assert (HOME / target).is_file(), target


def test_its_python_runs(tmp_path: Path) -> None:
    blocks = re.findall(r"```python\n(.+?)```", README, re.DOTALL)
    assert blocks
    for block in blocks:
        # Addresses of a corpus are looked up beside scrapy.cfg: the example would write into the house.
        script = block.replace("sqlite:///data/", f"sqlite:///{tmp_path}/")
        done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=300, check=False)
        assert done.returncode == 0, done.stderr
