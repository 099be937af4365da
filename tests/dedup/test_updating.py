"""An update's result is a function of the set of articles: whatever their order, their batches, or what went again."""

import random
from collections.abc import Callable, Iterable
from dataclasses import replace

import pytest

from dedup import Article, Busy, Corpus, Recipe, find_copies
from dedup.corpus.results import part, snapshot
from dedup.errors import RecipeError
from dedup.explain import explain
from dedup.records import Match, Relation, Snapshot
from dedup.updating import rebuild, update
from tests.dedup.conftest import NOW
from tests.dedup.test_matching import prose, text
from tests.newsroom.articles import articles
from tests.newsroom.texts import Press

Result = tuple[set[frozenset[str]], set[frozenset[str]], dict[tuple[str, str], Match]]


def result(corpus: Corpus) -> Result:
    """Return what an update decides, without the ids, which are history."""
    now: Snapshot = snapshot(corpus)
    members = {family.id: family.members for family in now.families}
    stories = {frozenset(m for family in story.families for m in members[family]) for story in now.stories}
    return {frozenset(held) for held in members.values()}, stories, {(m.a, m.b): m for m in now.matches}


def grouped(corpus: Corpus, *batches: Iterable[Article]) -> Result:
    for batch in batches:
        corpus.add(batch)
        update(corpus, now=NOW)
    return result(corpus)


@pytest.fixture(scope="module")
def press_articles() -> list[Article]:
    from tests.newsroom.texts import load

    return list(articles(load(), NOW))


def footed(count: int, site: str = "portal.test") -> list[Article]:
    """Return briefs of one site over one long footer, each of its own words."""
    footer = " ".join(f"kaki{place}" for place in range(80))
    return [
        Article(
            url=f"http://{site}/{number}",
            text=" ".join(f"isi{site[:3]}{number}x{place}" for place in range(60)) + "\n" + footer,
            title=f"Brief {number}",
            site=site,
            language="id",
        )
        for number in range(count)
    ]


def test_families_and_stories_of_the_press_are_its_truth(
    corpus: Corpus, press: Press, press_articles: list[Article]
) -> None:
    truth = press.truth()
    families, stories, _ = grouped(corpus, press_articles)
    assert families == set(truth.families)
    assert stories == set(truth.stories)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_batches_in_any_order_with_removals_equal_one_rebuild(
    new_corpus: Callable[[], Corpus], press_articles: list[Article], seed: int
) -> None:
    randomness = random.Random(seed)
    carried = [replace(press_articles[5], url=f"http://antar-nusa.test/lagi/{n}", id=f"carried{n}") for n in range(10)]
    wanted = [*press_articles, *footed(12), *carried]
    randomness.shuffle(wanted)
    extra = [
        replace(article, url=f"http://sementara.test/{n}", id=f"extra{n}", site=randomness.choice(wanted).site)
        for n, article in enumerate(randomness.sample(wanted, 12))
    ]
    whole = grouped(new_corpus(), wanted)
    pieces = new_corpus()
    batches = [wanted[start::5] for start in range(5)]
    batches[1] += extra
    grouped(pieces, *batches)
    for article in extra:
        pieces.remove(article.id)
    assert grouped(pieces, []) == whole


def test_a_footer_learned_late_parts_what_it_had_joined(new_corpus: Callable[[], Corpus]) -> None:
    briefs = footed(12)
    late = new_corpus()
    _, _, matches = grouped(late, briefs[:2])
    assert matches
    families, _, matches = grouped(late, briefs[2:])
    assert all(len(family) == 1 for family in families)
    assert matches == {}
    assert (families, matches) == grouped(new_corpus(), briefs)[::2]


def test_a_key_of_many_holders_gives_the_same_in_any_order(new_corpus: Callable[[], Corpus]) -> None:
    recipe = Recipe(key_holders=2, key_copies=1)
    wire = " ".join(f"kawat{place}" for place in range(90))
    versions = [
        Article(
            url=f"http://situs{number}.test/kawat",
            text=f"{wire}\n" + " ".join(f"tambahan{number}x{place}" for place in range(40)),
            title=f"Versi {number}",
            site=f"situs{number}.test",
            language="id",
        )
        for number in range(14)
    ]
    whole, pieces = new_corpus(), new_corpus()
    whole.add(versions)
    update(whole, recipe, NOW)
    for number in (9, 3, 12, 0, 7, 1, 13, 5, 2, 11, 4, 8, 10, 6):
        pieces.add([versions[number]])
        update(pieces, recipe, NOW)
    assert result(pieces) == result(whole)
    assert {len(family) for family in result(whole)[0]} == {14}
    eldest = min(versions, key=lambda version: version.id)
    pieces.remove(eldest.id)
    update(pieces, recipe, NOW)
    rest = new_corpus()
    rest.add(version for version in versions if version is not eldest)
    update(rest, recipe, NOW)
    assert result(pieces) == result(rest)


def test_an_update_without_changes_does_nothing(corpus: Corpus, press_articles: list[Article]) -> None:
    grouped(corpus, press_articles)
    before = snapshot(corpus)
    done = update(corpus, now=NOW.replace(year=2030))
    assert (done.signed, done.sketched, done.verified) == (0, 0, 0)
    assert done.articles == len(press_articles)
    assert snapshot(corpus) == before


def test_a_part_is_what_the_whole_holds_of_some_families(corpus: Corpus, press_articles: list[Article]) -> None:
    corpus.add(press_articles)
    update(corpus, now=NOW)
    whole = snapshot(corpus)
    asked = [family for family in whole.families if len(family.members) > 1][:3]
    some = part(corpus, [family.id for family in asked] + ["nobody"])
    members = {key for family in asked for key in family.members}
    assert list(some.families) == asked
    assert some.articles == {key: whole.articles[key] for key in sorted(members)}
    assert list(some.matches) == [match for match in whole.matches if {match.a, match.b} & members]
    names = {family.id for family in asked}
    held = [(story.id, tuple(name for name in story.families if name in names)) for story in whole.stories]
    assert [(story.id, story.families) for story in some.stories] == [each for each in held if each[1]]
    assert part(corpus, [family.id for family in whole.families]) == whole


def test_family_ids_last_while_families_grow(corpus: Corpus, press: Press, press_articles: list[Article]) -> None:
    copied = max(press.truth().families, key=len)
    held = sorted(article.id for article in press_articles if article.id in copied)
    grouped(corpus, [a for a in press_articles if a.id in held[:2]])
    first = next(family.id for family in snapshot(corpus).families)
    grouped(corpus, [a for a in press_articles if a.id not in held[:2]])
    homes = {member: family.id for family in snapshot(corpus).families for member in family.members}
    assert {homes[member] for member in held} == {first}


def test_equal_texts_of_eight_words_are_always_together(corpus: Corpus) -> None:
    texts = {"eight": "satu dua tiga empat lima enam tujuh delapan", "seven": "satu dua tiga empat lima enam tujuh"}
    wanted = [
        Article(url=f"http://{site}.test/{name}", text=text, site=f"{site}.test", id=f"{site}-{name}")
        for site in ("satu", "dua")
        for name, text in texts.items()
    ]
    families, _, _ = grouped(corpus, [*wanted, Article(url="http://satu.test/kosong", text="", site="satu.test")])
    assert {"satu-eight", "dua-eight"} in families
    assert {"satu-seven"} in families


@pytest.mark.parametrize("text", ["", "ya", "Simak video berikut ini selengkapnya ya"])
def test_texts_too_short_to_join_are_grouped_alone(corpus: Corpus, text: str) -> None:
    twins = [Article(url=f"http://satu.test/{n}", text=text, site="satu.test", id=f"twin{n}") for n in range(2)]
    families, stories, _ = grouped(corpus, twins)
    assert families == stories == {frozenset({"twin0"}), frozenset({"twin1"})}


def test_a_second_update_of_one_corpus_is_refused_while_the_first_runs(
    corpus: Corpus, press_articles: list[Article]
) -> None:
    corpus.add(press_articles[:3])
    refused: list[str] = []

    def try_another(stage: str, done: int, total: int) -> None:
        with pytest.raises(Busy) as busy:
            update(corpus, now=NOW)
        refused.append(str(busy.value))

    update(corpus, now=NOW, progress=try_another)
    assert refused
    assert all("updating" in words for words in refused)
    assert update(corpus, now=NOW).articles == 3


def test_an_article_that_changes_during_an_update_is_seen_by_the_next(
    corpus: Corpus, press_articles: list[Article]
) -> None:
    corpus.add(press_articles[:3])
    changed = replace(press_articles[0], title="Judul Baru")

    def change(stage: str, done: int, total: int) -> None:
        corpus.add([changed])

    update(corpus, now=NOW, progress=change)
    assert update(corpus, now=NOW).sketched == 1


def test_another_recipe_is_refused(corpus: Corpus, press_articles: list[Article]) -> None:
    grouped(corpus, press_articles[:5])
    corpus.add(press_articles[5:6])
    with pytest.raises(RecipeError, match="rebuild"):
        update(corpus, Recipe(story_cut=0.3), NOW)


def test_a_rebuild_gives_the_same_under_the_same_ids(corpus: Corpus, press_articles: list[Article]) -> None:
    half = len(press_articles) // 2
    grouped(corpus, press_articles[half:], press_articles[:half])
    before = snapshot(corpus)
    rebuild(corpus, now=NOW)
    assert snapshot(corpus) == before
    rebuild(corpus, Recipe(story_cut=0.3), NOW)
    assert snapshot(corpus).recipe == Recipe(story_cut=0.3)


def test_explaining_two_copies_shows_their_match(corpus: Corpus, press: Press, press_articles: list[Article]) -> None:
    grouped(corpus, press_articles)
    copy = next(text for text in press.texts.values() if text.relation == "near")
    assert copy.copy_of
    told = explain(corpus, copy.id, copy.copy_of)
    assert told.match.relation is Relation.NEAR
    assert told.family
    assert told.path
    assert told.match.passages


def test_explaining_two_tellings_of_one_story_names_what_they_share(
    corpus: Corpus, press: Press, press_articles: list[Article]
) -> None:
    grouped(corpus, press_articles)
    rewrites = [
        sorted(story)
        for story in press.truth().stories
        if len(story) == 2 and all(press.texts[name].copy_of is None for name in story)
    ]
    pairs = [(a, b) for a, b in rewrites if frozenset({a, b}) not in press.truth().relations]
    told = explain(corpus, *pairs[0])
    assert told.match.relation is Relation.SAME_STORY
    assert told.family is None
    assert told.story
    assert len(told.shared_terms) >= 5
    assert told.cosine > Recipe().story_cut


@pytest.mark.parametrize("ids", ["am", "ma"])
def test_one_article_sixty_times_on_a_site_is_one_family_whatever_came_first(
    new_corpus: Callable[[], Corpus], ids: str
) -> None:
    # More than are looked at when a site's texts look for one another.
    block = prose(0, 120)

    def page(kind: str, number: int, *parts: list[str]) -> Article:
        name = f"{kind}{number:02}"
        return Article(f"http://satu.test/{name}", text(*parts), id=name, site="satu.test")

    edited = [page(ids[0], number, block, prose(100 + number, 4)) for number in range(60)]
    around = [page(ids[1], number, block, prose(200 + number, 400)) for number in range(2)]
    others = [page("z", number, prose(300 + number, 60)) for number in range(120)]
    family = tuple(sorted(each.id for each in (*edited, *around)))
    for batches in ([[*edited, *around, *others]], [around, edited, others], [edited, around, others]):
        corpus = new_corpus()
        for batch in batches:
            corpus.add(batch, NOW)
            update(corpus, now=NOW)
        assert [found.members for found in snapshot(corpus).families if len(found.members) > 1] == [family]
        rebuild(corpus, now=NOW)
        assert [found.members for found in snapshot(corpus).families if len(found.members) > 1] == [family]
    in_memory = find_copies([*around, *edited, *others])
    assert [found.members for found in in_memory.families if len(found.members) > 1] == [family]
