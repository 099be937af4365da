"""What a report was made from, and the hash of each of its files: who has the same corpus can make it again."""

import hashlib
import json
import os
import platform
from collections import Counter
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from hashlib import blake2b
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from dedup.corpus.rows import text_hash
from dedup.errors import GemaError
from dedup.records import Article, Pin, Recipe, Snapshot, Verdict

NAME = "manifest.json"
# It grows when a reader of older manifests would misread a newer one.
_FORM = 1
# What a result or a page depends on beside our own code. Those of an extra are named where they are installed.
_PACKAGES = (
    "gema-news",
    "numpy",
    "datasketch",
    "xxhash",
    "regex",
    "wordfreq",
    "sqlalchemy",
    "jinja2",
    "numba",
    "pyarrow",
)
_FIELDS = tuple(sorted(field.name for field in fields(Article) if field.name != "text"))


def manifest(
    snapshot: Snapshot,
    pins: Iterable[Pin] = (),
    verdicts: Iterable[Verdict] = (),
    arguments: Mapping[str, Any] | None = None,
    against: str | None = None,
    versions: Mapping[str, str] | None = None,
    left_out: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Return what a report of `snapshot` was made from, ready for JSON; the clock is the corpus's own.

    `arguments` are those of the report, `against` names the earlier report that it was compared with, and `versions`
    are those of the programs, by default the ones that run. `left_out`: hashes of texts that articles are without.
    """
    return {
        "manifest": _FORM,
        "corpus": {
            "fingerprint": fingerprint(snapshot.articles.values(), pins, verdicts, snapshot.recipe, left_out),
            "results": results(snapshot),
            "updated_at": _stamp(snapshot.updated_at),
        },
        "recipe": {"fingerprint": snapshot.recipe.fingerprint, **snapshot.recipe.as_dict()},
        "arguments": dict(arguments or {}),
        "compared_with": against,
        "versions": dict(installed() if versions is None else versions),
        "counts": _counts(snapshot),
    }


def fingerprint(
    articles: Iterable[Article],
    pins: Iterable[Pin],
    verdicts: Iterable[Verdict],
    recipe: Recipe,
    left_out: Mapping[str, str] | None = None,
) -> str:
    """Return 32 hexadecimal digits that equal corpora share: the articles, what people said of them, the recipe.

    The order of the articles does not matter; any other field of any article makes it another. `left_out` is the
    `text_hash` of texts by the ids of articles that are here without theirs.
    """
    whole, hashes = blake2b(digest_size=16), left_out or {}
    for digest in sorted(_digest(article, hashes.get(article.id) or text_hash(article.text)) for article in articles):
        whole.update(digest)
    said = (
        sorted((pin.site, pin.text, pin.repeated) for pin in pins),
        sorted((verdict.a, verdict.b, verdict.together) for verdict in verdicts),
        recipe.fingerprint,
    )
    whole.update(repr(said).encode())
    return whole.hexdigest()


def results(snapshot: Snapshot) -> str:
    """Return 32 hexadecimal digits that equal families, stories and matches share, their ids and reasons too."""
    whole = blake2b(digest_size=16)
    for family in snapshot.families:
        whole.update(repr((family.id, family.members, family.weakest)).encode())
    for story in snapshot.stories:
        whole.update(repr((story.id, story.families, story.label, story.terms)).encode())
    for match in snapshot.matches:
        whole.update(repr((match.a, match.b, match.relation.value, match.reason)).encode())
    return whole.hexdigest()


def installed() -> dict[str, str]:
    """Return the versions of Python and of the packages that results and pages depend on, as far as they are here."""
    found = {"python": platform.python_version()}
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def _digest(article: Article, text: str) -> bytes:
    values = (text, *(getattr(article, name) for name in _FIELDS))
    # repr shows what cannot be encoded as an escape, and tells "1" from 1.
    said = [_stamp(value) if isinstance(value, datetime) else value for value in values]
    return blake2b(repr(said).encode(), digest_size=16).digest()


def _stamp(time: datetime | None) -> str | None:
    return time.astimezone(UTC).isoformat() if time else None


def _counts(snapshot: Snapshot) -> dict[str, Any]:
    relations = Counter(match.relation.value for match in snapshot.matches)
    grouped = sum(len(family.members) for family in snapshot.families)
    return {
        "articles": len(snapshot.articles),
        "not_grouped_yet": max(0, len(snapshot.articles) - grouped),
        "sites": len({article.site for article in snapshot.articles.values()}),
        "families": len(snapshot.families),
        "families_of_copies": sum(len(family.members) > 1 for family in snapshot.families),
        "stories": len(snapshot.stories),
        "stories_told_more_than_once": sum(len(story.families) > 1 for story in snapshot.stories),
        "matches": dict(sorted(relations.items())),
    }


# --- on disk ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Differences:
    """The files of a report that are not what its manifest says, by name; those it does not name are `extra`."""

    changed: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.changed or self.missing or self.extra)


def seal(folder: Path, made_from: Mapping[str, Any]) -> None:
    """Write the manifest of the report in `folder`, whose other files are all written: with the hash of each."""
    sealed = {**made_from, "files": hashes(folder)}
    (folder / NAME).write_text(json.dumps(sealed, indent=1) + "\n", encoding="utf-8")


def verify(folder: Path) -> Differences:
    """Return which files of a report are not what its manifest says. Raises GemaError where there is none to read."""
    try:
        stated = json.loads((folder / NAME).read_text(encoding="utf-8"))["files"]
        named = {str(name): str(digest) for name, digest in stated.items()}
    except FileNotFoundError as error:
        raise GemaError(f"{folder} has no {NAME}: it is no report, or one of an earlier version") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise GemaError(f"{folder / NAME} is no manifest of a report") from error
    found = hashes(folder)
    return Differences(
        changed=tuple(name for name in sorted(found.keys() & named.keys()) if found[name] != named[name]),
        missing=tuple(sorted(named.keys() - found.keys())),
        extra=tuple(sorted(found.keys() - named.keys())),
    )


def hashes(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of each file in a folder and the folders in it, but the manifest's, by its path there."""
    paths = [path for path in folder.rglob("*") if path.is_file()]
    names = [path.relative_to(folder).as_posix() for path in paths]
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        found = dict(zip(names, threads.map(_hash, paths), strict=True))
    return {name: found[name] for name in sorted(found) if name != NAME}


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
