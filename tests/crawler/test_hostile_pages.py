"""Hostile pages: extraction never raises, none outlives its limit, and the pages after it are read."""

import asyncio
import json
from collections.abc import Iterable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crawler.extraction import read
from crawler.page import Page, Rejection
from crawler.workers import Limits, Workers
from dedup import Article
from tests.crawler.hostile_pages import LINES, PROSE, SLOW, html, page
from tests.crawler.mutations import mutated
from tests.quality.golden.pages import golden_pages

MUTATED = 200


def answers(pages: Iterable[Page], limit_s: int) -> list[Article | Rejection]:
    """Read pages in two processes of their own."""

    async def scene() -> list[Article | Rejection]:
        workers = Workers(2, Limits(limit_s))
        try:
            return await asyncio.gather(*(workers.read([each]) for each in pages))
        finally:
            await workers.close()

    return asyncio.run(scene())


# --- nothing is lost in silence -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "inside",
    [
        "<div>" * 255 + PROSE + "</div>" * 255,
        "<div>" * 1_500 + PROSE + "</div>" * 1_500,
        "<table><tr><td>" * 90 + PROSE + "</td></tr></table>" * 90,
        f"<script>{'x' * 11_000_000}</script>{PROSE}",
        f"<!--{'x' * 11_000_000}-->{PROSE}",
        f"<p hidden>{'x ' * 5_500_000}</p>{PROSE}",
        PROSE + "<table>" * 400,
    ],
    ids=["255 levels", "1500 levels", "nested tables", "long script", "long comment", "long hidden text", "left open"],
)
def test_what_libraries_drop_in_silence_is_read(inside: str) -> None:
    found = read([page(html(f"<article>{inside}</article>"))])
    assert isinstance(found, Article), found
    assert " ".join(LINES) in " ".join(found.text.split())


def test_a_sentence_said_twice_stands_twice() -> None:
    refrain = (
        "“Kami akan menunggu di tepi sungai sampai jembatan itu selesai,” kata warga desa bersama-sama kepada wartawan."
    )
    said = [*LINES[:4], refrain, *LINES[4:8], refrain, *LINES[8:]]
    found = read([page(html("<article>" + "".join(f"<p>{line}</p>" for line in said) + "</article>"))])
    assert isinstance(found, Article)
    assert found.text.split("\n") == said


# --- what takes long ------------------------------------------------------------------------------------


def test_whatever_takes_too_long_or_too_much_costs_one_page() -> None:
    good = golden_pages()[0].page
    found = answers([*map(page, SLOW.values()), good, good], limit_s=10)
    assert all(isinstance(each, Article) for each in found[-2:])
    told = {name: getattr(each, "reason", "") for name, each in zip(SLOW, found, strict=False)}
    assert {name: reason for name, reason in told.items() if reason == "broken"} == {}


# --- any bytes, any markup, any statements --------------------------------------------------------------

_TAGS = ["p", "div", "a", "table", "td", "span", "article", "script", "style", "h1", "title", "li", "br", "time", "svg"]
_WORDS = st.sampled_from(
    [
        "Baca juga:",
        "TIRTARAYA, SUARALEMBAH.example -",
        "kata kepala desa",
        "12/12/2026 10.00 WIB",
        "Editor:",
        "(abc/def)",
        "|",
        "“",
        "&#0;",
    ]
)
_TEXTS = st.one_of(_WORDS, st.text(max_size=30))
_ATTRIBUTES = st.dictionaries(
    st.sampled_from(["class", "id", "href", "content", "name", "property", "itemprop", "datetime", "rel", "style"]),
    st.one_of(
        st.sampled_from(
            ["author", "published", "article:published_time", "http://[", "//", "display:none", "articleBody"]
        ),
        st.text(max_size=12),
    ),
    max_size=3,
)
_NAMES = """
@type @id @graph headline author name datePublished hasPart isAccessibleForFree wordCount articleBody url publisher
keywords image mainEntity liveBlogUpdate articleSection
"""
_JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=10)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(_NAMES.split()),
            st.one_of(inner, st.sampled_from(["NewsArticle", "Person", "2026-01-01", "False"])),
            max_size=5,
        ),
    ),
    max_leaves=12,
)


@st.composite
def _elements(draw: st.DrawFn) -> str:
    tag = draw(st.sampled_from(_TAGS))
    attributes = "".join(f' {name}="{value}"' for name, value in draw(_ATTRIBUTES).items())
    inside = draw(st.lists(st.one_of(_TEXTS, _elements()), max_size=3))
    return f"<{tag}{attributes}>{' '.join(inside)}" + draw(st.sampled_from([f"</{tag}>", f"</{tag}>", "", "</"]))


def check(content: bytes) -> None:
    found = read([page(content)])
    # An exception would stand in the detail.
    assert isinstance(found, Article) or found.reason != "broken" or found.detail == "the page could not be parsed", (
        found
    )


@settings(max_examples=80, deadline=None)
@given(st.binary(max_size=600))
def test_any_bytes_are_read(content: bytes) -> None:
    check(content)
    check(b"<html><p>" + content)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(_elements(), max_size=8))
def test_any_markup_is_read(elements: list[str]) -> None:
    check(html("".join(elements) + PROSE).encode("utf-8", "surrogatepass"))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(_JSON)
def test_any_statements_are_read(stated: object) -> None:
    script = f'<script type="application/ld+json">{json.dumps(stated)}</script>'
    check(html(script + PROSE).encode())


@pytest.mark.parametrize(
    "url", ["", "x", "http://", "http://[::1", "https://kabar.example:port/a", "https://k.example/" + "a/" * 5_000]
)
def test_any_address_is_borne(url: str) -> None:
    found = read([page(html(PROSE), url)])
    assert isinstance(found, Article | Rejection)


def test_mutated_pages_are_read_and_none_ends_its_process() -> None:
    found = answers(mutated(MUTATED), limit_s=20)
    assert len(found) == MUTATED
    assert [
        each for each in found if isinstance(each, Rejection) and each.reason in {"broken", "timeout", "memory"}
    ] == []
    assert any(isinstance(each, Article) for each in found)
