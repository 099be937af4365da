"""What becomes of families: a person's verdicts, and their history."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest
from sqlalchemy import insert, select

from dedup import Article, Corpus, tables
from dedup.checking import check
from dedup.corpus import verdicts
from dedup.corpus.results import snapshot
from dedup.errors import GemaError, Refused, UnknownArticle
from dedup.families import families
from dedup.records import Relation, Verdict
from dedup.updating import rebuild, update
from tests.dedup.conftest import NOW
from tests.dedup.test_families import tie
from tests.dedup.test_matching import prose, text

WIRE = [prose(part, 50) for part in range(4)]


def article(name: str, *parts: list[str]) -> Article:
    return Article(url=f"http://{name}.test/x", id=name, site=f"{name}.test", title=name, text=text(*parts))


def grouped(corpus: Corpus, *found: Article) -> set[tuple[str, ...]]:
    corpus.add(found, NOW)
    update(corpus, now=NOW)
    return {family.members for family in snapshot(corpus).families}


def history(corpus: Corpus) -> list[tuple[str, str, int, str]]:
    table = tables.history
    with corpus.reading() as connection:
        rows = connection.execute(
            select(table.c.family, table.c.what, table.c.members, table.c.other).order_by(table.c.id)
        )
        return [(family, what, members, other) for family, what, members, other in rows]


def test_what_is_said_to_belong_together_is_one_family_even_past_a_template() -> None:
    ties = [tie("a", "b", 0.9, Relation.TEMPLATE)]
    assert len(families("ab", ties)) == 2
    assert [family.members for family in families("ab", ties, [Verdict("a", "b", True)])] == [("a", "b")]


def test_what_is_said_to_be_apart_is_parted_at_the_weakest_tie() -> None:
    ties = [tie("a", "b", 0.9), tie("b", "c", 0.6)]
    found = families("abc", ties, [Verdict("a", "c", False)])
    assert [family.members for family in found] == [("a", "b"), ("c",)]


def test_verdicts_hold_through_updates_and_rebuilds(corpus: Corpus) -> None:
    one, copy, other = article("a", *WIRE), article("b", *WIRE, prose(8, 20)), article("c", prose(9, 90))
    assert grouped(corpus, one, copy, other) == {("a", "b"), ("c",)}
    verdicts.judge(corpus, "b", "a", together=False, now=NOW)
    verdicts.judge(corpus, other.url, "b", together=True, now=NOW)
    assert grouped(corpus) == {("a",), ("b", "c")}
    rebuild(corpus, now=NOW)
    assert {family.members for family in snapshot(corpus).families} == {("a",), ("b", "c")}
    verdicts.judge(corpus, "a", "b", together=True, now=NOW)
    assert grouped(corpus) == {("a", "b", "c")}
    assert verdicts.withdraw(corpus, "a", "b")
    assert verdicts.withdraw(corpus, "c", "b")
    assert not verdicts.withdraw(corpus, "c", "b")
    assert grouped(corpus) == {("a", "b"), ("c",)}


def test_a_verdict_names_two_articles_of_the_corpus(corpus: Corpus) -> None:
    corpus.add([article("a", *WIRE)])
    with pytest.raises(UnknownArticle):
        verdicts.judge(corpus, "a", "b", together=True, now=NOW)
    with pytest.raises(GemaError, match="one article"):
        verdicts.judge(corpus, "a", "a", together=True, now=NOW)


def test_what_others_join_is_not_parted_nor_what_they_part_joined(corpus: Corpus) -> None:
    corpus.add([article(name, prose(seed, 40)) for seed, name in enumerate("abcdef")])
    say = partial(verdicts.judge, corpus, now=NOW)
    for a, b in ("ac", "cb", "de"):
        say(a, b, together=True)
    with pytest.raises(Refused, match=r"you joined b and a .*: `dedup join --undo a c` or `dedup join --undo b c`$"):
        say("b", "a", together=False)
    say("a", "d", together=False)
    with pytest.raises(Refused, match=r"join e and b .* what you separated; .*: `dedup separate --undo a d`$"):
        say("e", "b", together=True)
    say("a", "f", together=False)
    assert not verdicts.withdraw(corpus, "b", "e"), "what is refused is not stored"
    say("a", "d", together=True)
    say("b", "e", together=True)
    assert grouped(corpus) == {("a", "b", "c", "d", "e"), ("f",)}


def test_a_contradiction_that_an_older_corpus_holds_is_in_the_way_of_no_other_verdict(corpus: Corpus) -> None:
    corpus.add([article(name, prose(seed, 40)) for seed, name in enumerate("abcd")])
    for a, b in ("ac", "cb"):
        verdicts.judge(corpus, a, b, together=True, now=NOW)
    with corpus.transaction() as connection:
        keys = {row.key: row.id for row in connection.execute(select(tables.articles.c.key, tables.articles.c.id))}
        row = {"a_id": keys["a"], "b_id": keys["b"], "together": 0, "at": NOW}
        connection.execute(insert(tables.verdicts).values(row))
    verdicts.judge(corpus, "a", "d", together=True, now=NOW)
    verdicts.judge(corpus, "b", "d", together=True, now=NOW)
    assert grouped(corpus) == {("a", "b", "c", "d")}


def test_a_verdict_goes_with_its_article(corpus: Corpus) -> None:
    grouped(corpus, article("a", *WIRE), article("b", *WIRE, prose(8, 20)))
    verdicts.judge(corpus, "a", "b", together=False, now=NOW)
    corpus.remove("b")
    assert grouped(corpus) == {("a",)}
    assert grouped(corpus, article("b", *WIRE, prose(8, 20))) == {("a", "b")}


def test_the_history_tells_of_births_growth_merges_and_splits(new_corpus: Callable[[], Corpus]) -> None:
    corpus = new_corpus()
    half, rest = WIRE[:2], WIRE[2:]
    grouped(corpus, article("a", *half), article("b", *half, prose(7, 9)))
    grouped(corpus, article("c", *half, prose(8, 9)), article("d", *rest), article("e", *rest, prose(9, 9)))
    assert history(corpus) == [("a", "born", 2, ""), ("a", "grew", 3, ""), ("d", "born", 2, "")]
    verdicts.judge(corpus, "a", "d", together=True, now=NOW)
    grouped(corpus)
    assert history(corpus)[3:] == [("a", "merged", 5, "d"), ("a", "grew", 5, "")]
    verdicts.withdraw(corpus, "a", "d")
    grouped(corpus)
    assert history(corpus)[5:] == [("a", "shrank", 3, ""), ("d", "split", 2, "a")]


@pytest.mark.parametrize("back", ["the same", "another text", "another site"])
def test_what_went_and_came_again_before_an_update_has_its_family_and_id(corpus: Corpus, back: str) -> None:
    gone, other = article("gone", prose(1, 60)), article("other", prose(2, 60))
    assert grouped(corpus, gone, other) == {("gone",), ("other",)}
    corpus.remove("gone")
    assert list(check(corpus)) == []
    again = {
        "the same": gone,
        "another text": replace(gone, text=text(prose(3, 60))),
        "another site": replace(gone, site="lain.test"),
    }[back]
    corpus.add([again], NOW)
    assert list(check(corpus)) == []
    update(corpus, now=NOW)
    assert {family.id: family.members for family in snapshot(corpus).families} == {
        "gone": ("gone",),
        "other": ("other",),
    }
    assert list(check(corpus)) == []
    found = snapshot(corpus)
    rebuild(corpus, now=NOW)
    assert snapshot(corpus) == found


def test_one_of_two_articles_of_three_words_that_goes_and_comes_again_leaves_no_family_behind(corpus: Corpus) -> None:
    short = [replace(article(name, ["lihat", "foto"]), site="satu.test") for name in ("a", "b")]
    assert grouped(corpus, *short) == {("a",), ("b",)}
    corpus.remove("b")
    assert grouped(corpus, short[1]) == {("a",), ("b",)}
    assert list(check(corpus)) == []


def test_a_verdict_on_what_was_removed_meanwhile_names_it(corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    grouped(corpus, article("a", WIRE[0]), article("b", WIRE[1]))
    known = {name: corpus.article(name) for name in ("a", "b")}
    corpus.remove("b")
    monkeypatch.setattr(Corpus, "article", lambda self, reference: known[reference])
    with pytest.raises(UnknownArticle, match="the article b was removed meanwhile"):
        verdicts.judge(corpus, "a", "b", True, NOW)
