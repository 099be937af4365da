"""What others hand to dedup by name, so that it needs nothing of theirs: entry points such as `gema.clean`."""

from collections.abc import Callable
from importlib.metadata import entry_points
from typing import Any


def handed(group: str) -> list[Callable[..., Any]]:
    """Return the functions that installed packages hand over under the name of this group.

    One whose own packages are not installed is left out: `dedup/requirements.txt` has nothing for the crawler.
    """
    found = []
    for entry in entry_points(group=group):
        try:
            found.append(entry.load())
        except ModuleNotFoundError:
            continue
    return found
