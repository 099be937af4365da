"""Nothing an article says may act on its reader: not in a terminal, not behind a link. Pure."""

import re

# Control characters move a terminal's cursor; the others turn the direction of the text that follows.
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]+")
# A browser drops NUL and turns a carriage return into a line end; half of a surrogate pair is no text.
_UNSHOWN = re.compile("[\x00\r\ud800-\udfff]")
_SAFE_ADDRESS = re.compile(r"(?:https?|file)://[^\s\x00-\x1f\x7f-\x9f\\]+", re.IGNORECASE)


def plain(text: str) -> str:
    """Return `text` on one line without characters that steer a terminal."""
    return _UNPRINTABLE.sub(" ", text).strip()


def safe_address(address: str) -> str:
    """Return `address` where a click on it can only open a page, else nothing."""
    return address if _SAFE_ADDRESS.fullmatch(address) else ""


def shown(text: str) -> str:
    """Return `text`, character for character, without those that a browser would change or a file cannot hold."""
    if text.isascii() and "\r" not in text and "\0" not in text:
        return text
    return _UNSHOWN.sub(lambda found: "\n" if found[0] == "\r" else "\ufffd", text)
