"""Texts in cells of CSV, so that no spreadsheet takes one for a formula, and back."""

import re

_FORMULA = r"'*[=+\-@\t\r\n＝＋－＠]"
_ARMED = re.compile(_FORMULA)
_DISARMED = re.compile(rf"'(?={_FORMULA})")


def disarmed(text: str) -> str:
    """Return a text, marked where a spreadsheet would take it, or what stands behind such marks, for a formula."""
    return f"'{text}" if _ARMED.match(text) else text


def armed(cell: str) -> str:
    """Return the text that `disarmed` made this cell of."""
    return cell[1:] if _DISARMED.match(cell) else cell
