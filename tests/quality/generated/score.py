"""How well copies were found: pairs, families, relations and passages, beside what was planted.

Nothing here builds all pairs: pairs within families are counted from how the found ones and the true ones overlap.
"""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from tests.quality.generated.truth import JOINING, Case, Group, Planted, cases

Ids = tuple[str, str]
Span = tuple[int, int]

# What a planted pair came out as where no match of it is stored.
JOINED, NOTHING = "joined", "none"
_SAMPLED = 150


@dataclass(frozen=True, slots=True)
class Expected:
    """A planted pair of articles, by id: how it was made, and the relations that are right for it."""

    a: str
    b: str
    kind: str
    relations: frozenset[str]


@dataclass(slots=True)
class Truth:
    """What a corpus holds: each article's family and group, the planted pairs, and of each kind a sample with texts."""

    families: dict[str, int] = field(default_factory=dict)
    groups: dict[str, int] = field(default_factory=dict)
    pairs: list[Expected] = field(default_factory=list)
    samples: defaultdict[str, list[Planted]] = field(default_factory=lambda: defaultdict(list))

    def noted(self, groups: Iterable[Group]) -> Iterator[Group]:
        """Yield groups as they come, and keep what must be known of them."""
        for number, group in enumerate(groups):
            for made in group.made:
                self.families[made.article.id] = made.family
                self.groups[made.article.id] = number
            for planted in group.pairs:
                self.pairs.append(Expected(*planted.ids(), planted.kind, planted.relations))
                if len(self.samples[planted.kind]) < _SAMPLED:
                    self.samples[planted.kind].append(planted)
            yield group


@dataclass(frozen=True, slots=True)
class Found:
    """What was found: the family of each article, the relation and the passages of each verified pair (ids sorted)."""

    families: Mapping[str, Hashable]
    relations: Mapping[Ids, str] = field(default_factory=dict)
    passages: Mapping[Ids, Sequence[Case]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rates:
    """Precision and recall with what they are shares of: `found` and `wanted` things; 1.0 where there are none."""

    precision: float
    recall: float
    found: int
    wanted: int

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


def pairs(found: Mapping[str, Hashable], truth: Mapping[str, Hashable]) -> Rates:
    """Return how many pairs in one family are rightly there, and how many that should be are."""
    both, joined, wanted = _pair_counts(found, truth)
    return Rates(_share(both, joined), _share(both, wanted), joined, wanted)


def adjusted_rand(found: Mapping[str, Hashable], truth: Mapping[str, Hashable]) -> float:
    """Return the adjusted Rand index of two partitions: 1.0 for the same one, about 0.0 for what chance gives."""
    both, joined, wanted = _pair_counts(found, truth)
    everything = _two(len(truth))
    by_chance = joined * wanted / everything if everything else 0.0
    most = (joined + wanted) / 2
    return (both - by_chance) / (most - by_chance) if most != by_chance else 1.0


def _pair_counts(found: Mapping[str, Hashable], truth: Mapping[str, Hashable]) -> tuple[int, int, int]:
    overlaps = Counter((found[name], home) for name, home in truth.items())
    held = Counter(found[name] for name in truth)
    return tuple(sum(map(_two, counts.values())) for counts in (overlaps, held, Counter(truth.values())))  # type: ignore[return-value]


def _two(count: int) -> int:
    return count * (count - 1) // 2


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 1.0


def outcome(pair: Expected, found: Found) -> str:
    """Return what a planted pair came out as: its relation, `JOINED` in one family unmatched, or `NOTHING`."""
    relation = found.relations.get((pair.a, pair.b), NOTHING)
    together = found.families[pair.a] == found.families[pair.b]
    return JOINED if relation == NOTHING and together else relation


def right(pair: Expected, came_out: str) -> bool:
    """Return whether a planted pair came out as it should; matches inside a family need not all be kept."""
    return came_out in pair.relations or (came_out == JOINED and not pair.relations.isdisjoint(JOINING))


def outcomes(truth: Truth, found: Found) -> dict[str, Counter[str]]:
    """Return what the planted pairs of each kind came out as."""
    counted: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for pair in truth.pairs:
        counted[pair.kind][outcome(pair, found)] += 1
    return dict(counted)


def wrong(truth: Truth, found: Found) -> Iterator[tuple[Expected, str]]:
    """Yield the planted pairs that did not come out as they should, and as what they did."""
    for pair in truth.pairs:
        came_out = outcome(pair, found)
        if not right(pair, came_out):
            yield pair, came_out


def relations(truth: Truth, found: Found) -> dict[str, Rates]:
    """Return the precision and recall of each relation.

    Recall is over the planted pairs for which this relation alone is right. Precision is over all stored matches: one
    that was not planted is right where its articles are of one group, and joined exactly where they are of one family.
    """
    planted = {(pair.a, pair.b): pair for pair in truth.pairs}
    wanted, met, given, good = Counter[str](), Counter[str](), Counter[str](), Counter[str]()
    for pair in truth.pairs:
        if len(pair.relations) == 1:
            (relation,) = pair.relations
            wanted[relation] += 1
            met[relation] += right(pair, outcome(pair, found))
    for ids, relation in found.relations.items():
        given[relation] += 1
        good[relation] += relation in planted[ids].relations if ids in planted else _plausible(ids, relation, truth)
    return {
        name: Rates(_share(good[name], given[name]), _share(met[name], wanted[name]), given[name], wanted[name])
        for name in sorted(wanted | given)
    }


def unplanted(truth: Truth, found: Found) -> Iterator[tuple[Ids, str]]:
    """Yield the stored matches of articles that have no such thing to do with one another."""
    planted = {(pair.a, pair.b) for pair in truth.pairs}
    for ids, relation in found.relations.items():
        if ids not in planted and not _plausible(ids, relation, truth):
            yield ids, relation


def _plausible(ids: Ids, relation: str, truth: Truth) -> bool:
    a, b = ids
    if truth.groups[a] != truth.groups[b]:
        return False
    return relation not in JOINING or truth.families[a] == truth.families[b]


@dataclass(frozen=True, slots=True)
class Passages:
    """How well passages were found (Potthast and others 2010): `missing` pairs had none stored and are in no family."""

    precision: float
    recall: float
    granularity: float
    pairs: int
    missing: int


def passages(samples: Iterable[Planted], found: Found) -> Passages:
    """Return precision, recall and granularity by characters of both texts, over planted pairs.

    A pair that lies in one family without a stored match says nothing; one in no family counts as not found.
    """
    precisions: list[float] = []
    recalls: list[float] = []
    pieces: list[int] = []
    counted = missing = 0
    for planted in samples:
        ids = planted.ids()
        detected = found.passages.get(ids)
        if detected is None and found.families[ids[0]] == found.families[ids[1]]:
            continue
        missing += detected is None
        counted += 1
        true = _oriented(planted, ids)
        precisions += _covered(detected or (), true)
        recalls += _covered(true, detected or ())
        pieces += [held for case in true if (held := sum(_meet(case, other) for other in detected or ()))]
    return Passages(_mean(precisions), _mean(recalls), _mean(pieces), counted, missing)


def _oriented(planted: Planted, ids: Ids) -> list[Case]:
    one, other = planted.a, planted.b
    return cases(one.text, other.text) if one.article.id == ids[0] else cases(other.text, one.text)


def _covered(measured: Sequence[Case], by: Sequence[Case]) -> list[float]:
    """Return of each case the share of its characters that the others that meet it cover."""
    shares = []
    for case in measured:
        meeting = [other for other in by if _meet(case, other)]
        inside = _common((case.a_start, case.a_end), [(other.a_start, other.a_end) for other in meeting])
        inside += _common((case.b_start, case.b_end), [(other.b_start, other.b_end) for other in meeting])
        shares.append(inside / (case.a_end - case.a_start + case.b_end - case.b_start))
    return shares


def _meet(one: Case, other: Case) -> bool:
    return min(one.a_end, other.a_end) > max(one.a_start, other.a_start) and min(one.b_end, other.b_end) > max(
        one.b_start, other.b_start
    )


def _common(span: Span, others: Iterable[Span]) -> int:
    """Return how many characters of a span lie in any of the others."""
    covered, reached = 0, span[0]
    for start, end in sorted(others):
        first, last = max(start, reached), min(end, span[1])
        covered += max(last - first, 0)
        reached = max(reached, last)
    return covered


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 1.0
