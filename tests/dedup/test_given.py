"""What programs give: an article's site follows from its address, and a field that cannot be is named."""

import math
from collections.abc import Callable, Sequence
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from dedup import Article, Corpus, GemaError, Recipe, compare, find, find_copies, rebuild, update
from dedup.errors import OutOfRange
from dedup.given import given, recipe_of

WIRE = "The river Belan rose on Thursday night and flooded three villages below the dam, the mayor said."
NOON = datetime(2026, 3, 20, 12, tzinfo=UTC)
# In Jakarta the first year of all begins before it does in UTC, and in New York the last ends after it.
FIRST = datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=7)))
LAST = datetime(9999, 12, 31, 23, tzinfo=timezone(timedelta(hours=-5)))


def test_an_article_without_a_site_is_of_that_of_its_address(corpus: Corpus) -> None:
    wire, copy = Article("https://www.one.example/1", WIRE), Article("https://two.example/7", f"{WIRE} Boats came.")
    assert compare(wire, copy).relation == compare(given(wire), given(copy)).relation
    found = find_copies([wire, copy])
    assert sorted((each.host, each.site) for each in found.articles.values()) == [
        ("two.example", "two.example"),
        ("www.one.example", "one.example"),
    ]
    corpus.add([wire, copy])
    assert {each.site for each in corpus.articles()} == {"one.example", "two.example"}


@pytest.mark.parametrize(
    ("article", "host", "site"),
    [
        (Article("file:///texts/a.txt", "t"), "", ""),
        (Article("file:///texts/a.txt", "t", site="texts"), "", "texts"),
        (Article("1", "t"), "", ""),
        (Article("https://[/", "t"), "", ""),
        (Article("https://one.example/", "t", site="Mine"), "", "Mine"),
        (Article("https://one.example/", "t", host="news.two.example"), "news.two.example", "two.example"),
    ],
)
def test_what_is_said_of_a_site_stays(article: Article, host: str, site: str, corpus: Corpus) -> None:
    assert (given(article).host, given(article).site) == (host, site)
    corpus.add([article])
    assert corpus.article(article.id) == given(article)


@pytest.mark.parametrize("wrong", [None, "x"])
def test_what_is_no_article_is_refused_with_what_was_given(corpus: Corpus, wrong: Any) -> None:
    said = f"what is given is to be an Article, not a {type(wrong).__name__}: {wrong!r}"
    for call in (
        lambda: compare(Article("https://a.example/", WIRE), wrong),
        lambda: find_copies([wrong]),
        lambda: corpus.add([wrong]),
    ):
        with pytest.raises(GemaError) as refused:
            call()
        assert str(refused.value) == said


@pytest.mark.parametrize("wrong", [None, 7, "x", {"a": 1}, Article("https://a.example/", "Teks.")])
def test_what_holds_no_articles_is_refused_with_what_was_given(corpus: Corpus, wrong: Any) -> None:
    said = f"the articles are to be a list of Articles, or what yields them, not a {type(wrong).__name__}: "
    for call in (find_copies, corpus.add):
        for kind in (TypeError, GemaError):
            with pytest.raises(kind) as refused:
                call(wrong)
            assert str(refused.value).startswith(said)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"shingle_words": 0}, '"shingle_words" of the recipe is to be from 1 to 1,000, not 0'),
        ({"floor": 2}, '"floor" of the recipe is to be from 0 to 1, not 2'),
        ({"floor": -0.1}, '"floor" of the recipe is to be from 0 to 1, not -0.1'),
        ({"near_jaccard": math.nan}, '"near_jaccard" of the recipe is to be from 0 to 1, not nan'),
        ({"key_holders": 0}, '"key_holders" of the recipe is to be from 2 to 1,000,000, not 0'),
        ({"story_prior": math.inf}, '"story_prior" of the recipe is to be from 1 to 1,000,000, not inf'),
        ({"method": 3}, f'"method" of the recipe is to be {Recipe().method}, not 3'),
    ],
)
def test_a_number_that_no_recipe_has_is_named_with_what_is_accepted(
    corpus: Corpus, wrong: dict[str, Any], said: str
) -> None:
    one, two = Article("https://a.example/", WIRE), Article("https://b.example/", WIRE)
    for call in calls_with(corpus, one, two, Recipe(**wrong)):
        for kind in (ValueError, GemaError):
            with pytest.raises(kind) as refused:
                call()
            assert str(refused.value) == said


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"permutations": 12.5}, '"permutations" of the recipe is to be a whole number, not a float: 12.5'),
        ({"floor": "0.1"}, "\"floor\" of the recipe is to be a number, not a str: '0.1'"),
        ({"min_words": True}, '"min_words" of the recipe is to be a whole number, not a bool: True'),
        ({"story_background": None}, '"story_background" of the recipe is to be a string, not a NoneType: None'),
    ],
)
def test_a_field_of_a_recipe_that_is_of_another_kind_is_named(wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(TypeError) as refused:
        find_copies([], Recipe(**wrong))
    assert str(refused.value) == said


def test_every_number_of_the_recipe_has_a_range_and_the_default_lies_within() -> None:
    assert recipe_of(Recipe()) == recipe_of(None) == Recipe()
    numbers = [field.name for field in fields(Recipe) if field.type is not str]
    assert len(numbers) > 70
    for name in numbers:
        for beyond in (-1, 2**40):
            wrong: dict[str, Any] = {name: beyond}
            with pytest.raises(OutOfRange, match=f'^"{name}" of the recipe'):
                recipe_of(Recipe(**wrong))


def calls_with(corpus: Corpus, one: Article, two: Article, recipe: Any) -> Sequence[Callable[[], object]]:
    return (
        lambda: compare(one, two, recipe),
        lambda: find_copies([one], recipe),
        lambda: find(corpus, WIRE, recipe=recipe),
        lambda: update(corpus, recipe),
        lambda: rebuild(corpus, recipe),
    )


def test_what_is_no_recipe_or_no_text_is_refused_with_what_was_given(corpus: Corpus) -> None:
    wrong: Any = "x"
    one, two = Article("https://a.example/", WIRE), Article("https://b.example/", WIRE)
    for call in calls_with(corpus, one, two, wrong):
        with pytest.raises(GemaError, match=r"^the recipe is to be a Recipe, not a str: 'x'$"):
            call()
    nothing: Any = None
    with pytest.raises(TypeError, match=r"^the text is to be a string, not a NoneType: None$"):
        find(corpus, nothing)


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("authors", "Budi", '"authors" of https://a.example/ is to be a tuple of strings, not a str'),
        ("tags", (1,), '"tags" of https://a.example/ is to be a tuple of strings: (1,)'),
        ("text", None, '"text" of https://a.example/ is to be a string, not a NoneType'),
        ("published", "2026-03-20", '"published" of https://a.example/ is to be a datetime or None, not a str'),
        ("fetched", NOON.replace(tzinfo=None), '"fetched" of https://a.example/ is a time without a zone'),
        ("id", 7, '"id" of https://a.example/ is to be a string, not a int'),
        ("text", "é \ud800", "\"text\" of https://a.example/ holds '\\ud800', which has no UTF-8"),
        ("tags", ("banjir", "\udfff"), "\"tags\" of https://a.example/ holds '\\udfff', which has no UTF-8"),
        ("url", "https://a.example/\ud800", "\"url\" of https://a.example/\\ud800 holds '\\ud800', which has no UTF-8"),
        ("published", FIRST, '"published" of https://a.example/ is a time outside of all years in UTC: 0001-01-01'),
        ("fetched", LAST, '"fetched" of https://a.example/ is a time outside of all years in UTC: 9999-12-31'),
    ],
)
def test_a_field_that_holds_what_it_cannot_is_named(corpus: Corpus, field: str, value: Any, said: str) -> None:
    wrong = replace(Article("https://a.example/", "t"), **{field: value})
    for ask in (lambda: corpus.add([wrong]), lambda: find_copies([wrong]), lambda: compare(wrong, Article("b", "t"))):
        with pytest.raises(GemaError) as refused:
            ask()
        assert str(refused.value).startswith(said)


def test_an_address_that_is_none_is_named() -> None:
    nothing: Any = None
    with pytest.raises(GemaError, match='"url" is to be a string'):
        Article(nothing, "t")


def test_the_first_and_the_last_year_are_times(corpus: Corpus) -> None:
    said = [Article(f"https://a.example/{year}", "t", published=datetime(year, 6, 1, tzinfo=UTC)) for year in (1, 9999)]
    assert corpus.add(said).new == 2


def test_an_article_is_searched_for_by_its_language_however_that_is_written(corpus: Corpus) -> None:
    corpus.add([Article("https://a.example/", WIRE, language="ID")])
    assert [article.language for article in corpus.articles()] == ["id"]


def test_lists_are_taken_for_tuples(corpus: Corpus) -> None:
    listed: Any = ["Budi", "Ani"]
    corpus.add([Article("https://a.example/", "t", authors=listed)])
    assert corpus.article("https://a.example/").authors == ("Budi", "Ani")
