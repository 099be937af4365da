"""Pages → the same pages as a bad line, a bad script or a bad mind would send them. A number in, the same page out."""

import gzip
import json
import random
import re
from collections.abc import Callable, Iterator
from functools import cache

from crawler.page import Page
from tests.quality.golden.pages import golden_pages
from tests.shared import SHARED

_TAG = re.compile(rb"</?[a-zA-Z][^<>]{0,200}>")
_MOST = 3_000_000


@cache
def originals() -> tuple[Page, ...]:
    """Return real pages where they are here (GEMA_SHARED), and our own."""
    own = tuple(golden.page for golden in golden_pages())
    folder = SHARED / "data" / "aeb"
    if not folder.is_dir():
        return own
    truth = json.loads((folder / "ground-truth.json").read_text(encoding="utf-8"))
    real = (
        Page(known["url"], gzip.decompress((folder / "html" / f"{key}.html.gz").read_bytes()), "text/html")
        for key, known in truth.items()
    )
    return (*real, *own)


def mutated(count: int, seed: int = 0) -> Iterator[Page]:
    """Yield so many pages, each with one to three things done to it; the same for the same seed."""
    pages = originals()
    for number in range(count):
        draw = random.Random(f"{seed}-{number}")
        page = draw.choice(pages)
        body = page.body
        for do in draw.sample(_MUTATIONS, draw.randint(1, 3)):
            body = do(body, draw)[:_MOST]
        yield Page(page.url, body, page.content_type, page.fetched_at)


def _cut(body: bytes, draw: random.Random) -> bytes:
    return body[: draw.randrange(len(body) + 1)]


def _cut_out(body: bytes, draw: random.Random) -> bytes:
    start, end = _span(body, draw)
    return body[:start] + body[end:]


def _duplicated(body: bytes, draw: random.Random) -> bytes:
    start, end = _span(body, draw)
    return body[:end] + body[start:end] * draw.randint(1, 20) + body[end:]


def _flipped(body: bytes, draw: random.Random) -> bytes:
    changed = bytearray(body)
    for _ in range(draw.randint(1, 400) if body else 0):
        changed[draw.randrange(len(changed))] ^= 1 << draw.randrange(8)
    return bytes(changed)


def _nested(body: bytes, draw: random.Random) -> bytes:
    start, end = _span(body, draw)
    tag = draw.choice([b"div", b"span", b"table", b"b", b"blockquote", b"ul", b"a", b"p"])
    times = draw.choice([3, 30, 300, 3_000])
    return body[:start] + b"<%s>" % tag * times + body[start:end] + b"</%s>" % tag * times + body[end:]


def _swapped_tags(body: bytes, draw: random.Random) -> bytes:
    found = list(_TAG.finditer(body))
    if len(found) < 2:
        return body
    one, other = sorted(draw.sample(found, 2), key=re.Match.start)
    return b"".join((body[: one.start()], other[0], body[one.end() : other.start()], one[0], body[other.end() :]))


def _without_closing_tags(body: bytes, draw: random.Random) -> bytes:
    return _TAG.sub(lambda tag: b"" if tag[0].startswith(b"</") and draw.random() < 0.3 else tag[0], body)


def _with_noise(body: bytes, draw: random.Random) -> bytes:
    at = draw.randrange(len(body) + 1)
    return body[:at] + draw.randbytes(draw.choice([1, 100, 10_000])) + body[at:]


def _recoded(body: bytes, draw: random.Random) -> bytes:
    return body.decode("utf-8", "replace").encode(
        draw.choice(["utf-16", "utf-7", "cp1252", "gbk", "utf-32"]), "replace"
    )


def _mixed_up(body: bytes, draw: random.Random) -> bytes:
    """Take half of another page behind half of this one."""
    other = draw.choice(originals()).body
    return body[: draw.randrange(len(body) + 1)] + other[draw.randrange(len(other)) :]


def _span(body: bytes, draw: random.Random) -> tuple[int, int]:
    start = draw.randrange(len(body) + 1)
    return start, min(len(body), start + draw.choice([10, 1_000, 20_000]))


_MUTATIONS: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    _cut,
    _cut_out,
    _duplicated,
    _flipped,
    _nested,
    _swapped_tags,
    _without_closing_tags,
    _with_noise,
    _recoded,
    _mixed_up,
)
