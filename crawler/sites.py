"""What is learned of a site from run to run: the shapes of its articles' addresses, and how many of its pages hold one.

Each call works in the caller's transaction.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, select

from crawler.shape import Shapes
from dedup import Corpus, tables

_shapes, _history = tables.shapes, tables.site_history
# Of what earlier runs saw, so much still counts after another: about the last twenty runs tell.
_REMEMBERED = 0.95


@dataclass(frozen=True, slots=True)
class Yield:
    """How many pages of a site were read, and how many of those held no article."""

    pages: float = 0.0
    without: float = 0.0

    @property
    def share(self) -> float:
        """The share of pages without an article, 0 where none was read."""
        return self.without / self.pages if self.pages else 0.0


def shapes(connection: Connection) -> Shapes:
    """Return what is known of all sites' addresses."""
    rows = connection.execute(select(_shapes.c.site, _shapes.c.shape, _shapes.c.articles, _shapes.c.others))
    return Shapes((row.site, row.shape, row.articles, row.others) for row in rows)


def keep_shapes(connection: Connection, corpus: Corpus, rows: Iterable[tuple[str, str, int, int]]) -> None:
    """Keep what was learned since."""
    for site, shape, articles, others in rows:
        row = {"articles": articles, "others": others}
        kept = corpus.insert(_shapes).values(site=site, shape=shape, **row)
        connection.execute(kept.on_conflict_do_update(index_elements=["site", "shape"], set_=row))


def history(connection: Connection) -> dict[str, Yield]:
    """Return what earlier runs saw of each site."""
    return {row.site: Yield(row.pages, row.without) for row in connection.execute(select(_history))}


def keep_history(connection: Connection, corpus: Corpus, before: Mapping[str, Yield], now: Mapping[str, Yield]) -> None:
    """Add what this run saw of its sites; the runs before count a little less."""
    for site, seen in now.items():
        old = before.get(site, Yield())
        row = {
            "pages": old.pages * _REMEMBERED + seen.pages,
            "without": old.without * _REMEMBERED + seen.without,
        }
        kept = corpus.insert(_history).values(site=site, **row)
        connection.execute(kept.on_conflict_do_update(index_elements=["site"], set_=row))
