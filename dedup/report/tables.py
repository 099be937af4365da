"""Snapshot in; out come its articles, matches, families, stories and flows as CSV and Parquet, a row at a time."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import TextIOWrapper
from operator import attrgetter
from pathlib import Path
from typing import IO, Any

from dedup import flowing
from dedup.dating import believed
from dedup.errors import Refused
from dedup.flowing import roles_in
from dedup.formats import Column, Format, unfinished, write_parquet, write_table
from dedup.origins import Entry, Origin, origins
from dedup.records import Article, Family, Match, Snapshot, Story, as_found
from dedup.report.dictionary import ARTICLES, FAMILIES, FLOWS, MATCHES, STORIES, TABLES, TEXT, Table, markdown

_Row = dict[str, Any]
_COLUMNS = "columns.md"
BOTH = (Format.CSV, Format.PARQUET)
# Fields of an article that stand in its row as they are.
_PLAIN = tuple(column.name for column in ARTICLES.columns if column.name in Article.__slots__)


def write_tables(
    snapshot: Snapshot,
    folder: Path,
    formats: Collection[Format] = BOTH,
    texts: bool = False,
    known: Mapping[str, Origin] | None = None,
) -> Mapping[str, int]:
    """Write every table into `folder`, and `columns.md`, which says what is in them; return how many rows each has.

    Equal snapshots give equal files. `texts`: articles with their texts. `known` spares finding the origins again.
    Each file is there as a whole or not at all. Raises OSError; GemaError for Parquet without pyarrow.
    """
    folder.mkdir(parents=True, exist_ok=True)
    whole = _Whole.of(snapshot, origins(snapshot) if known is None else known)
    counts = {}
    for table, rows in _ROWS.items():
        columns = (*table.columns, TEXT) if texts and table is ARTICLES else table.columns
        for kind in sorted(formats):
            with unfinished(folder / f"{table.name}.{kind}") as out:
                counts[table.name] = _WRITERS[kind](columns, rows(whole), out)
    with unfinished(folder / _COLUMNS) as out:
        out.write(markdown().encode())
    return counts


def check_free(folder: Path, formats: Collection[Format] = BOTH, force: bool = False) -> None:
    """Raise Refused where `folder` cannot take these tables, or has one of them already, unless `force`."""
    if folder.exists() and not folder.is_dir():
        raise Refused(f"{folder} is a file: name a folder")
    taken = [path for table in TABLES for kind in formats if (path := folder / f"{table.name}.{kind}").exists()]
    said = folder / _COLUMNS
    if said.exists() and said.read_bytes() != markdown().encode():
        taken.append(said)
    if taken and not force:
        raise Refused(f"{taken[0]} exists: name another folder, or overwrite it with --force")


def _csv(columns: Sequence[Column], rows: Iterable[_Row], out: IO[bytes]) -> int:
    names = [column.name for column in columns]
    text = TextIOWrapper(out, encoding="utf-8", newline="")
    count = write_table(names, ([row[name] for name in names] for row in rows), text)
    text.detach()
    return count


_WRITERS: Mapping[Format, Callable[[Sequence[Column], Iterable[_Row], IO[bytes]], int]] = {
    Format.CSV: _csv,
    Format.PARQUET: write_parquet,
}


# --- rows -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Whole:
    """A snapshot and where each thing of it belongs: articles to families, families to stories and to origins."""

    snapshot: Snapshot
    origins: Mapping[str, Origin]
    families: Mapping[str, Family]
    homes: Mapping[str, str]
    told: Mapping[str, str]

    @classmethod
    def of(cls, snapshot: Snapshot, known: Mapping[str, Origin]) -> "_Whole":
        return cls(
            snapshot,
            known,
            {family.id: family for family in snapshot.families},
            {member: family.id for family in snapshot.families for member in family.members},
            {family: story.id for story in snapshot.stories for family in story.families},
        )

    def members(self, family: str) -> list[Article]:
        held = self.families[family].members if family in self.families else ()
        known, seen = self.snapshot.articles, self.snapshot.first_seen
        return [as_found(known[name], seen.get(name)) for name in held if name in known]


def _articles(whole: _Whole) -> Iterator[_Row]:
    """Yield the rows of articles by family, those that are not grouped yet last."""
    for family in whole.snapshot.families:
        found = whole.origins.get(family.id)
        if found is None:
            continue
        accounted = sorted(roles_in(found), key=lambda pair: pair[0].article.id)
        for entry, role in accounted:
            stored = whole.snapshot.articles[entry.article.id]
            yield _article(stored) | _place(entry, found) | _home(whole, family.id) | {"role": role.value}
    for article in sorted(whole.snapshot.articles.values(), key=attrgetter("id")):
        if article.id not in whole.homes:
            yield _article(article) | dict.fromkeys(("family", "story", "role", "delay_seconds", "taken"))


def _article(article: Article) -> _Row:
    plain = {name: getattr(article, name) for name in _PLAIN}
    return plain | {"words": len(article.text.split()), TEXT.name: article.text}


def _place(entry: Entry, found: Origin) -> _Row:
    return {"delay_seconds": _seconds(flowing.delay(entry, found)), "taken": _rounded(entry.taken)}


def _home(whole: _Whole, family: str) -> _Row:
    return {"family": family, "story": whole.told.get(family)}


def _matches(whole: _Whole) -> Iterator[_Row]:
    for match in whole.snapshot.matches:
        yield _match(match, whole)


def _match(match: Match, whole: _Whole) -> _Row:
    measures = match.measures
    homes = whole.homes.get(match.a), whole.homes.get(match.b)
    a, b = whole.snapshot.articles.get(match.a), whole.snapshot.articles.get(match.b)
    return {
        "a": match.a,
        "b": match.b,
        "a_site": a.site if a else None,
        "b_site": b.site if b else None,
        "relation": match.relation.value,
        "joins": match.relation.joins,
        "family": homes[0] if homes[0] == homes[1] else None,
        "reason": match.reason,
        **{name: _rounded(getattr(measures, name)) for name in _SHARES},
        **{name: getattr(measures, name) for name in _COUNTS},
        "passages": len(match.passages),
        "edits": sum(passage.edits for passage in match.passages),
    }


_SHARES = ("containment", "taken", "likeness", "jaccard", "a_in_b", "b_in_a", "outside_quotes", "numbers", "names")
_COUNTS = ("longest_run", "replaced_numbers", "shared_words", "a_words", "b_words")


def _families(whole: _Whole) -> Iterator[_Row]:
    for family in whole.snapshot.families:
        found = whole.origins.get(family.id)
        if found is not None:
            yield _family(family, found, whole)


def _family(family: Family, found: Origin, whole: _Whole) -> _Row:
    weakest = family.weakest
    return {
        "id": family.id,
        "story": whole.told.get(family.id),
        **_together([entry.article for entry in found.account]),
        "title": found.account[0].article.title,
        "first": found.article.id if found.article else None,
        "source": found.source or None,
        "confidence": str(found.confidence),
        "reason": found.reason,
        "weakest_a": weakest.a if weakest else None,
        "weakest_b": weakest.b if weakest else None,
        "weakest_strength": _rounded(weakest.strength) if weakest else None,
    }


def _stories(whole: _Whole) -> Iterator[_Row]:
    for story in whole.snapshot.stories:
        yield _story(story, [article for family in story.families for article in whole.members(family)])


def _story(story: Story, articles: Sequence[Article]) -> _Row:
    told = {"id": story.id, "label": story.label, "terms": story.terms, "families": len(story.families)}
    return told | _together(articles)


def _together(articles: Sequence[Article]) -> _Row:
    """Return what is counted of articles that belong together."""
    times: list[datetime] = sorted(time for article in articles if (time := believed(article)))
    return {
        "articles": len(articles),
        "sites": len({article.site for article in articles}),
        "languages": tuple(sorted({article.language for article in articles})),
        "earliest": times[0] if times else None,
        "latest": times[-1] if times else None,
    }


def _flows(whole: _Whole) -> Iterator[_Row]:
    for flow in flowing.flows(whole.snapshot, known=whole.origins).flows:
        yield {
            "source": flow.source,
            "target": flow.target,
            "families": flow.families,
            "share": _rounded(flow.share),
            "delay_seconds": _seconds(flow.delay),
        }


_ROWS: Mapping[Table, Callable[[_Whole], Iterator[_Row]]] = {
    ARTICLES: _articles,
    MATCHES: _matches,
    FAMILIES: _families,
    STORIES: _stories,
    FLOWS: _flows,
}


def _rounded(share: float | None) -> float | None:
    # The last bits of a double tell nothing of a text.
    return None if share is None else round(share, 6)


def _seconds(delay: timedelta | None) -> int | None:
    return None if delay is None else round(delay.total_seconds())
