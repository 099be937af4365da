"""What is known of words at rest: how common they are, what they stand for; and the Recipe that says which.

A background is named by a hash of its content: the same counts are the same version, wherever and whenever they were
made. None is kept that is neither chosen nor what the results rest on.
"""

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import blake2b

from sqlalchemy import delete, select

from dedup.arrays import WordCounts
from dedup.corpus import many, schema, unreadable
from dedup.corpus.store import Corpus
from dedup.errors import RecipeError
from dedup.records import Recipe

_BACKGROUND, _LEXICON = "background", "lexicon"
_table, _facts = schema.vocabularies, schema.facts
_BACKGROUNDS_GO = delete(_table).where(_table.c.kind == _BACKGROUND)


@dataclass(frozen=True, slots=True)
class Version:
    """A background that is kept: when it was learned, how many texts of each language it counted, and its words.

    `chosen`: the next update or rebuild goes by it; `used`: the present results do.
    """

    name: str
    at: datetime
    languages: Mapping[str, WordCounts]
    chosen: bool
    used: bool


def chosen(corpus: Corpus) -> Recipe:
    """Return the Recipe for a corpus: all defaults, with the background that was learned last, if any."""
    return replace(Recipe(), story_background=_known(corpus).get(_BACKGROUND, ""))


def settled(corpus: Corpus) -> Recipe:
    """Return the Recipe for what reads results: all defaults, with the background and the embedding these rest on."""
    stored = _known(corpus).get("recipe")
    if stored is None:
        return chosen(corpus)
    used = unreadable.recipe(stored)
    named = {name: used.get(name, "") for name in ("story_background", "story_embedding")}
    return replace(Recipe(), **named)


def choose(corpus: Corpus, counted: Mapping[str, WordCounts], now: datetime) -> str:
    """Have the next rebuild go by these counts, by language; return their version, "" for none."""
    content = {language: _written(counted[language]) for language in sorted(counted)}
    digest = blake2b(json.dumps(content).encode(), digest_size=8).hexdigest() if content else ""
    rows = [
        {
            "kind": _BACKGROUND,
            "version": digest,
            "language": language,
            "texts": counted[language].texts,
            "content": zlib.compress(words.encode(), 9),
            "at": now,
        }
        for language, words in content.items()
    ]
    kept = {digest, settled(corpus).story_background}
    with corpus.transaction() as connection:
        connection.execute(_BACKGROUNDS_GO.where(_table.c.version.not_in(kept)))
        many.insert(connection, _table, rows, "keep")
        many.insert(connection, _facts, [{"name": _BACKGROUND, "value": digest}], "replace")
    return digest


def drop_unused(corpus: Corpus) -> None:
    """Have the backgrounds go that are neither chosen nor what the results rest on, after a rebuild by another one."""
    kept = {chosen(corpus).story_background, settled(corpus).story_background}
    with corpus.transaction() as connection:
        connection.execute(_BACKGROUNDS_GO.where(_table.c.version.not_in(kept)))


def background(corpus: Corpus, version: str) -> dict[str, WordCounts]:
    """Return what a version counted, by language; nothing for "". Raises RecipeError where there is no such version."""
    found = _backgrounds(corpus).get(version)
    if found is None and version:
        raise RecipeError(f"the corpus {corpus.address} has no background {version}; `dedup rebuild` does without it")
    return found[1] if found else {}


def versions(corpus: Corpus) -> list[Version]:
    """Return the backgrounds that are kept, the chosen one first."""
    wanted, used = chosen(corpus).story_background, settled(corpus).story_background
    found = [
        Version(name, at, languages, name == wanted, name == used)
        for name, (at, languages) in sorted(_backgrounds(corpus).items())
    ]
    return sorted(found, key=lambda each: not each.chosen)


def lexicon(corpus: Corpus, recipe: Recipe, language: str) -> dict[str, str] | None:
    """Return what words of a language stand for by the Recipe's embedding; None where nobody has looked yet."""
    with corpus.reading() as connection:
        wanted = (_table.c.kind == _LEXICON, _table.c.version == _by(recipe), _table.c.language == language)
        content = connection.execute(select(_table.c.content).where(*wanted)).scalar()
    return None if content is None else dict(json.loads(zlib.decompress(content)))


def save_lexicon(corpus: Corpus, recipe: Recipe, language: str, words: Mapping[str, str], now: datetime) -> None:
    """Keep what words of a language stand for; what other embeddings said of it goes, if no results rest on it."""
    content = zlib.compress(json.dumps(dict(sorted(words.items()))).encode(), 9)
    row = {"kind": _LEXICON, "version": _by(recipe), "language": language, "texts": 0, "content": content, "at": now}
    kept = {_by(recipe), _by(settled(corpus))}
    with corpus.transaction() as connection:
        connection.execute(delete(_table).where(_table.c.kind == _LEXICON, _table.c.version.not_in(kept)))
        many.insert(connection, _table, [row], "replace")


def languages(corpus: Corpus) -> list[str]:
    """Return the languages of all articles."""
    with corpus.reading() as connection:
        return sorted(connection.execute(select(schema.articles.c.language).distinct()).scalars())


def _by(recipe: Recipe) -> str:
    """Return the name of all lexicons that this Recipe makes."""
    made = (recipe.story_embedding, recipe.story_embedding_alike, recipe.story_embedding_words)
    return blake2b(repr(made).encode(), digest_size=8).hexdigest()


def _written(counted: WordCounts) -> str:
    return json.dumps({"texts": counted.texts, "words": dict(sorted(counted.words.items()))})


def _backgrounds(corpus: Corpus) -> dict[str, tuple[datetime, dict[str, WordCounts]]]:
    found: dict[str, tuple[datetime, dict[str, WordCounts]]] = {}
    with corpus.reading() as connection:
        for row in connection.execute(select(_table).where(_table.c.kind == _BACKGROUND)):
            words = json.loads(zlib.decompress(row.content))["words"]
            found.setdefault(row.version, (row.at, {}))[1][row.language] = WordCounts(row.texts, words)
    return found


def _known(corpus: Corpus) -> dict[str, str]:
    with corpus.reading() as connection:
        return dict(connection.execute(select(_facts.c.name, _facts.c.value)).all())
