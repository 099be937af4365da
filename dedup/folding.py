"""Text → its words as they are searched: small letters without accents, what is compatible written alike. Pure.

The full-text index is made of what this returns, and an article leaves it by the same words: whoever changes them here
also drops the index in a migration.
"""

import re
import unicodedata
from functools import lru_cache

from dedup.segments import WORD, normal

# What may hold a word: small letters and digits, and all beyond ASCII, punctuation too.
_CHUNK = re.compile("[0-9a-z\x80-\U0010ffff]+")
_SHORT = 40
# Accents of Latin, Greek and Cyrillic; vowel signs of Arabic and Hebrew, which most writers leave out.
_ACCENTS = re.compile("[\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0640\u064b-\u065f\u0670]+")


def folded(text: str) -> str:
    """Return the words of `text`, a space between them. Of scripts written without spaces each character is one."""
    chunks: list[str] = _CHUNK.findall(text.lower())
    return " ".join(filter(None, (chunk if chunk.isascii() else _written(chunk) for chunk in chunks)))


def _written(chunk: str) -> str:
    # Where no spaces are written a chunk is a paragraph, which nobody writes again.
    return _known(chunk) if len(chunk) <= _SHORT else _beyond(chunk)


def _beyond(chunk: str) -> str:
    words = " ".join(map(_bare, WORD.findall(chunk)))
    # "⑴" becomes "(1)".
    return " ".join(word for found in _CHUNK.findall(words) for word in WORD.findall(found))


# It takes forty times as long to fold a word as to remember it.
_known = lru_cache(maxsize=1 << 16)(_beyond)


def _bare(word: str) -> str:
    return unicodedata.normalize("NFC", _ACCENTS.sub("", unicodedata.normalize("NFD", normal(word))))
