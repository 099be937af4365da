"""Where a text says it comes from, for rows that do not say: whoever hands over `gema.credits` is asked."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from operator import attrgetter
from typing import Any, TypeAlias

from dedup.handed import handed
from dedup.records import Article

# From a text, its site, what that calls itself, and its address to fields of an Article.
Credit: TypeAlias = Callable[[str, str, str, str], Mapping[str, Any]]

_CREDITS = ("agency", "credited_source", "credited_title", "sources")
_FIELDS = (*_CREDITS, "place", "authors")


def crediter() -> Credit | None:
    """Return the installed function that reads credits (entry point `gema.credits`), None where there is none."""
    return next(iter(handed("gema.credits")), None)


def credited(article: Article, credit: Credit | None) -> Article:
    """Return an article with what its text says of where it is from; the same one where it states a credit itself."""
    if credit is None or any(_stated(article)):
        return article
    found = credit(article.text, article.site, article.site_name, article.url)
    said = {name: found[name] for name in _FIELDS if found.get(name) and not getattr(article, name)}
    return replace(article, **said) if said else article


_stated = attrgetter(*_CREDITS)
