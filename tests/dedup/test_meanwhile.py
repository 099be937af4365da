"""What others do to a corpus while it is updated: nothing breaks, and the next update gives what a rebuild does."""

import random
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Connection

from dedup import Article, Corpus
from dedup.checking import check
from dedup.updating import rebuild, update
from tests.dedup.conftest import NOW
from tests.dedup.test_updating import result

_SITES = [f"situs{number}.test" for number in range(4)]
_WORDS = [f"kata{number}" for number in range(300)]


class Meddled(Corpus):
    """A corpus that tells `before` whenever it is about to be read or written; what that does itself is not told."""

    before: Callable[[bool], None] | None = None

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        self._tell(writes=False)
        with super().reading() as connection:
            yield connection

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        self._tell(writes=True)
        told, self.before = self.before, None
        try:
            with super().transaction() as connection:
                yield connection
        finally:
            self.before = told

    def _tell(self, writes: bool) -> None:
        if self.before is not None:
            self.before(writes)


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Corpus]:
    """The same corpus, as another process has it open."""
    with Corpus.open(f"sqlite:///{tmp_path / 'meddled.db'}") as corpus:
        yield corpus


@pytest.fixture
def meddled(other: Corpus, tmp_path: Path) -> Iterator[Meddled]:
    with Meddled.open(f"sqlite:///{tmp_path / 'meddled.db'}") as corpus:
        yield corpus


def drawn(randomness: random.Random, number: int, texts: list[str]) -> Article:
    """Return an article of words drawn anew, or a part of one of these texts with a word or two changed."""
    words = randomness.choices(_WORDS, k=randomness.randint(10, 60))
    if texts and randomness.random() < 0.6:
        words = randomness.choice(texts).split()
        words[randomness.randrange(len(words))] = randomness.choice(_WORDS)
        words = words[: randomness.randint(len(words) // 2 + 1, len(words))]
    texts.append(" ".join(words))
    return Article(f"https://{randomness.choice(_SITES)}/{number}", texts[-1], " ".join(words[:4]), id=f"a{number}")


def changed(randomness: random.Random, article: Article, text: str) -> Article:
    """Return an article with another text, title or site."""
    ways = (
        replace(article, text=text),
        replace(article, title="Judul lain"),
        replace(article, site=randomness.choice(_SITES)),
    )
    return randomness.choice(ways)


@pytest.mark.parametrize("seed", range(4))
def test_whatever_comes_changes_and_goes_during_an_update_the_next_gives_what_a_rebuild_does(
    meddled: Meddled, other: Corpus, seed: int
) -> None:
    randomness = random.Random(seed)
    texts: list[str] = []
    articles = [drawn(randomness, number, texts) for number in range(16)]
    meddled.add(articles[:8])
    update(meddled, now=NOW)
    meddled.add(articles[8:])
    alive = {article.id: article for article in articles}
    when = set(randomness.sample(range(80), 8))
    calls = 0

    def meddle(_: bool) -> None:
        nonlocal calls
        calls += 1
        if calls not in when or threading.current_thread() is not threading.main_thread():
            return
        name = randomness.choice(sorted(alive))
        if randomness.random() < 0.4:
            other.remove(alive.pop(name).id)
        else:
            new = drawn(randomness, 100 + calls, texts)
            alive[new.id] = new
            alive[name] = changed(randomness, alive[name], new.text)
            other.add([new, alive[name]])

    meddled.before = meddle
    update(meddled, now=NOW)
    meddled.before = None
    assert when & set(range(calls))
    update(meddled, now=NOW)
    assert {article.id for article in meddled.articles()} == alive.keys()
    assert check(meddled) == []
    found = result(meddled)
    rebuild(meddled, now=NOW)
    assert found == result(meddled)


@pytest.mark.parametrize("write", range(6))
@pytest.mark.parametrize("gone", [("wire", "copy", "alone"), ("wire",), ("copy", "alone")])
def test_what_goes_before_a_write_of_the_update_that_groups_it_leaves_nothing_behind(
    meddled: Meddled, other: Corpus, write: int, gone: tuple[str, ...]
) -> None:
    wire, alone = " ".join(_WORDS[:60]), " ".join(_WORDS[100:150])
    texts = {"wire": wire, "copy": wire, "third": f"kata299 {wire}", "alone": alone}
    meddled.add([Article(f"https://{name}.test/", text, name, id=name) for name, text in texts.items()])
    writes = 0

    def meddle(writing: bool) -> None:
        nonlocal writes
        if writing and threading.current_thread() is threading.main_thread():
            if writes == write:
                for name in gone:
                    other.remove(name)
            writes += 1

    meddled.before = meddle
    update(meddled, now=NOW)
    meddled.before = None
    assert writes > write, "there is no such write"
    update(meddled, now=NOW)
    assert check(meddled) == []
    found = result(meddled)
    assert set().union(*found[0]) == texts.keys() - set(gone)
    rebuild(meddled, now=NOW)
    assert found == result(meddled)


def test_what_matched_before_may_go_at_any_moment_of_an_update(tmp_path: Path) -> None:
    wire = Article("https://wire.test/", " ".join(_WORDS[:60]), "Kawat", id="wire")
    copy = Article("https://copy.test/", f"kata299 {wire.text}", "Salinan", id="copy")
    with Corpus.open(f"sqlite:///{tmp_path}/before.db") as corpus:
        corpus.add([wire, copy])
        update(corpus, now=NOW)
        corpus.add([replace(copy, text=" ".join(_WORDS[100:160]))])
    moment = last = 0
    while moment <= last:
        shutil.copy(tmp_path / "before.db", tmp_path / "meddled.db")
        with meddled_and_other(tmp_path / "meddled.db") as (meddled, other):
            last = _gone_at(moment, meddled, other)
            assert check(meddled) == [], f"gone before look {moment} at the corpus"
            assert result(meddled)[:2] == ({frozenset({"copy"})}, {frozenset({"copy"})})
        moment += 1
    assert moment > 20


@contextmanager
def meddled_and_other(path: Path) -> Iterator[tuple[Meddled, Corpus]]:
    """Yield a corpus twice, as two processes have it open."""
    with Corpus.open(f"sqlite:///{path}") as other, Meddled.open(f"sqlite:///{path}") as meddled:
        yield meddled, other


def _gone_at(moment: int, meddled: Meddled, other: Corpus) -> int:
    """Update twice, while the wire goes at this moment of the first; return how many moments there were."""
    moments = 0

    def meddle(_: bool) -> None:
        nonlocal moments
        if threading.current_thread() is threading.main_thread():
            if moments == moment:
                other.remove("wire")
            moments += 1

    meddled.before = meddle
    update(meddled, now=NOW)
    meddled.before = None
    if moment >= moments:
        other.remove("wire")
    update(meddled, now=NOW)
    return moments


def test_a_text_that_is_removed_while_it_is_signed_has_no_signature_and_none_has_its(
    meddled: Meddled, other: Corpus
) -> None:
    newest = Article("https://situs1.test/2", " ".join(_WORDS[50:80]), id="newest")
    meddled.add([Article("https://situs1.test/1", " ".join(_WORDS[:30]), id="first"), newest])
    done = False

    def meddle(writes: bool) -> None:
        nonlocal done
        if writes and threading.current_thread() is not threading.main_thread() and not done:
            done = True
            other.remove(newest.id)
            # The text of this one gets the number that the other's had.
            other.add([Article("https://situs1.test/3", " ".join(_WORDS[100:130]), id="third")])

    meddled.before = meddle
    update(meddled, now=NOW)
    meddled.before = None
    assert done
    update(meddled, now=NOW)
    assert check(meddled) == []
    assert {frozenset({"first"}), frozenset({"third"})} == result(meddled)[0]
