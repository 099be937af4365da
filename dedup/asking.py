"""What people type to find articles → what the full-text index is asked. Every input is a question. Pure."""

import re
from collections.abc import Iterable
from itertools import islice

from dedup.corpus.fulltext import Asked, Phrases
from dedup.folding import folded

# A quotation may lack its end, a word be anything.
_PART = re.compile(
    r"""(?P<no>-?)(?:(?P<name>site|lang):(?P<value>[^\s"]+)|["“”„](?P<phrase>[^"“”„]*)["“”„]?|(?P<word>[^\s"“”„]+))""",
    re.IGNORECASE,
)
# More words than this are an article: what shares text with it, `dedup find` tells.
_MOST = 100


def asked(query: str) -> Asked:
    """Return what a query asks for: `word`, `"some words"`, `-without`, `site:one.example`, `lang:id`, `-site:…`.

    A word of several parts, such as COVID-19, asks for these one after another. Of phrases, and of the words of each,
    the first hundred count. Raises nothing.
    """
    # What no text can hold, and databases do not take.
    sayable = query.replace("\0", " ").encode("utf-8", "replace").decode()
    held: dict[tuple[str, bool], list[str]] = {}
    for part in _PART.finditer(sayable):
        said = part["value"] or part["phrase"] or part["word"] or ""
        held.setdefault(((part["name"] or "").lower(), bool(part["no"])), []).append(said)
    return Asked(
        phrases=_phrases(held.get(("", False), ())),
        without=_phrases(held.get(("", True), ())),
        sites=tuple(map(site_said, held.get(("site", False), ()))),
        other_sites=tuple(map(site_said, held.get(("site", True), ()))),
        languages=tuple(map(str.lower, held.get(("lang", False), ()))),
        other_languages=tuple(map(str.lower, held.get(("lang", True), ()))),
    )


def _phrases(said: Iterable[str]) -> Phrases:
    """Return what was said, each thing once, in folded words."""
    words = (tuple(folded(each).split()[:_MOST]) for each in said)
    return tuple(islice(dict.fromkeys(filter(None, words)), _MOST))


def site_said(value: str) -> str:
    """Return a site as it is stored, of an address too."""
    return re.sub(r"^(?:https?://)?(?:www\.)?|/.*$", "", value.lower())
