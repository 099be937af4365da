"""How common words are: counted in families, mixed with general frequencies, and followed from the next rebuild on."""

import json
import random
from collections.abc import Callable
from dataclasses import replace
from math import log

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup import Article, Corpus, background, counting, cutting, terms
from dedup.arrays import WordCounts
from dedup.corpus import vocabularies
from dedup.corpus.results import snapshot
from dedup.errors import GemaError, RecipeError
from dedup.explain import explain
from dedup.finding import find
from dedup.records import Recipe
from dedup.report import scales, terminal
from dedup.retelling import retell
from dedup.updating import rebuild, update
from tests.dedup.conftest import NOW
from tests.dedup.outlets import press_articles, run

RECIPE = Recipe()
WORDS = [
    f"{a}{b}{c}" for a in ("sa", "bi", "ku", "mo", "te") for b in ("lan", "rup", "dis", "gat") for c in ("ka", "nu")
]


def texts(*held: str, count: int = 12) -> list[Article]:
    """Return articles of other sites and other words; `held` stand in the first so many of them, as `word:5` says."""
    chance = random.Random(3)
    wanted = dict(each.split(":") for each in held)
    made = []
    for place in range(count):
        own = [f"{chance.choice(WORDS)}{chance.choice(WORDS)}" for _ in range(60)]
        own += [word for word, times in wanted.items() if place < int(times)]
        url = f"https://situs-{place:02}.example/1"
        made.append(Article(url=url, text=" ".join(own), site=f"situs-{place:02}.example", language="id", id=url))
    return made


def copies(of: Article, count: int) -> list[Article]:
    return [
        replace(of, id=f"{of.id}-{place}", url=f"https://salin-{place}.example/1", site=f"salin-{place}.example")
        for place in range(count)
    ]


def learned(corpus: Corpus) -> dict[str, WordCounts]:
    return counting.learn(corpus, (), NOW)[1]


counts = st.integers(5, 3_000).flatmap(
    lambda texts: st.tuples(st.just(texts), st.one_of(st.integers(5, texts), st.just(min(20, texts))))
)


@settings(deadline=None)
@given(st.sampled_from(["yang", "banjir", "jakarta", "sumberwangi"]), counts)
def test_a_weight_lies_between_what_is_general_and_what_was_counted(word: str, held: tuple[int, int]) -> None:
    of, times = held
    general = background.weight(word, "id", RECIPE)
    mixed = background.weight(word, "id", RECIPE, WordCounts(of, {word: times}))
    assert min(general, -log(times / of)) - 1e-9 <= mixed <= general
    if times == RECIPE.story_background_prior:
        assert mixed == pytest.approx(min(general, (general - log(times / of)) / 2))


@settings(deadline=None)
@given(counts)
def test_a_word_of_more_texts_weighs_less_and_the_more_are_counted_the_more_they_count(held: tuple[int, int]) -> None:
    of, times = held

    def weight(word: str, of: int, times: int) -> float:
        return background.weight(word, "id", RECIPE, WordCounts(of, {word: times}))

    for word in ("sumberwangi", "banjir", "yang"):
        assert weight(word, of + 1, times + 1) <= weight(word, of + 1, times)
    counted = -log(times / of)
    assert abs(weight("sumberwangi", of * 10, times * 10) - counted) <= abs(weight("sumberwangi", of, times) - counted)


def test_what_a_tenth_of_all_texts_holds_says_little_and_what_few_hold_says_what_it_did() -> None:
    many = WordCounts(3_000, {"tambahnya": 300})
    assert background.weight("tambahnya", "id", RECIPE) > 12
    assert background.weight("tambahnya", "id", RECIPE, many) < 3
    for word in ("sumberwangi", "yang", "banjir"):
        assert background.weight(word, "id", RECIPE, many) == background.weight(word, "id", RECIPE)


def test_weights_of_texts_are_those_of_words() -> None:
    counted = WordCounts(500, {"tambahnya": 90, "banjir": 40, "strasse": 7})
    scale = terms.scale("id", RECIPE, counted)
    words = cutting.by_words(["Banjir tambahnya STRAẞE sumberwangi yang"])
    found = terms.terms(words, cutting.by_words([""]), words.flags >= 0, ["id"], {"id": scale}, RECIPE)
    said = dict(zip(found.hashes.tolist(), found.said.tolist(), strict=True))
    for word in ("banjir", "tambahnya", "strasse", "sumberwangi", "yang"):
        assert said[cutting.word_hash(word)] == pytest.approx(background.weight(word, "id", RECIPE, counted))


def test_copies_count_once(corpus: Corpus) -> None:
    found = texts("tambahnya:5", "pungkasnya:4")
    corpus.add([*found, *copies(found[0], 6)])
    update(corpus, now=NOW)
    assert learned(corpus)["id"] == WordCounts(12, {"tambahnya": 5})


def test_before_the_first_update_texts_count_once(corpus: Corpus) -> None:
    found = texts("tambahnya:5", "pungkasnya:4")
    corpus.add([*found, *copies(found[0], 6)])
    assert learned(corpus)["id"] == WordCounts(12, {"tambahnya": 5})


def test_only_words_of_five_families_are_kept(corpus: Corpus) -> None:
    corpus.add(texts("tambahnya:12", "pungkasnya:5", "lewotobi:4"))
    update(corpus, now=NOW)
    assert dict(learned(corpus)["id"].words) == {"tambahnya": 12, "pungkasnya": 5}
    (version,) = vocabularies.versions(corpus)
    assert (version.chosen, version.used) == (True, False)
    assert version.languages["id"].words == {"tambahnya": 12, "pungkasnya": 5}


def test_languages_are_counted_apart_and_can_be_chosen(corpus: Corpus) -> None:
    malay = [
        replace(each, id=f"{each.id}ms", url=f"{each.url}ms", language="ms", text=each.text[::-1])
        for each in texts("tambahnya:6")
    ]
    corpus.add([*texts("tambahnya:7"), *malay])
    update(corpus, now=NOW)
    assert {language: counted.texts for language, counted in learned(corpus).items()} == {"id": 12, "ms": 12}
    assert set(counting.learn(corpus, ["ms"], NOW)[1]) == {"ms"}
    with pytest.raises(GemaError, match="no word of en stands in 5 families"):
        counting.learn(corpus, ["en"], NOW)


def test_the_same_articles_give_the_same_version(new_corpus: Callable[[], Corpus]) -> None:
    found = press_articles()
    versions = set()
    for seed in range(3):
        corpus = new_corpus()
        some = random.Random(seed).sample(found, len(found))
        for start in range(0, len(some), 60):
            corpus.add(some[start : start + 60])
            update(corpus, now=NOW)
        versions.add(counting.learn(corpus, (), NOW)[0])
    assert len(versions) == 1


def test_an_update_waits_for_the_rebuild_and_never_changes_what_was_learned(corpus: Corpus) -> None:
    found = press_articles()
    corpus.add(found[:-9])
    update(corpus, now=NOW)
    before = snapshot(corpus)
    version, _ = counting.learn(corpus, (), NOW)
    corpus.add(found[-9:-5])
    with pytest.raises(RecipeError, match=f"another background of words than {version}"):
        update(corpus, now=NOW)
    # What only reads goes by what the results rest on.
    explain(corpus, found[0].id, found[1].id)
    find(corpus, found[0].text)
    retell(corpus, before.stories[0].id)
    rebuild(corpus, now=NOW)
    corpus.add(found[-5:])
    update(corpus, now=NOW)
    assert snapshot(corpus).recipe == Recipe(story_background=version)
    explain(corpus, found[0].id, found[-1].id)
    assert [each.name for each in vocabularies.versions(corpus)] == [version]
    # Counted again it is another, for there are more articles.
    assert counting.learn(corpus, (), NOW)[0] != version


def test_given_a_version_the_order_does_not_matter(new_corpus: Callable[[], Corpus]) -> None:
    found = press_articles()
    results = []
    for seed in (1, 2):
        corpus = new_corpus()
        vocabularies.choose(corpus, {"id": WordCounts(400, {"warga": 200, "desa": 90, "kapal": 40})}, NOW)
        some = random.Random(seed).sample(found, len(found))
        for start in range(0, len(some), 50):
            corpus.add(some[start : start + 50])
            update(corpus, now=NOW)
        now = snapshot(corpus)
        families = {family.id: family.members for family in now.families}
        results.append({tuple(sorted(m for f in story.families for m in families[f])) for story in now.stories})
    assert results[0] == results[1]


def test_what_was_learned_is_forgotten_again(corpus: Corpus) -> None:
    corpus.add(press_articles())
    update(corpus, now=NOW)
    before = snapshot(corpus)
    version, _ = counting.learn(corpus, (), NOW)
    rebuild(corpus, now=NOW)
    assert snapshot(corpus).matches == before.matches
    vocabularies.choose(corpus, {}, NOW)
    (kept,) = vocabularies.versions(corpus)
    assert (kept.name, kept.chosen, kept.used) == (version, False, True)
    with pytest.raises(RecipeError, match="than the prior alone"):
        update(corpus, now=NOW)
    rebuild(corpus, now=NOW)
    assert snapshot(corpus) == before
    assert vocabularies.versions(corpus) == []


def test_a_version_that_a_killed_rebuild_left_is_said_to_be_of_no_use(capsys: pytest.CaptureFixture[str]) -> None:
    left = vocabularies.Version("0123", NOW, {"id": WordCounts(12, {"banjir": 6})}, chosen=False, used=False)
    scales.versions([left], terminal.console())
    assert "learned 2026-11-22 01:00 UTC; of no use; `dedup rebuild` removes it\n" in capsys.readouterr().out


def test_a_version_that_is_not_there_is_refused_before_anything_is_undone(corpus: Corpus) -> None:
    corpus.add(press_articles()[:9])
    update(corpus, now=NOW)
    before = snapshot(corpus)
    with pytest.raises(RecipeError, match="no background 0123"):
        rebuild(corpus, Recipe(story_background="0123"), NOW)
    assert snapshot(corpus) == before


def test_learning_waits_for_an_update(corpus: Corpus, capsys: pytest.CaptureFixture[str]) -> None:
    with corpus.alone("updating"):
        left = run(capsys, corpus, "background", "learn")
    assert left.code == 0
    assert "updating" in left.err


def test_commands(corpus: Corpus, capsys: pytest.CaptureFixture[str]) -> None:
    corpus.add(texts("tambahnya:12", "banjir:6"))
    assert run(capsys, corpus, "background", "forget").out == "nothing was learned\n"
    assert "words weigh what they weigh in general" in run(capsys, corpus, "background", "show").out
    assert "banjir" in run(capsys, corpus, "background", "show", "BANJIR").out
    run(capsys, corpus, "update")
    left = run(capsys, corpus, "background", "learn")
    assert (left.code, left.err) == (0, "")
    assert "id 2 words of 12 texts\nfew texts in id" in left.out
    assert "dedup rebuild" in left.out
    left = run(capsys, corpus, "update")
    assert left.code == 4
    assert "`dedup rebuild`" in left.err
    assert "chosen; stories rest on it after `dedup rebuild`" in run(capsys, corpus, "background", "show").out
    run(capsys, corpus, "rebuild")
    shown = run(capsys, corpus, "background", "show").out
    assert "stories rest on it\n" in shown
    assert "tambahnya" in shown
    assert "already" in run(capsys, corpus, "background", "learn").out
    rows = [json.loads(line) for line in run(capsys, corpus, "background", "show", "--json").out.splitlines()]
    assert [row["word"] for row in rows] == ["tambahnya", "banjir"]
    (row,) = [
        json.loads(line) for line in run(capsys, corpus, "background", "show", "Banjir", "--json").out.splitlines()
    ]
    assert (row["word"], row["count"], row["texts"]) == ("banjir", 6, 12)
    assert row["before"] > row["after"]
    few = run(capsys, corpus, "background", "show", "sumberwangi", "--language", "en").out
    assert "few" in few
    assert "`dedup rebuild`" in run(capsys, corpus, "background", "forget").out
    run(capsys, corpus, "rebuild")
    assert run(capsys, corpus, "background", "show").out.startswith("words weigh what they weigh in general")
