"""Replays of archives that other programs wrote: as Common Crawl, wget and a recording proxy keep what they fetch."""

import asyncio
import gzip
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from crawler.replay import Known, Result, articles
from crawler.workers import Workers
from dedup import Article
from tests.crawler.test_bookmark import page, url

HTML = ("Content-Type", "text/html; charset=UTF-8")


class _Writer(WARCWriter):  # type: ignore[misc] # it has no types
    @staticmethod
    def _create_temp_file() -> BytesIO:
        # Its own is never closed.
        return BytesIO()


class Written:
    """A WARC file under way; each call adds a record as warcio makes it."""

    def __init__(self, path: Path, version: str = "1.0") -> None:
        self.path = path
        self._file = path.open("wb")
        self._writer = _Writer(self._file, gzip=path.suffix == ".gz", warc_version=version)

    def add(self, kind: str, address: str, body: bytes, *headers: tuple[str, str], **more: str) -> None:
        """Add a record of that kind; `more` are headers of the record, `_` for `-`."""
        head = StatusAndHeaders("200 OK", list(headers), protocol="HTTP/1.1") if kind != "metadata" else None
        if kind == "request":
            head = StatusAndHeaders("GET / HTTP/1.1", list(headers), is_http_request=True)
        named = {name.replace("_", "-"): value for name, value in more.items()}
        made = self._writer.create_warc_record(
            address, kind, payload=BytesIO(body), http_headers=head, warc_headers_dict=named
        )
        self._writer.write_record(made)

    def info(self, **fields: str) -> None:
        """Add the record that tells of the file."""
        self._writer.write_record(self._writer.create_warcinfo_record(self.path.name, fields))

    def revisit(self, address: str, of: str) -> None:
        """Add a record that says an answer was as that of another address."""
        head = StatusAndHeaders("200 OK", [HTML], protocol="HTTP/1.1")
        made = self._writer.create_revisit_record(address, "sha1:AAAA", of, "2026-03-05T01:00:00Z", http_headers=head)
        self._writer.write_record(made)

    def done(self) -> Path:
        """Close the file; return it."""
        self._file.close()
        return self.path


def common_crawl(path: Path) -> Path:
    """Write answers without requests: bodies decoded, their headers renamed, one cut at a limit, one a second time."""
    written = Written(path)
    written.info(software="Nutch", format="WARC File Format 1.0")
    was = (("X-Crawler-Content-Encoding", "gzip"), ("X-Crawler-Transfer-Encoding", "chunked"), ("Content-Length", "7"))
    for number in range(3):
        written.add("response", url(number), page(number), HTML, *was, WARC_Payload_Digest="sha1:BBBB")
    whole = page(3)
    written.add("response", url(3), whole[: whole.index(b"3 3 berkumpul")], HTML, WARC_Truncated="length")
    written.revisit(url(2), url(2))
    return written.done()


def wget(path: Path) -> Path:
    """Write addresses in angle brackets, look-ups of names, requests first, bodies as they came over the line."""
    written = Written(path, "1.1")
    written.info(software="Wget", robots="classic")
    written.add("metadata", "dns:a.example", b"20260305\na.example. 300 IN A 192.0.2.1\n", Content_Type="text/dns")
    for number in range(4):
        packed = gzip.compress(page(number))
        chunked = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (packed[:100], packed[100:])) + b"0\r\n\r\n"
        written.add("request", f"<{url(number)}>", b"", ("Host", "a.example"))
        headers = HTML, ("Content-Encoding", "gzip"), ("Transfer-Encoding", "chunked")
        written.add("response", f"<{url(number)}>", chunked, *headers)
    written.add("metadata", "metadata://gnu.org/software/wget/warc/MANIFEST.txt", b"<urn:uuid:1>\n")
    return written.done()


def proxy(path: Path) -> Path:
    """Write headers that deny what was done to the body, several of a name, and addresses as a browser has them."""
    written = Written(path)
    for number in range(4):
        address = f"{url(number)}?utm_source=surat#komentar".replace("https://a.", "HTTPS://A.")
        headers = ("content-type", "text/html"), ("content-encoding", "br"), ("set-cookie", "a=1"), ("set-cookie", "b")
        written.add("response", address, page(number), *headers, Content_Type="application/http")
    return written.done()


def read(*paths: Path) -> list[Result]:
    async def all_of_them() -> list[Result]:
        return [each async for some in articles(paths, Workers(0), lambda _: Known()) for each in some]

    return asyncio.run(all_of_them())


@pytest.mark.parametrize("write", [common_crawl, wget, proxy])
@pytest.mark.parametrize("name", ["other.warc.gz", "other.warc"])
def test_each_page_is_read_once_and_under_its_own_address(
    tmp_path: Path, write: Callable[[Path], Path], name: str
) -> None:
    found = read(write(tmp_path / name))
    assert [each.url for each in found if isinstance(each, Article)] == [url(number) for number in range(4)]
    assert all(f"nomor {number} 0 berkumpul" in str(each) for number, each in enumerate(found))


def test_an_article_that_was_cut_is_marked_unless_it_is_there_as_a_whole(tmp_path: Path) -> None:
    cut, whole = common_crawl(tmp_path / "cut.warc.gz"), wget(tmp_path / "whole.warc.gz")
    marks = [each.marks for each in read(cut) if isinstance(each, Article)]
    assert marks == [(), (), (), ("incomplete",)]
    for order in ((cut, whole), (whole, cut)):
        found = [each for each in read(*order) if isinstance(each, Article) and each.url == url(3)]
        assert [(each.marks, "nomor 3 3" in each.text) for each in found] == [((), True)]
