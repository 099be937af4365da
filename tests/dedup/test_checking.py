"""A corpus that is as it should be passes; each kind of fault is found and named."""

import random
from contextlib import suppress
from unittest.mock import patch

import numpy as np
import pytest
from sqlalchemy import Table, delete, func, select, update

from dedup import Article, Corpus, Recipe, search, tables
from dedup.checking import check
from dedup.corpus import edges, heads, schema, strands
from dedup.corpus.results import snapshot
from dedup.corpus.verdicts import judge
from dedup.errors import RecipeError, UnknownArticle
from dedup.updating import rebuild
from dedup.updating import update as group
from tests.dedup.conftest import NOW
from tests.newsroom.articles import articles
from tests.newsroom.texts import load
from tests.quality.generated.corpus import articles as articles_of


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


def test_a_family_that_moved_to_another_story_is_found(grouped: Corpus) -> None:
    table = tables.story_families
    with grouped.transaction() as connection:
        rows = connection.execute(select(table.c.family, table.c.story).order_by(table.c.family)).all()
        other = next(row.story for row in rows if row.story != rows[0].story)
        connection.execute(update(table).where(table.c.family == rows[0].family).values(story=other))
    assert any(rows[0].family in fault and "were not told together" in fault for fault in check(grouped))


def test_stories_that_were_made_one_are_found(grouped: Corpus) -> None:
    table = tables.story_families
    with grouped.transaction() as connection:
        one, other = list(connection.execute(select(table.c.story).distinct().order_by(table.c.story)).scalars())[:2]
        connection.execute(update(table).where(table.c.story == other).values(story=one))
        connection.execute(delete(tables.stories).where(tables.stories.c.id == other))
    assert any(f"are in the story {one}" in fault for fault in check(grouped))


def test_families_that_are_told_with_others_than_they_were_are_found(grouped: Corpus) -> None:
    table = tables.story_families
    with grouped.transaction() as connection:
        query = select(table.c.strand, table.c.story, func.count()).group_by(table.c.strand, table.c.story)
        several = connection.execute(query.having(func.count() > 1).order_by(table.c.strand)).first()
        assert several is not None
        last = connection.execute(select(table).where(table.c.strand == several.strand).order_by(table.c.rank.desc()))
        family = last.all()[0]
        new = {"id": "sendiri", "label": "", "terms": "[]"}
        connection.execute(tables.stories.insert().values(new))
        own = update(table).where(table.c.family == family.family).values(strand=family.rank, story="sendiri")
        connection.execute(own)
    assert any("are in other stories than they tell" in fault for fault in check(grouped))


def test_a_lost_match_is_found(grouped: Corpus) -> None:
    table = tables.matches
    with grouped.transaction() as connection:
        row = connection.execute(select(table).where(table.c.relation == "excerpt")).first()
        assert row is not None
        connection.execute(delete(table).where(table.c.a_id == row.a_id, table.c.b_id == row.b_id))
    assert any("is not there; `dedup rebuild` compares all anew" in fault for fault in check(grouped))


def test_a_match_that_nothing_makes_is_found(grouped: Corpus) -> None:
    table = tables.matches
    with grouped.transaction() as connection:
        pairs = {(row.a_id, row.b_id) for row in connection.execute(select(table))}
        numbers = sorted(connection.execute(select(tables.articles.c.id)).scalars())
        first = connection.execute(select(table)).first()
        assert first is not None
        free = next((a, b) for a in numbers for b in numbers if a < b and not {(a, b), (b, a)} & pairs)
        keys = dict(connection.execute(select(tables.articles.c.id, tables.articles.c.key)).all())
        a, b = sorted(free, key=lambda number: keys[number])
        connection.execute(table.insert().values({**first._mapping, "a_id": a, "b_id": b, "relation": "none"}))
    assert any("is not what comparing them gives" in fault for fault in check(grouped))


def test_a_match_of_another_relation_is_found(grouped: Corpus) -> None:
    with grouped.transaction() as connection:
        connection.execute(
            update(tables.matches).where(tables.matches.c.relation == "template").values(relation="none")
        )
    assert any("is not what comparing them gives" in fault for fault in check(grouped))


@pytest.mark.parametrize(
    ("table", "said"),
    [(tables.signatures, "has no signature"), (tables.own_texts, "tells is not kept")],
    ids=["signatures", "own texts"],
)
def test_what_was_never_taken_of_a_text_is_found(grouped: Corpus, table: Table, said: str) -> None:
    (column,) = table.primary_key.columns
    with grouped.transaction() as connection:
        connection.execute(delete(table).where(column % 2 == 0))
    assert sum(said in fault for fault in check(grouped)) == 5


def test_sizes_of_texts_that_are_others_are_found(grouped: Corpus) -> None:
    table = tables.unit_columns
    with grouped.transaction() as connection:
        sizes = np.frombuffer(connection.execute(select(table.c.sizes)).scalar_one(), "<i4")
        connection.execute(update(table).values(sizes=(sizes + (sizes > 0)).astype("<i4").tobytes()))
    assert any("what is own of the text of" in fault for fault in check(grouped))


@pytest.mark.parametrize("other", [{"label": "Judul lain"}, {"terms": '["lain"]'}], ids=["label", "terms"])
def test_a_story_that_is_called_otherwise_is_found(grouped: Corpus, other: dict[str, str]) -> None:
    with grouped.transaction() as connection:
        connection.execute(update(tables.stories).values(other))
    assert any("is not called what its articles tell" in fault for fault in check(grouped))


def test_a_family_that_stories_would_not_find_is_found(grouped: Corpus) -> None:
    with grouped.transaction() as connection:
        sign = connection.execute(select(schema.story_signs)).first()
        assert sign is not None
        one = (schema.story_signs.c.sign == sign.sign) & (schema.story_signs.c.rank == sign.rank)
        connection.execute(delete(schema.story_signs).where(one))
    (said,) = check(grouped)
    assert said.startswith("signs by which stories find families: 1 lacking")
    rebuild(grouped, now=NOW)
    assert check(grouped) == []


def test_a_weakest_tie_that_no_match_makes_is_found(grouped: Corpus) -> None:
    with grouped.transaction() as connection:
        connection.execute(update(tables.families).values(weakest=""))
    assert any("the weakest tie of the family" in fault for fault in check(grouped))


def test_what_went_and_came_again_before_the_update_is_signed(grouped: Corpus) -> None:
    article = next(grouped.articles())
    grouped.remove(article.id)
    grouped.add([article], NOW)
    group(grouped, now=NOW)
    assert check(grouped) == []


def test_an_index_that_lacks_articles_is_no_fault(grouped: Corpus) -> None:
    search(grouped, "banjir")
    with grouped.transaction() as connection:
        connection.execute(delete(tables.searchable).where(tables.searchable.c.article_id % 2 == 0))
    assert check(grouped) == []


@pytest.mark.parametrize("seed", range(3))
def test_nothing_is_wrong_with_what_updates_removals_and_verdicts_leave(corpus: Corpus, seed: int) -> None:
    found = list(articles_of(240, seed, window=240))
    randomness = random.Random(seed)
    randomness.shuffle(found)
    for number, part in enumerate((found[:100], found[100:180], found[180:])):
        corpus.add(part)
        group(corpus, now=NOW)
        for article in randomness.sample(found[:100], 5):
            with suppress(UnknownArticle):
                corpus.remove(article.id)
        with corpus.reading() as connection:
            one, other = connection.execute(select(tables.articles.c.key)).scalars().all()[:2]
        judge(corpus, one, other, bool(number % 2), NOW)
        assert check(corpus, seed=seed) == []
    group(corpus, now=NOW)
    assert check(corpus, seed=seed) == []
    rebuild(corpus, now=NOW)
    assert check(corpus, seed=seed + 1) == []


def test_a_family_whose_articles_went_is_no_fault_until_the_update(grouped: Corpus) -> None:
    alone = next(family for family in snapshot(grouped).families if len(family.members) == 1)
    grouped.remove(alone.members[0])
    assert check(grouped) == []
    group(grouped, now=NOW)
    assert check(grouped) == []


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
