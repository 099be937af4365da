"""What every answer says about itself, and whom a request has to name. Pure."""

from collections.abc import Mapping

from dedup.serving.pages import FORM_POLICY

# Nothing but our own files, in no frame, for no other page, and no word to anybody about what is read.
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": f"{FORM_POLICY}; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    # Kept, but asked for again each time: the corpus may have changed.
    "Cache-Control": "private, no-cache",
}

_HERE = frozenset({"127.0.0.1", "localhost"})


def named_here(host: str) -> bool:
    """Tell whether a Host header names this computer: a page from elsewhere may have its own name lead here.

    Any port will do, since an SSH tunnel has another one at its end.
    """
    name, _, port = host.partition(":")
    return name.lower() in _HERE and (not port or (port.isascii() and port.isdigit()))
