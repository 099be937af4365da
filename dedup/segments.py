"""Text → normalised words with their places in the text, and which of them are quoted speech."""

import unicodedata
from collections.abc import Iterable

import regex

from dedup.arrays import Words

# Scripts written without spaces give one word a character, so that word shingles are character n-grams there.
_UNSPACED = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}"
# What is not seen and says where a line may break, which way it runs or how a letter is drawn, and tags: nothing inside
# a word. Joiners are none of it: they tell words apart in Persian and in scripts of India.
UNSEEN = (
    r"\u00ad\u034f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff"
    r"\U000e0001-\U000e007f\U000e0100-\U000e01ef"
)
_GOES_ON = rf"[[\p{{L}}\p{{M}}\p{{N}}{UNSEEN}]--[{_UNSPACED}]]*"
WORD = regex.compile(
    rf"[{_UNSPACED}][\p{{M}}{UNSEEN}]*|[^\P{{L}}{_UNSPACED}]{_GOES_ON}|\p{{N}}{_GOES_ON}",
    regex.VERSION1,
)
_UNSEEN = regex.compile(f"[{UNSEEN}]+")
_WORDY = rf"[\p{{L}}\p{{M}}\p{{N}}{_UNSPACED}{UNSEEN}]"


def _marked(mark: str) -> str:
    """Return the pattern of speech between marks that open and close alike."""
    # Behind a number it says inches, or seconds.
    closed = rf"(?<!\d){mark}(?:(?!{mark})[^\n])*+{mark}"
    runs_on = rf"(?<!{_WORDY}){mark}(?![ \n])(?:(?!{mark})[^\n])*+(?=\n[\n ]*{mark})"
    return f"{closed}|{runs_on}"


# What a text without a title is called by: so many of its first words, in so many characters at most, and what follows
# where there is more; these stand in so much of its beginning.
_BEGINS_WITH, _HEADLINE, _MORE = 14, 160, " …"
BEGINNING = 1_000

# A quotation ends with its paragraph at the latest; speech that runs on opens again in the next one. Marks that are
# apostrophes, inches or open and close alike have to be closed, or opened again.
_QUOTATION = regex.compile(
    r"“[^”\n]*(?:”|$)|„[^“”\n]*(?:[“”]|$)|«[^»\n]*(?:»|$)|「[^」\n]*」"
    rf"|(?<!{_WORDY})‘(?![ \n])(?:[^‘’\n]|’(?={_WORDY}))*+(?:’|(?=\n[\n ]*‘))"
    + "".join(f"|{_marked(mark)}" for mark in ('"', "＂", "''")),
    regex.MULTILINE,
)


def words(text: str) -> Words:
    """Return the words of `text`: NFKC, casefolded, punctuation left out, digits kept."""
    found = list(WORD.finditer(text))
    quotations = [match.span() for match in _QUOTATION.finditer(text)]
    starts = tuple(match.start() for match in found)
    return Words(
        words=tuple(normal(match.group()) for match in found),
        starts=starts,
        ends=tuple(match.end() for match in found),
        quoted=_inside(starts, quotations),
    )


def normal(word: str) -> str:
    """Return a word as it is compared: NFKC, casefolded, without what is not seen."""
    return word.lower() if word.isascii() else _UNSEEN.sub("", unicodedata.normalize("NFKC", word).casefold())


def _inside(starts: tuple[int, ...], spans: list[tuple[int, int]]) -> tuple[bool, ...]:
    inside = []
    rest = iter(spans)
    span = next(rest, None)
    for start in starts:
        while span and span[1] <= start:
            span = next(rest, None)
        inside.append(bool(span and span[0] <= start))
    return tuple(inside)


def beginning(text: str) -> str:
    """Return the first words of a text in one line, to call it by where it has no title."""
    words = text[:BEGINNING].split(maxsplit=_BEGINS_WITH)
    line = " ".join(words[:_BEGINS_WITH])
    return shortened(line + _MORE if len(words) > _BEGINS_WITH else line)


def shortened(line: str) -> str:
    """Return a line of so many characters at most as headlines have."""
    return line if len(line) <= _HEADLINE else line[: _HEADLINE - len(_MORE)].rstrip() + _MORE


def united(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return stretches of a text, from and to which character, in order; those that meet as one."""
    found: list[tuple[int, int]] = []
    for start, stop in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = found[-1][0], max(stop, found[-1][1])
        else:
            found.append((start, stop))
    return found
