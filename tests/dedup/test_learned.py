"""What a site repeats can be seen, and corrected by a person."""

from collections.abc import Callable

import numpy as np
import pytest

from dedup import Article, Corpus, Recipe, cutting, learned
from dedup.corpus.results import snapshot
from dedup.errors import GemaError
from dedup.report.context import context_of, learned_of
from dedup.report.sheets import pages_of_sites, report
from dedup.report.stripping import Learned, repeated, stripped
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


def test_what_cannot_be_said_is_refused(corpus: Corpus) -> None:
    corpus.add(footed(2))
    update(corpus, now=NOW)
    with pytest.raises(GemaError, match="too few"):
        learned.pin(corpus, "portal.test", "satu dua", True, NOW)
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


def test_where_nothing_is_known_nothing_is_struck_through() -> None:
    articles = list(footed(3))
    assert stripped(articles, Learned(), Recipe()) == {}
    assert repeated(articles, Learned(), Recipe())["portal.test"].lines == ()


def test_a_line_counts_once_in_a_text_also_where_it_ends_it() -> None:
    text = "baca juga kabar lain\nisi\nbaca juga kabar lain"
    cut = cutting.by_words([text])
    own = np.zeros(len(cut.hashes), dtype=bool)
    assert list(learned.lines(text, cut.starts, own)) == [("baca juga kabar lain", 1.0), ("isi", 1.0)]
