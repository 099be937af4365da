"""Kinds of files by their names, and the files of a known kind in a folder."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import NoReturn

from dedup.errors import SourceError
from dedup.sources.rows import BadRow


class Kind(StrEnum):
    """What a file holds."""

    JSON_LINES = "JSON Lines"
    JSON = "JSON"
    CSV = "CSV"
    TSV = "TSV"
    PARQUET = "Parquet"
    WARC = "WARC"
    TEXT = "text"


_KINDS = {
    **dict.fromkeys((".jsonl", ".ndjson", ".jl", ".jsonl.gz", ".ndjson.gz", ".jl.gz"), Kind.JSON_LINES),
    **dict.fromkeys((".json", ".json.gz"), Kind.JSON),
    **dict.fromkeys((".csv", ".csv.gz"), Kind.CSV),
    **dict.fromkeys((".tsv", ".tsv.gz"), Kind.TSV),
    **dict.fromkeys((".parquet",), Kind.PARQUET),
    **dict.fromkeys((".warc", ".warc.gz"), Kind.WARC),
    **dict.fromkeys((".txt",), Kind.TEXT),
}


def kind_of(file: Path) -> Kind | None:
    """Return the kind of a file by its name, in capitals or not; None for an unknown one."""
    name = file.name.lower()
    return next((kind for ending, kind in _KINDS.items() if name.endswith(ending)), None)


def known_endings() -> str:
    """Return how names of files end that can be read, for people."""
    return ", ".join(_KINDS)


@dataclass(frozen=True, slots=True)
class Found:
    """The files to read, in order, and how many more lay in folders but are of no known kind, or cannot be read."""

    files: tuple[Path, ...]
    others: int = 0
    unreadable: tuple[BadRow, ...] = ()


def files_in(paths: Iterable[Path]) -> Found:
    """Return the files that `paths` name, folders replaced by what is in them and below, by name.

    Hidden files and folders do not count. Raises SourceError for a folder that cannot be read, or holds no file of a
    known kind.
    """
    files: list[Path] = []
    others = 0
    unreadable: list[BadRow] = []
    for path in paths:
        if not path.is_dir():
            files.append(path)
            continue
        within = list(_within(path))
        known = [file for file in within if kind_of(file)]
        if not known:
            raise SourceError(f"{path}: no file in this folder is of a known kind: {known_endings()}")
        others += len(within) - len(known)
        for file in known:
            if reason := _unreadable(file):
                unreadable.append(BadRow(file, 1, reason))
            else:
                files.append(file)
    return Found(tuple(files), others, tuple(unreadable))


def _unreadable(file: Path) -> str:
    """Return why a file cannot be read, "" where it can: one link that leads nowhere is not to keep a folder out."""
    try:
        if not file.is_file():
            return "a link that leads nowhere" if file.is_symlink() else "no file"
        file.open("rb").close()
    except OSError as error:
        return f"cannot be read: {error.strerror}"
    return ""


def _within(folder: Path) -> Iterator[Path]:
    for at, folders, names in os.walk(folder, onerror=_refuse):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (Path(at) / name for name in sorted(names) if not name.startswith("."))


def _refuse(error: OSError) -> NoReturn:
    raise SourceError(f"{error.filename}: {error.strerror}") from error
