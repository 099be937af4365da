"""Articles as programs give them: refused where a field holds what it cannot, their site told by their address."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import fields
from datetime import MAXYEAR, MINYEAR, UTC, datetime
from functools import lru_cache
from itertools import chain
from operator import attrgetter
from types import MappingProxyType, NoneType
from typing import Any
from urllib.parse import urlsplit

from dedup.errors import GemaError, OutOfRange, WrongKind
from dedup.records import Article, Recipe
from dedup.sites import site_of_host

_NAMES = tuple(field.name for field in fields(Article))
_LISTS = tuple(field.name for field in fields(Article) if field.default == ())
_TIMES = tuple(field.name for field in fields(Article) if field.default is None)
_KINDS: Mapping[str, tuple[tuple[type, ...], str]] = MappingProxyType(
    dict.fromkeys(_NAMES, ((str,), "a string"))
    | dict.fromkeys(_LISTS, ((tuple, list), "a tuple of strings"))
    | dict.fromkeys(_TIMES, ((datetime, NoneType), "a datetime or None"))
)
_STRINGS = frozenset({str})
# Years in which a time may be outside of all years in UTC.
_EDGES = frozenset({MINYEAR, MAXYEAR})
_SITE, _HOST, _LANGUAGE = map(_NAMES.index, ("site", "host", "language"))
_values, _lists, _times = attrgetter(*_NAMES), attrgetter(*_LISTS), attrgetter(*_TIMES)
_strings = attrgetter(*(name for name in _NAMES if name not in {*_LISTS, *_TIMES}))


_NUMBERS: Mapping[object, tuple[tuple[type, ...], str]] = MappingProxyType(
    {float: ((float, int), "a number"), int: ((int,), "a whole number"), str: ((str,), "a string")}
)
_FROM_ONE = (
    *("site_sample", "boilerplate_everywhere", "sketch_one_in", "candidate_keys", "key_copies", "lead_words"),
    *("story_far_holders", "story_top_terms", "story_title_count", "story_embedding_words"),
)
_MANY = 1_000_000
# What the numbers of a Recipe may be. Beyond these a method crashes, takes for ever or means nothing.
_RANGES: Mapping[str, tuple[float, float]] = MappingProxyType(
    {field.name: (0, 1) for field in fields(Recipe) if field.type is float}
    | {field.name: (0, _MANY) for field in fields(Recipe) if field.type is int}
    | dict.fromkeys(_FROM_ONE, (1, _MANY))
    | dict.fromkeys(("boilerplate_families", "key_holders"), (2, _MANY))
    | dict.fromkeys(("shingle_words", "match_words", "passage_words"), (1, 1_000))
    | dict.fromkeys(("story_days", "story_month"), (1, 10_000))
    | dict.fromkeys(("story_prior", "story_background_prior"), (1, _MANY))
    | {"method": (Recipe().method, Recipe().method), "seed": (0, 2**32 - 1)}
    | {"permutations": (1, 10_000), "story_far_terms": (0, 100)}
)


def given(article: Article) -> Article:
    """Return an article with tuples where it has lists, and the host and site of its address where it has no site.

    Its language is written small, as it is searched for.

    Raises GemaError, which names the field, where one holds what it cannot. It is asked for every article that comes:
    whatever takes long is done for those that need it.
    """
    try:
        values = _values(article)
    except AttributeError:
        of_kind(Article, article, "what is given")
        raise
    wrong, listed = _judged(tuple(map(type, values)))
    if wrong:
        kind = type(getattr(article, wrong)).__name__
        raise GemaError(f'"{wrong}" of {article.url} is to be {_KINDS[wrong][1]}, not a {kind}')
    lists = _lists(article)
    if any(lists) and not _STRINGS.issuperset(map(type, chain(*lists))):
        _refuse_items(article)
    if not all(map(str.isascii, chain(_strings(article), *lists))):
        _refuse_unwritable(article)
    for time in _times(article):
        if time is not None and (time.tzinfo is None or time.year in _EDGES):
            _refuse_times(article)
    if article.site and not listed and article.language.islower():
        return article
    return _mended(article, values, listed)


@lru_cache(maxsize=4_096)
def _judged(kinds: tuple[type, ...]) -> tuple[str, tuple[str, ...]]:
    """Return the first field of a wrong kind, "" where none is, and those that are lists."""
    known = dict(zip(_NAMES, kinds, strict=True))
    wrong = (name for name, kind in known.items() if not issubclass(kind, _KINDS[name][0]))
    return next(wrong, ""), tuple(name for name in _LISTS if issubclass(known[name], list))


def _refuse_items(article: Article) -> None:
    for name in _LISTS:
        found = getattr(article, name)
        if not all(isinstance(each, str) for each in found):
            raise GemaError(f'"{name}" of {article.url} is to be a tuple of strings: {found!r:.100}')


def _refuse_unwritable(article: Article) -> None:
    """Refuse what no database and no file in UTF-8 keeps: halves of surrogate pairs, which JSON can spell."""
    try:
        for text in chain(_strings(article), *_lists(article)):
            text.encode()
    except UnicodeEncodeError as error:
        text, half = error.object, error.object[error.start]
        name = next(name for name in _NAMES if text in _texts(getattr(article, name)))
        url = article.url.encode(errors="backslashreplace").decode()
        raise GemaError(f'"{name}" of {url} holds {half!a}, which has no UTF-8') from error


def _texts(value: object) -> Sequence[object]:
    return value if isinstance(value, (tuple, list)) else (value,)


def _refuse_times(article: Article) -> None:
    for name in _TIMES:
        found = getattr(article, name)
        if found is not None and (trouble := _trouble(found)):
            raise GemaError(f'"{name}" of {article.url} is a time {trouble}: {found}')


def _trouble(time: datetime) -> str:
    if time.tzinfo is None:
        return "without a zone"
    try:
        time.astimezone(UTC)
    except OverflowError:
        return "outside of all years in UTC"
    return ""


def _mended(article: Article, values: tuple[Any, ...], listed: tuple[str, ...]) -> Article:
    # By their places: `replace`, which asks for each field by name, takes twice as long.
    changed = [*values]
    for name in listed:
        changed[_NAMES.index(name)] = tuple(getattr(article, name))
    changed[_LANGUAGE] = article.language.lower()
    if not article.site:
        host = article.host or told(article.url)[0]
        changed[_HOST], changed[_SITE] = host, _site(host)
    return Article(*changed)


def of_kind(kind: type[object], value: object, name: str) -> None:
    """Refuse what a program gives that is of another kind; raises WrongKind, which says what was given."""
    if not isinstance(value, kind):
        wanted = {str: "a string", Article: "an Article"}.get(kind, f"a {kind.__name__}")
        raise WrongKind(f"{name} is to be {wanted}, not a {type(value).__name__}: {value!r:.100}")


def several(articles: Iterable[Article]) -> Iterator[Article]:
    """Return what yields the articles that a program gives; raises WrongKind where it gives a single one, or none."""
    if not isinstance(articles, (str, bytes, Mapping)):
        with suppress(TypeError):
            return iter(articles)
    found = f"a {type(articles).__name__}: {articles!r:.100}"
    raise WrongKind(f"the articles are to be a list of Articles, or what yields them, not {found}")


def recipe_of(recipe: Recipe | None) -> Recipe:
    """Return this recipe, the defaults where none is given.

    Raises WrongKind where it is none, and OutOfRange where one of its numbers cannot be what it is.
    """
    if recipe is None:
        return Recipe()
    of_kind(Recipe, recipe, "the recipe")
    for field in fields(Recipe):
        _refuse_number(field.name, field.type, getattr(recipe, field.name))
    return recipe


def _refuse_number(name: str, kind: object, value: object) -> None:
    kinds, wanted = _NUMBERS[kind]
    if not isinstance(value, kinds) or isinstance(value, bool):
        raise WrongKind(f'"{name}" of the recipe is to be {wanted}, not a {type(value).__name__}: {value!r:.100}')
    if not isinstance(value, (int, float)):
        return
    least, most = _RANGES[name]
    if not least <= value <= most:
        wanted = f"from {least:,} to {most:,}" if least < most else f"{least:,}"
        raise OutOfRange(f'"{name}" of the recipe is to be {wanted}, not {value}')


def told(url: str) -> tuple[str, str]:
    """Return the host and the site of an address; "" twice where it has none."""
    host = _host("/".join(url.split("/", 3)[:3]))
    return host, _site(host)


# Most articles are of a host that others are of.
@lru_cache(maxsize=65_536)
def _host(place: str) -> str:
    try:
        return urlsplit(place).hostname or ""
    except ValueError:
        return ""


@lru_cache(maxsize=65_536)
def _site(host: str) -> str:
    return site_of_host(host)
