"""Our own pages: all of the furniture gone, none of the prose lost, every field right."""

import tomllib
from collections.abc import Iterable
from pathlib import Path

import pytest
from _pytest.mark import ParameterSet

from crawler.extraction import read
from crawler.page import Rejection
from dedup import Article
from tests.quality.golden.pages import Golden, clutter, golden_pages
from tests.quality.golden.ugly import Ugly, ugly_pages

FOLDER = Path(__file__).parent


def params(pages: Iterable[Golden | Ugly], test: str) -> list[ParameterSet]:
    """Return the pages, those that `known.toml` lists for a test as failing: one that no longer fails fails it."""
    known = tomllib.loads((FOLDER / "known.toml").read_text(encoding="utf-8"))
    reasons = {name: entry["reason"] for entry in known.get(test, []) for name in entry["pages"]}
    marks = {name: [pytest.mark.xfail(strict=True, reason=reason)] for name, reason in reasons.items()}
    return [pytest.param(each, id=each.name, marks=marks.get(each.name, [])) for each in pages]


def article(golden: Golden) -> Article:
    found = read([golden.page])
    assert isinstance(found, Article), found
    return found


@pytest.mark.parametrize("golden", params(golden_pages(), "text"))
def test_the_text_is_the_article_and_nothing_else(golden: Golden) -> None:
    assert article(golden).text.split("\n") == list(golden.text.paragraphs)


@pytest.mark.parametrize("golden", params(golden_pages(), "fields"))
def test_the_fields_are_right(golden: Golden) -> None:
    found = article(golden)
    assert {name: getattr(found, name) for name in golden.fields} == golden.fields


def test_there_are_sixty_pages_and_all_clutter_stands_on_some() -> None:
    pages = golden_pages()
    assert len({golden.name for golden in pages}) == len(pages) >= 60
    assert {piece.html for golden in pages for piece in golden.clutter} == {piece.html for piece in clutter()}


@pytest.mark.parametrize("ugly", params(ugly_pages(), "ugly"))
def test_ugly_pages_are_read_or_rejected_for_what_they_are(ugly: Ugly) -> None:
    found = read([ugly.page])
    if ugly.reasons:
        assert isinstance(found, Rejection)
        assert found.reason in ugly.reasons
        return
    assert isinstance(found, Article), found
    assert found.text.split("\n") == list(ugly.lines)
    assert (found.marks, found.language) == (ugly.marks, ugly.language)
