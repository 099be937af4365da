"""Shared passages as things of their own: the statement, the release's paragraph, with all who carry it.

Matches tell of two texts each which passages they share; `holding` makes of them passages, with all their places in
texts. A passage stands in a text, whoever carries the text.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from dedup import representative
from dedup.corpus import Corpus, grouping, listing
from dedup.dating import out_by
from dedup.holding import Gathered, Span, gathered
from dedup.records import Article

# Passages whose holders are in memory at a time.
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Holder:
    """An article that carries a passage, its text left out, and where: from which character to which."""

    article: Article
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class SharedPassage:
    """A passage that several articles carry, the earliest first, and the passage as it stands where it is longest.

    In the places of each stands at least half of the words of this `text`. `words` is how many words two of them share
    there at most, `sites` of how many sites they are. `first_seen` is the time by which the earliest was out, see
    `dating.out_by`.
    """

    text: str
    words: int
    holders: tuple[Holder, ...]
    sites: int
    first_seen: datetime | None


def passages(corpus: Corpus, least: int = 12, holders: int = 2) -> Iterator[SharedPassage]:
    """Yield the passages of at least `least` words that at least so many articles share, most held first, then longest.

    They are those of the last update's matches, templates left out. The cost follows the number of these passages.
    """
    every = gathered(listing.runs(corpus), partial(grouping.texts, corpus))
    found = [passage for passage in every if passage.words >= least]
    carried = listing.count_carriers(corpus, {text for passage in found for text in passage.spans})
    counted = [(sum(carried.get(text, 0) for text in passage.spans), passage) for passage in found]
    kept = [each for each in counted if each[0] >= holders]
    kept.sort(key=lambda each: (-each[0], -each[1].words, sorted(each[1].spans.items())))
    for start in range(0, len(kept), _AT_ONCE):
        yield from _told(corpus, [passage for _, passage in kept[start : start + _AT_ONCE]])


def _told(corpus: Corpus, found: Sequence[Gathered]) -> Iterator[SharedPassage]:
    """Yield passages with who carries them, those left out that nobody does any more."""
    carriers = listing.carriers(corpus, {text for passage in found for text in passage.spans})
    kept = [passage for passage in found if passage.longest[0] in carriers]
    texts = grouping.texts(corpus, {passage.longest[0] for passage in kept})
    for passage in kept:
        number, start, stop = passage.longest
        holders = _holders(passage, carriers)
        sites = len({holder.article.site for holder in holders})
        yield SharedPassage(texts[number][start:stop], passage.words, holders, sites, out_by(holders[0].article))


def _holders(passage: Gathered, carriers: Mapping[int, Sequence[Article]]) -> tuple[Holder, ...]:
    """Return who carries a passage, the earliest first."""
    found = [Holder(article, spans) for text, spans in passage.spans.items() for article in carriers.get(text, ())]
    return tuple(sorted(found, key=lambda holder: representative.age(holder.article)))
