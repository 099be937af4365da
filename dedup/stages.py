"""The stages of an update, each from what changed to what that changes."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from dedup import boilerplate, index, lookup, minhash, ordering, own_text, signing
from dedup.arrays import SITE_BITS, Hashes64, Postings, Sketches, Units
from dedup.corpus import Corpus, grouping, postings, saving
from dedup.corpus import units as stored
from dedup.corpus.grouping import Signed
from dedup.corpus.postings import Block, Pairs
from dedup.corpus.units import Held, Moves, Sites
from dedup.own_text import Own
from dedup.reading import NOTHING, Desk
from dedup.records import Recipe

Progress = Callable[[str, int, int], None]
_T = TypeVar("_T")
_Made = TypeVar("_Made")

# Articles whose texts are in memory at a time.
_AT_ONCE = 5_000
# So many such batches are sketched at a time: they are read one after the other, and each is in memory.
_SKETCHED = 2


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


def read_state(corpus: Corpus, changed: Set[str]) -> State:
    """Return units and sites with those that came, went or are another article's now; these are not sketched yet."""
    with corpus.reading() as connection:
        sites = stored.read_sites(connection)
        before = stored.read_units(connection, sites)
        moves = stored.moves(connection, changed, grouping.next_unit(connection))
        blocks = postings.blocks(connection)
    articles = dict(moves.stands) | {held.number: held.article for held in (*moves.born, *moves.renamed)}
    now = Sites(dict(sites.numbers), dict(sites.repeated), dict(sites.furniture), dict(sites.counted), dict(sites.said))
    units = _with(before, moves, now)
    units.days[list(moves.days)] = list(moves.days.values())
    none = (np.empty(0, np.uint64), np.empty(0, np.int32))
    return State(_longer(before, len(units.sites)), units, sites, now, moves, blocks, articles, {}, none)


def read(desk: Desk, state: State, tell: Progress) -> None:
    """Take the raw sketch of each new unit."""
    for done, chunk in batches([held.number for held in state.moves.born]):
        tell("reading", done, len(state.moves.born))
        sketches = minhash.sketches(desk.batch([state.articles[number] for number in chunk]).words, desk.recipe)
        state.sketched |= {number: sketches.of(place) for place, number in enumerate(chunk)}
    state.new = _by_key(state.sketched)


def sign(desk: Desk, state: State) -> int:
    """Sign each new text; return how many there are of them."""
    again = _unsigned(desk, state.moves.again)
    return sum(_sign(desk, chunk) for some in (state.moves.born, again) for _, chunk in batches(some))


def _unsigned(desk: Desk, known: Sequence[Held]) -> list[Held]:
    """Return the units whose texts went with all their articles, and came again: signatures went with them."""
    listed = grouping.listed(desk.corpus, [held.article for held in known])
    texts = {held: listed[held.article].text_id for held in known if held.article in listed}
    signed = grouping.signed(desk.corpus, texts.values())
    return [held for held, number in texts.items() if number not in signed]


def _sign(desk: Desk, born: Sequence[Held]) -> int:
    batch = desk.batch([held.article for held in born])
    read = zip(batch.articles, born, batch.texts, strict=True)
    texts = {article.text_id: (held.text, text) for article, held, text in read}
    missing = sorted(texts.keys() - grouping.signed(desk.corpus, texts))
    rows = signing.signatures([texts[number][1] for number in missing], desk.recipe)
    grouping.save_signatures(
        desk.corpus, [Signed(number, texts[number][0], row) for number, row in zip(missing, rows, strict=True)]
    )
    return len(missing)


def moved(desk: Desk, state: State, changed: Set[str]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Return the units to be sketched and verified again, and the units that may tell something else than before.

    Both are new and changed ones, and those that hold a key that changed sides: its site came to repeat it, or no
    longer does; for what they tell, it came to be furniture, or no longer is. Those in which lines stand of which
    something else was said are both, too.
    """
    before, now = state.sites_before, state.sites
    flipped = lookup.table(boilerplate.table(_flipped(before.repeated, now.repeated)))
    aged = boilerplate.aged(before.furniture, now.furniture)
    came = [held.number for held in (*state.moves.born, *state.moves.renamed)]
    came += [number for number, key in state.articles.items() if key in changed]
    spoken = list(_spoken_of(desk, state))
    again, retold = [np.array(came, np.int32), *spoken], [np.array(came, np.int32), *spoken]
    asked = np.unique(np.concatenate([flipped.held, aged.keys]) >> np.uint64(SITE_BITS))
    for part in search(desk.corpus, state, asked):
        keys = np.repeat(part.keys, np.diff(part.ends, prepend=0))
        alive = state.units.sites[part.units] >= 0
        keys, holders = keys[alive], part.units[alive]
        sites, days = state.units.sites[holders], state.units.days[holders]
        again.append(holders[boilerplate.repeats(flipped, keys, sites)])
        retold.append(holders[aged.on(keys, sites, days)])
    return _alive(state, again), _alive(state, retold)


def _spoken_of(desk: Desk, state: State) -> Iterator[NDArray[np.int32]]:
    """Yield the units that hold a line of which something else was said than before."""
    before, now = state.sites_before.said, state.sites.said
    for site in sorted(before.keys() | now.keys()):
        lines = set(before.get(site, ())) ^ set(now.get(site, ()))
        for _, chunk in batches(np.flatnonzero(state.units.sites == site).tolist() if lines else []):
            words = desk.batch(articles_of(desk.corpus, state, chunk)).words
            yield np.array(chunk, np.int32)[own_text.holding(words, lines)]


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
    for (done, chunk), taken in ahead(_as_read(state, numbers), lambda part: _own(desk, state, part[1]), _SKETCHED):
        tell("sketching", done, len(numbers))
        state.units.own[chunk] = taken.hashes
        state.units.sizes[chunk] = taken.sketches.sizes()
        own.append(taken.sketches)
        raw.append(taken.raw)
    return minhash.together(own), minhash.together(raw)


def _own(desk: Desk, state: State, numbers: Sequence[int]) -> Own:
    return desk.own(desk.batch(articles_of(desk.corpus, state, numbers)))


def terms(desk: Desk, state: State, numbers: NDArray[np.int32]) -> dict[str, dict[str, bytes | str]]:
    """Return what units tell, as it is stored, by the articles that stand for them."""
    told: dict[str, dict[str, bytes | str]] = {}
    for _, chunk in _as_read(state, numbers):
        keys = articles_of(desk.corpus, state, chunk)
        told |= zip(keys, saving.written_terms(desk.term_vectors(desk.batch(keys))), strict=True)
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
    tables = [lookup.table(boilerplate.table(sites.repeated)) for sites in (state.sites_before, state.sites)]
    for part in map(index.contested, search(desk.corpus, state, keys)):
        led = partial(_led, part, desk.recipe)
        (_, was), (holds, leads) = map(led, (state.before, state.units), tables)
        shifted.append(index.changed(was, leads))
        known.append(index.led(part, leads, holds, asks))
    pairs = index.candidates(asking, own, index.joined(known), state.units, desk.recipe)
    others = np.unique(np.concatenate(shifted))
    others = others[~asks[others] & (state.units.sites[others] >= 0)]
    return np.concatenate([pairs, _of_others(desk, state, others, tables[1])]), others


def _led(part: Postings, recipe: Recipe, units: Units, table: lookup.Table) -> tuple[NDArray[np.bool_], Postings]:
    """Return which postings count, given what sites repeat, and who leads their keys."""
    holds = boilerplate.holds(part, units, table)
    return holds, index.leaders(part, units, holds, recipe)


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
    both = lookup.in_order(minhash.marked(raw))
    places = (both & np.uint64(2**SITE_BITS - 1)).astype(np.int64)
    return both >> np.uint64(SITE_BITS), numbers[places]


def search(corpus: Corpus, state: State, keys: Hashes64) -> Iterator[Postings]:
    """Yield who holds these keys (sorted, distinct), new units among them, a range of keys at a time."""
    with corpus.reading() as one, corpus.reading() as other:
        yield from postings.search([one, other], state.blocks, keys, state.new)


def _keys_of_dead(corpus: Corpus, state: State) -> list[Hashes64]:
    if not state.moves.dead:
        return []
    dead = np.zeros(len(state.units.sites), dtype=bool)
    dead[[held.number for held in state.moves.dead]] = True
    with corpus.reading() as connection:
        return [keys for keys, _ in postings.keys_of(connection, dead)]


def _of_others(desk: Desk, state: State, others: NDArray[np.int32], table: lookup.Table) -> NDArray[np.int64]:
    """Return the candidate pairs of units that did not move."""
    parts = []
    for _, chunk in batches(others.tolist()):
        parts.append(_own(desk, state, chunk).sketches)
    own = minhash.together(parts)
    asks = np.zeros(len(state.units.sites), dtype=bool)
    asks[others] = True
    known = []
    for part in map(index.contested, search(desk.corpus, state, minhash.distinct(own.keys))):
        holds, leads = _led(part, desk.recipe, state.units, table)
        known.append(index.led(part, leads, holds, asks))
    return index.candidates(others, own, index.joined(known), state.units, desk.recipe)


def articles_of(corpus: Corpus, state: State, numbers: Sequence[int]) -> list[str]:
    """Return the articles that stand for units."""
    missing = [number for number in numbers if number not in state.articles]
    if missing:
        with corpus.reading() as connection:
            state.articles |= stored.articles_of(connection, missing)
    return [state.articles[number] for number in numbers]


def _as_read(state: State, numbers: NDArray[np.int32]) -> Iterator[tuple[int, Sequence[int]]]:
    """Yield units a batch at a time, new ones in the order in which they were read: these are still at hand."""
    born = [held.number for held in state.moves.born]
    yield from (*batches(np.setdiff1d(numbers, born).tolist()), *batches(born))


def ahead(parts: Iterable[_T], make: Callable[[_T], _Made], most: int = 1) -> Iterator[tuple[_T, _Made]]:
    """Yield each part with what is made of it; while one is looked at so many of the next are made."""
    with ThreadPoolExecutor(most) as threads:
        making: deque[tuple[_T, Future[_Made]]] = deque()
        for part in parts:
            making.append((part, threads.submit(make, part)))
            if len(making) > most:
                first, made = making.popleft()
                yield first, made.result()
        for first, made in making:
            yield first, made.result()


def batches(values: Sequence[_T], most: int = _AT_ONCE) -> Iterator[tuple[int, Sequence[_T]]]:
    """Yield so many values at a time, after how many came before them."""
    for start in range(0, len(values), most):
        yield start, values[start : start + most]
