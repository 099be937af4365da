"""The press's articles: TOML files in `press/`, read into Texts, and the truth they declare.

An article is written once. A copy says whose copy it is and what was done to it, so that the
truth about the pair is part of the press and cannot drift from the text::

    [[article]]
    id = "banjir-sumberwangi"          # unique; the slug of its address
    outlet = "antar-nusa"
    title = "Banjir Rendam Tiga Desa di Sumberwangi"
    author = "Ratna Widuri"
    section = "daerah"
    hours_ago = 40.5                    # before the press's clock
    story = "banjir-sumberwangi"
    text = '''
    First paragraph.

    Second paragraph.
    '''

    [[article]]
    id = "banjir-sumberwangi-kt"
    outlet = "kabar-timur"
    copy_of = "banjir-sumberwangi"
    relation = "syndicated"             # exact, near, revision or syndicated
    hours_ago = 39
    body = ["=2", "=1", "A paragraph of its own.", "=4-", "=another-id:3"]
    replace = [["Sabtu", "Sabtu pagi"]]

    [[pair]]                            # pairs that are related and yet do not join a family
    a = "ringkasan-pagi"
    b = "banjir-sumberwangi"
    relation = "excerpt"                # excerpt, shared-quotes or template

    [[closing]]                         # what an outlet prints under each of its articles, in the article itself
    outlet = "harian-lembah"
    text = "Tanggapan pembaca diterima meja redaksi."
"""

import re
import tomllib
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "press"
JOINING = frozenset({"exact", "near", "revision", "syndicated"})
LINKING = frozenset({"excerpt", "shared-quotes", "template"})
Raw = dict[str, tuple[Path, dict[str, Any]]]
_INHERITED = ("title", "author", "section", "story", "hours_ago", "outlet")
_KNOWN = frozenset({*_INHERITED, "id", "copy_of", "relation", "credit", "text", "body", "replace"})
_REFERENCE = re.compile(r"=(?:(?P<id>[a-z0-9-]+):)?(?P<first>\d+)(?P<range>-(?P<last>\d+)?)?$")


class TextError(ValueError):
    """A text of the press is wrong: which file, which article, and why."""


@dataclass(frozen=True, slots=True)
class Text:
    """One article of the press as its author wrote it, without the furniture of its page.

    The last of its paragraphs are the `closing` that its outlet prints under each of its articles, where it does.
    """

    id: str
    outlet: str
    title: str
    author: str
    section: str
    hours_ago: float
    story: str
    paragraphs: tuple[str, ...]
    copy_of: str | None = None
    relation: str | None = None
    credit: str | None = None
    closing: tuple[str, ...] = ()

    @property
    def own(self) -> tuple[str, ...]:
        """Its paragraphs without the closing."""
        return self.paragraphs[: len(self.paragraphs) - len(self.closing)]


@dataclass(frozen=True, slots=True)
class Truth:
    """What a reader of the whole press would say: `families` and `stories` partition the ids."""

    families: tuple[frozenset[str], ...]
    stories: tuple[frozenset[str], ...]
    relations: dict[frozenset[str], str]


@dataclass(frozen=True, slots=True)
class Press:
    """All texts by id, and the pairs that are linked without joining."""

    texts: dict[str, Text]
    pairs: dict[frozenset[str], str]

    def truth(self) -> Truth:
        """Families are texts of one original; stories are texts of one `story` word."""
        families: dict[str, set[str]] = {}
        stories: dict[str, set[str]] = {}
        relations = dict(self.pairs)
        for text in self.texts.values():
            families.setdefault(self.root(text), set()).add(text.id)
            stories.setdefault(text.story, set()).add(text.id)
            if text.copy_of and text.relation:
                relations[frozenset({text.id, text.copy_of})] = text.relation
        return Truth(
            families=tuple(frozenset(family) for family in families.values()),
            stories=tuple(frozenset(story) for story in stories.values()),
            relations=relations,
        )

    def root(self, text: Text) -> str:
        """The id of the original that `text` goes back to; its own id when it is one."""
        while text.copy_of:
            text = self.texts[text.copy_of]
        return text.id


def load(folder: Path = FOLDER) -> Press:
    """Read every TOML file of `folder`; raises TextError on anything that is not as described above."""
    raw: Raw = {}
    declared: list[tuple[Path, dict[str, Any]]] = []
    closings: dict[str, list[str]] = {}
    for path in sorted(folder.glob("*.toml")):
        content = tomllib.loads(path.read_text(encoding="utf-8"))
        for entry in content.get("article", ()):
            if entry["id"] in raw:
                raise TextError(f"{path.name}: {entry['id']} is there twice")
            raw[entry["id"]] = (path, entry)
        for entry in content.get("closing", ()):
            closings.setdefault(entry["outlet"], []).append(entry["text"])
        declared += [(path, entry) for entry in content.get("pair", ())]
    texts: dict[str, Text] = {}
    for name in raw:
        _compose(name, raw, texts)
    pairs = {}
    for path, entry in declared:
        unknown = {entry["a"], entry["b"]} - texts.keys()
        if unknown or entry["relation"] not in LINKING:
            raise TextError(f"{path.name}: bad pair {entry}")
        pairs[frozenset({entry["a"], entry["b"]})] = entry["relation"]
    _check(texts)
    return Press({name: _closed(text, closings.get(text.outlet, [])) for name, text in texts.items()}, pairs)


def _closed(text: Text, closing: list[str]) -> Text:
    return replace(text, paragraphs=(*text.paragraphs, *closing), closing=tuple(closing))


def _compose(name: str, raw: Raw, done: dict[str, Text]) -> Text:
    if name in done:
        return done[name]
    if name not in raw:
        raise TextError(f"no article {name}")
    path, entry = raw[name]
    where = f"{path.name}: {name}"
    unknown = entry.keys() - _KNOWN
    if unknown:
        raise TextError(f"{where}: unknown {sorted(unknown)}")
    original = _compose(entry["copy_of"], raw, done) if "copy_of" in entry else None
    if (entry.get("relation") in JOINING) != (original is not None):
        raise TextError(f"{where}: copy_of and a joining relation go together")
    inherited: dict[str, Any] = {field: entry.get(field, getattr(original, field, None)) for field in _INHERITED}
    missing = [field for field, value in inherited.items() if value is None]
    if missing:
        raise TextError(f"{where}: no {missing}")
    done[name] = Text(
        id=name,
        paragraphs=tuple(_paragraphs(where, entry, original, raw, done)),
        copy_of=entry.get("copy_of"),
        relation=entry.get("relation"),
        credit=entry.get("credit"),
        **inherited,
    )
    return done[name]


def _paragraphs(where: str, entry: dict[str, Any], original: Text | None, raw: Raw, done: dict[str, Text]) -> list[str]:
    paragraphs: list[str] = []
    if "text" in entry:
        paragraphs = [" ".join(part.split()) for part in re.split(r"\n\s*\n", entry["text"].strip())]
    else:
        for part in entry.get("body", ["=1-"]):
            paragraphs += _referred(part, original, raw, done) if part.startswith("=") else [part]
    for old, new in entry.get("replace", ()):
        if not any(old in paragraph for paragraph in paragraphs):
            raise TextError(f"{where}: nothing to replace: {old!r}")
        paragraphs = [paragraph.replace(old, new) for paragraph in paragraphs]
    if not paragraphs or not all(paragraphs):
        raise TextError(f"{where}: an empty paragraph, or none")
    return paragraphs


def _referred(part: str, original: Text | None, raw: Raw, done: dict[str, Text]) -> list[str]:
    match = _REFERENCE.match(part)
    source = _compose(match["id"], raw, done) if match and match["id"] else original
    if not match or source is None:
        raise TextError(f"bad reference {part!r}")
    first = int(match["first"])
    last = first if not match["range"] else int(match["last"] or len(source.paragraphs))
    if not 1 <= first <= last <= len(source.paragraphs):
        raise TextError(f"{source.id} has no paragraphs {part!r}")
    return list(source.paragraphs[first - 1 : last])


def _check(texts: dict[str, Text]) -> None:
    """Two originals never share a paragraph: what is repeated is a declared copy."""
    seen: dict[str, str] = {}
    for text in texts.values():
        if text.copy_of:
            continue
        for paragraph in text.paragraphs:
            if paragraph in seen and len(paragraph) > 80 and text.section != "digest":
                raise TextError(f"{text.id} repeats a paragraph of {seen[paragraph]}")
            seen[paragraph] = text.id
    for one, other in combinations(texts.values(), 2):
        if one.outlet == other.outlet and one.title == other.title and one.relation != "exact":
            raise TextError(f"{one.id} and {other.id}: one title twice at {one.outlet}")


if __name__ == "__main__":
    press = load()
    truth = press.truth()
    words = sum(len(paragraph.split()) for text in press.texts.values() for paragraph in text.paragraphs)
    print(
        f"{len(press.texts)} articles, {words} words, {len(truth.families)} families, "
        f"{len(truth.stories)} stories, {len(truth.relations)} declared pairs"
    )
