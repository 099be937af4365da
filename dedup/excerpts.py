"""Where the words that were asked for stand in a text, and the piece of it that shows most of them. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence

from dedup.corpus.fulltext import Phrases
from dedup.folding import folded
from dedup.segments import WORD, united

Span = tuple[int, int]

# An excerpt is so long, and begins so far before the first word that was asked for.
_CHARACTERS, _BEFORE = 240, 60
# What stands further behind is not looked for: no article is so long, and an excerpt is soon made.
_LONGEST = 200_000


def excerpt(text: str, phrases: Phrases) -> str:
    """Return the piece of a text, on one line, that holds most of these phrases, the earliest of such; else its start.

    An ellipsis stands where it was cut out.
    """
    line = " ".join(text[:_LONGEST].split())
    start = _border(line, max(0, _best(list(_found(line, phrases))) - _BEFORE))
    stop = start + _CHARACTERS
    if stop < len(line):
        # Where nothing parts words, as in Chinese, anywhere.
        space = line.rfind(" ", start + _CHARACTERS // 2, stop + 1)
        stop = space if space > 0 else stop
    return f"{'… ' if start else ''}{line[start:stop]}{' …' if stop < len(line) else ''}"


def places(text: str, phrases: Phrases) -> list[Span]:
    """Return where in a text these phrases stand, from and to which character, those that overlap as one."""
    return united((start, stop) for start, stop, _ in _found(text, phrases))


def _found(text: str, phrases: Phrases) -> Iterator[tuple[int, int, int]]:
    """Yield where each phrase stands, and its number."""
    begins: Mapping[str, list[int]] = defaultdict(list)
    for number, phrase in enumerate(phrases):
        begins[phrase[0]].append(number)
    words = [(word, *match.span()) for match in WORD.finditer(text) for word in folded(match.group()).split()]
    for place, (word, start, _) in enumerate(words):
        for number in begins.get(word, ()):
            phrase = phrases[number]
            held = words[place : place + len(phrase)]
            if [said for said, _, _ in held] == list(phrase):
                yield start, held[-1][2], number


def _best(found: Sequence[tuple[int, int, int]]) -> int:
    """Return where the piece begins that holds most different phrases."""
    best, most, last = 0, 0, 0
    held: Counter[int] = Counter()
    for start, _, number in found:
        held[number] += 1
        while found[last][0] < start - _CHARACTERS + _BEFORE * 2:
            held[found[last][2]] -= 1
            last += 1
        count = sum(each > 0 for each in held.values())
        if count > most:
            best, most = found[last][0], count
    return best


def _border(line: str, place: int) -> int:
    """Return where the first word at or after a place begins, unless none does for long."""
    if not place:
        return 0
    space = line.find(" ", place - 1, place + _BEFORE)
    return space + 1 if space >= 0 else place
