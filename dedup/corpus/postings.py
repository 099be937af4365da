"""Which units hold which keys, on disk: sorted segments, merged as they grow (O'Neil et al. 1996, LSM trees).

A segment is a run of blocks; a block holds some thousand pairs of a key and a unit, sorted by key. What an update adds
is one new segment. Units that are no more stay in their segments until these are merged.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import chain, cycle, pairwise

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, delete, select

from dedup.arrays import Hashes64, Postings
from dedup.compiled import compiled
from dedup.corpus import many, schema
from dedup.corpus.many import chunks

# Pairs in a block: some hundred thousand bytes.
_BLOCK = 16_384
# Pairs read at once; memory follows from it.
_AT_ONCE = 4_000_000
# A segment is merged into the one before it unless that is so many times larger: each pair is written again about as
# often as the postings have doubled since it came, and a search reads all of a handful of segments anyway.
_STEPS = 1

Pairs = tuple[Hashes64, NDArray[np.int32]]


@dataclass(frozen=True, slots=True)
class Block:
    """Where a block is, what it holds: how many pairs, from which key to which."""

    number: int
    segment: int
    first: int
    last: int
    pairs: int


def blocks(connection: Connection) -> list[Block]:
    """Return all blocks, by segment and key."""
    table = schema.postings
    columns = (table.c.id, table.c.segment, table.c.first, table.c.last, table.c.pairs)
    rows = connection.execute(select(*columns).order_by(table.c.segment, table.c.first, table.c.id))
    return [Block(*row) for row in rows]


def search(readers: Sequence[Connection], known: Sequence[Block], keys: Hashes64, new: Pairs) -> Iterator[Postings]:
    """Yield who holds `keys` (sorted, distinct), a range of them at a time; `new` are pairs not yet stored, by key.

    While one range is looked at the next are read, by a thread for each of the `readers`, which has it to itself.
    """
    numbers = np.array([block.number for block in known], dtype=np.int64)
    ends = [np.array([getattr(block, end) for block in known], dtype=np.uint64) for end in ("first", "last")]

    def holders(connection: Connection, asked: Hashes64) -> Postings:
        # Only blocks that may hold a key: of few keys they are few.
        met = numbers[np.searchsorted(asked, ends[1], "right") > np.searchsorted(asked, ends[0])].tolist()
        start, stop = np.searchsorted(new[0], [asked[0], asked[-1] + np.uint64(1)])
        fresh = [(new[0][start:stop], new[1][start:stop])]
        return _held(asked, chain(fresh, _read(connection, met)))

    with ExitStack() as stack:
        threads = [stack.enter_context(ThreadPoolExecutor(1)) for _ in readers]
        reading: deque[Future[Postings]] = deque()
        for asked, (reader, thread) in zip(
            _ranges(known, keys), cycle(zip(readers, threads, strict=True)), strict=False
        ):
            reading.append(thread.submit(holders, reader, asked))
            if len(reading) > len(readers):
                yield reading.popleft().result()
        while reading:
            yield reading.popleft().result()


def keys_of(connection: Connection, units: NDArray[np.bool_]) -> Iterator[Pairs]:
    """Yield the pairs of the units that are marked, by their numbers; reads everything."""
    for _, _, keys, held in _contents(connection, [block.number for block in blocks(connection)]):
        inside = units[held]
        if inside.any():
            yield keys[inside], held[inside]


def append(connection: Connection, keys: Hashes64, units: NDArray[np.int32]) -> None:
    """Store pairs, sorted by key, as a new segment."""
    if len(keys):
        last = connection.execute(select(schema.postings.c.segment).order_by(schema.postings.c.segment.desc())).first()
        _write(connection, last.segment + 1 if last else 0, keys, units)


def merge(connection: Connection, alive: NDArray[np.bool_]) -> bool:
    """Merge the last segments where they are alike in size, without the units that are no more; tell whether it did."""
    known = blocks(connection)
    sizes: dict[int, int] = {}
    for block in known:
        sizes[block.segment] = sizes.get(block.segment, 0) + block.pairs
    order = sorted(sizes)
    first, total = len(order) - 1, sizes[order[-1]] if order else 0
    while first > 0 and sizes[order[first - 1]] <= _STEPS * total:
        first -= 1
        total += sizes[order[first]]
    if first >= len(order) - 1:
        return False
    merged = order[first:]
    target = order[-1] + 1
    for keys, units in _merged(connection, [block for block in known if block.segment in merged]):
        kept = alive[units]
        _write(connection, target, keys[kept], units[kept])
    connection.execute(delete(schema.postings).where(schema.postings.c.segment.in_(merged)))
    return True


def _merged(connection: Connection, known: Sequence[Block]) -> Iterator[Pairs]:
    """Yield all pairs of some segments, in order, some at a time."""
    bounds = np.sort(np.array([block.first for block in known], dtype=np.int64))
    per_range = max(_AT_ONCE // _BLOCK, 1)
    edges = [*np.unique(bounds[::per_range]).tolist(), 1 << 62]
    for low, high in pairwise(edges):
        met = [block.number for block in known if block.first < high and block.last >= low]
        parts = [
            (keys[start:stop], units[start:stop])
            for keys, units in _read(connection, met)
            for start, stop in [np.searchsorted(keys, np.array([low, high], dtype=np.uint64))]
        ]
        keys, units = (np.concatenate(column) for column in zip(*parts, strict=True))
        order = np.argsort(keys, kind="stable")
        yield keys[order], units[order]


def _ranges(known: Sequence[Block], keys: Hashes64) -> Iterator[Hashes64]:
    """Yield the keys in ranges, each of so few that what is read for it fits into memory."""
    if not len(keys):
        return
    total = sum(block.pairs for block in known)
    count = max(1, min(len(keys), -(-total // _AT_ONCE)))
    yield from np.array_split(keys, count)


def _held(asked: Hashes64, parts: Iterable[Pairs]) -> Postings:
    places, units = [], []
    for keys, held in parts:
        found, rows = _matching(asked, keys)
        places.append(found)
        units.append(held[rows])
    return Postings(asked, *_placed(np.concatenate(places), np.concatenate(units), len(asked)))


@compiled
def _placed(
    where: NDArray[np.int32], who: NDArray[np.int32], count: int
) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Return where the units of each of `count` keys end, and all units by key, given which key each holds."""
    ends, out = np.zeros(count + 1, np.int64), np.empty(len(who), np.int32)
    for key in where:
        ends[key + 1] += 1
    for key in range(count):
        ends[key + 1] += ends[key]
    # Where a key's units begin moves to where they end as they are put there.
    for row in range(len(where)):
        out[ends[where[row]]] = who[row]
        ends[where[row]] += 1
    return ends[:count].copy(), out


@compiled
def _matching(asked: Hashes64, keys: Hashes64) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Return which of sorted `asked` stand among sorted `keys`, and where: both once for each of their places."""
    found, rows = np.empty(len(keys), np.int32), np.empty(len(keys), np.int64)
    if not len(keys) or not len(asked):
        return found[:0], rows[:0]
    at = np.searchsorted(asked, keys[0])
    count = 0
    for place in range(len(keys)):
        while at < len(asked) and asked[at] < keys[place]:
            at += 1
        if at == len(asked):
            break
        if asked[at] == keys[place]:
            found[count], rows[count] = at, place
            count += 1
    return found[:count], rows[:count]


def _read(connection: Connection, numbers: Sequence[int]) -> Iterator[Pairs]:
    """Yield the pairs of some blocks, a block at a time."""
    for _, _, keys, units in _contents(connection, numbers):
        yield keys, units


def _contents(connection: Connection, numbers: Sequence[int]) -> Iterator[tuple[int, int, Hashes64, NDArray[np.int32]]]:
    table = schema.postings
    wanted = select(table.c.segment, table.c.first, table.c["keys"], table.c.units)
    for chunk in chunks(numbers):
        # Segments are written one after the other, each by key: sorting anything but ids would copy all of it.
        query = wanted.where(table.c.id.in_(chunk)).order_by(table.c.id)
        for segment, first, keys, units in connection.execute(query):
            yield segment, first, np.frombuffer(keys, "<u8"), np.frombuffer(units, "<i4")


def _write(connection: Connection, segment: int, keys: Hashes64, units: NDArray[np.int32]) -> None:
    rows = [
        {
            "segment": segment,
            "first": int(part[0]),
            "last": int(part[-1]),
            "pairs": len(part),
            "keys": part.astype("<u8").tobytes(),
            "units": units[start : start + _BLOCK].astype("<i4").tobytes(),
        }
        for start in range(0, len(keys), _BLOCK)
        for part in [keys[start : start + _BLOCK]]
    ]
    many.insert(connection, schema.postings, rows)
