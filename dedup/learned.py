"""What a site was found to repeat, line by line, for people to look at and to correct."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from dedup import cutting
from dedup.asking import site_said
from dedup.corpus import Corpus, units, verdicts, vocabularies
from dedup.errors import GemaError
from dedup.reading import desk_of
from dedup.records import Pin, Recipe, Segment

# A line counts as repeated where this share of its words does: what stands about it is learned to a word or two.
_SHARE = 0.5
# One word alone stands in many places where nobody meant it.
_LEAST = 2


def repeated(corpus: Corpus, site: str, recipe: Recipe | None = None) -> list[Segment]:
    """Return the lines that a site repeats, those of most texts first, from the texts that stand for it.

    Raises GemaError where nothing is known of the site.
    """
    desk = desk_of(corpus, recipe or vocabularies.settled(corpus))
    if site not in desk.sites:
        raise GemaError(f"nothing is known of the site {site!r}; a site is a domain, like one.example")
    with corpus.reading() as connection:
        sample = units.read_samples(connection, [desk.sites[site]])
        keys = sorted(units.articles_of(connection, sample).values())
    batch = desk.batch(keys)
    own = desk.own(batch).words
    counts: Counter[str] = Counter()
    first: dict[str, tuple[str, float]] = {}
    for place in range(len(batch)):
        held = batch.words.words(place)
        for line, share in lines(batch.texts[place], batch.words.starts[held], own[held]):
            counts[line] += 1
            first.setdefault(line, (batch.articles[place].id, share))
    urls = {article.id: article.url for article in corpus.articles([key for key, _ in first.values()])}
    return [
        Segment(line, count, urls[first[line][0]], first[line][1])
        for line, count in sorted(counts.items(), key=lambda each: (-each[1], each[0]))
    ]


def site_meant(corpus: Corpus, said: str) -> str:
    """Return the site of this very name, else the one it spells otherwise, as a host or an address in any case may.

    As it was said where no article is of either.
    """
    return verdicts.first_site(corpus, (said, site_said(said))) or said


def said(corpus: Corpus, site: str) -> list[Pin]:
    """Return what a person has said of a site's words."""
    return [each for each in verdicts.pins(corpus) if each.site == site]


def pin(corpus: Corpus, site: str, text: str, repeated: bool | None, now: datetime) -> None:
    """Say that a site repeats these words, or that they are its articles' own; None takes it back.

    Raises GemaError where the words are too few to be told by, or as `verdicts.pin` does.
    """
    if repeated is not None and len(cutting.by_words([text]).hashes) < _LEAST:
        raise GemaError(f"too few words to be told by: give {_LEAST} at least")
    verdicts.pin(corpus, site, text, repeated, now)


def lines(text: str, starts: NDArray[np.uint32], own: NDArray[np.bool_]) -> Iterator[tuple[str, float]]:
    """Yield the lines of a text of which enough is repeated, each once, with the share of their words that is.

    `starts` is where its words begin, `own` which of them are its own.
    """
    seen = set()
    begin = 0
    for line in text.splitlines(keepends=True):
        first, last = np.searchsorted(starts, [begin, begin + len(line)])
        begin += len(line)
        share = 1 - float(own[first:last].mean()) if last > first else 0.0
        shown = line.strip()
        if share >= _SHARE and shown not in seen:
            seen.add(shown)
            yield shown, share
