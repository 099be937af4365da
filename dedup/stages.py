"""The stages of an update, each from what changed to what that changes."""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from dedup import boilerplate, cutting, index, lookup, matching, minhash, ordering, signing
from dedup.boilerplate import NO_FURNITURE, Own
from dedup.corpus import Corpus, grouping, postings, verdicts
from dedup.corpus import units as stored
from dedup.corpus.postings import Block, Pairs
from dedup.corpus.units import Moves, Sites
from dedup.evidence import Texts
from dedup.reading import NOTHING, Batch, Desk
from dedup.records import SITE_BITS, Furniture, Hashes64, Match, Postings, Sketches, TermVector, Units

Progress = Callable[[str, int, int], None]
Pair = tuple[str, str]
_T = TypeVar("_T")
_Made = TypeVar("_Made")

# Articles whose texts are in memory at a time.
_AT_ONCE = 5_000
# As many again wait while they are compared.
_PAIRS_AT_ONCE = 2_500
# Texts that stand for their sites, of which the sketches are in memory at a time: some fifty megabytes.
_SAMPLED_AT_ONCE = 40_000


@dataclass(slots=True)
class State:
    """What an update knows of units and sites: as the last one left them, and as they become.

    `new` are the keys of new units, sorted, that are not yet in the postings, which lie in `blocks`. `articles` are
    those that stand for the units at hand; `sketched` the raw sketches of new units.
    """

    before: Units
    units: Units
    sites_before: Sites
    sites: Sites
    moves: Moves
    blocks: Sequence[Block]
    articles: dict[int, str]
    sketched: dict[int, Hashes64]
    new: Pairs


@dataclass(frozen=True, slots=True)
class Verified:
    """Matches that were found, pairs that match no longer, and how many were verified for it."""

    found: list[Match]
    dropped: list[Pair]
    count: int


def read_state(corpus: Corpus, changed: Set[str]) -> State:
    """Return units and sites with those that came, went or are another article's now; these are not sketched yet."""
    with corpus.reading() as connection:
        sites = stored.read_sites(connection)
        before = stored.read_units(connection, sites)
        moves = stored.moves(connection, changed, grouping.next_unit(connection))
        named = stored.of_articles(connection, changed)
        blocks = postings.blocks(connection)
        articles = {number: key for key, number in named.items()}
        articles |= {held.number: held.article for held in (*moves.born, *moves.renamed)}
        days = stored.read_days(connection, articles)
    now = Sites(dict(sites.numbers), dict(sites.repeated), dict(sites.furniture), dict(sites.counted))
    units = _with(before, moves, now)
    units.days[list(days)] = list(days.values())
    none = (np.empty(0, np.uint64), np.empty(0, np.int32))
    return State(_longer(before, len(units.sites)), units, sites, now, moves, blocks, articles, {}, none)


def read(desk: Desk, state: State, tell: Progress) -> None:
    """Take the raw sketch of each new unit."""
    for done, chunk in _chunks([held.number for held in state.moves.born]):
        tell("reading", done, len(state.moves.born))
        sketches = minhash.sketches(desk.batch([state.articles[number] for number in chunk]).words, desk.recipe)
        state.sketched |= {number: sketches.of(place) for place, number in enumerate(chunk)}
    state.new = _by_key(state.sketched)


def sign(desk: Desk, state: State) -> int:
    """Sign each new text; return how many there are of them."""
    chunks = _chunks([held.number for held in state.moves.born])
    return sum(_sign(desk, desk.batch([state.articles[number] for number in chunk])) for _, chunk in chunks)


def _sign(desk: Desk, batch: Batch) -> int:
    texts = {article.text_id: text for article, text in zip(batch.articles, batch.texts, strict=True)}
    missing = sorted(texts.keys() - grouping.signed(desk.corpus, texts))
    rows = signing.signatures([texts[number] for number in missing], desk.recipe)
    grouping.save_signatures(desk.corpus, dict(zip(missing, rows, strict=True)))
    return len(missing)


def learn(desk: Desk, state: State, tell: Progress) -> tuple[dict[int, Hashes64], list[int]]:
    """Learn what sites repeat.

    Returns the sketches that newly stand for their sites, and the units that no longer do.
    """
    fresh: dict[int, Hashes64] = {}
    left: list[int] = []
    others: list[_Sample] = []
    for sample in _site_samples(desk, state):
        state.units.strict[sample.gone] = -1
        left += sample.gone
        if sample.came or sample.gone or sample.site not in state.sites.counted:
            others.append(sample)
    for done, chunk in _by_size(others):
        tell("learning what sites repeat", done, len(others))
        known = _sketches(desk, state, chunk)
        with ThreadPoolExecutor(os.cpu_count()) as threads:
            days = [state.units.days[sample.units] for sample in chunk]
            found = list(threads.map(partial(boilerplate.strict_families, recipe=desk.recipe), known, days))
        for sample, sketches, (families, counted) in zip(chunk, known, found, strict=True):
            places = np.searchsorted(sample.units, sample.came).tolist()
            # Copied: a view of one sketch would keep those of the whole site in memory.
            fresh |= {number: sketches.of(place).copy() for number, place in zip(sample.came, places, strict=True)}
            state.units.strict[sample.units] = sample.units[families]
            state.sites.counted[sample.site] = boilerplate.enough(counted, desk.recipe)
    _decide(desk, state)
    return fresh, left


def _by_size(samples: Sequence["_Sample"]) -> Iterator[tuple[int, Sequence["_Sample"]]]:
    """Yield samples, some at a time, after how many were before them."""
    sizes = np.cumsum([len(sample.units) for sample in samples])
    starts = np.flatnonzero(np.diff(sizes // _SAMPLED_AT_ONCE, prepend=-1)).tolist() if samples else []
    for start, stop in pairwise([*starts, len(samples)]):
        yield start, samples[start:stop]


@dataclass(frozen=True, slots=True)
class _Sample:
    """The units, sorted, that stand for a site as it is learned what it repeats; which came, and which went."""

    site: int
    units: NDArray[np.int64]
    came: list[int]
    gone: list[int]


def _site_samples(desk: Desk, state: State) -> Iterator[_Sample]:
    """Yield the sample of each site that units came to or went from, or have other days at now."""
    redated = np.flatnonzero((state.before.sites >= 0) & (state.before.days != state.units.days))
    moved = [*_sites_of(state.units, state.moves), *_sites_of(state.before, state.moves)]
    touched = np.unique([*moved, *state.before.sites[redated].tolist()]).tolist()
    now = _by_site(state.units, np.arange(len(state.units.sites)), touched)
    old = _by_site(state.before, np.flatnonzero(state.before.strict >= 0), touched)
    for site, here, sampled in zip(touched, now, old, strict=True):
        first = here[np.argsort(state.units.order[here], kind="stable")[: desk.recipe.site_sample]]
        units = np.sort(first)
        came, gone = (np.setdiff1d(*two, assume_unique=True).tolist() for two in ((units, sampled), (sampled, units)))
        yield _Sample(site, units, came, gone)


def _by_site(units: Units, some: NDArray[np.int64], sites: Sequence[int]) -> list[NDArray[np.int64]]:
    """Return which of `some` units, sorted, are of each of these sites."""
    some = some[np.argsort(units.sites[some], kind="stable")]
    first, last = np.searchsorted(units.sites[some], [sites, [site + 1 for site in sites]])
    return [some[start:stop] for start, stop in zip(first.tolist(), last.tolist(), strict=True)]


def moved(desk: Desk, state: State, changed: Set[str]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Return the units to be sketched and verified again, and the units that may tell something else than before.

    Both are new and changed ones, and those that hold a key that changed sides: its site came to repeat it, or no
    longer does; for what they tell, it came to be furniture, or no longer is.
    """
    before, now = state.sites_before, state.sites
    flipped = boilerplate.table(_flipped(before.repeated, now.repeated))
    aged = boilerplate.aged(before.furniture, now.furniture)
    came = [held.number for held in (*state.moves.born, *state.moves.renamed)]
    came += [number for number, key in state.articles.items() if key in changed]
    again, retold = [np.array(came, np.int32)], [np.array(came, np.int32)]
    for part in _search(desk.corpus, state, np.unique(np.concatenate([flipped, aged.keys]) >> np.uint64(SITE_BITS))):
        keys = np.repeat(part.keys, np.diff(part.ends, prepend=0))
        alive = state.units.sites[part.units] >= 0
        keys, holders = keys[alive], part.units[alive]
        sites, days = state.units.sites[holders], state.units.days[holders]
        again.append(holders[boilerplate.repeats(flipped, keys, sites)])
        retold.append(holders[aged.on(keys, sites, days)])
    return _alive(state, again), _alive(state, retold)


def _alive(state: State, parts: Sequence[NDArray[np.int32]]) -> NDArray[np.int32]:
    numbers = np.unique(np.concatenate(parts))
    return numbers[state.units.sites[numbers] >= 0]


def _flipped(before: Mapping[int, Hashes64], now: Mapping[int, Hashes64]) -> dict[int, Hashes64]:
    return {
        site: np.setxor1d(keys, before.get(site, NOTHING), assume_unique=True)
        for site, keys in now.items()
        if keys is not before.get(site)
    }


def own_texts(desk: Desk, state: State, numbers: NDArray[np.int32], tell: Progress) -> tuple[Sketches, Sketches]:
    """Take the own sketches of units; return them, and those with boilerplate."""
    own, raw = [], []
    for (done, chunk), taken in _ahead(_as_read(state, numbers), lambda part: _own(desk, state, part[1])):
        tell("sketching", done, len(numbers))
        state.units.own[chunk] = taken.hashes
        state.units.sizes[chunk] = taken.sketches.sizes()
        own.append(taken.sketches)
        raw.append(taken.raw)
    return minhash.together(own), minhash.together(raw)


def _own(desk: Desk, state: State, numbers: Sequence[int]) -> Own:
    return desk.own(desk.batch(_keys(desk.corpus, state, numbers)))


def terms(desk: Desk, state: State, numbers: NDArray[np.int32]) -> dict[str, TermVector]:
    """Return what units tell, by the articles that stand for them."""
    told: dict[str, TermVector] = {}
    for _, chunk in _as_read(state, numbers):
        keys = _keys(desk.corpus, state, chunk)
        told |= zip(keys, desk.term_vectors(desk.batch(keys)), strict=True)
    return told


def candidates(
    desk: Desk, state: State, asking: NDArray[np.int32], own: Sketches, raw: Sketches
) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Return the candidate pairs of the units that `moved`, and of those that came to lead a key or no longer do.

    A pair a row, by number; with it these other units: only their candidates can be others than before.
    """
    keys = minhash.distinct(np.concatenate([raw.keys, *_keys_of_dead(desk.corpus, state)]))
    asks = np.zeros(len(state.units.sites), dtype=bool)
    asks[asking] = True
    known, shifted = [], [np.empty(0, np.int32)]
    tables = [boilerplate.table(sites.repeated) for sites in (state.sites_before, state.sites)]
    for part in map(index.contested, _search(desk.corpus, state, keys)):
        held, holds = (
            _holds(part, units, table) for units, table in zip((state.before, state.units), tables, strict=True)
        )
        was = index.leaders(part, state.before, held, desk.recipe)
        leads = index.leaders(part, state.units, holds, desk.recipe)
        shifted.append(index.changed(was, leads))
        known.append(index.led(part, leads, holds, asks))
    pairs = index.candidates(asking, own, index.joined(known), state.units, desk.recipe)
    others = np.unique(np.concatenate(shifted))
    others = others[~asks[others] & (state.units.sites[others] >= 0)]
    return np.concatenate([pairs, _of_others(desk, state, others, tables[1])]), others


def verify(
    desk: Desk,
    state: State,
    pairs: NDArray[np.int64],
    again: Set[int],
    others: Set[int],
    changed: Set[str],
    tell: Progress,
) -> Verified:
    """Verify pairs that are new or may be other than before; find those that match no longer.

    `again` are the units that moved, `others` those whose candidates may be others.
    """
    _keys(desk.corpus, state, sorted({*again, *others, *np.unique(pairs).tolist()}))
    fresh = {*changed, *state.moves.left, *(state.articles[number] for number in again)}
    texts = {held.text for held in (*state.moves.dead, *state.moves.renamed)}
    groups = grouping.alike(desk.corpus, fresh, texts)
    whole = {(group[0], key) for group in groups for key in group[1:]}
    wanted = whole | {_sorted(state.articles[a], state.articles[b]) for a, b in pairs.tolist()}
    proposing = fresh | {state.articles[number] for number in others}
    same = {key: place for place, group in enumerate(groups) for key in group}
    known = grouping.pairs_of(desk.corpus, proposing | same.keys())
    todo = sorted(pair for pair in wanted if pair not in known or not fresh.isdisjoint(pair))
    found = [match for match in _compared(desk, todo, whole, tell) if match.measures.containment >= desk.recipe.floor]
    gone = _gone(desk.corpus, known - wanted, proposing, same)
    kept = {(match.a, match.b) for match in found}
    return Verified(found, sorted(gone | {pair for pair in todo if pair in known and pair not in kept}), len(todo))


def _gone(corpus: Corpus, pairs: Set[Pair], proposing: Set[str], same: Mapping[str, int]) -> set[Pair]:
    """Return which stored matches nothing proposes any more.

    Pairs of one text go where the articles of that text were tied anew, `same`; others where they have an end that
    was asked for all its candidates.
    """
    listed = grouping.listed(corpus, {key for pair in pairs for key in pair})
    gone = set()
    for a, b in pairs:
        if listed[a].text_id == listed[b].text_id:
            if a in same:
                gone.add((a, b))
        elif a in proposing or b in proposing:
            gone.add((a, b))
    return gone


def _compared(desk: Desk, pairs: Sequence[Pair], whole: Set[Pair], tell: Progress) -> Iterator[Match]:
    """Yield the match of each pair; pairs of one text, `whole`, are compared with what their sites repeat."""
    done = 0
    for in_whole in (False, True):
        some = [pair for pair in pairs if (pair in whole) is in_whole]
        chunks = (chunk for _, chunk in _chunks(_by_component(some), _PAIRS_AT_ONCE))
        for chunk, (articles, texts) in _ahead(chunks, partial(_texts, desk, whole=in_whole)):
            tell("verifying", done, len(pairs))
            done += len(chunk)
            places = {key: place for place, (key, _) in enumerate(articles)}
            ends = np.array([(places[a], places[b]) for a, b in chunk], dtype=np.int64)
            yield from matching.compare_all(articles, texts, ends, desk.recipe)


def _texts(desk: Desk, pairs: Sequence[Pair], whole: bool) -> tuple[list[tuple[str, str]], Texts]:
    """Return the ids and sites of the articles of pairs, and their texts as they are compared."""
    batch, own = desk.gathered({key for pair in pairs for key in pair}, whole)
    return [(article.id, article.site) for article in batch.articles], desk.texts(batch, own)


def _by_component(pairs: Sequence[Pair]) -> list[Pair]:
    """Return pairs with those one behind the other that are tied together, so that few texts are read twice."""
    places = {key: place for place, key in enumerate(sorted({key for pair in pairs for key in pair}))}
    ends = np.array([(places[a], places[b]) for a, b in pairs], dtype=np.int64).reshape(-1, 2)
    graph = coo_array((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=(len(places), len(places)))
    labels = connected_components(graph, directed=False)[1] if len(places) else ends[:, 0]
    return [pairs[row] for row in np.lexsort((ends[:, 1], ends[:, 0], labels[ends[:, 0]])).tolist()]


def _with(before: Units, moves: Moves, sites: Sites) -> Units:
    """Return the units with new ones, and without those that are no more."""
    born = moves.born
    units = _longer(before, len(before.sites) if not born else born[-1].number + 1)
    numbers = np.array([held.number for held in born], dtype=np.int64)
    units.sites[numbers] = [sites.number(held.site) for held in born]
    units.texts[numbers] = [ordering.text_number(held.text) for held in born]
    stored.order_units(units, sites, numbers)
    dead = [held.number for held in moves.dead]
    units.sites[dead], units.sizes[dead], units.strict[dead] = -1, 0, -1
    return units


def _longer(units: Units, count: int) -> Units:
    """Return a copy with room for `count` units."""
    found = stored.empty(count)
    for name in ("sites", "texts", "own", "order", "sizes", "strict", "days"):
        getattr(found, name)[: len(units.sites)] = getattr(units, name)
    return found


def _by_key(sketched: Mapping[int, Hashes64]) -> Pairs:
    """Return the keys of these units, at most a million, in order, and whose each is."""
    numbers = np.array(list(sketched), dtype=np.int32)
    raw = minhash.one_each(list(sketched.values()))
    both = lookup.in_order(boilerplate.marked(raw.keys, np.repeat(np.arange(len(numbers)), raw.sizes())))
    places = (both & np.uint64(2**SITE_BITS - 1)).astype(np.int64)
    return both >> np.uint64(SITE_BITS), numbers[places]


def _sites_of(units: Units, moves: Moves) -> list[int]:
    numbers = [held.number for held in (*moves.born, *moves.dead)]
    return [site for site in units.sites[numbers].tolist() if site >= 0]


def _sketches(desk: Desk, state: State, samples: Sequence[_Sample]) -> list[Sketches]:
    """Return the raw sketches of the units of samples: those of new ones, else as they are kept, else taken again."""
    with desk.corpus.reading() as connection:
        kept, known = stored.read_samples(connection, [sample.site for sample in samples])
    others = [number for sample in samples for number in sample.came]
    numbers, parts = [kept], [known]
    for _, chunk in _chunks([number for number in others if number not in state.sketched]):
        numbers.append(np.array(chunk, np.int64))
        parts.append(minhash.sketches(desk.batch(_keys(desk.corpus, state, chunk)).words, desk.recipe))
    new = [number for number in others if number in state.sketched]
    numbers.append(np.array(new, np.int64))
    parts.append(minhash.one_each([state.sketched[number] for number in new]))
    units, held = np.concatenate(numbers), minhash.together(parts)
    order = np.argsort(units, kind="stable")
    return [minhash.chosen(held, order[np.searchsorted(units, sample.units, sorter=order)]) for sample in samples]


def _decide(desk: Desk, state: State) -> None:
    """Decide what each site repeats, from how many families each key stands in there and everywhere."""
    counted = state.sites.counted
    asked = boilerplate.doubtful(counted, desk.recipe)
    everywhere = [index.families_of(part, state.units.strict) for part in _search(desk.corpus, state, asked)]
    found = boilerplate.learn(counted, asked, np.concatenate([np.empty(0, np.int64), *everywhere]), desk.recipe)
    furniture = boilerplate.furniture(counted)
    _follow(desk, state, found, furniture)
    # What stays as it was stays the same object: only others are stored again.
    for site, keys in found.items():
        if not np.array_equal(keys, state.sites.repeated.get(site, _UNKNOWN)):
            state.sites.repeated[site] = keys
    for site, held in furniture.items():
        old = state.sites.furniture.get(site)
        if old is None or not (np.array_equal(held.keys, old.keys) and np.array_equal(held.since, old.since)):
            state.sites.furniture[site] = held
    desk.repeated = boilerplate.table(state.sites.repeated)
    desk.furniture = boilerplate.furniture_table(state.sites.furniture)


def _follow(desk: Desk, state: State, learned: dict[int, Hashes64], furniture: dict[int, Furniture]) -> None:
    """Add to what sites repeat what a person says they do, and take out what they do not."""
    said = verdicts.pins(desk.corpus)
    cut = cutting.cut([pin.text for pin in said])
    keys = minhash.sketches(cut, desk.recipe)
    for place, pin in sorted(enumerate(said), key=lambda each: not each[1].repeated):
        site = state.sites.numbers.get(pin.site)
        if site is not None:
            change = np.union1d if pin.repeated else np.setdiff1d
            learned[site] = change(learned.get(site, NOTHING), keys.of(place))
            furniture[site] = boilerplate.pinned(furniture.get(site, NO_FURNITURE), keys.of(place), pin.repeated)


_UNKNOWN: Hashes64 = np.array([2**64 - 1], dtype=np.uint64)


def _search(corpus: Corpus, state: State, keys: Hashes64) -> Iterator[Postings]:
    with corpus.reading() as connection:
        yield from postings.search(connection, state.blocks, keys, state.new)


def _holds(part: Postings, units: Units, table: Hashes64) -> NDArray[np.bool_]:
    """Return which postings count: those of sketches that are not empty, and of keys that are no boilerplate there."""
    holds = units.sizes[part.units] > 0
    keys = np.repeat(part.keys, np.diff(part.ends, prepend=0))
    holds[holds] = ~boilerplate.repeats(table, keys[holds], units.sites[part.units[holds]])
    return holds


def _keys_of_dead(corpus: Corpus, state: State) -> list[Hashes64]:
    if not state.moves.dead:
        return []
    dead = np.zeros(len(state.units.sites), dtype=bool)
    dead[[held.number for held in state.moves.dead]] = True
    with corpus.reading() as connection:
        return [keys for keys, _ in postings.keys_of(connection, dead)]


def _of_others(desk: Desk, state: State, others: NDArray[np.int32], table: Hashes64) -> NDArray[np.int64]:
    """Return the candidate pairs of units that did not move."""
    parts = []
    for _, chunk in _chunks(others.tolist()):
        parts.append(_own(desk, state, chunk).sketches)
    own = minhash.together(parts)
    asks = np.zeros(len(state.units.sites), dtype=bool)
    asks[others] = True
    known = []
    for part in map(index.contested, _search(desk.corpus, state, minhash.distinct(own.keys))):
        holds = _holds(part, state.units, table)
        leads = index.leaders(part, state.units, holds, desk.recipe)
        known.append(index.led(part, leads, holds, asks))
    return index.candidates(others, own, index.joined(known), state.units, desk.recipe)


def _keys(corpus: Corpus, state: State, numbers: Sequence[int]) -> list[str]:
    """Return the articles that stand for units."""
    missing = [number for number in numbers if number not in state.articles]
    if missing:
        with corpus.reading() as connection:
            state.articles |= stored.articles_of(connection, missing)
    return [state.articles[number] for number in numbers]


def _as_read(state: State, numbers: NDArray[np.int32]) -> Iterator[tuple[int, Sequence[int]]]:
    """Yield units a batch at a time, new ones in the order in which they were read: these are still at hand."""
    born = [held.number for held in state.moves.born]
    yield from (*_chunks(np.setdiff1d(numbers, born).tolist()), *_chunks(born))


def _ahead(parts: Iterable[_T], make: Callable[[_T], _Made]) -> Iterator[tuple[_T, _Made]]:
    """Yield each part with what is made of it; while one is looked at the next is made."""
    with ThreadPoolExecutor(1) as thread:
        before: tuple[_T, Future[_Made]] | None = None
        for part in parts:
            making = part, thread.submit(make, part)
            if before:
                yield before[0], before[1].result()
            before = making
        if before:
            yield before[0], before[1].result()


def _chunks(values: Sequence[_T], most: int = _AT_ONCE) -> Iterator[tuple[int, Sequence[_T]]]:
    for start in range(0, len(values), most):
        yield start, values[start : start + most]


def _sorted(one: str, other: str) -> Pair:
    return (one, other) if one < other else (other, one)
