"""What the words before a written moment say of it: that the page was changed then, and came out before."""

import re

# The evidence of a time of publication that is that of an update: its page was out by then.
UPDATED = "updated"

_BEFORE = re.compile(r"\D*")
# They begin what is written, or stand behind a mark: "Warta - Diperbarui 20 Jun 2025". "Edited by" begins a name.
_CHANGED = re.compile(
    r"(?:^|[^\w\s])\s*(?:(?:last|terakhir|derni[eè]re|laatst|zuletzt|[uú]ltim[oa])\b\s*)?"
    r"(?:updated?|modified|changed|edited(?!\s+by\b)|diperbarui|diperbaharui|di-?update|terakhir|aktualisiert|zuletzt"
    r"|mise?\s+[aà]\s+jour|kemas\s*kini|dikemas|actualizado|aggiornato|bijgewerkt)\b",
    re.IGNORECASE,
)


def says_updated(written: str) -> bool:
    """Tell whether the words before the first digit say that what is dated there is an update."""
    before = _BEFORE.match(written)
    return before is not None and _CHANGED.search(before[0]) is not None
