"""The Atom feed of a report: valid, the same whatever else the report shows, and nothing in it acts."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree as Tree

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dedup.records import Article, Snapshot
from dedup.report import feed, overview
from dedup.report.language import language
from tests.dedup.snapshots import NOON, article, snapshot

ATOM, XHTML = "{http://www.w3.org/2005/Atom}", "{http://www.w3.org/1999/xhtml}"
BASE = "https://news.example/gema"


def read(text: str) -> Tree.Element:
    """Parse a feed; every element that RFC 4287 asks for has to be there, once and not empty."""
    root = Tree.fromstring(text.encode())
    assert root.tag == f"{ATOM}feed"
    for element in (root, *root.findall(f"{ATOM}entry")):
        for name in ("id", "title", "updated"):
            (found,) = element.findall(f"{ATOM}{name}")
            assert found.text
        assert re.fullmatch(r"tag:gema\.invalid,2026:[\w%.~:-]+", element.findtext(f"{ATOM}id") or "")
        assert datetime.fromisoformat(element.findtext(f"{ATOM}updated") or "").tzinfo is not None
    assert root.findtext(f"{ATOM}author/{ATOM}name")
    ids = [entry.findtext(f"{ATOM}id") for entry in root.findall(f"{ATOM}entry")]
    assert len(ids) == len(set(ids))
    return root


def entries(root: Tree.Element) -> list[tuple[str, str]]:
    """Return kind and title of each entry."""
    return [
        (entry.find(f"{ATOM}category").get("term") or "", entry.findtext(f"{ATOM}title") or "")  # type: ignore[union-attr]
        for entry in root.findall(f"{ATOM}entry")
    ]


def of(found: Snapshot, base_url: str = "", most: int = feed.MOST) -> Tree.Element:
    return read(feed.feed(overview(feed.newest(found, most)), base_url, most=most))


def press(number: int = 3) -> Snapshot:
    """So many families of two, one each hour, the second article ten minutes after the first; the first two a story."""
    articles, families = [], {}
    for each in range(number):
        articles += [article(f"a{each}", "a.example", each, f"text {each}")]
        articles += [article(f"b{each}", "b.example", each + 1 / 6, f"text {each}")]
        families[f"f{each}"] = [f"a{each}", f"b{each}"]
    return snapshot(articles, families, {"s": ["f0", "f1"]})


def test_entries_are_families_and_stories_the_newest_first() -> None:
    root = of(press())
    assert entries(root) == [
        ("family", "Title of a2"),
        ("family", "Title of a1"),
        ("story", "Label of s"),
        ("family", "Title of a0"),
    ]
    newest = root.find(f"{ATOM}entry")
    assert newest is not None
    assert newest.findtext(f"{ATOM}id") == "tag:gema.invalid,2026:family:f2"
    assert newest.findtext(f"{ATOM}published") == newest.findtext(f"{ATOM}updated") == "2026-03-20T14:10:00Z"
    assert root.findtext(f"{ATOM}updated") == "2026-03-20T14:10:00Z"


def test_an_entry_says_who_was_first_and_links_every_article() -> None:
    content = of(press(1)).find(f"{ATOM}entry/{ATOM}content")
    assert content is not None
    assert content.get("type") == "xhtml"
    text = " ".join("".join(content.itertext()).split())
    assert text.startswith("2 articles, 2 sites")
    assert "a.example" in text
    links = [link.get("href") for link in content.iter(f"{XHTML}a")]
    assert links == ["https://a.example/a0", "https://b.example/b0"]


def test_only_a_published_feed_names_its_own_address() -> None:
    def links(root: Tree.Element) -> list[tuple[str | None, str | None]]:
        return [(link.get("rel"), link.get("href")) for link in root.findall(f"{ATOM}link")]

    assert links(of(press())) == []
    published = of(press(), BASE + "/")
    assert links(published) == [("self", f"{BASE}/latest/feed.xml"), ("alternate", f"{BASE}/latest/index.html")]
    page = feed.feed(overview(press(1)), BASE, link=lambda group: f"families/{group.id}.html")
    assert read(page).find(f"{ATOM}entry/{ATOM}link").get("href") == f"{BASE}/latest/families/f0.html"  # type: ignore[union-attr]


def test_a_date_that_nobody_believes_is_not_the_newest_for_ever() -> None:
    absurd = [
        replace(article(name, f"{name}.example", 0, "absurd"), published=datetime.max.replace(tzinfo=UTC))
        for name in "xy"
    ]
    known = press()
    families = {each.id: each.members for each in known.families}
    found = snapshot([*known.articles.values(), *absurd], families | {"z": ["x", "y"]}, {"s": ["f0", "f1"]})
    assert entries(of(found))[0] == ("family", "Title of a2")
    assert entries(of(found))[-1] == ("family", "Title of x")


def test_ids_stay_while_families_grow() -> None:
    few, more = press(2), press(3)
    grown = snapshot(
        [*more.articles.values(), article("c0", "c.example", 30, "text 0")],
        {"f0": ["a0", "b0", "c0"], "f1": ["a1", "b1"], "f2": ["a2", "b2"]},
        {"s": ["f0", "f1"]},
    )
    before = {entry.findtext(f"{ATOM}id"): entry.findtext(f"{ATOM}published") for entry in of(few).iter(f"{ATOM}entry")}
    after = {entry.findtext(f"{ATOM}id"): entry for entry in of(grown).iter(f"{ATOM}entry")}
    assert {name: after[name].findtext(f"{ATOM}published") for name in before} == before
    assert after["tag:gema.invalid,2026:family:f0"].findtext(f"{ATOM}updated") == "2026-03-21T18:00:00Z"


def test_no_more_entries_than_wanted() -> None:
    assert len(entries(of(press(70)))) == feed.MOST
    assert entries(of(press(9), most=2)) == [("family", "Title of a8"), ("family", "Title of a7")]


@st.composite
def corpora(draw: st.DrawFn) -> Snapshot:
    """Articles in families and stories as they come."""
    hours = draw(st.lists(st.none() | st.integers(0, 5), min_size=1, max_size=14))
    articles = [article(f"{n:02}", f"site{n % 3}.example", each, f"text {n}") for n, each in enumerate(hours)]
    homes = draw(st.lists(st.integers(0, 6), min_size=len(articles), max_size=len(articles)))
    families: dict[str, list[str]] = {}
    for each, home in zip(articles, homes, strict=True):
        families.setdefault(f"f{home}", []).append(each.id)
    told: dict[str, list[str]] = {}
    for family in families:
        told.setdefault(f"s{draw(st.integers(0, 2))}", []).append(family)
    return snapshot(articles, families, told)


@given(corpora(), st.integers(1, 6))
def test_what_the_feed_needs_gives_the_same_feed_as_all(found: Snapshot, most: int) -> None:
    whole = feed.feed(overview(found), BASE, most=most)
    few = feed.feed(overview(feed.newest(found, most)), BASE, most=most)
    assert read(few) is not None
    assert [each for each in few.splitlines() if each] == [each for each in whole.splitlines() if each]


def test_a_feed_of_nothing_is_a_feed() -> None:
    for found in (snapshot([], updated_at=None), snapshot([]), snapshot([article("a", "a.example")])):
        assert entries(of(found)) == []


@example("a\ufffeb\uffff", "\ufffe")
@example("\ud800", "\udfff")
@given(st.text(st.characters(codec=None), max_size=60), st.text(st.characters(codec=None), max_size=60))
def test_no_character_breaks_the_feed(words: str, address: str) -> None:
    odd = [
        Article(url=f"https://{site}/{address}", text=words, title=words, site=words, id=site, published=NOON)
        for site in ("a", "b")
    ]
    found = snapshot(odd, {words or "f": ["a", "b"]})
    text = feed.feed(overview(found), BASE)
    text.encode()
    assert len(entries(read(text))) == 1


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "//x", "https://a/" + "x" * 9000]
)
def test_hostile_articles_are_inert(url: str) -> None:
    hostile = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>]]>\x1b[31m\u202e&lt;b&gt;" + "x" * 10_000
    odd = [
        Article(
            url=url, text=hostile, title=hostile, site=hostile, id=f"{hostile}{n}", published=NOON + timedelta(hours=n)
        )
        for n in range(2)
    ]
    text = feed.feed(overview(snapshot(odd, {hostile: [each.id for each in odd]})))
    root = read(text)
    content = {element.tag for element in root.iter() if element.tag.startswith(XHTML)}
    assert content == {XHTML + name for name in ("div", "p", "ul", "li", "b", "span")}
    assert root.findall(f"{ATOM}entry/{ATOM}link") == []
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert len(entries(root)[0][1]) <= 200


def test_a_feed_speaks_the_language_of_its_report() -> None:
    crowd = [article(f"c{number:02}", "c.example" if number else "", number, "text") for number in range(25)]
    found = snapshot(
        [*press(2).articles.values(), *crowd],
        {"f0": ["a0", "b0"], "f1": ["a1", "b1"], "f2": [a.id for a in crowd]},
        {"s": ["f0", "f1"]},
    )
    root = read(text := feed.feed(overview(found), BASE, language=language("id")))
    assert root.get("{http://www.w3.org/XML/1998/namespace}lang") == "id"
    assert root.findtext(f"{ATOM}title") == "Gema: kelompok salinan baru, peristiwa baru"
    said = [each.text for each in root.iter(f"{XHTML}p")]
    assert {"25 artikel, 2 situs", "… 5 lainnya", "2 naskah, 4 artikel, 2 situs", "2 artikel, 2 situs"} <= {*said}
    assert "tanpa situs" in {each.text for each in root.iter(f"{XHTML}b")}
    english = feed.feed(overview(found), BASE)
    assert "xml:lang" not in english
    # Entries stay what they are, whatever their words: who reads them sees none twice.
    assert re.findall("<(?:id|updated|published)>.*?<", text) == re.findall("<(?:id|updated|published)>.*?<", english)
    assert not re.search(r"\b(?:articles?|sites?|texts?|First|likely|more|no site)\b", " ".join(filter(None, said)))


def test_without_a_fetch_an_article_was_found_when_the_corpus_first_saw_it() -> None:
    undated, future = article("x", "x.example", None), article("y", "y.example", 24 * 365)
    found = snapshot([*press(1).articles.values(), undated, future], {"f": ["a0", "b0"], "z": ["x", "y"]})
    seen = {"a0": NOON, "b0": NOON, "x": NOON + timedelta(hours=1), "y": NOON + timedelta(hours=2)}
    root = of(replace(found, first_seen=seen))
    assert root.findtext(f"{ATOM}updated") == "2026-03-20T14:00:00Z"
    assert [entry.findtext(f"{ATOM}updated") for entry in root.findall(f"{ATOM}entry")] == [
        "2026-03-20T14:00:00Z",
        "2026-03-20T12:00:00Z",
    ]


def test_times_without_any_are_those_of_the_corpus_or_of_no_clock() -> None:
    undated = snapshot([article("a", "a.example", None), article("b", "b.example", None)], {"f": ["a", "b"]})
    assert of(undated).findtext(f"{ATOM}updated") == "1970-01-01T00:00:00Z"
    assert (
        of(snapshot([], updated_at=datetime(2026, 3, 1, tzinfo=UTC))).findtext(f"{ATOM}updated")
        == "2026-03-01T00:00:00Z"
    )
