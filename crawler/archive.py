"""Raw exchanges, at rest: standard WARC 1.1, as received, so that everything can be extracted again.

One gzip member a record, so that a file cut off by a crash is whole up to its last member. A file being
written ends in `.open` and is renamed when it is complete. `crawler.archived` reads it back.
"""

import os
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from fcntl import LOCK_EX, LOCK_NB, flock
from io import FileIO
from pathlib import Path
from typing import Any, BinaryIO

from crawler.archived import MISSING, OPEN, PART, record_id
from crawler.exchange import Answered, Exchange, Kept, info, members, metadata

_READ_BYTES = 2**20


class Archive:
    """A folder of WARC files, and the one that is being written."""

    def __init__(self, folder: Path, name: str, most_bytes: int, most_age: timedelta | None = None) -> None:
        """Prepare to write `name`-001.warc.gz and so on into `folder`.

        A file is complete at about `most_bytes`, or when what comes is `most_age` younger than its first record.
        """
        folder.mkdir(parents=True, exist_ok=True)
        recover(folder)
        self._folder = folder
        self._name = name
        self._most_bytes = most_bytes
        self._most_age = most_age
        self._serial = 0
        self._growing: _Growing | None = None
        self._lost: OSError | None = None

    @contextmanager
    def batch(self) -> Iterator["Archive"]:
        """Yield this archive; what was written meanwhile is on disk when the context closes. Raises OSError."""
        self._lost = None
        yield self
        if self._growing is not None:
            with self._given_up_at_failure():
                self._growing.sync()
        if self._lost is not None:
            raise self._lost

    def write(self, exchange: Exchange) -> Kept:
        """Write an exchange; return where its answer stands.

        Raises OSError where it cannot be written: then nothing of it stands in the archive, and what stood there
        before still does.
        """
        answer = Answered.to(exchange)
        name = self._append(members(exchange, answer), exchange.at)
        return Kept(f"{name}#{answer.id}", answer.at, answer.digest)

    def write_parts(
        self, first: str, parts: Sequence[tuple[str, str]], missing: str = "", at: datetime | None = None
    ) -> None:
        """Write down which pages an article was joined from, so that they can be joined again.

        `first` is the place of the page that led to the article, `parts` are the address and place of each page of
        it, in order, that page too. `missing` is the address of a further part that could not be had. Raises OSError.
        """
        named = {record_id(place): url for url, place in parts}
        fields = [(PART, f"<{record_id(place)}> {url}") for url, place in parts]
        fields += [(MISSING, missing)] if missing else []
        target = named.get(record_id(first)) or parts[0][0]
        now = at or datetime.now(UTC)
        self._append([metadata(target, now, {"WARC-Refers-To": f"<{record_id(first)}>"}, fields)], now)

    def close(self) -> None:
        """Complete the file being written; the next exchange begins another. Raises OSError."""
        growing, self._growing = self._growing, None
        if growing is None:
            return
        try:
            growing.complete()
            sync_folder(self._folder)
        except OSError as error:
            self._lost = error
            raise

    def _append(self, parts: Iterable[bytes], at: datetime) -> str:
        """Add members, all of them or none, to a file; return its name once it is complete."""
        if self._growing is not None and self._most_age and at - self._growing.begun >= self._most_age:
            self.close()
        if self._growing is None:
            self._growing = self._begin(at)
        growing = self._growing
        with self._given_up_at_failure():
            growing.append(b"".join(parts))
        if growing.size >= self._most_bytes:
            self.close()
        return growing.complete_path.name

    @contextmanager
    def _given_up_at_failure(self) -> Iterator[None]:
        """Complete the file being written when an error comes: another may have room, or stand on a sound disk."""
        try:
            yield
        except OSError:
            with suppress(OSError):
                self.close()
            raise

    def _begin(self, at: datetime) -> "_Growing":
        while True:
            self._serial += 1
            path = self._folder / f"{self._name}-{self._serial:03d}.warc.gz{OPEN}"
            growing = None if path.with_suffix("").exists() else _Growing.begin(path, at)
            if growing is not None:
                break
        try:
            growing.append(info(growing.complete_path.name))
            sync_folder(self._folder)
        except OSError:
            growing.discard()
            raise
        return growing


class _Growing:
    """A file being written. It holds whole members only, whatever fails; `size` is how many bytes they have."""

    def __init__(self, file: FileIO, path: Path, begun: datetime) -> None:
        self.begun = begun
        self.size = 0
        self.complete_path = path.with_suffix("")
        self._file = file
        self._path = path
        self._on_disk = 0

    @classmethod
    def begin(cls, path: Path, at: datetime) -> "_Growing | None":
        """Return a new file; None where the name is taken."""
        try:
            file = path.open("xb", buffering=0)
        except FileExistsError:
            return None
        # Tells `recover` in another process that this file is in use; it goes with this process. That other one may
        # have been quicker to lock it, and has completed it as empty then.
        if _lock(file) and _is_still(file, path):
            return cls(file, path, at)
        file.close()
        return None

    def append(self, data: bytes) -> None:
        """Write `data`, or nothing of it where that raises OSError."""
        left = memoryview(data)
        try:
            while left:
                left = left[self._file.write(left) :]
        except OSError:
            self._cut()
            raise
        self.size += len(data)

    def sync(self) -> None:
        """Return when all is on disk; raises OSError, and then what came since the last time is given up."""
        try:
            os.fsync(self._file.fileno())
        except OSError:
            self.size = self._on_disk
            self._cut()
            raise
        self._on_disk = self.size

    def complete(self) -> None:
        """Give the file its name and close it. Where that raises OSError, `recover` will do it some day."""
        try:
            self._cut()
            self.sync()
            self._path.rename(self.complete_path)
        finally:
            self._file.close()

    def discard(self) -> None:
        """Remove the file."""
        self._path.unlink(missing_ok=True)
        self._file.close()

    def _cut(self) -> None:
        self._file.truncate(self.size)
        self._file.seek(self.size)


def recover(folder: Path) -> list[Path]:
    """Complete the files that a process left open when it was killed; return those that are complete now.

    What follows the last whole gzip member is cut off, and a file without any removed. Files that another process
    still writes are left alone.
    """
    found = [_recovered(path) for path in sorted(folder.glob(f"*.warc.gz{OPEN}"))]
    sync_folder(folder)
    return [path for path in found if path is not None]


def _recovered(path: Path) -> Path | None:
    try:
        file = path.open("r+b")
    except FileNotFoundError:
        return None
    with file:
        if not _lock(file) or not _is_still(file, path):
            return None
        whole = _whole_bytes(file)
        if not whole:
            path.unlink()
            return None
        file.truncate(whole)
        os.fsync(file.fileno())
        return path.rename(path.with_suffix(""))


def _lock(file: BinaryIO | FileIO) -> bool:
    try:
        flock(file, LOCK_EX | LOCK_NB)
    except OSError:
        return False
    return True


def _is_still(file: BinaryIO | FileIO, path: Path) -> bool:
    """Tell whether `path` still leads to this open file."""
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except FileNotFoundError:
        return False


def _whole_bytes(file: BinaryIO) -> int:
    """Return how many bytes from the start of `file` are whole gzip members."""
    whole = read = 0
    member: Any = zlib.decompressobj(wbits=31)
    while chunk := file.read(_READ_BYTES):
        read += len(chunk)
        while chunk:
            try:
                member.decompress(chunk)
            except zlib.error:
                return whole
            if not member.eof:
                break
            chunk = member.unused_data
            whole = read - len(chunk)
            member = zlib.decompressobj(wbits=31)
    return whole


def sync_folder(folder: Path) -> None:
    """Make new and renamed files of a folder last."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
