"""What a site repeats can be seen, and corrected by a person."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import numpy as np
import pytest
from sqlalchemy import insert
from sqlalchemy import text as sql

from dedup import Article, Corpus, Recipe, cutting, learned
from dedup.corpus.results import snapshot
from dedup.corpus.schema import pins
from dedup.errors import GemaError
from dedup.reading import desk_of
from dedup.records import Pin
from dedup.report.context import context_of, learned_of
from dedup.report.sheets import pages_of_sites, report
from dedup.report.stripping import Learned, repeated, stripped
from dedup.segments import words
from dedup.updating import rebuild, update
from tests.dedup.conftest import NOW
from tests.dedup.test_updating import footed

FOOTER = " ".join(f"kaki{place}" for place in range(80))


def test_what_is_repeated_is_shown_with_an_example(corpus: Corpus) -> None:
    corpus.add(footed(12))
    update(corpus, now=NOW)
    (segment,) = learned.repeated(corpus, "portal.test")
    assert (segment.text, segment.texts) == (FOOTER, 12)
    assert segment.share > 0.9
    assert segment.url.startswith("http://portal.test/")


@pytest.mark.parametrize("said", ["PORTAL.test", "www.portal.test", "https://Portal.test/berita", "portal.test"])
def test_a_site_is_known_in_whatever_spelling(corpus: Corpus, said: str) -> None:
    corpus.add(footed(1))
    assert learned.site_meant(corpus, said) == "portal.test"


def test_a_site_of_this_very_name_comes_first_and_one_that_nobody_knows_stays_as_it_was_said(corpus: Corpus) -> None:
    corpus.add([*footed(1), Article("file:///koran/a.txt", "Teks.", site="PORTAL.test")])
    assert learned.site_meant(corpus, "PORTAL.test") == "PORTAL.test"
    assert learned.site_meant(corpus, "Koran Lama") == "Koran Lama"


def test_what_is_forbidden_is_the_articles_own_again(corpus: Corpus) -> None:
    corpus.add(footed(12))
    update(corpus, now=NOW)
    assert snapshot(corpus).matches == ()
    learned.pin(corpus, "portal.test", FOOTER, False, NOW)
    update(corpus, now=NOW)
    assert learned.repeated(corpus, "portal.test") == []
    matches = snapshot(corpus).matches
    assert len(matches) > 12
    rebuild(corpus, now=NOW)
    assert snapshot(corpus).matches == matches
    learned.pin(corpus, "portal.test", FOOTER, None, NOW)
    update(corpus, now=NOW)
    assert snapshot(corpus).matches == ()
    assert learned.said(corpus, "portal.test") == []


def test_what_is_pinned_is_repeated_before_it_is_learned(new_corpus: Callable[[], Corpus]) -> None:
    corpus = new_corpus()
    corpus.add(footed(2))
    update(corpus, now=NOW)
    assert len(snapshot(corpus).matches) == 1
    learned.pin(corpus, "portal.test", FOOTER, True, NOW)
    update(corpus, now=NOW)
    assert snapshot(corpus).matches == ()
    (pin,) = learned.said(corpus, "portal.test")
    assert (pin.text, pin.repeated) == (FOOTER, True)


def sentences(line: str, count: int = 6) -> Iterator[Article]:
    """Yield articles of a site with a line of it in the middle, at the end, twice, or not at all."""
    for number in range(count):
        own = [" ".join(f"isi{number}x{part}x{place}" for place in range(40)) for part in range(3)]
        text = f"{own[0]}\n{line}\n{own[1]}" if number % 3 else f"{line} {own[0]} {line}\n{own[1]}\n{own[2]}\n{line}"
        yield Article(f"http://portal.test/{number}", text, site="portal.test")
    yield Article("http://lain.test/1", f"{' '.join(f'lain{place}' for place in range(50))} {line}", site="lain.test")


def left_out(corpus: Corpus) -> dict[str, list[str]]:
    """Return by site the words of its texts that are not their own, in the order of the texts."""
    desk = desk_of(corpus, Recipe())
    articles = sorted(corpus.articles(), key=lambda article: article.url)
    batch = desk.batch([article.id for article in articles])
    own = desk.own(batch).words
    found: dict[str, list[str]] = {article.site: [] for article in articles}
    for place, article in enumerate(articles):
        held = batch.words.words(place)
        spelled = words(article.text).words
        found[article.site] += [word for word, its in zip(spelled, own[held].tolist(), strict=True) if not its]
    return found


@pytest.mark.parametrize("count", [2, 3, 5, 8, 12, 30])
def test_the_words_of_a_pin_are_left_out_where_they_stand_and_no_others(corpus: Corpus, count: int) -> None:
    line = " ".join(f"baris{place}" for place in range(count))
    corpus.add(sentences(line))
    update(corpus, now=NOW)
    before = state(corpus)
    learned.pin(corpus, "portal.test", line.upper(), True, NOW)
    update(corpus, now=NOW)
    assert left_out(corpus) == {"portal.test": line.split() * 10, "lain.test": []}
    assert any(segment.text == line and segment.share == 1.0 for segment in learned.repeated(corpus, "portal.test"))
    struck = stripped(list(corpus.articles()), learned_of(corpus), Recipe())
    assert len(struck) == 6
    desk = desk_of(corpus, Recipe())
    of_site = [article.id for article in corpus.articles() if article.site == "portal.test"]
    assert not set(line.split()) & {term for told in desk.terms(desk.batch(of_site)) for term in told}
    followed = state(corpus)
    rebuild(corpus, now=NOW)
    assert state(corpus) == followed
    learned.pin(corpus, "portal.test", line.upper(), None, NOW)
    update(corpus, now=NOW)
    assert state(corpus) == before


@pytest.mark.parametrize(("first", "last"), [(0, 2), (30, 35), (41, 53), (72, 80)])
def test_the_words_of_what_is_forbidden_are_the_texts_own_and_those_about_them_stay(
    corpus: Corpus, first: int, last: int
) -> None:
    corpus.add(footed(12))
    update(corpus, now=NOW)
    known = left_out(corpus)["portal.test"]
    line = FOOTER.split()[first:last]
    learned.pin(corpus, "portal.test", " ".join(line), False, NOW)
    update(corpus, now=NOW)
    now = left_out(corpus)["portal.test"]
    assert [word for word in known if word not in line] == now
    followed = state(corpus)
    rebuild(corpus, now=NOW)
    assert state(corpus) == followed


def test_of_two_lines_that_touch_the_longer_one_counts(corpus: Corpus) -> None:
    line = "satu dua tiga empat lima"
    corpus.add(sentences(line))
    learned.pin(corpus, "portal.test", line, True, NOW)
    learned.pin(corpus, "portal.test", "tiga empat", False, NOW)
    update(corpus, now=NOW)
    assert left_out(corpus)["portal.test"] == line.split() * 10
    learned.pin(corpus, "portal.test", line, False, NOW)
    learned.pin(corpus, "portal.test", "tiga empat", True, NOW)
    update(corpus, now=NOW)
    assert left_out(corpus)["portal.test"] == []


def test_what_is_said_of_the_same_words_in_another_spelling_takes_the_place_of_what_was_said(corpus: Corpus) -> None:
    line = "satu dua tiga empat lima"
    corpus.add(sentences(line))
    learned.pin(corpus, "portal.test", line, False, NOW)
    learned.pin(corpus, "portal.test", "Satu, dua – tiga: EMPAT lima!", True, NOW)
    assert learned.said(corpus, "portal.test") == [Pin("portal.test", "Satu, dua – tiga: EMPAT lima!", True)]
    update(corpus, now=NOW)
    assert left_out(corpus)["portal.test"] == line.split() * 10
    learned.pin(corpus, "portal.test", line, None, NOW)
    assert learned.said(corpus, "portal.test") == []
    with pytest.raises(GemaError, match="nothing was said"):
        learned.pin(corpus, "portal.test", line, None, NOW)


def test_of_spellings_that_an_older_corpus_holds_the_last_counts(corpus: Corpus) -> None:
    line = "satu dua tiga empat lima"
    corpus.add([*sentences(line), Article("http://www.test/1", "Teks lain.", site="www.test")])
    learned.pin(corpus, "www.test", line, False, NOW)
    learned.pin(corpus, "portal.test", line, False, NOW)
    held = insert(pins).values(site="portal.test", text=line.upper(), repeated=1, at=NOW + timedelta(hours=1))
    with corpus.transaction() as connection:
        connection.execute(held)
    assert learned.said(corpus, "portal.test") == [Pin("portal.test", line.upper(), True)]
    update(corpus, now=NOW)
    assert left_out(corpus)["portal.test"] == line.split() * 10
    learned.pin(corpus, "portal.test", line, None, NOW)
    assert learned.said(corpus, "portal.test") == [], "what was said first does not come back"
    assert learned.said(corpus, "www.test") == [Pin("www.test", line, False)]


def test_lines_are_followed_whatever_came_first(new_corpus: Callable[[], Corpus]) -> None:
    line = "kabar lain yang layak dibaca"
    early, late = new_corpus(), new_corpus()
    early.add(list(sentences(line))[:1])
    learned.pin(early, "portal.test", line, True, NOW)
    update(early, now=NOW)
    for article in sentences(line):
        early.add([article])
        update(early, now=NOW)
    late.add(sentences(line))
    update(late, now=NOW)
    learned.pin(late, "portal.test", line, True, NOW)
    update(late, now=NOW)
    assert left_out(early) == left_out(late)
    assert snapshot(early).families == snapshot(late).families
    assert snapshot(early).matches == snapshot(late).matches


def test_what_was_said_before_lines_were_kept_is_followed_by_the_next_update(corpus: Corpus) -> None:
    line = "kabar lain yang layak dibaca"
    corpus.add(sentences(line))
    learned.pin(corpus, "portal.test", line, True, NOW)
    update(corpus, now=NOW)
    followed = state(corpus)
    with corpus.transaction() as connection:
        connection.execute(sql("UPDATE sites SET said = ''"))
    assert left_out(corpus)["portal.test"] != line.split() * 10
    corpus.add([Article("http://lain.test/2", "Berita lain.", site="lain.test")])
    update(corpus, now=NOW)
    assert left_out(corpus)["portal.test"] == line.split() * 10
    corpus.remove("http://lain.test/2")
    update(corpus, now=NOW)
    assert state(corpus)[0] == followed[0]


def state(corpus: Corpus) -> tuple[object, ...]:
    """Return what an update found: families, stories, matches, and which words are not the texts' own."""
    found = snapshot(corpus)
    return found.families, found.stories, found.matches, left_out(corpus)


def test_what_cannot_be_said_is_refused(corpus: Corpus) -> None:
    corpus.add(footed(2))
    update(corpus, now=NOW)
    with pytest.raises(GemaError, match="too few"):
        learned.pin(corpus, "portal.test", "satu", True, NOW)
    with pytest.raises(GemaError, match="no article"):
        learned.pin(corpus, "nowhere.test", FOOTER, True, NOW)
    with pytest.raises(GemaError, match="nothing was said"):
        learned.pin(corpus, "portal.test", FOOTER, None, NOW)
    with pytest.raises(GemaError, match="nothing is known"):
        learned.repeated(corpus, "nowhere.test", Recipe())


# --- as the report shows it -------------------------------------------------------------------------


def test_the_report_strikes_through_what_a_site_repeats_and_nothing_else(corpus: Corpus) -> None:
    corpus.add(footed(12))
    update(corpus, now=NOW)
    articles = list(corpus.articles())
    found = stripped(articles, learned_of(corpus), Recipe())
    assert found.keys() == {article.id for article in articles}
    for article in articles:
        struck = "".join(article.text[start:end] for start, end in found[article.id])
        assert FOOTER.split()[5:-1] == [word for word in struck.split() if word in FOOTER.split()[5:-1]]
        assert len(struck) < len(FOOTER) + 40


def test_the_report_lists_the_lines_that_dedup_boilerplate_lists(corpus: Corpus) -> None:
    corpus.add(footed(12))
    update(corpus, now=NOW)
    found = report(snapshot(corpus), context_of(corpus, snapshot(corpus)))
    (page,) = pages_of_sites(found, found.overview.sites)
    assert [(line.text, line.texts) for line in page.repeated.lines] == [
        (line.text, line.texts) for line in learned.repeated(corpus, "portal.test")
    ]
    assert page.repeated.looked_at == 12


def test_what_one_text_alone_shows_is_no_line_of_the_report_but_for_what_a_person_said(corpus: Corpus) -> None:
    corpus.add(footed(12))
    corpus.add(
        [Article("http://portal.test/pin", "Isi berita ini sendiri saja\nikuti saluran kami", site="portal.test")]
    )
    update(corpus, now=NOW)
    shown = next(article for article in corpus.articles() if FOOTER in article.text)
    (alone,) = repeated([shown], learned_of(corpus), Recipe()).values()
    assert (alone.lines, alone.looked_at) == ((), 1)
    learned.pin(corpus, "portal.test", "Ikuti saluran kami", True, NOW)
    update(corpus, now=NOW)
    pinned = next(article for article in corpus.articles() if article.url.endswith("/pin"))
    (kept,) = repeated([pinned], learned_of(corpus), Recipe()).values()
    assert [(line.text, line.texts) for line in kept.lines] == [("ikuti saluran kami", 1)]


def test_where_nothing_is_known_nothing_is_struck_through() -> None:
    articles = list(footed(3))
    assert stripped(articles, Learned(), Recipe()) == {}
    assert repeated(articles, Learned(), Recipe())["portal.test"].lines == ()


def test_a_line_counts_once_in_a_text_also_where_it_ends_it() -> None:
    text = "baca juga kabar lain\nisi\nbaca juga kabar lain"
    cut = cutting.by_words([text])
    own = np.zeros(len(cut.hashes), dtype=bool)
    assert list(learned.lines(text, cut.starts, own)) == [("baca juga kabar lain", 1.0), ("isi", 1.0)]
