"""Seed lists: text files with one address a line, `key=value` words after it, and `#` comments."""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from glob import glob
from pathlib import Path
from urllib.parse import urlsplit

from crawler.addresses import canonical

logger = logging.getLogger(__name__)

KINDS = ("feed", "sitemap", "section", "article", "site")


@dataclass(frozen=True, slots=True)
class Seed:
    """A line of a seed list: where to look, whose articles they are, what stands there ("": look and see)."""

    url: str
    site: str = ""
    kind: str = ""
    line: int = 0


class SeedListError(Exception):
    """Seed lists that cannot be used; `problems` are lines for people, each with file and line."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def read(path: Path) -> tuple[Seed, ...]:
    """Return the seeds of one list, without repeated addresses.

    Raises SeedListError that names every bad line, or the file where it is missing, empty or no text.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise SeedListError((f"{path}: cannot read this seed list: {error.strerror}",)) from error
    except UnicodeDecodeError as error:
        raise SeedListError((f"{path}: not a text file in UTF-8, so not a seed list",)) from error
    seeds: dict[str, Seed] = {}
    problems: list[str] = []
    for number, words in _lines(text):
        try:
            seed = replace(_seed(words), line=number)
        except ValueError as error:
            problems.append(f"{path}:{number}: {error}")
            continue
        first = seeds.setdefault(seed.url, seed)
        if first is not seed:
            logger.info("%s:%d: the same address as in line %d, read once", path, number, first.line)
    if problems:
        raise SeedListError(tuple(problems))
    if not seeds:
        raise SeedListError((f"{path}: no address in this seed list; write one a line",))
    return tuple(seeds.values())


def read_all(lists: str) -> tuple[Seed, ...]:
    """Return the seeds of several lists: paths or patterns such as `seeds/*.txt`, separated by commas.

    An address in several lists counts as in the first. Raises SeedListError with the problems of all lists.
    """
    seeds: dict[str, Seed] = {}
    problems: list[str] = []
    for path in _paths(lists):
        try:
            for seed in read(path):
                seeds.setdefault(seed.url, seed)
        except SeedListError as error:
            problems.extend(error.problems)
    if problems:
        raise SeedListError(tuple(problems))
    if not seeds:
        raise SeedListError((f"{lists!r} names no seed list; like this: seeds=seeds/indonesia.txt",))
    return tuple(seeds.values())


def _paths(lists: str) -> Iterator[Path]:
    for pattern in filter(None, map(str.strip, lists.split(","))):
        # A name without a match goes on as it is, so that the message names it.
        yield from map(Path, sorted(glob(pattern)) or [pattern])  # noqa: PTH207 - patterns may be absolute


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    for number, line in enumerate(text.splitlines(), start=1):
        words: list[str] = []
        for word in line.split():
            if word.startswith("#"):
                break
            words.append(word)
        if words:
            yield number, words


def _seed(words: list[str]) -> Seed:
    """Return the seed these words spell; raises ValueError that says what is wrong with them."""
    address, *options = words
    seed = Seed(_address(address))
    for option in options:
        name, equals, value = option.partition("=")
        understand = _OPTIONS.get(name)
        if understand is None or not equals or not value:
            raise ValueError(f"unknown word {option!r}; words after the address: kind=… site=…")
        seed = understand(seed, value)
    return seed


def _address(word: str) -> str:
    scheme, colon, _ = word.partition("://")
    if not colon:
        if _is_host(word):
            raise ValueError(f"no address: {word!r}; did you mean https://{word.rstrip('/')}/ ?")
        raise ValueError(f"no address: {word!r}; an address starts with http:// or https://")
    if scheme.lower() not in {"http", "https"}:
        raise ValueError(f"cannot collect from {scheme}: addresses: {word!r}; only http and https")
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


def _with_kind(seed: Seed, value: str) -> Seed:
    if value not in KINDS:
        raise ValueError(f"unknown kind {value!r}; one of {', '.join(KINDS)}")
    return replace(seed, kind=value)


def _with_site(seed: Seed, value: str) -> Seed:
    return replace(seed, site=value.lower())


_OPTIONS: dict[str, Callable[[Seed, str], Seed]] = {"kind": _with_kind, "site": _with_site}
