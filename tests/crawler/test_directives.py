"""What pages forbid: only what is said to all or to us, in headers or in the page's head."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.directives import directives


def tags(value: str, name: str = "X-Robots-Tag") -> tuple[str, ...]:
    return directives([(name, value)], b"")


def page(head: str) -> tuple[str, ...]:
    return directives([], f"<html><head>{head}</head><body><p>Isi berita.</p></body></html>".encode())


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("noindex", ("noindex",)),
        ("NoIndex, NoArchive", ("noarchive", "noindex")),
        ("none", ("noarchive", "noindex")),
        ("gema: noarchive", ("noarchive",)),
        ("otherbot: noindex", ()),
        ("all", ()),
        ("max-snippet:-1, noarchive", ("noarchive",)),
        ("max-image-preview:large, noarchive", ("noarchive",)),
        ("noarchive, max-image-preview:large", ("noarchive",)),
        ("unavailable_after: 25 Jun 2030 15:00:00 GMT", ()),
        ("nofollow", ()),
    ],
)
def test_the_robots_header_counts_where_it_speaks_to_all_or_to_us(value: str, found: tuple[str, ...]) -> None:
    assert tags(value) == found


@pytest.mark.parametrize(
    ("head", "found"),
    [
        ('<meta name="robots" content="noindex, follow">', ("noindex",)),
        ("<META CONTENT='noarchive' NAME='ROBOTS'/>", ("noarchive",)),
        ("<meta name=gema content=none>", ("noarchive", "noindex")),
        ('<meta property="og:type" content="noindex"><meta name="googlebot" content="noindex">', ()),
        ('<meta name="description" content="noindex is a word">', ()),
        ('<meta name="tdm-reservation" content="1">', ("tdm-reservation",)),
        ('<meta name="tdm-reservation" content="0">', ()),
        ('<meta name="robots" content="index"><meta name="robots" content="noarchive">', ("noarchive",)),
        ('<meta name="robots">', ()),
    ],
)
def test_meta_tags_count_where_they_speak_to_all_or_to_us(head: str, found: tuple[str, ...]) -> None:
    assert page(head) == found


def test_the_reservation_of_mining_is_a_header_of_its_own() -> None:
    assert tags("1", "TDM-Reservation") == ("tdm-reservation",)
    assert tags("0", "tdm-reservation") == ()
    assert tags("1", "X-Else") == ()


def test_all_headers_and_the_page_count_together() -> None:
    headers = [("x-robots-tag", "otherbot: noindex"), ("X-Robots-Tag", "noarchive"), ("tdm-reservation", "1")]
    body = b'<meta name="robots" content="noindex">'
    assert directives(headers, body) == ("noarchive", "noindex", "tdm-reservation")


def test_nothing_far_down_a_page_counts() -> None:
    assert directives([], b"x" * 200_000 + b'<meta name="robots" content="noindex">') == ()


@given(st.lists(st.tuples(st.sampled_from(["X-Robots-Tag", "tdm-reservation", "Server"]), st.text())), st.binary())
def test_whatever_a_server_sends_the_words_are_ours(headers: list[tuple[str, str]], body: bytes) -> None:
    found = directives(headers, b"<meta name=robots content=" + body)
    assert set(found) <= {"noindex", "noarchive", "tdm-reservation"}
    assert list(found) == sorted(found)
