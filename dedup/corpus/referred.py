"""Which articles people mean by an id or an address."""

from sqlalchemy import ColumnElement, or_

from dedup.addresses import spelled, spellings
from dedup.corpus.schema import articles


def ways(*references: str) -> tuple[ColumnElement[bool], ...]:
    """Return what holds of articles that are meant, the surest first: id, address, its spellings, whence fetched."""
    named = sorted(set(references) - {""})
    fetched = sorted({way for each in named for way in (each, *spellings(each))})
    return (
        articles.c.key.in_(named),
        articles.c.url.in_(named),
        articles.c.spelled.in_(sorted(set(map(spelled, named)))),
        # Last, since it has no index.
        articles.c.fetched_url.in_(fetched),
    )


def any_way(*references: str) -> ColumnElement[bool]:
    """Return what holds of all articles that any of these may mean."""
    return or_(*ways(*references))
