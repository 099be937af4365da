"""A corpus that is as it should be passes; each kind of fault is found and named."""

from unittest.mock import patch

import pytest
from sqlalchemy import delete, select, update

from dedup import Article, Corpus, Recipe, tables
from dedup.checking import check
from dedup.corpus import edges, heads, strands
from dedup.errors import RecipeError
from dedup.updating import update as group
from tests.dedup.conftest import NOW
from tests.newsroom.articles import articles
from tests.newsroom.texts import load


@pytest.fixture
def grouped(corpus: Corpus) -> Corpus:
    found = sorted(articles(load(), NOW), key=lambda article: article.id)
    for part in (found[:40], found[40:60]):
        corpus.add(part)
        group(corpus, now=NOW)
    corpus.remove(found[3].id)
    group(corpus, now=NOW)
    return corpus


def test_nothing_is_wrong_with_a_sound_corpus(corpus: Corpus, grouped: Corpus) -> None:
    assert check(grouped) == []


def test_nothing_is_wrong_before_the_first_update(corpus: Corpus) -> None:
    corpus.add([Article(url="http://a.test/", text="satu dua tiga")])
    assert check(corpus) == []


def test_stories_that_wait_to_be_told_are_no_fault(corpus: Corpus) -> None:
    corpus.add(sorted(articles(load(), NOW), key=lambda article: article.id)[:40])
    with patch("dedup.updating.tell_stories", side_effect=KeyboardInterrupt), pytest.raises(KeyboardInterrupt):
        group(corpus, now=NOW)
    assert check(corpus) == []
    group(corpus, now=NOW)
    with corpus.transaction() as connection:
        connection.execute(update(tables.story_families).values(story=None))
    assert any("is in no story" in fault for fault in check(corpus))


def test_a_changed_text_is_found(grouped: Corpus) -> None:
    with grouped.transaction() as connection:
        connection.execute(update(tables.texts).where(tables.texts.c.id == 5).values(text="bukan yang dulu"))
    found = check(grouped)
    assert any("a text is not the one it is kept as" in fault for fault in found)
    assert any("signature" in fault for fault in found)
    assert any("postings hold other keys" in fault for fault in found)


def test_lost_postings_are_found(grouped: Corpus) -> None:
    with grouped.transaction() as connection:
        first = connection.execute(select(tables.postings.c.id)).scalars().first()
        connection.execute(delete(tables.postings).where(tables.postings.c.id == first))
    assert any("postings hold other keys" in fault for fault in check(grouped))


def test_a_family_that_is_not_its_matches_is_found(grouped: Corpus) -> None:
    with grouped.transaction() as connection:
        rows = connection.execute(select(tables.family_members).order_by(tables.family_members.c.family)).all()
        other = next(row.family for row in rows if row.family != rows[0].family)
        where = tables.family_members.c.article_id == rows[0].article_id
        connection.execute(update(tables.family_members).where(where).values(family=other))
    assert any("is not what its matches make it" in fault for fault in check(grouped))


def test_edges_of_stories_that_nothing_tells_are_found(grouped: Corpus) -> None:
    with grouped.transaction() as connection:
        held = {day: edges.of_day(connection, day) for day in strands.days(connection)}
        found = {day: known[1:] for day, known in held.items() if known is not None and len(known) > 1}
        edges.save(connection, found)
    assert found
    faults = check(grouped)
    assert len(faults) == min(len(found), 6)
    assert "what may be one story of articles" in faults[0]


def test_weightiest_terms_that_nobody_says_are_found(grouped: Corpus) -> None:
    with grouped.transaction() as connection:
        day = strands.days(connection)[0]
        known = heads.of_day(connection, day)
        assert known is not None
        heads.save(connection, day, known._replace(parts=known.parts + 1))
    (fault,) = check(grouped)
    assert "what may be one story of articles" in fault


def test_an_article_that_its_address_does_not_lead_to_is_found(grouped: Corpus) -> None:
    with grouped.transaction() as connection:
        key = connection.execute(select(tables.articles.c.key)).scalars().first()
        where = tables.articles.c.key == key
        connection.execute(update(tables.articles).where(where).values(spelled=""))
    assert check(grouped) == [f"the article {key} is not found by other spellings of its address"]


def test_orphans_are_found(grouped: Corpus) -> None:
    with grouped.transaction() as connection:
        family = connection.execute(select(tables.families.c.id)).scalars().first()
        connection.execute(delete(tables.family_members).where(tables.family_members.c.family == family))
        connection.execute(delete(tables.units).where(tables.units.c.id == 7))
    found = check(grouped)
    assert any(f"the family {family} has no articles" in fault for fault in found)
    assert any("is in no family" in fault for fault in found)
    assert any("was never taken in" in fault for fault in found)


def test_many_faults_of_a_kind_are_counted(grouped: Corpus) -> None:
    with grouped.transaction() as connection:
        connection.execute(delete(tables.units))
    found = check(grouped)
    assert len(found) < 20
    assert any("more like the last" in fault for fault in found)


def test_another_recipe_is_refused(grouped: Corpus) -> None:
    with pytest.raises(RecipeError):
        check(grouped, Recipe(seed=7))
