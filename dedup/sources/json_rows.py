"""JSON: an object a line, or a whole file of them, in an array or one after the other."""

import codecs
import json
from collections.abc import Iterator
from typing import IO, Any

from dedup.sources.rows import MOST_BYTES, NOT_UTF8, BadRowError, Numbered

_NO_OBJECT = 'not a JSON object like {"url": …, "title": …, "text": …}'
_CHUNK_BYTES = 2**16
_SPACE = " \t\r\n"
# What stands further from the end and is no JSON is no beginning of JSON either.
_LONGEST_TOKEN = 20


def lines(stream: IO[bytes]) -> Iterator[Numbered]:
    """Yield the object of each line that is not empty. Raises what `stream` raises."""
    number = 0
    while line := stream.readline(MOST_BYTES + 1):
        number += 1
        if len(line) > MOST_BYTES:
            _skip_line(stream, line)
            yield number, BadRowError(f"longer than {MOST_BYTES:,} bytes: no article")
        elif line.strip():
            yield number, _object_of(line)


def _skip_line(stream: IO[bytes], line: bytes) -> None:
    while line and not line.endswith(b"\n"):
        line = stream.readline(MOST_BYTES)


def _object_of(line: bytes) -> dict[str, Any] | BadRowError:
    try:
        found = json.loads(line.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return BadRowError(NOT_UTF8)
    except (ValueError, RecursionError) as error:
        return BadRowError(f"not JSON: {error}")
    return found if isinstance(found, dict) else BadRowError(_NO_OBJECT)


def items(stream: IO[bytes]) -> Iterator[Numbered]:
    """Yield the objects of a JSON array, or those that follow one another in a file, as they are read.

    Raises BadRowError where the file is no JSON from somewhere on: what comes later can no more be told apart.
    """
    window = _Window(stream)
    inside = False
    number = 0
    while character := window.peek():
        if character == ("]" if inside else "["):
            inside = not inside
            window.step()
        elif character == ",":
            window.step()
        else:
            number += 1
            yield number, window.value()
    if inside:
        raise BadRowError("the array does not end: the file may be cut off")


class _Window:
    """The part of a JSON file that is being read, longer when a value needs it."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        # A byte that is no UTF-8 spoils its own value only.
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")("surrogateescape")
        self._text = ""
        self._at = 0
        self._ended = False

    def peek(self) -> str:
        """Return the next character that is no white space; "" at the end of the file."""
        while True:
            while self._at < len(self._text) and self._text[self._at] in _SPACE:
                self._at += 1
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._grow():
                return ""

    def step(self) -> None:
        """Go one character on."""
        self._at += 1

    def value(self) -> dict[str, Any] | BadRowError:
        """Return the next value and step over it; raises BadRowError where there is none."""
        decoder = json.JSONDecoder()
        while True:
            try:
                found, end = decoder.raw_decode(self._text, self._at)
            except json.JSONDecodeError as error:
                if not (self._may_be_unfinished(error) and self._grow()):
                    raise BadRowError(f"not JSON from here on: {error.msg}") from error
                continue
            except (ValueError, RecursionError) as error:
                raise BadRowError(f"not JSON from here on: {error}") from error
            # A number may go on in what was not read yet.
            if end < len(self._text) or isinstance(found, dict) or not self._grow():
                break
        written, self._at = self._text[self._at : end], end
        return _sound(found, written)

    def _may_be_unfinished(self, error: json.JSONDecodeError) -> bool:
        return error.msg.startswith("Unterminated string") or len(self._text) - error.pos < _LONGEST_TOKEN

    def _grow(self) -> bool:
        """Read on, by as much as is there already, so that a long value is not looked at too often."""
        if self._ended:
            return False
        self._text = self._text[self._at :]
        self._at = 0
        if len(self._text) > MOST_BYTES:
            raise BadRowError(f"not JSON from here on, or longer than {MOST_BYTES:,} characters")
        chunk = self._stream.read(max(_CHUNK_BYTES, len(self._text)))
        self._text += self._decoder.decode(chunk, final=not chunk)
        self._ended = not chunk
        return True


def _sound(found: Any, written: str) -> dict[str, Any] | BadRowError:
    if not isinstance(found, dict):
        return BadRowError(_NO_OBJECT)
    try:
        written.encode()
    except UnicodeEncodeError:
        return BadRowError(NOT_UTF8)
    return found
