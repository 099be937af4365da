"""What of the archive is kept, and for how long. No Scrapy."""

import os
import shutil
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlsplit

from fastwarc.warc import WarcRecord, WarcRecordType

from crawler.addresses import key
from crawler.archive import recover, sync_folder
from crawler.archived import OPEN, joined_by, records, target_of
from dedup import GemaError

_GB = 10**9
_COMPLETE = ("*.warc.gz", "*.warc")
_REWRITING = ".rewriting"
_COPY_BYTES = 2**20

_Span = tuple[int, int]


class StillWritten(GemaError):
    """A crawl is writing to the archive, which has to be left alone until it is through."""


def free_gb(folder: Path) -> float:
    """Return how many GB (10^9 bytes) are free for `folder`, which need not be there yet."""
    there = next(each for each in (folder, *folder.absolute().parents) if each.exists())
    return shutil.disk_usage(there).free / _GB


def prune(folder: Path, keep_days: int, most_gb: float, now: datetime) -> list[Path]:
    """Delete files last written to more than `keep_days` before `now`, then the oldest while all are over `most_gb`.

    0 means no limit. GB are 10^9 bytes. Files being written count, but stay. Returns what was deleted, oldest first.
    """
    complete = _stats(_complete(folder))
    total = sum(each.st_size for each in (*complete.values(), *_stats(_open(folder)).values()))
    limit = (now - timedelta(days=keep_days)).timestamp() if keep_days else float("-inf")
    deleted = []
    for path in sorted(complete, key=lambda path: (complete[path].st_mtime, path.name)):
        if complete[path].st_mtime >= limit and not (most_gb and total > most_gb * _GB):
            break
        path.unlink(missing_ok=True)
        total -= complete[path].st_size
        deleted.append(path)
    return deleted


def forget(folder: Path, addresses: Collection[str]) -> int:
    """Remove all records about `addresses`, in any of their spellings, from the archive; return how many those were.

    A record goes when its address is one of them, or when it refers to a record that goes. All other records stay
    byte for byte. A file is replaced in one step, so it needs room for its copy. Raises StillWritten, before
    anything is changed, while a crawl writes; OSError where a file cannot be read or replaced.
    """
    if not folder.is_dir():
        return 0
    recover(folder)
    if writing := _open(folder):
        raise StillWritten(f"{writing[0]} is being written; wait until the crawl is through, then forget again")
    for leftover in folder.glob(f".*{_REWRITING}"):
        leftover.unlink()
    unwanted = _Unwanted(addresses)
    found = _spans(folder, unwanted)
    for path, spans in found.items():
        _rewrite(path, spans)
    return sum(map(len, found.values()))


class _Unwanted:
    """Addresses to forget, and the ids of the records found to be about them."""

    def __init__(self, addresses: Collection[str]) -> None:
        self.ids: set[str] = set()
        self._keys = set(map(key, addresses))
        self._endings = set(map(_ending, addresses))
        self._is_address = lru_cache(maxsize=1000)(self._compare)

    def takes(self, record: WarcRecord) -> bool:
        """Tell whether a record has to go; remember its id then."""
        about = self._is_address(target_of(record)) or bool(self.ids.intersection(_references(record)))
        if about or (record.record_type == WarcRecordType.metadata and self._joins(record)):
            self.ids.add((record.record_id or "").strip("<>"))
            return True
        return False

    def _joins(self, record: WarcRecord) -> bool:
        joined = joined_by(record)
        return joined is not None and any(part in self.ids or self._is_address(url) for url, part in joined.parts)

    def _compare(self, url: str) -> bool:
        # Spelling an address takes a while; most of an archive is of other sites.
        return bool(url) and _ending(url) in self._endings and key(url) in self._keys


def _spans(folder: Path, unwanted: _Unwanted) -> dict[Path, list[_Span]]:
    """Return from where to where each record to be removed reaches, by file."""
    while True:
        known = len(unwanted.ids)
        found = {path: spans for path in _complete(folder) if (spans := _spans_in(path, unwanted))}
        # A record may refer to one that comes after it, or stands in another file.
        if len(unwanted.ids) == known:
            return found


def _spans_in(path: Path, unwanted: _Unwanted) -> list[_Span]:
    starts, taken = [], []
    for record in records(path, WarcRecordType.any_type):
        starts.append(record.stream_pos)
        taken.append(unwanted.takes(record))
    ends = [*starts[1:], path.stat().st_size]
    return [span for span, gone in zip(zip(starts, ends, strict=True), taken, strict=True) if gone]


def _rewrite(path: Path, spans: Sequence[_Span]) -> None:
    """Replace a file by its copy without `spans`, in one step."""
    copy = path.with_name(f".{path.name}{_REWRITING}")
    try:
        with path.open("rb") as old, copy.open("wb") as new:
            for start, end in _rest(spans, path.stat().st_size):
                _copy(old, new, start, end)
            new.flush()
            os.fsync(new.fileno())
        # When it was written decides how long it is kept.
        shutil.copystat(path, copy)
        copy.replace(path)
    finally:
        copy.unlink(missing_ok=True)
    sync_folder(path.parent)


def _rest(spans: Sequence[_Span], size: int) -> Iterator[_Span]:
    starts = [0, *(end for _, end in spans)]
    return zip(starts, [*(start for start, _ in spans), size], strict=True)


def _copy(old: BinaryIO, new: BinaryIO, start: int, end: int) -> None:
    old.seek(start)
    while start < end:
        chunk = old.read(min(_COPY_BYTES, end - start))
        if not chunk:
            raise OSError(f"{old.name} became shorter while it was read")
        new.write(chunk)
        start += len(chunk)


def _references(record: WarcRecord) -> list[str]:
    """Return the ids of the records that a record belongs to."""
    names = ("WARC-Concurrent-To", "WARC-Refers-To")
    return [value.strip("<>") for name in names for value in record.headers.get_multiple(name)]


def _ending(url: str) -> str:
    """Return the last two labels of an address's host, which all its spellings share."""
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return ""
    return ".".join(host.rstrip(".").split(".")[-2:])


def _complete(folder: Path) -> list[Path]:
    return sorted(chain.from_iterable(map(folder.glob, _COMPLETE)))


def _open(folder: Path) -> list[Path]:
    return sorted(folder.glob(f"*{OPEN}"))


def _stats(paths: Collection[Path]) -> dict[Path, os.stat_result]:
    """Return size and time of each file that is still there: another crawl may prune the same folder."""
    found = {}
    for path in paths:
        with suppress(FileNotFoundError):
            found[path] = path.stat()
    return found
