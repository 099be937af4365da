"""Pages that were made lately, up to so many bytes: the longest unasked goes first."""

from collections import OrderedDict
from collections.abc import Hashable
from threading import Lock


class Kept:
    """Pages by what they were made of; safe to share between threads."""

    def __init__(self, most: int) -> None:
        self._most, self._size = most, 0
        self._pages: OrderedDict[Hashable, bytes] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable) -> bytes | None:
        """Return a page that was put, None where it is not here or no longer."""
        with self._lock:
            page = self._pages.get(key)
            if page is not None:
                self._pages.move_to_end(key)
            return page

    def put(self, key: Hashable, page: bytes) -> None:
        """Keep a page; others go where there is no room for it."""
        with self._lock:
            self._size += len(page) - len(self._pages.pop(key, b""))
            self._pages[key] = page
            while self._size > self._most:
                _, gone = self._pages.popitem(last=False)
                self._size -= len(gone)

    @property
    def size(self) -> int:
        """How many bytes are kept."""
        return self._size
