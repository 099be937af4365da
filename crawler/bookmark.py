"""How far a replay has come, in a file, so that one that was cut off goes on where it was."""

import json
import os
from collections.abc import Iterable, Mapping
from hashlib import blake2b
from pathlib import Path
from typing import Any, TextIO

from crawler import furniture

_HERE = Path(__file__).parent
_RULES = ("*.py", "*.toml")


def fingerprint(paths: Iterable[Path], target: str) -> str:
    """Return what a replay is known by: its files in their order, where it stores, and the program's own text.

    Rules that changed since have something to say about every page again.
    """
    told = blake2b(target.encode(), digest_size=16)
    for path in paths:
        told.update(f"\n{path.resolve()} {path.stat().st_size}".encode())
    own = furniture.own_path()
    for path in (
        *sorted(each for pattern in _RULES for each in _HERE.glob(pattern)),
        *([own] if own.is_file() else []),
    ):
        told.update(path.read_bytes())
    return told.hexdigest()


class Bookmark:
    """What an interrupted replay of the same has done already: `done` sources, and which address each article was of.

    A line for each batch, so that a kill costs the batch it was in. Raises OSError where the file cannot be used.
    """

    def __init__(self, path: Path, of: str) -> None:
        self.path = path
        self.done = 0
        self.source: dict[str, str] = {}
        whole = self._read(of)
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file: TextIO = path.open("r+" if whole else "w", encoding="utf-8")
        self._file.seek(whole)
        self._file.truncate()
        if not whole:
            self._write({"of": of})

    def keep(self, done: int, source: Mapping[str, str]) -> None:
        """Keep that so many sources are done by now, with these new articles and the address each is of."""
        self._write({"done": done, "source": source})
        self.done = done

    def remove(self) -> None:
        """All is done."""
        self.close()
        self.path.unlink(missing_ok=True)

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _read(self, of: str) -> int:
        """Take what the file says, if it is of this replay; return how many bytes of it are whole lines of that."""
        if not self.path.exists():
            return 0
        whole = 0
        for number, line in enumerate(self.path.read_bytes().splitlines(keepends=True)):
            told = _told(line)
            if told is None or (number == 0 and told.get("of") != of):
                break
            whole += len(line)
            self.done = told.get("done", self.done)
            self.source |= told.get("source", {})
        return whole

    def _write(self, told: Mapping[str, Any]) -> None:
        self._file.write(json.dumps(told, ensure_ascii=True) + "\n")
        self._file.flush()
        os.fsync(self._file.fileno())


def _told(line: bytes) -> dict[str, Any] | None:
    """Return what a line says; None for one that was cut off."""
    try:
        told = json.loads(line) if line.endswith(b"\n") else None
    except ValueError:
        return None
    return told if isinstance(told, dict) else None
