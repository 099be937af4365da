"""What sites repeat, learned from the texts that stand for each: its sketches counted, then decided by all sites."""

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from dedup import boilerplate, cutting, index, minhash
from dedup.arrays import Counted, Furniture, Hashes64, Line, Sketches, Units
from dedup.boilerplate import NO_FURNITURE
from dedup.corpus import units as stored
from dedup.corpus import verdicts
from dedup.corpus.units import Moves
from dedup.reading import NOTHING, Desk
from dedup.records import Recipe
from dedup.stages import Progress, State, ahead, articles_of, batches, search

# Texts that stand for their sites, of which the sketches are counted at a time; as many again are read meanwhile.
_SAMPLED_AT_ONCE = 20_000
# What no site repeats.
_UNKNOWN: Hashes64 = np.array([2**64 - 1], dtype=np.uint64)


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
        redated = state.before.days[sample.units] != state.units.days[sample.units]
        if sample.came or sample.gone or redated.any() or sample.site not in state.sites.counted:
            others.append(sample)
    for (done, _), known in ahead(_by_size(others), lambda part: _sketches(desk, state, part[1])):
        tell("learning what sites repeat", done, len(others))
        learned = counts([(sample.units, sketches) for sample, sketches in known], state.units, desk.recipe)
        for (sample, sketches), (families, counted) in zip(known, learned, strict=True):
            places = np.searchsorted(sample.units, sample.came).tolist()
            # Copied: a view of one sketch would keep those of the whole site in memory.
            fresh |= {number: sketches.of(place).copy() for number, place in zip(sample.came, places, strict=True)}
            state.units.strict[sample.units] = families
            state.sites.counted[sample.site] = counted
    _decide(desk, state)
    return fresh, left


def samples(units: Units, sites: Sequence[int], recipe: Recipe) -> list[NDArray[np.int64]]:
    """Return the units, sorted, that stand for each of these sites as it is learned what it repeats."""
    held = _by_site(units, np.arange(len(units.sites)), sites)
    return [np.sort(here[np.argsort(units.order[here], kind="stable")[: recipe.site_sample]]) for here in held]


def counts(
    sampled: Sequence[tuple[NDArray[np.int64], Sketches]], units: Units, recipe: Recipe
) -> list[tuple[NDArray[np.int64], Counted]]:
    """Return the strict family of each unit that stands for a site, and the keys that stand in enough of them.

    `sampled` are those units of each site, sorted, and their sketches.
    """
    days = [units.days[numbers] for numbers, _ in sampled]
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        known = [sketches for _, sketches in sampled]
        found = list(threads.map(partial(boilerplate.strict_families, recipe=recipe), known, days))
    return [
        (numbers[families], boilerplate.enough(counted, recipe))
        for (numbers, _), (families, counted) in zip(sampled, found, strict=True)
    ]


def _by_size(parts: Sequence["_Sample"]) -> Iterator[tuple[int, Sequence["_Sample"]]]:
    """Yield samples, some at a time, after how many were before them."""
    sizes = np.cumsum([len(sample.units) for sample in parts])
    starts = np.flatnonzero(np.diff(sizes // _SAMPLED_AT_ONCE, prepend=-1)).tolist() if parts else []
    for start, stop in pairwise([*starts, len(parts)]):
        yield start, parts[start:stop]


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
    now = samples(state.units, touched, desk.recipe)
    old = _by_site(state.before, np.flatnonzero(state.before.strict >= 0), touched)
    for site, units, sampled in zip(touched, now, old, strict=True):
        came, gone = (np.setdiff1d(*two, assume_unique=True).tolist() for two in ((units, sampled), (sampled, units)))
        yield _Sample(site, units, came, gone)


def _by_site(units: Units, some: NDArray[np.int64], sites: Sequence[int]) -> list[NDArray[np.int64]]:
    """Return which of `some` units, sorted, are of each of these sites."""
    some = some[np.argsort(units.sites[some], kind="stable")]
    first, last = np.searchsorted(units.sites[some], [sites, [site + 1 for site in sites]])
    return [some[start:stop] for start, stop in zip(first.tolist(), last.tolist(), strict=True)]


def _sites_of(units: Units, moves: Moves) -> list[int]:
    numbers = [held.number for held in (*moves.born, *moves.dead)]
    return [site for site in units.sites[numbers].tolist() if site >= 0]


def _sketches(desk: Desk, state: State, some: Sequence[_Sample]) -> list[tuple[_Sample, Sketches]]:
    """Return samples with the raw sketches of their units: those of new ones, else as they are kept, else taken again.

    What should be kept and is not has come, as new ones have.
    """
    with desk.corpus.reading() as connection:
        held = stored.read_samples(connection, [sample.site for sample in some])
    lost = [[number for number in sample.units.tolist() if number not in held] for sample in some]
    whole = [replace(each, came=sorted({*each.came, *more})) for each, more in zip(some, lost, strict=True)]
    came = [number for sample in whole for number in sample.came]
    held |= {number: _written(state.sketched[number]) for number in came if number in state.sketched}
    for _, chunk in batches([number for number in came if number not in state.sketched]):
        found = minhash.sketches(desk.batch(articles_of(desk.corpus, state, chunk)).words, desk.recipe)
        held |= {number: _written(found.of(place)) for place, number in enumerate(chunk)}
    return [(sample, read_keys([held[number] for number in sample.units.tolist()])) for sample in whole]


def _written(keys: Hashes64) -> bytes:
    return keys.astype("<u8").tobytes()


def read_keys(written: Sequence[bytes]) -> Sketches:
    """Return sketches from how they are stored, each copied once: there are some hundred thousand."""
    keys = np.frombuffer(bytearray().join(written), "<u8").astype(np.uint64, copy=False)
    return Sketches(np.cumsum([len(each) for each in written], dtype=np.int64) // 8, keys)


def _decide(desk: Desk, state: State) -> None:
    """Decide what each site repeats, from how many families each key stands in there and everywhere."""
    counted = state.sites.counted
    asked = boilerplate.doubtful(counted, desk.recipe)
    everywhere = [index.families_of(part, state.units.strict) for part in search(desk.corpus, state, asked)]
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
    desk.said = state.sites.said


def _follow(desk: Desk, state: State, learned: dict[int, Hashes64], furniture: dict[int, Furniture]) -> None:
    """Add to what sites repeat what a person says they do, and take out what they do not; and note what was said.

    Where two lines have something in common the longer one counts, of equally long ones that which forbids.
    """
    said = [pin for pin in verdicts.pins(desk.corpus) if pin.site in state.sites.numbers]
    cut = cutting.cut([pin.text for pin in said])
    keys = minhash.sketches(cut, desk.recipe)
    held: dict[int, list[Line]] = {}
    for place in sorted(range(len(said)), key=lambda one: (len(cut.hashes[cut.words(one)]), not said[one].repeated)):
        site, repeated = state.sites.numbers[said[place].site], said[place].repeated
        change = np.union1d if repeated else np.setdiff1d
        learned[site] = change(learned.get(site, NOTHING), keys.of(place))
        furniture[site] = boilerplate.pinned(furniture.get(site, NO_FURNITURE), keys.of(place), repeated)
        held.setdefault(site, []).append(Line(tuple(cut.hashes[cut.words(place)].tolist()), repeated))
    state.sites.said = {site: tuple(lines) for site, lines in held.items()}
