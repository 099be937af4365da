"""Since when the corpus has had articles as they are now: what was there then was out by then."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, or_, select

from dedup.corpus import many
from dedup.corpus.many import chunks
from dedup.corpus.schema import articles, as_text, revisions, texts
from dedup.segments import words

# Of an article's phrases of three words: what had fewer of them then was another article, or a stub of this one, and
# what it shares with others may be the rest.
_STANDS = 0.9
_DAYS = timedelta(days=2)
# Articles whose texts are in memory at once.
_AT_ONCE = 1_000


class _Version(NamedTuple):
    """A text that an article had before another: until when, and when it was fetched, where that is known."""

    until: str
    fetched: str | None
    text: int


def first_seen(connection: Connection, among: Iterable[str] | None = None) -> dict[str, datetime]:
    """Return since when the corpus has had these articles, or all, where they were fetched later or nobody says when.

    An earlier text of an article counts where nearly all of what stands now stood in it. Earlier texts are read only
    where that can tell more than the article's stamp does.
    """
    times = as_text(articles.c.first_seen).label("seen"), as_text(articles.c.published).label("published")
    every = select(articles.c.key, articles.c.id, articles.c.text_id, *times)
    revised = articles.c.id.in_(select(revisions.c.article_id))
    again = or_(articles.c.fetched.is_(None), articles.c.first_seen < articles.c.fetched, revised)
    query = every.where(again)
    rows = list(many.rows(connection, query) if among is None else many.among(connection, query, articles.c.key, among))
    since = {row.id: row.seen for row in rows}
    for some in chunks(rows, _AT_ONCE):
        since.update(_since(connection, some))
    # Thousands came at one moment: one object for all.
    moments: dict[str, datetime] = {}
    return {row.key: moments.setdefault(seen := since[row.id], datetime.fromisoformat(seen)) for row in rows}


def _since(connection: Connection, rows: Sequence[Row[Any]]) -> dict[int, str]:
    """Return since when those of these articles that had other texts are as they are."""
    earlier = _earlier(connection, [row.id for row in rows])
    asked = [
        row for row in rows if row.id in earlier and not _is_before(row.published, _earliest(row.seen, earlier[row.id]))
    ]
    wanted = {row.text_id for row in asked}
    wanted.update(version.text for row in asked for version in earlier[row.id])
    read = dict(many.among(connection, select(texts.c.id, texts.c.text), texts.c.id, wanted))
    # Of the others it is enough since when they have their last text.
    found = {number: held[0].until for number, held in earlier.items()}
    return found | {row.id: _stands_since(row.seen, row.text_id, earlier[row.id], read) for row in asked}


def _earliest(came: str, versions: Sequence[_Version]) -> str:
    return min([came, *(version.fetched for version in versions if version.fetched)])


def _is_before(published: str | None, seen: str) -> bool:
    """Tell whether an article was published, by its stamp, before anybody saw it, whatever it said then.

    A stamp at midnight may stand for a day, wherever on earth.
    """
    if published is None:
        return False
    by_day = published[11:26] == "00:00:00.000000"
    return published <= seen and not (
        by_day and datetime.fromisoformat(seen) - datetime.fromisoformat(published) < _DAYS
    )


def _earlier(connection: Connection, numbers: Sequence[int]) -> dict[int, list[_Version]]:
    """Return the earlier texts of articles, by number, the last one first."""
    held = defaultdict(list)
    times = as_text(revisions.c.replaced_at), as_text(revisions.c.fetched)
    query = select(revisions.c.article_id, *times, revisions.c.text_id)
    for number, *version in many.among(connection, query, revisions.c.article_id, numbers):
        held[number].append(_Version(*version))
    return {number: sorted(versions, key=_age, reverse=True) for number, versions in held.items()}


def _age(version: _Version) -> tuple[str, str]:
    return version.until, version.fetched or ""


def _stands_since(came: str, text: int, versions: Sequence[_Version], read: Mapping[int, str]) -> str:
    """Return since when an article is as it is; `came` is when it was first stored, whatever it said then."""
    phrases, fetched = _phrases(read.get(text, "")), [came]
    for version in versions:
        if version.text != text and not _stood(phrases, read.get(version.text, "")):
            # What was stored first was another article.
            return min([version.until, *fetched[1:]])
        fetched += [version.fetched] if version.fetched else []
    return min(fetched)


def _stood(phrases: frozenset[tuple[str, ...]], before: str) -> bool:
    return bool(phrases) and len(phrases & _phrases(before)) >= _STANDS * len(phrases)


def _phrases(text: str) -> frozenset[tuple[str, ...]]:
    found = words(text).words
    return frozenset(zip(found, found[1:], found[2:], strict=False))
