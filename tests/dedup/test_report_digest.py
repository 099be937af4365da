"""The digest: one e-mail of what is new, in which nothing acts and nothing is asked for."""

import re
from dataclasses import replace
from datetime import UTC, timedelta

import pytest
from lxml import html as lxml_html

from dedup.records import Article, Snapshot
from dedup.report import overview, sheets
from dedup.report.digest import Digest, digest
from dedup.report.news import Known, changes, known
from dedup.report.pages import Setting, overview_page
from dedup.report.scope import Scope, within
from tests.dedup.snapshots import NOON, article, snapshot

BASE = "https://news.example/gema/"


def press() -> Snapshot:
    """A text that two copied, one that was there and was copied again, and a story of both."""
    articles = [article(f"a{n}", "wire.example", 0, f"text {n}", f"Banjir {n}") for n in range(2)]
    articles += [article(f"b{n}", "copy.example", 2, f"text {n}") for n in range(2)]
    articles += [article("c0", "third.example", 4, "text 0")]
    families = {"new": ["a1", "b1"], "old": ["a0", "b0", "c0"]}
    return snapshot(articles, families, {"s": ["new", "old"]})


def made(found: Snapshot, before: Known | None = None, against: str = "", base_url: str = "") -> Digest:
    changed = changes(before, known(found), against)
    scope = Scope(changes=changed, only_new=True)
    return digest(replace(overview(within(found, scope)), scope=scope), UTC, base_url)


def earlier() -> Known:
    return Known({"old": frozenset({"a0", "b0"})})


def words(page: str) -> str:
    return " ".join("".join(lxml_html.document_fromstring(page).xpath("//body//text()")).split())


def test_it_says_what_is_new_and_what_grew() -> None:
    found = made(press(), earlier(), "2026-03-19T120000Z")
    for text in (words(found.html), " ".join(found.text.split())):
        assert "1 new story, 1 new family of copies" in text
        assert "Since the report 2026-03-19T120000Z." in text
        assert "Label of s" in text
        assert "grew by 1 article" in text
        assert "first was likely wire.example" in text
        assert text.index("Banjir 1") < text.index("Banjir 0"), "what is new comes before what grew"


def test_the_biggest_copiers_are_those_of_what_is_new() -> None:
    tree = lxml_html.document_fromstring(made(press(), earlier(), "x").html)
    rows = [[cell.text_content().strip() for cell in row] for row in tree.xpath("//table//table//table//tr[td]")]
    assert rows == [["copy.example", "1"], ["third.example", "1"]]


def test_what_is_left_out_is_counted_and_what_one_site_alone_has_by_itself() -> None:
    copied = [article(f"{site}{n}", f"{site}.example", 2, f"teks {n}") for n in range(11) for site in "ab"]
    again = [article(f"z{n}", "z.example", n, "teks lain", "Terbesar") for n in range(5)]
    families = {f"f{n:02}": [f"a{n}", f"b{n}"] for n in range(11)}
    several = made(snapshot(copied, families))
    assert "\nand 1 more\n" in several.text
    both = made(snapshot([*copied, *again], families | {"large": [each.id for each in again]}))
    said = "and 2 more, of which one site alone has 1: these come after what several have, however large"
    assert "Terbesar" not in both.text
    assert f"\n{said}\n" in both.text
    assert said in words(both.html)


def test_the_first_one_says_that_all_is_new() -> None:
    found = made(press())
    assert "There is no earlier report to compare with: all is new." in words(found.html)
    assert "1 new story, 2 new families of copies" in found.text


def test_when_nothing_is_new_it_says_so() -> None:
    found = made(press(), known(press()), "2026-03-19T120000Z")
    assert "Nothing is new since the report 2026-03-19T120000Z." in words(found.html)
    assert found.text.startswith("Gema: Nothing new\nNothing is new since")
    assert words(made(snapshot([])).html)


def test_it_links_the_report_only_where_that_is_published() -> None:
    def links(found: Digest) -> list[str]:
        return [str(link) for link in lxml_html.document_fromstring(found.html).xpath("//a/@href")]

    assert links(made(press(), earlier(), "x")) == [f"https://wire.example/{name}" for name in ("a0", "a1", "a0")]
    assert links(made(press(), earlier(), "x", BASE))[0] == f"{BASE}latest/index.html"
    assert f"{BASE}latest/index.html" in made(press(), earlier(), "x", BASE).text
    scope = Scope(changes=changes(earlier(), known(press())))
    told = digest(replace(overview(press()), scope=scope), UTC, BASE, lambda view: f"of/{view.id}.html")
    assert links(told)[1:] == [f"{BASE}latest/of/{name}.html" for name in ("s", "new", "old")]


def test_it_is_fit_for_mail_programs() -> None:
    page = made(press(), earlier(), "x").html
    tree = lxml_html.document_fromstring(page)
    assert tree.xpath("//script | //img | //link | //style | //iframe | //form | //@src | //@class | //svg") == []
    assert not re.search(r"@import|url\(|javascript:", page)
    assert tree.xpath("//table[not(@role='presentation')]//th[@scope='col']")
    (before,) = tree.xpath("//body/div[1]")
    assert "display:none" in before.get("style")
    assert before.text_content().startswith("Gema: 1 new story")


@pytest.mark.parametrize("url", ["javascript:alert(1)", "file:///etc/passwd", "https://a.example/\"onclick='x'"])
def test_hostile_articles_are_inert(url: str) -> None:
    hostile = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{ 7 * 7 }}\x1b]0;x\x07\u202e"
    odd = [
        Article(
            url=url,
            text=hostile,
            title=hostile,
            site=f"{hostile}{n}",
            id=f"{hostile}{n}",
            published=NOON + timedelta(hours=n),
        )
        for n in range(2)
    ]
    found = made(snapshot(odd, {hostile: [each.id for each in odd]}))
    tree = lxml_html.document_fromstring(found.html)
    assert tree.xpath("//script | //img | //@onerror | //@onclick") == []
    assert not any(link.startswith(("javascript", "file")) for link in tree.xpath("//a/@href"))
    for text in (found.html, found.text):
        assert "49" not in text
        assert "\x1b" not in text
        assert "\u202e" not in text


def test_an_address_too_long_for_mail_programs_is_no_link() -> None:
    far = [replace(article(name, f"{name}.example", text="one"), url=f"https://{name}/" + "x" * 4_000) for name in "ab"]
    found = made(snapshot(far, {"f": ["a", "b"]}))
    assert "x" * 99 not in found.html + found.text
    assert "Title of a" in found.text


def test_it_stays_under_what_mail_programs_show() -> None:
    """Everything as long as it gets, of as many families and stories as there may be."""
    long = "&" * 300
    articles, families, stories = [], {}, {}
    for number in range(30):
        for site in range(12):
            name = f"{number}-{site}"
            each = article(name, f"{long}{site}", site, f"text {number}", long)
            articles.append(replace(each, url=f"https://a.example/{'&' * 370}{name}", agency=long))
        families[f"f{number}"] = [f"{number}-{site}" for site in range(6)]
        families[f"g{number}"] = [f"{number}-{site}" for site in range(6, 12)]
        stories[f"s{number}"] = [f"f{number}", f"g{number}"]
    found = made(snapshot(articles, families, stories), base_url=BASE)
    assert len(found.html.encode()) < 100_000
    assert len(found.text.encode()) < 100_000


# --- the page ---------------------------------------------------------------------------------------


def page_of(found: Snapshot, scope: Scope) -> str:
    return words(html_of(found, scope))


def html_of(found: Snapshot, scope: Scope) -> str:
    return overview_page(sheets.overview_page(sheets.report(within(found, scope), scope=scope), UTC), Setting(zone=UTC))


def test_the_page_says_what_it_was_compared_with() -> None:
    scope = Scope(changes=changes(earlier(), known(press()), "2026-03-19T120000Z"))
    text = page_of(press(), scope)
    assert (
        "Since the report 2026-03-19T120000Z: 1 new family of copies, 1 new story; 1 family grew, 0 stories grew."
        in text
    )
    assert "Only what changed" not in text
    assert "Only what changed is shown here." in page_of(press(), replace(scope, only_new=True))
    assert "all is new" in page_of(press(), Scope(changes=changes(None, known(press()))))


def test_a_page_without_anything_new_is_no_page_of_an_empty_corpus() -> None:
    text = page_of(press(), Scope(changes=changes(known(press()), known(press()), "earlier"), only_new=True))
    assert "Nothing is new since the report earlier." in text
    assert "There are no articles yet" not in text
    since = page_of(press(), Scope(since=NOON + timedelta(days=30)))
    assert "Only families and stories with an article of 19 Apr 2026 12:00 or later" in since
    assert "There are no articles yet" not in since


def test_a_page_of_all_says_nothing_of_it() -> None:
    page = html_of(press(), Scope())
    assert 'id="scope"' not in page
