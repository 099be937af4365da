"""Seed lists: text files with one address a line, `key=value` words after it, and `#` comments."""

import json
import logging
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from difflib import get_close_matches
from functools import cache
from glob import glob
from pathlib import Path
from typing import Any, NamedTuple, Self
from urllib.parse import unquote, urlsplit
from zlib import crc32

from crawler.addresses import canonical, host_of, site_of
from dedup import duration, spelling, written

logger = logging.getLogger(__name__)

KINDS = ("feed", "sitemap", "section", "article", "site")
# What crawler.language can tell: with any other, every article would be one in a wrong language.
LANGUAGES = (
    "af am an ar as az ba be bg bn br bs ca cs cy da de dz el en eo es et eu fa fi fo fr fy ga gd gl gu ha he hi hr "
    "ht hu hy id ig is it ja jv ka kk km kn ko ku ky la lb lg ln lo lt lv mg mk ml mn mr ms mt my ne nl no oc om or "
    "pa pl ps pt qu ro ru rw sa se si sk sl sn so sq sr st su sv sw ta te tg th tk tl tr tt ug uk ur uz vi vo wa xh "
    "yo zh zu"
)
MAX_DEPTH = 20


@dataclass(frozen=True, slots=True)
class Seed:
    """A line of a seed list: where to look, whose articles they are, what stands there ("": look and see).

    `depth` is how many older pages of a section are followed, `most` how many articles a run may take, `follow` and
    `skip` are patterns of wanted and unwanted addresses, `paging` says how its articles are paged ("": see for
    yourself, "off", or what is put behind an address to get all of the article), `list` is the seed list it is from.
    """

    url: str
    site: str = ""
    kind: str = ""
    language: str = ""
    every: timedelta | None = None
    depth: int | None = None
    most: int | None = None
    follow: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()
    paging: str = ""
    list: str = ""
    line: int = 0

    @property
    def words(self) -> str:
        """What stands behind the address in a seed list that means this seed."""
        values = ((name, getattr(self, word.field)) for name, word in _WORDS.items())
        return " ".join(f"{name}={_written(value)}" for name, value in values if value not in ("", None, ()))

    @property
    def options(self) -> str:
        """Canonical JSON of the words that decide which links are kept and what is read of them."""
        # Words that are not there are left out, so that a seed stays the same when there is a new word.
        given = {name: value for name in _DECISIVE if (value := getattr(self, name)) not in ("", None, ())}
        patterns = {name: sorted(given[name]) for name in ("follow", "skip") if name in given}
        return json.dumps(given | patterns, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    def wants(self, url: str) -> bool:
        """Tell whether an address fits the patterns: one of `follow`, where there are any, and none of `skip`."""
        if not self.follow and not self.skip:
            return True
        parts = urlsplit(url)
        place = unquote(f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/")
        followed = not self.follow or any(_pattern(pattern).fullmatch(place) for pattern in self.follow)
        return followed and not any(_pattern(pattern).fullmatch(place) for pattern in self.skip)


_DECISIVE = ("language", "depth", "most", "follow", "skip", "paging")


class SeedListError(Exception):
    """Seed lists that cannot be used; `problems` are lines for people, each with file and line."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class Shard(NamedTuple):
    """A share of all seeds: the `part`th of so `many`, counted from 1."""

    part: int
    many: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the share that `text` names, like "2/5"; raises ValueError with a message for people."""
        found = re.fullmatch(r"([1-9][0-9]{0,5})/([1-9][0-9]{0,5})", text)
        shard = cls(int(found[1]), int(found[2])) if found else None
        if shard is None or shard.part > shard.many:
            raise ValueError(f"{text!r} is no share; write it like 2/5, the second of five, and 1/5 to 5/5 in all")
        return shard

    def holds(self, site: str) -> bool:
        """Tell whether a site belongs to this share; of all shares exactly one holds it, on any machine."""
        return crc32(site.encode()) % self.many == self.part - 1


def read(path: Path) -> tuple[Seed, ...]:
    """Return the seeds of one list, without repeated addresses.

    Raises SeedListError that names every bad line, or the file where it is missing, empty or no text.
    """
    return _read([path])


def read_all(lists: str) -> tuple[Seed, ...]:
    """Return the seeds of several lists: paths or patterns such as `seeds/*.txt`, separated by commas.

    An address that stands there twice, in whichever spelling, has to mean the same both times. Raises SeedListError
    with the problems of all.
    """
    paths = tuple(dict.fromkeys(_paths(lists)))
    if not paths:
        raise SeedListError((f"{lists!r} names no seed list; like this: seeds=seeds/indonesia.txt",))
    return _read(paths)


def shard(seeds: Iterable[Seed], text: str) -> tuple[Seed, ...]:
    """Return the seeds of one share such as "2/5": all seeds of a site are in the same one.

    Raises ValueError with a message for people where `text` is no share.
    """
    wanted = Shard.parse(text)
    return tuple(seed for seed in seeds if wanted.holds(seed.site or site_of(seed.url)))


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return " (did you mean …?)" with the known word that looks most like this one; "" where none does."""
    close = get_close_matches(word.lower(), list(known), n=1)
    return f" (did you mean {close[0]!r}?)" if close else ""


def _read(paths: Sequence[Path]) -> tuple[Seed, ...]:
    seeds: dict[str, Seed] = {}
    problems: list[str] = []
    for path in paths:
        try:
            lines = _lines(path)
        except ValueError as error:
            problems.append(f"{path}: {error}")
            continue
        for number, words in lines:
            try:
                seed = replace(_seed(words), list=str(path), line=number)
                _insist_on_the_same(seeds.setdefault(spelling(seed.url), seed), seed)
            except ValueError as error:
                problems.append(f"{path}:{number}: {error}")
    if problems:
        raise SeedListError(tuple(problems))
    return tuple(seeds.values())


def _insist_on_the_same(first: Seed, seed: Seed) -> None:
    if first is seed:
        return
    place = f"line {first.line}" if first.list == seed.list else f"{first.list}:{first.line}"
    if first.words != seed.words:
        spelled = "" if first.url == seed.url else f" (as {first.url})"
        raise ValueError(
            f"{seed.url} stands in {place} already{spelled} with other words "
            f"({first.words or 'none'}; here: {seed.words or 'none'}): keep one of the two lines"
        )
    logger.info("%s:%d: the same address as in %s, read once", seed.list, seed.line, place)


def _paths(lists: str) -> Iterator[Path]:
    for pattern in filter(None, map(str.strip, lists.split(","))):
        # A name without a match goes on as it is, so that the message names it.
        yield from map(Path, sorted(glob(pattern)) or [pattern])  # noqa: PTH207 - patterns may be absolute


def _lines(path: Path) -> list[tuple[int, list[str]]]:
    """Return the words of a list's lines, comments left out; raises ValueError where it is no list at all."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError("not a text file in UTF-8, so not a seed list") from error
    except OSError as error:
        raise ValueError(f"cannot read this seed list: {error.strerror}") from error
    lines = []
    for number, line in enumerate(text.splitlines(), start=1):
        words = _before_comment(line)
        if words:
            lines.append((number, words))
    if not lines:
        raise ValueError("no address in this seed list; write one a line")
    return lines


def _before_comment(line: str) -> list[str]:
    words: list[str] = []
    for word in line.split():
        if word.startswith("#"):
            break
        words.append(word)
    return words


def _seed(words: Sequence[str]) -> Seed:
    """Return the seed these words spell; raises ValueError that says what is wrong with them."""
    address, *options = words
    url = _address(address)
    fields: dict[str, Any] = {}
    for option in options:
        word, value = _word(option)
        found = word.understand(value)
        if word.field in fields and not isinstance(found, tuple):
            raise ValueError(f"{option.partition('=')[0]}= is given twice; keep one")
        fields[word.field] = _together(fields[word.field], found) if word.field in fields else found
    return Seed(url, **fields)


def _word(option: str) -> "tuple[_Word, str]":
    if "://" in option.partition("=")[0]:
        raise ValueError(f"two addresses in one line; {option!r} needs a line of its own")
    name, _, value = option.partition("=")
    word = _WORDS.get(name.lower())
    if word is None:
        known = " ".join(f"{known}=…" for known in _WORDS)
        raise ValueError(f"unknown word {option!r}{did_you_mean(name, _WORDS)}; words after the address: {known}")
    if not value:
        raise ValueError(f"{name}= has no value; like this: {name.lower()}={word.example}")
    return word, value


def _address(word: str) -> str:
    if re.match(r"(?:[^/?#]*://)?[^/?#]*@", word):
        # The word may hold a password, and messages go into logs and mails.
        raise ValueError("an address with a user name or password; leave out what stands before the @")
    scheme, colon, _ = word.partition("://")
    if not colon:
        if _is_host(word):
            raise ValueError(f"no address: {word!r}; did you mean https://{word.rstrip('/')}/ ?")
        raise ValueError(f"no address: {word!r}; an address starts with http:// or https://")
    if scheme.lower() not in {"http", "https"}:
        raise ValueError(f"cannot collect from {scheme}: addresses: {word!r}; only http and https")
    if re.search(r"[,;]https?://", word, re.IGNORECASE):
        raise ValueError(f"two addresses in one: {word!r}; each has a line of its own")
    url = canonical(word)
    if url is None:
        raise ValueError(f"not an address that can be asked for: {word!r}")
    return url


def _is_host(word: str) -> bool:
    try:
        host = urlsplit(f"//{word}").hostname or ""
    except ValueError:
        return False
    return "." in host.strip(".") and not set(word) & set("@,;=")


def _kind(value: str) -> str:
    if value not in KINDS:
        raise ValueError(f"unknown kind {value!r}{did_you_mean(value, KINDS)}; one of {', '.join(KINDS)}")
    return value


def _site(value: str) -> str:
    host = host_of(f"//{value}")
    if not host or set(value) & set("/?#@:"):
        raise ValueError(f"site={value}: no name of a site; write it like site=example.com")
    return host


def _language(value: str) -> str:
    if value.lower() not in LANGUAGES.split():
        raise ValueError(f"lang={value}: no language that can be told; write it like lang=id; there are: {LANGUAGES}")
    return value.lower()


def _every(value: str) -> timedelta:
    try:
        return duration(value)
    except ValueError as error:
        raise ValueError(f"every={value}: {error}") from error


def _number(name: str, least: int, most: int) -> Callable[[str], int]:
    def understand(value: str) -> int:
        if not re.fullmatch("[0-9]{1,9}", value) or not least <= int(value) <= most:
            raise ValueError(f"{name}={value}: not a whole number from {least} to {most}")
        return int(value)

    return understand


def _patterns(value: str) -> tuple[str, ...]:
    patterns = tuple(dict.fromkeys(filter(None, value.split(","))))
    bad = next((pattern for pattern in patterns if not pattern.startswith(("/", "*"))), None)
    if not patterns or bad is not None:
        raise ValueError(
            f"{bad or value!r} fits no address: a pattern is about the path and starts with / or *, like /news/*"
        )
    return patterns


def _paging(value: str) -> str:
    if value == "auto":
        return ""
    if value != "off" and (value[0] not in "?&/" or len(value) < 2):
        raise ValueError(
            f"paging={value}: write auto, off, or what is put behind an article's address "
            "to get all of it on one page: ?page=all, &single=1 or /all"
        )
    return value


def _together(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one + other))


def _written(value: object) -> str:
    if isinstance(value, timedelta):
        return written(value)
    return ",".join(value) if isinstance(value, tuple) else str(value)


@cache
def _pattern(pattern: str) -> re.Pattern[str]:
    # Escapes are undone on both sides: `/日本/*` is what people write, `/%E6%97%A5…` what addresses say.
    return re.compile(".*".join(re.escape(unquote(piece)) for piece in pattern.split("*")), re.DOTALL)


class _Word(NamedTuple):
    """A word behind an address: the field of the seed it fills, how its value is understood, and an example."""

    field: str
    understand: Callable[[str], Any]
    example: str


_WORDS = {
    "kind": _Word("kind", _kind, "feed"),
    "site": _Word("site", _site, "example.com"),
    "lang": _Word("language", _language, "id"),
    "every": _Word("every", _every, "30m"),
    "depth": _Word("depth", _number("depth", 0, MAX_DEPTH), "3"),
    "max": _Word("most", _number("max", 1, 999_999_999), "100"),
    "follow": _Word("follow", _patterns, "/news/*"),
    "skip": _Word("skip", _patterns, "/video/*"),
    "paging": _Word("paging", _paging, "?page=all"),
}
