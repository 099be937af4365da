"""Candidates: enough shared keys, and no key that proposes too much."""

import random
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from dedup import index, lookup, minhash, pairing
from dedup.arrays import SITE_BITS, Postings, Sketches, Units
from dedup.corpus import units as stored
from dedup.records import Recipe

RECIPE = Recipe()


@pytest.fixture(scope="module", autouse=True)
def few_at_once() -> Iterator[None]:
    """Units are asked for a few at a time, so that some tens of them are several parts."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(index, "_ASKING", 3)
        yield


def holding(sketches: Sequence[Sequence[int]], own: Sequence[int] | None = None) -> tuple[Units, Postings, Sketches]:
    """Return units with these sketches, who holds their keys, and the sketches; `own` are the hashes of their texts."""
    count = len(sketches)
    units = stored.empty(count)
    units.sites[:] = range(count)
    units.texts[:] = range(count)
    units.order[:] = range(count)
    units.own[:] = range(count) if own is None else own
    units.sizes[:] = [len(held) for held in sketches]
    keys = sorted({key for held in sketches for key in held})
    holders = [[unit for unit, held in enumerate(sketches) if key in held] for key in keys]
    postings = Postings(
        np.array(keys, np.uint64),
        np.cumsum([len(held) for held in holders]),
        np.array([unit for held in holders for unit in held], np.int32),
    )
    ends = np.cumsum([len(held) for held in sketches])
    flat = [key for held in sketches for key in sorted(held)]
    return units, postings, Sketches(ends, np.array(flat, np.uint64))


def pairs(
    sketches: Sequence[Sequence[int]], recipe: Recipe = RECIPE, own: Sequence[int] | None = None, asking: int = 0
) -> set[tuple[int, int]]:
    """Return the candidates of all units, or of the last `asking`."""
    units, postings, held = holding(sketches, own)
    postings = index.contested(postings)
    everyone = np.arange(len(sketches), dtype=np.int32)
    asks = everyone[-asking:]
    marked = np.isin(everyone, asks)
    holds = np.ones(len(postings.units), dtype=bool)
    known = index.led(postings, index.leaders(postings, units, holds, recipe), holds, marked)
    start = int(held.ends[asks[0] - 1]) if asks[0] else 0
    own_keys = Sketches(held.ends[asks] - start, held.keys[start:])
    found = index.candidates(asks, own_keys, known, units, recipe)
    return {(a, b) for a, b in found.tolist()}


def test_two_shared_keys_make_a_candidate_of_short_texts() -> None:
    assert pairs([[1, 2, 3], [3, 4, 5]]) == set()
    assert pairs([[1, 2, 3], [2, 3, 4]]) == {(0, 1)}


def test_long_texts_need_their_share_of_keys() -> None:
    assert pairs([range(100), range(93, 300)]) == set()
    assert pairs([range(100), range(92, 300)]) == {(0, 1)}


def test_a_key_of_many_holders_proposes_pairs_with_its_leaders_alone() -> None:
    found = pairs([range(10)] * 300)
    assert len(found) == sum(300 - 1 - place for place in range(RECIPE.key_holders))
    assert {unit for pair in found for unit in pair} == set(range(300))
    assert all(a < RECIPE.key_holders for a, _ in found)


def test_few_copies_of_one_own_text_lead() -> None:
    found = pairs([range(10)] * 300, own=[7] * 300)
    assert {a for a, _ in found} == set(range(RECIPE.key_copies))
    others = pairs([range(10)] * 40, own=[7] * 30 + [5] * 10)
    leaders = [*range(30, 30 + RECIPE.key_copies), *range(RECIPE.key_copies)]
    assert others == {(min(a, b), max(a, b)) for a in leaders for b in range(40) if a != b}


def test_equal_texts_are_no_candidates() -> None:
    units, postings, held = holding([range(10), range(10)])
    units.texts[:] = 1
    holds = np.ones(len(postings.units), dtype=bool)
    known = index.led(postings, index.leaders(postings, units, holds, RECIPE), holds, np.ones(2, dtype=bool))
    assert len(index.candidates(np.array([0, 1], np.int32), held, known, units, RECIPE)) == 0


@given(
    st.lists(st.lists(st.integers(0, 30), min_size=1, max_size=12, unique=True), min_size=2, max_size=14),
    st.integers(1, 4),
    st.integers(1, 4),
    st.data(),
)
def test_candidates_are_the_pairs_that_leaders_support(
    sketches: list[list[int]], holders: int, copies: int, data: st.DataObject
) -> None:
    recipe = Recipe(key_holders=holders, key_copies=min(copies, holders))
    own = data.draw(st.lists(st.integers(0, 5), min_size=len(sketches), max_size=len(sketches)))
    expected = supported(sketches, own, recipe)
    assert pairs(sketches, recipe, own) == expected
    asking = data.draw(st.integers(1, len(sketches)))
    last = set(range(len(sketches) - asking, len(sketches)))
    assert pairs(sketches, recipe, own, asking) == {pair for pair in expected if not last.isdisjoint(pair)}


def supported(sketches: Sequence[Sequence[int]], own: Sequence[int], recipe: Recipe) -> set[tuple[int, int]]:
    """Return the candidates as the rule says it, without haste."""
    shared: dict[tuple[int, int], int] = {}
    for key in {key for held in sketches for key in held}:
        holders = sorted((own[unit], unit) for unit, held in enumerate(sketches) if key in held)
        leaders = [
            unit
            for place, (text, unit) in enumerate(holders)
            if sum(other == text for other, _ in holders[:place]) < recipe.key_copies
        ][: recipe.key_holders]
        for a in range(len(sketches)):
            for b in range(a + 1, len(sketches)):
                if key in sketches[a] and key in sketches[b] and (a in leaders or b in leaders):
                    shared[a, b] = shared.get((a, b), 0) + 1
    return {
        (a, b)
        for (a, b), count in shared.items()
        if count >= max(recipe.candidate_keys, recipe.candidate_share * min(len(sketches[a]), len(sketches[b])))
    }


def test_leaders_that_changed_are_told() -> None:
    units, before, _ = holding([[1], [1], [2]])
    _, after, _ = holding([[1, 2], [1], [2]])
    holds = [np.ones(len(postings.units), dtype=bool) for postings in (before, after)]
    led = [index.leaders(postings, units, held, RECIPE) for postings, held in zip((before, after), holds, strict=True)]
    assert index.changed(*led).tolist() == [0]
    assert index.changed(led[1], led[1]).tolist() == []


def test_keys_that_one_unit_holds_are_left_out() -> None:
    _, postings, _ = holding([[1, 2, 5], [2, 3], [2, 5, 9]])
    found = index.contested(postings)
    assert [found.keys.tolist(), found.ends.tolist(), found.units.tolist()] == [[2, 5], [3, 5], [0, 1, 2, 0, 2]]


def test_families_of_all_sites_are_counted() -> None:
    _, postings, _ = holding([[1, 2]] * 9 + [[2]])
    strict: NDArray[np.int64] = np.array([0, 0, 2, 3, 4, 5, -1, 7, 8, 9])
    assert index.families_of(postings, strict).tolist() == [7, 8]


@pytest.mark.parametrize("seed", range(3))
def test_the_leaders_do_not_depend_on_the_order_of_holders(seed: int) -> None:
    randomness = random.Random(seed)
    units, postings, _ = holding([[1]] * 80, own=[randomness.randrange(20) for _ in range(80)])
    holds = np.ones(80, dtype=bool)
    shuffled = Postings(postings.keys, postings.ends, np.random.default_rng(seed).permutation(postings.units))
    one, other = (index.leaders(held, units, holds, RECIPE).units.tolist() for held in (postings, shuffled))
    assert one == other
    texts: Mapping[int, int] = {unit: int(units.own[unit]) for unit in one}
    assert one == sorted(one, key=lambda unit: (texts[unit], unit))


@given(st.sets(st.integers(0, 2**64 - 1)), st.lists(st.integers(0, 2**64 - 1)))
def test_a_look_up_is_a_binary_search(held: set[int], asked: list[int]) -> None:
    known, wanted = np.array(sorted(held), dtype=np.uint64), np.array([*asked, *held], dtype=np.uint64)
    assert lookup.places(known, wanted).tolist() == np.searchsorted(known, wanted).tolist()
    places = {value: place for place, value in enumerate(sorted(held))}
    assert lookup.found(known, wanted).tolist() == [places.get(value, -1) for value in wanted.tolist()]
    table = lookup.table(known)
    assert [lookup.holds(table, value) for value in wanted] == [value in held for value in wanted.tolist()]


@st.composite
def many_hashes(draw: st.DrawFn) -> NDArray[np.uint64]:
    """Hashes, or what is spread as no hashes are: a few values, steps, clumps far apart."""
    randomness = np.random.default_rng(draw(st.integers(0, 2**32)))
    count, bits = draw(st.sampled_from([0, 1, 30, 400, 3_000, 20_000])), draw(st.sampled_from([1, 8, 24, 63]))
    found = randomness.integers(0, 2**bits, count, dtype=np.uint64)
    step, far = np.uint64(draw(st.sampled_from([0, 1, 2**20]))), np.uint64(draw(st.sampled_from([0, 2**63])))
    found += np.arange(count, dtype=np.uint64)[::-1] * step
    found[::7] |= far
    return found


@given(many_hashes())
def test_whatever_is_sorted_stands_in_order(values: NDArray[np.uint64]) -> None:
    assert lookup.in_order(values).tolist() == sorted(values.tolist())


@given(st.lists(st.sets(st.integers(0, 30) | st.integers(0, 2**44 - 1), max_size=12), max_size=12), st.data())
def test_keys_that_several_hold_are_found_a_range_at_a_time(held: list[set[int]], data: st.DataObject) -> None:
    keys = [np.array(sorted(keys), np.uint64) for keys in held]
    # As of each text's shingles in turn, some of them twice.
    twice = [np.repeat(each, np.arange(len(each)) % 2 + 1) for each in keys]
    ranked = [(each << np.uint64(SITE_BITS)) | np.arange(len(each), dtype=np.uint64) for each in twice]
    sketches = minhash.one_each(ranked)
    sampled = minhash.Sampled(sketches.ends, np.zeros(len(sketches.keys), np.int32), sketches.keys)
    parts = minhash.marked_in_parts(sampled, data.draw(st.sampled_from((1, 3, 100))))
    found = index.after_one_another([pairing.shared(lookup.in_order(part)) for part in parts])
    holders = {key: [unit for unit, keys in enumerate(held) if key in keys] for keys in held for key in keys}
    several = {key: units for key, units in sorted(holders.items()) if len(units) > 1}
    assert told(found) == several
    holds = np.array(data.draw(st.lists(st.booleans(), min_size=len(found.units), max_size=len(found.units))), bool)
    counting = iter(holds.tolist())
    left = {key: [unit for unit in units if next(counting)] for key, units in several.items()}
    assert told(pairing.still_shared(found, holds)) == {key: units for key, units in left.items() if len(units) > 1}


def told(postings: Postings) -> dict[int, list[int]]:
    units = np.split(postings.units, postings.ends[:-1]) if len(postings.ends) else []
    return {key: held.tolist() for key, held in zip(postings.keys.tolist(), units, strict=True)}


@given(st.lists(st.lists(st.integers(0, 12), min_size=1, max_size=9, unique=True).map(sorted), min_size=1, max_size=12))
def test_pairs_of_all_at_once_are_the_candidates_of_all(held: list[list[int]]) -> None:
    units, postings, _ = holding(held)
    assert {(a, b) for a, b in pairing.pairs(postings, units, RECIPE).tolist()} == pairs(held)
