"""Files that say at their beginning that they are UTF-16 or UTF-32, as spreadsheets write them, read as UTF-8."""

import codecs
from io import BufferedReader, RawIOBase
from typing import IO, Any

from dedup.sources.rows import BadRowError

# The mark of UTF-16 is how one of UTF-32 begins.
_MARKS = (
    *((codecs.BOM_UTF32_LE, "UTF-32"), (codecs.BOM_UTF32_BE, "UTF-32")),
    *((codecs.BOM_UTF16_LE, "UTF-16"), (codecs.BOM_UTF16_BE, "UTF-16")),
)
_CHUNK_BYTES = 2**16


def as_utf8(stream: BufferedReader) -> IO[bytes]:
    """Return a file at its beginning as UTF-8 where a byte order mark names another encoding, else as it is.

    Reading it raises BadRowError where it is not in that encoding any more.
    """
    begin = stream.peek(4)
    name = next((name for mark, name in _MARKS if begin.startswith(mark)), "")
    return BufferedReader(_Recoded(stream, name)) if name else stream


class _Recoded(RawIOBase):
    """The bytes of a file in UTF-8; whoever opened the file closes it."""

    def __init__(self, stream: IO[bytes], name: str) -> None:
        super().__init__()
        self._stream = stream
        self._name = name
        # Half of a surrogate pair spoils its own row only, as UTF-8 that is none.
        self._decoder = codecs.getincrementaldecoder(name)("surrogatepass")
        self._ready = b""

    def readable(self) -> bool:
        """Tell that it can be read."""
        return True

    def readinto(self, into: Any) -> int:
        """Fill `into` and return with how many bytes; 0 at the end. Raises BadRowError as `as_utf8` says."""
        chunk = b"x"
        while chunk and not self._ready:
            chunk = self._stream.read(_CHUNK_BYTES)
            self._ready = self._recoded(chunk)
        given, self._ready = self._ready[: len(into)], self._ready[len(into) :]
        into[: len(given)] = given
        return len(given)

    def _recoded(self, chunk: bytes) -> bytes:
        try:
            return self._decoder.decode(chunk, final=not chunk).encode("utf-8", "surrogatepass")
        except UnicodeDecodeError as error:
            raise BadRowError(f"not {self._name} from here on, as the file begins: it may be cut off") from error
