"""An article that is known and comes again with less: what is known of it stays. Pure."""

from dataclasses import fields, replace
from typing import Any

from dedup.given import told
from dedup.records import Article
from dedup.stamped import UPDATED

_IDENTITY = frozenset({"url", "id"})
# These say how a time is known, and mean nothing beside another.
_OF_PUBLISHED = ("published_precision", "published_from")
_COMPLETED = tuple(field.name for field in fields(Article) if field.name not in _IDENTITY)


def completed(article: Article, known: Article) -> Article:
    """Return `article` with what `known` says of the same address wherever it says nothing itself.

    The time of an update says nothing where it is known when the article was published.
    """
    if article.published_from == UPDATED and known.published and known.published_from != UPDATED:
        article = replace(article, published=None, published_precision="", published_from="")
    names = set(_COMPLETED)
    if article.published is not None and article.published != known.published:
        names -= set(_OF_PUBLISHED)
    missing = [name for name in names if _is_empty(name, getattr(article, name))]
    # What follows from the address alone nobody has said.
    host, site = told(article.url)
    missing += [name for name, value in (("host", host), ("site", site)) if value == getattr(article, name)]
    return replace(article, **{name: getattr(known, name) for name in missing if getattr(known, name)})


def _is_empty(name: str, value: Any) -> bool:
    return value in (None, "", ()) or (name == "language" and value == "und") or (name == "text" and not value.strip())
