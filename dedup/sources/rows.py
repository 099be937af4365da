"""What reading gives, row by row: an article, a bad row, or something that never was to be an article."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, TypeAlias

from dedup.records import Article, article_id

# No article is longer, and what is read at a time has to fit in memory.
MOST_BYTES = 2**26
NOT_UTF8 = "not UTF-8 text; convert the file first, for example with iconv"
# What no database keeps: NUL, and halves of surrogate pairs, which JSON can spell.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_LOOK_AHEAD = 500
_LONGEST_SAID = 300


@dataclass(frozen=True, slots=True)
class Row:
    """An article and where it stood: `number` counts from 1.

    It counts the lines of JSON Lines, the rows of a table (a CSV file's header is the first), the items of a JSON
    array, and the answers in a WARC file. `unread` are the times it states that are none, in words.
    """

    file: Path
    number: int
    article: Article
    unread: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that gave no article, and why. As text: `file:row: reason`."""

    file: Path
    number: int
    reason: str

    def __str__(self) -> str:
        return f"{self.file}:{self.number}: {said(self.reason)}"


@dataclass(frozen=True, slots=True)
class NoArticle:
    """Something sound that is no article, such as an image in a WARC file, and what it is in a few words."""

    file: Path
    number: int
    reason: str


AnyRow: TypeAlias = Row | BadRow | NoArticle


class BadRowError(Exception):
    """A row is no article; the message says why. Raised by what reads a file: nor is anything after it."""


# The fields of a row and its number, or what is wrong with it.
Numbered: TypeAlias = tuple[int, Mapping[str, Any] | BadRowError]


def said(words: object) -> str:
    """Return what a file or a library said as one line that a terminal can show, not too long."""
    line = " ".join(str(words)[: 2 * _LONGEST_SAID].split())
    line = "".join(character if character.isprintable() else "\ufffd" for character in line)
    return line if len(line) <= _LONGEST_SAID else f"{line[:_LONGEST_SAID]} …"


def storable(text: str) -> str:
    """Return a text with U+FFFD for each character that no database keeps."""
    return _UNSTORABLE.sub("\ufffd", text)


def refuse_taken_ids(
    rows: Iterable[AnyRow],
    urls: Callable[[Sequence[str]], Mapping[str, str]],
    ids: Callable[[Sequence[str]], Mapping[str, str]],
) -> Iterator[AnyRow]:
    """Yield `rows` with those made bad whose id belongs to another address, in the corpus or further up.

    `urls` maps those of the given ids that the corpus holds to their addresses, `ids` those of the given addresses to
    their ids. An address keeps the id that it has: another one that comes with it is nobody's.
    """
    taken: dict[str, str] = {}
    named: dict[str, str] = {}
    rest = iter(rows)
    while chunk := list(islice(rest, _LOOK_AHEAD)):
        articles = [row.article for row in chunk if isinstance(row, Row)]
        taken.update(urls([article.id for article in articles]))
        named.update(ids([article.url for article in articles if _has_name(article)]))
        for row in chunk:
            owner = _owner(row.article, taken, named) if isinstance(row, Row) else ""
            if isinstance(row, Row) and owner:
                yield BadRow(row.file, row.number, f'the "id" {row.article.id!r} belongs to {owner} already')
            else:
                yield row


def _owner(article: Article, taken: dict[str, str], named: dict[str, str]) -> str:
    """Return the other address that an article's id belongs to; "" where it is its own from now on, or nobody's."""
    owner = taken.get(article.id, article.url)
    if owner != article.url:
        return owner
    usual = article_id(article.url)
    known = named.get(article.url) or (usual if taken.get(usual) == article.url else article.id)
    if known == article.id:
        taken[article.id] = article.url
        if _has_name(article):
            named[article.url] = article.id
    return ""


def _has_name(article: Article) -> bool:
    return article.id != article_id(article.url)
