"""The first half of telling stories: families that may be other than before are placed among the others.

Their places are where they stand by day, what they tell, what they share templates with, and whether they are digests.
What of it is other than before tells what has to be told again.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import blake2b
from itertools import combinations

import numpy as np
from sqlalchemy import Connection

from dedup import stories
from dedup.corpus import Corpus, grouping, strands, ties
from dedup.corpus.strands import SILENT, Due, Placed
from dedup.corpus.ties import Ties
from dedup.ordering import UNDATED
from dedup.records import Recipe

# Families placed at a time.
_AT_ONCE = 5_000


def place(corpus: Corpus, recipe: Recipe) -> bool:
    """Place some of the families that are due, and note what has to be told again; False: there are none.

    Only what is stored waits for others that write, and they for it.
    """
    with corpus.reading() as connection:
        names = strands.families_waiting(connection, _AT_ONCE)
        if not names:
            return False
        before, now, due = _placed(connection, names, recipe)
    with corpus.transaction() as connection:
        strands.settle(connection, names)
        strands.place(connection, before, now, due)
        # Whose last article went since it was looked at is due once more.
        placed = {row.family for row in now if row.rank is not None}
        strands.due(connection, placed - grouping.named(connection, placed))
    return True


def _placed(
    connection: Connection, names: Sequence[str], recipe: Recipe
) -> tuple[dict[str, Placed], list[Placed], set[Due]]:
    """Return where families stood and where they stand now, these and others, and what has to be told again."""
    before = strands.placed(connection, names)
    now = _standing(connection, before, names, recipe)
    lost = [row._replace(rank=None, signs=()) for name, row in before.items() if name not in now]
    kin = _kin(connection, now, recipe)
    now = {name: row._replace(tied=_number(sorted(kin[name].templates))) for name, row in now.items()}
    now |= _digests(connection, before, now, kin, recipe)
    before |= strands.placed(connection, sorted(now.keys() - before.keys()))
    # What tells the same on the same day changes no story.
    other = [row for name, row in now.items() if not _stands(before.get(name), row)]
    moved = [*other, *(before[row.family] for row in (*other, *lost) if row.family in before)]
    due = {_due(row, moved=True) for row in moved if row.rank is not None}
    for day, signs in _signs_by_day(moved).items():
        due |= {_due(row) for row in strands.later(connection, signs, day)}
    retied = [row for row in now.values() if row.family in before and row.tied != before[row.family].tied]
    due |= {_due(row, tied=True) for row in retied}
    return before, [*now.values(), *lost], due


def _standing(
    connection: Connection, before: Mapping[str, Placed], names: Sequence[str], recipe: Recipe
) -> dict[str, Placed]:
    """Return how those of these families stand now that there are."""
    tellers = strands.tellers(connection, names)
    held = sorted(tellers)
    known = strands.told(connection, (teller.number for teller in tellers.values()))
    told = [known.get(tellers[name].number, SILENT) for name in held]
    signs = stories.signs(strands.vectors(told), recipe).tolist()
    return {
        name: before.get(name, Placed(name, None))._replace(
            rank=tellers[name].rank,
            teller=tellers[name].number,
            fresh=True,
            told=told[place],
            signs=tuple(sorted({*signs[place]} - {0})),
            site=tellers[name].site,
        )
        for place, name in enumerate(held)
    }


def _kin(connection: Connection, rows: Mapping[str, Placed], recipe: Recipe) -> dict[str, Ties]:
    """Return the ties of these families, as far as stories ask for them.

    A template concerns only the later of two that are alike, where the other lies in the week before or has a sign of
    it. An excerpt concerns both if they lie in one week.
    """
    known = ties.of_families(connection, rows)
    asked = {there for held in known.values() for there in (*held.templates, *held.excerpts)}
    tellers = strands.tellers(connection, asked)
    days = {name: strands.day_of(teller.rank) for name, teller in tellers.items()}
    week = recipe.story_days
    found = {name: Ties(set(), {}) for name in rows}
    frames = []
    for name, held in known.items():
        day = rows[name].day
        frames += [(name, there) for there in sorted(held.templates & days.keys()) if days[there] <= day]
        close = {there: place for there, place in held.excerpts.items() if abs(day - days.get(there, -UNDATED)) <= week}
        found[name] = Ties(set(), close)
    framed = {there for _, there in frames} - rows.keys()
    told = strands.told(connection, (tellers[name].number for name in framed))
    others = {name: Placed(name, None, told=told.get(tellers[name].number, SILENT)) for name in framed}
    for name, there, signed in alike(frames, {**others, **rows}, recipe):
        if signed or rows[name].day - days[there] <= week:
            found[name].templates.add(there)
    return found


def alike(
    pairs: Sequence[tuple[str, str]], rows: Mapping[str, Placed], recipe: Recipe
) -> Iterator[tuple[str, str, bool]]:
    """Yield those of these pairs of families that are alike, and whether they share a sign."""
    names = sorted({name for pair in pairs for name in pair})
    places = {name: place for place, name in enumerate(names)}
    vectors = strands.vectors([rows[name].told for name in names])
    signs = [{*own} - {0} for own in stories.signs(vectors, recipe).tolist()]
    ends = np.array([(places[one], places[other]) for one, other in pairs], np.int64).reshape(-1, 2)
    for (one, other), alike in zip(pairs, stories.cosines(vectors, ends).tolist(), strict=True):
        if alike >= recipe.story_floor:
            yield one, other, not signs[places[one]].isdisjoint(signs[places[other]])


def _number(names: Sequence[str]) -> int:
    """Return a hash of some names, 0 of none."""
    digest = blake2b(json.dumps(names).encode(), digest_size=7).digest()
    return int.from_bytes(digest, "big") if names else 0


def _digests(
    connection: Connection,
    before: Mapping[str, Placed],
    now: Mapping[str, Placed],
    kin: Mapping[str, Ties],
    recipe: Recipe,
) -> dict[str, Placed]:
    """Return the families that are, or are not, digests now: of these and of those they share excerpts with.

    A *digest* holds, in different places, excerpts of families that do not tell of one another: it would tie them all
    together.
    """
    changed = {name for name, row in now.items() if not _stands(before.get(name), row)}
    theirs = {there for name in changed for there in kin[name].excerpts} - now.keys()
    known = {name: row for name, row in strands.placed(connection, sorted(theirs)).items() if row.rank is not None}
    pairs = {name: _side_by_side(held) for name, held in {**kin, **_kin(connection, known, recipe)}.items()}
    asked = sorted({other for held in pairs.values() for pair in held for other in pair})
    tellers = {name: teller.number for name, teller in strands.tellers(connection, asked).items()}
    told = strands.told(connection, tellers.values())
    vectors = strands.vectors([told.get(tellers.get(name, -1), SILENT) for name in asked])
    places = {name: place for place, name in enumerate(asked)}
    found = {}
    for name, row in {**now, **known}.items():
        some = np.array([(places[one], places[other]) for one, other in pairs[name]], np.int64).reshape(-1, 2)
        alone = bool((stories.cosines(vectors, some) < recipe.story_cut).any())
        if alone != row.alone:
            found[name] = row._replace(alone=alone, fresh=True)
    return found


def _side_by_side(held: Ties) -> list[tuple[str, str]]:
    """Return the pairs of families of which one article holds excerpts in different places.

    What stands in one place is one thing that all of them share, as a site's furniture is before it is learned.
    """
    return [
        (one, other)
        for (one, (here, start, stop)), (other, (there, begin, end)) in combinations(sorted(held.excerpts.items()), 2)
        if here == there and (stop <= begin or end <= start)
    ]


def _stands(before: Placed | None, now: Placed) -> bool:
    """Tell whether a family stands where it stood, on its site, and tells what it told, if anything in company."""
    return before is not None and _standing_as(before) == _standing_as(now)


def _standing_as(row: Placed) -> tuple[object, ...]:
    return row.rank, row.site, row.told, row.alone


def _signs_by_day(rows: Iterable[Placed]) -> dict[int, set[int]]:
    found: dict[int, set[int]] = defaultdict(set)
    for row in rows:
        if row.rank is not None:
            found[strands.day_of(row.rank)].update(row.signs)
    return found


def _due(row: Placed, *, moved: bool = False, tied: bool = False) -> Due:
    return Due(row.day, row.rank, row.strand, moved, tied)
