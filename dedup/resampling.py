"""What stands for sites, as it is learned what they repeat, against what it is taken from and what is counted of it."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, select

from dedup import learning
from dedup.arrays import Counted, Hashes64, Units
from dedup.corpus import many, postings, schema
from dedup.corpus import units as stored
from dedup.corpus.units import Sites
from dedup.records import Recipe
from dedup.stages import batches

# Sites that are looked at together: some ten thousand sketches.
_AT_ONCE = 20
_AGAIN = "`dedup rebuild` learns all anew"
_Numbers = NDArray[np.int64]


def faults(connection: Connection, recipe: Recipe) -> Iterator[str]:
    """Yield what is wrong with the samples of sites, their strict families and counted keys, a line each."""
    sites = stored.read_sites(connection)
    units = stored.read_units(connection, sites)
    kept = connection.execute(select(schema.samples.c.site_id).distinct()).scalars()
    numbers = sorted({*sites.numbers.values(), *kept})
    strict = np.where(units.sites >= 0, units.strict, -1)
    look = _Look(connection, recipe, sites, units, _sums_of_postings(connection, units), strict)
    for _, some in batches(numbers, _AT_ONCE):
        yield from look.at(some)
    names = {number: name for name, number in sites.numbers.items()}
    for site in np.unique(units.sites[look.strict != units.strict]).tolist():
        yield f"strict families of {names.get(site, 'no site')} are not what its texts make them; {_AGAIN}"


@dataclass(frozen=True, slots=True)
class _Look:
    """What samples are compared with: `sums` are of units' keys in the postings; `strict` becomes what was learned."""

    connection: Connection
    recipe: Recipe
    sites: Sites
    units: Units
    sums: Hashes64
    strict: _Numbers

    def at(self, sites: Sequence[int]) -> Iterator[str]:
        """Yield what is wrong with the samples of these sites and what is counted of them."""
        names = {number: name for name, number in self.sites.numbers.items()}
        kept = self._kept(sites)
        whole: list[tuple[int, _Numbers, Mapping[int, bytes]]] = []
        for site, wanted in zip(sites, learning.samples(self.units, sites, self.recipe), strict=True):
            found = list(self._unlike(names.get(site, f"the site {site}"), wanted, kept[site]))
            yield from found
            if not found:
                whole.append((site, wanted, kept[site]))
        sampled = [(wanted, learning.read_keys([rows[one] for one in wanted.tolist()])) for _, wanted, rows in whole]
        learned = learning.counts(sampled, self.units, self.recipe)
        for (site, wanted, _), (families, counted) in zip(whole, learned, strict=True):
            self.strict[self.units.sites == site] = -1
            self.strict[wanted] = families
            if not _same(counted, self.sites.counted[site]):
                yield f"counts of {names[site]}: what it repeats was not counted in what stands for it; {_AGAIN}"

    def _kept(self, sites: Sequence[int]) -> defaultdict[int, dict[int, bytes]]:
        table = schema.samples
        query = select(table.c.site_id, table.c.unit_id, table.c["keys"])
        found: defaultdict[int, dict[int, bytes]] = defaultdict(dict)
        for site, unit, keys in many.among(self.connection, query, table.c.site_id, sites):
            found[site][unit] = keys
        return found

    def _unlike(self, site: str, wanted: _Numbers, kept: Mapping[int, bytes]) -> Iterator[str]:
        numbers = set(wanted.tolist())
        other = [number for number in numbers & kept.keys() if _sum(kept[number]) != self.sums[number]]
        for some, what in (
            (numbers - kept.keys(), "is not kept, and stands for it"),
            (kept.keys() - numbers, "is kept, and does not stand for it"),
            (other, "is kept with other keys than the postings hold"),
        ):
            names = stored.articles_of(self.connection, some)
            for number in sorted(some):
                yield f"samples of {site}: {names.get(number, f'the unit {number}')} {what}; {_AGAIN}"


def _same(one: Counted, other: Counted) -> bool:
    return all(np.array_equal(getattr(one, name), getattr(other, name)) for name in ("keys", "families", "since"))


def _sums_of_postings(connection: Connection, units: Units) -> Hashes64:
    """Return for each unit a sum that tells the keys it has in the postings from others, in whatever order."""
    sums = np.zeros(len(units.sites), np.uint64)
    for keys, holders in postings.keys_of(connection, units.sites >= 0):
        np.add.at(sums, holders, keys * keys)
    return sums


def _sum(written: bytes) -> np.uint64:
    keys = np.frombuffer(written, "<u8")
    return np.uint64((keys * keys).sum(dtype=np.uint64))
