"""Copies among articles in memory: what `updating` finds in a corpus, for articles that are all at hand.

Texts → what sites repeat → own texts → candidates → matches → families, each stage in one go.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from operator import attrgetter
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dedup import (
    boilerplate,
    cutting,
    families,
    index,
    lookup,
    matching,
    meeting,
    merging,
    minhash,
    ordering,
    own_text,
    pairing,
    shingles,
)
from dedup.arrays import SITE_BITS, Cut, Hashes64, Postings, Units
from dedup.columns import Column
from dedup.compiler import expect
from dedup.corpus.rows import text_digest
from dedup.corpus.units import empty
from dedup.errors import GemaError
from dedup.memory import settled, uncollected
from dedup.minhash import Sampled
from dedup.prepared import Texts
from dedup.records import Article, Family, Match, Recipe
from dedup.stages import ahead

Places = NDArray[np.int64]
Mask = NDArray[np.bool_]

_MOST = 1 << SITE_BITS
# Few enough that what is read of their texts is written where the last ones' was.
_PAIRS_AT_ONCE = 2_000
# Characters: few texts have those of another that is not theirs.
_MIDDLE = 32
# So many keys are put in order where the last ones were.
_KEYS_AT_ONCE = 2_000_000


def group(articles: Sequence[Article], recipe: Recipe) -> tuple[list[Family], list[Match]]:
    """Return the families and the matches of articles, as an update of a corpus of them finds both.

    A family's id is that of its smallest member. Raises GemaError where there are too many articles.
    """
    if len(articles) > _MOST:
        raise GemaError(f"{len(articles):,} articles are too many to be grouped in memory: add them to a corpus")
    expect(len(articles))
    with uncollected():
        found = _grouped(sorted(articles, key=attrgetter("id")), recipe)
        settled()
        return found


def _grouped(ordered: Sequence[Article], recipe: Recipe) -> tuple[list[Family], list[Match]]:
    numbers = _text_numbers(ordered)
    places, alike = _chosen(ordered, numbers)
    chosen = [ordered[place] for place in places]
    units = _units(chosen, numbers[places])
    _give_order(units, chosen, _of_large_sites(units, recipe))
    # Texts that are cut slowly are cut once.
    slow: dict[str, Cut] = {}
    ends, sampled = _sampled(chosen, recipe, slow)
    known = _postings(sampled)
    repeated = _repeated(sampled, known, units, recipe)
    sites = units.sites.astype(np.int64)
    own = own_text.own_of(ends, sampled, sites, repeated, recipe)
    units.own[:], units.sizes[:] = own.hashes, own.sizes
    _give_order(units, chosen, _of_like_sketches(units))
    pairs = pairing.pairs(_own_postings(known, units, repeated), units, recipe)
    matches = [
        *_compared(_Held(chosen, (own.words, ends), slow), pairs, recipe),
        *_compared(_Held(ordered, None, slow), _identical(alike), recipe),
    ]
    matches.sort(key=attrgetter("a", "b"))
    ids = [article.id for article in ordered]
    titles = {article.id: article.title for article in ordered}
    excerpts = merging.merged(ids, matches, recipe, lambda asked: {one: titles[one] for one in asked})
    matches = [merging.as_excerpt(match) if (match.a, match.b) in excerpts else match for match in matches]
    return families.families(ids, matches), matches


def _sampled(articles: Sequence[Article], recipe: Recipe, slow: dict[str, Cut]) -> tuple[Places, Sampled]:
    """Return where the words of each text end, and which of the texts' shingles sketches sample.

    All words of all texts would be most of the memory that this takes: those that are compared are cut again.
    """
    texts = [article.text for article in articles]
    found = cutting.made_of(texts, lambda words: (words.ends, minhash.sampled(words, recipe)), slow=slow)
    return minhash.joined(found, sum(map(len, texts)), recipe)


def _text_numbers(articles: Sequence[Article]) -> Places:
    """Return a number for the text of each article; equal texts have one, whichever it is."""
    # All of a text is looked at only where another has its middle.
    middles: dict[str, int] = {}
    texts: dict[str, int] = {}
    found = np.array([middles.setdefault(_middle(article.text), len(middles)) for article in articles], np.int64)
    for place in np.flatnonzero(np.bincount(found)[found] > 1).tolist():
        found[place] = len(articles) + texts.setdefault(articles[place].text, len(texts))
    return found


def _middle(text: str) -> str:
    start = len(text) // 2
    return text[start : start + _MIDDLE]


def _chosen(articles: Sequence[Article], texts: Places) -> tuple[list[int], list[list[int]]]:
    """Return the place of the first article of each text of each site, and those of all of each text of several."""
    alike: dict[int, list[int]] = {}
    for place in np.flatnonzero(np.bincount(texts)[texts] > 1).tolist():
        alike.setdefault(int(texts[place]), []).append(place)
    later: set[int] = set()
    for places in alike.values():
        firsts = {articles[place].site: place for place in reversed(places)}
        later.update(set(places) - set(firsts.values()))
    return [place for place in range(len(articles)) if place not in later], list(alike.values())


def _units(articles: Sequence[Article], texts: Places) -> Units:
    """Return articles as units, without their `order`, given the numbers of their texts."""
    units = empty(len(articles))
    sites = {name: number for number, name in enumerate(sorted({article.site for article in articles}))}
    units.sites[:] = [sites[article.site] for article in articles]
    units.texts[:] = texts
    return units


def _give_order(units: Units, articles: Sequence[Article], some: Places) -> None:
    """Give some units the `order` that they have in a corpus: it takes a hash of each text; few are asked for it."""
    asked = [articles[place] for place in some.tolist()]
    texts = ordering.text_numbers([text_digest(article.text) for article in asked])
    salts = {name: ordering.site_number(name) for name in {article.site for article in asked}}
    units.order[some] = ordering.order(texts, np.array([salts[article.site] for article in asked], np.uint64))


def _of_large_sites(units: Units, recipe: Recipe) -> Places:
    """Return the units of sites of which only some stand for them, by order."""
    return np.flatnonzero(np.bincount(units.sites)[units.sites] > recipe.site_sample)


def _of_like_sketches(units: Units) -> Places:
    """Return the units that have their own sketch with others: which of them lead a key, their order tells."""
    held = np.argsort(units.own)
    same = units.own[held[1:]] == units.own[held[:-1]]
    return np.unique(np.concatenate([held[1:][same], held[:-1][same]]))


def _repeated(found: Sampled, known: Postings, units: Units, recipe: Recipe) -> Hashes64:
    """Return the table of what sites repeat; units of samples get their strict families."""
    counted = {}
    for site, held in _by_site(units):
        sample = np.sort(held[np.argsort(units.order[held], kind="stable")[: recipe.site_sample]])
        strict, keys = boilerplate.strict_families(minhash.gathered_of(found, sample), units.days[sample], recipe)
        units.strict[sample] = sample[strict]
        counted[site] = boilerplate.enough(keys, recipe)
    asked = boilerplate.doubtful(counted, recipe)
    # What is asked for stands in several texts, as all that is known here does.
    everywhere = index.families_of(known, units.strict)[np.searchsorted(known.keys, asked)]
    return boilerplate.table(boilerplate.learn(counted, asked, everywhere, recipe))


def _by_site(units: Units) -> Iterator[tuple[int, Places]]:
    order = np.argsort(units.sites, kind="stable")
    ends = np.cumsum(np.bincount(units.sites)).tolist()
    for site, (start, stop) in enumerate(pairwise([0, *ends])):
        yield site, order[start:stop]


def _postings(found: Sampled) -> Postings:
    """Return who holds each key that several texts hold."""
    most = len(found.keys)
    keys, ends, units = Column(np.uint64, most // 2), Column(np.int64, most // 2), Column(np.int32, most)
    for part in minhash.marked_in_parts(found, _KEYS_AT_ONCE):
        held = pairing.shared(lookup.in_order(part))
        keys.add(held.keys)
        ends.add(held.ends, units.count)
        units.add(held.units)
    return Postings(keys.values(), ends.values(), units.values())


def _own_postings(known: Postings, units: Units, repeated: Hashes64) -> Postings:
    """Return who holds each key of its own text, of those that several do."""
    return pairing.still_shared(known, boilerplate.holds(known, units, lookup.table(repeated)))


class _Held(NamedTuple):
    """Articles that are compared; which of all words are their texts' own and where those of each end, None: all are.

    `slow` are the texts that were cut slowly, which is done once.
    """

    articles: Sequence[Article]
    own: tuple[Mask, Places] | None
    slow: dict[str, Cut]


def _compared(held: _Held, pairs: Places, recipe: Recipe) -> Iterator[Match]:
    """Yield the match of each pair of articles that reaches the floor."""
    # What hangs together is cut once for all its pairs.
    pairs = pairs[np.argsort(meeting.joined_by(pairs, len(held.articles))[pairs[:, 0]], kind="stable")]
    parts = (pairs[start : start + _PAIRS_AT_ONCE] for start in range(0, len(pairs), _PAIRS_AT_ONCE))
    for _, (named, texts, places) in ahead(parts, lambda part: _read(held, part, recipe)):
        yield from matching.compare_all(named, texts, places, recipe, recipe.floor)


def _read(held: _Held, pairs: Places, recipe: Recipe) -> tuple[list[tuple[str, str]], Texts, Places]:
    """Return the ids and sites of the articles of pairs, their texts as matching reads them, and the pairs of these."""
    some, places = np.unique(pairs, return_inverse=True)
    read = [held.articles[number] for number in some.tolist()]
    words = cutting.cut([article.text for article in read], cores=1, slow=held.slow)
    titles = cutting.cut([article.title for article in read], cores=1, slow=held.slow)
    own = np.ones(len(words.hashes), dtype=bool) if held.own is None else _of_texts(*held.own, some)
    phrases = shingles.hashes64(words.hashes, recipe.match_words)
    texts = matching.read(words, titles, own, phrases, recipe)
    return [(article.id, article.site) for article in read], texts, places.reshape(-1, 2)


def _of_texts(words: Mask, ends: Places, texts: Places) -> Mask:
    """Return the part of some texts of what is told of all words."""
    starts = np.concatenate([np.zeros(1, np.int64), ends])[texts]
    spans = zip(starts.tolist(), ends[texts].tolist(), strict=True)
    return np.concatenate([words[:0], *(words[start:stop] for start, stop in spans)])


def _identical(alike: Sequence[Sequence[int]]) -> Places:
    """Return the place of each article whose text another has, with that of the first that does."""
    pairs = [(first, other) for first, *others in alike for other in others]
    return np.array(pairs, np.int64).reshape(-1, 2)
