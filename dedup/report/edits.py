"""Two wordings of one passage: which words of each the other does not have in their place. Pure."""

import re
from collections.abc import Sequence
from functools import lru_cache

# As matching takes words: without case and what stands around them, which is shown with them all the same.
_WORD, _INSIDE = re.compile(r"\S+"), re.compile(r"[^\W_]+")
# A passage bridges gaps of so many words at most; so far ahead the two wordings meet again.
_AHEAD = 12
# So many words alike in a row are no chance.
_ALIKE = 2

Spans = tuple[tuple[int, int], ...]


def edits(one: str, other: str) -> tuple[Spans, Spans]:
    """Return where in each of two wordings stands what the other says otherwise or not at all."""
    a, b = one.split(), other.split()
    if a == b:
        return (), ()
    here, there = list(_WORD.finditer(one)), list(_WORD.finditer(other))
    found: tuple[list[tuple[int, int]], list[tuple[int, int]]] = ([], [])
    i = j = 0
    while i < len(a) or j < len(b):
        if i < len(a) and j < len(b) and _alike(a[i], b[j]):
            i, j = i + 1, j + 1
            continue
        after, behind = _meeting(a, b, i, j)
        if after > i:
            found[0].append((here[i].start(), here[after - 1].end()))
        if behind > j:
            found[1].append((there[j].start(), there[behind - 1].end()))
        i, j = after, behind
    return tuple(found[0]), tuple(found[1])


def _meeting(a: Sequence[str], b: Sequence[str], i: int, j: int) -> tuple[int, int]:
    """Return the nearest places at which both go on alike; their ends where they do so nowhere near."""
    for far in range(1, 2 * _AHEAD + 1):
        for skipped in range(max(0, far - _AHEAD), min(far, _AHEAD) + 1):
            p, q = i + skipped, j + far - skipped
            ahead, beyond = a[p : p + _ALIKE], b[q : q + _ALIKE]
            if p < len(a) and len(ahead) == len(beyond) and all(map(_alike, ahead, beyond)):
                return p, q
    return len(a), len(b)


def _alike(word: str, other: str) -> bool:
    return word == other or _inside(word) == _inside(other)


@lru_cache(maxsize=100_000)
def _inside(word: str) -> tuple[str, ...]:
    return tuple(_INSIDE.findall(word.casefold()))
