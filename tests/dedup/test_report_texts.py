"""A report holds the texts that it shows and no others, and is what it would be with all of them."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from dedup import Corpus, Recipe, Snapshot
from dedup.corpus.results import snapshot
from dedup.report.manifest import fingerprint
from dedup.report.texts import Read, read, samples, with_samples
from tests.dedup.outlets import press_grouped


@pytest.fixture(scope="module")
def grouped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Corpus]:
    with press_grouped(tmp_path_factory.mktemp("texts")) as corpus:
        yield corpus


@pytest.fixture(scope="module")
def found(grouped: Corpus) -> Read:
    return read(grouped)


@pytest.fixture(scope="module")
def everything(grouped: Corpus) -> Snapshot:
    return snapshot(grouped)


def test_texts_of_copies_alone_are_read_and_nothing_else_is_other(found: Read, everything: Snapshot) -> None:
    several = {key for family in everything.families if len(family.members) > 1 for key in family.members}
    assert found.left_out.keys() == everything.articles.keys() - several
    assert several
    assert found.left_out
    expected = {
        key: replace(article, text="") if key in found.left_out else article
        for key, article in everything.articles.items()
    }
    assert found.snapshot == replace(everything, articles=expected)


def test_samples_of_a_site_have_theirs(grouped: Corpus, found: Read, everything: Snapshot) -> None:
    shown = with_samples(grouped, found.snapshot)
    assert samples(shown.articles) == samples(everything.articles)
    assert {len(chosen) for chosen in samples(shown.articles).values()} <= set(range(1, 26))


def test_a_corpus_has_the_same_fingerprint_with_all_texts(found: Read, everything: Snapshot) -> None:
    whole = fingerprint(everything.articles.values(), [], [], Recipe())
    assert fingerprint(found.snapshot.articles.values(), [], [], Recipe(), found.left_out) == whole
    assert fingerprint(found.snapshot.articles.values(), [], [], Recipe()) != whole


def test_what_has_no_title_is_called_by_its_words(tmp_path_factory: pytest.TempPathFactory) -> None:
    with press_grouped(tmp_path_factory.mktemp("untitled")) as corpus:
        key = next(iter(read(corpus).left_out))
        corpus.add([replace(corpus.article(key), title="")])
        assert read(corpus).snapshot.articles[key].text == corpus.article(key).text
