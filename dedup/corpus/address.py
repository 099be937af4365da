"""Where the corpus is: `CORPUS_URL`, relative SQLite paths resolved against the folder of scrapy.cfg."""

import os
from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from dedup.errors import CorpusError

DEFAULT = "sqlite:///data/corpus.db"


def home() -> Path:
    """Return the folder of the nearest scrapy.cfg, upwards from here, else beside this package, else here.

    Cron starts in $HOME: a path relative to that would make a new, empty corpus every time it moves.
    """
    here = Path.cwd()
    beside_package = Path(__file__).resolve().parents[2]
    for folder in (here, *here.parents, beside_package):
        if (folder / "scrapy.cfg").is_file():
            return folder
    return here


def resolve(address: str | None = None) -> URL:
    """Return the corpus address to open: `address`, else $CORPUS_URL, else data/corpus.db.

    Raises CorpusError when it is no database address of a kind Gema knows.
    """
    given = address or os.environ.get("CORPUS_URL") or DEFAULT
    try:
        url = make_url(given)
    except ArgumentError as error:
        message = f"{given!r} is no corpus address. Like this: {DEFAULT} or postgresql+psycopg://user@host/gema"
        raise CorpusError(message) from error
    if url.get_backend_name() == "sqlite":
        if not url.database or url.database == ":memory:":
            raise CorpusError("a corpus needs a file: sqlite:///data/corpus.db")
        return url.set(drivername="sqlite", database=str(home() / url.database))
    if url.get_backend_name() == "postgresql":
        return url.set(drivername="postgresql+psycopg")
    raise CorpusError(f"a corpus is SQLite or PostgreSQL, not {url.get_backend_name()}: {given}")


def is_writable(path: Path) -> bool:
    """Tell whether a file of SQLite, and what it keeps beside it, can be written."""
    return all(not place.exists() or os.access(place, os.W_OK) for place in (path, path.parent))


def refuse_unwritable(url: URL) -> None:
    """Raise CorpusError where a file of SQLite, or its folder, is there and cannot be written to."""
    path = Path(url.database or "")
    if not is_writable(path):
        what = "it" if path.exists() and not os.access(path, os.W_OK) else f"the folder {path.parent}"
        raise CorpusError(
            f"cannot write to the corpus {path}: {what} is read-only here. Make it writable, or work on a copy: "
            "`dedup backup FILE` makes one"
        )


def refuse_missing(address: str | None = None) -> None:
    """Raise CorpusError where a file is named, as `address` or by $CORPUS_URL, that is not there."""
    url = resolve(address)
    named = address or os.environ.get("CORPUS_URL")
    if named and url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file():
        where = "" if str(url.database) in named else f" ({url.database})"
        raise CorpusError(f"there is no corpus {named}{where}: `dedup import` or `scrapy crawl news` makes it")
