"""Pagers: what is a further page, what is the whole, and what the rules of hosts and seeds make of it."""

from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.addresses import canonical, plain
from crawler.discovery import more_listings, next_parts, whole_address
from crawler.page import Page
from crawler.paging import is_whole, numbered, rules, whole_by_rule

SITE = "https://contoh.test"
ARTICLE = f"{SITE}/berita/12345/jembatan-lama-ditutup-dua-pekan"
RULES = ["?page=all", "?single=1", "&single=1", "/all", "?seite=all"]


def page(url: str, *links: str, shown: str = "") -> Page:
    anchors = "".join(f'<a href="{link}">{shown or link.rpartition("/")[2].rpartition("=")[2]}</a> ' for link in links)
    return Page(url, f"<html><body><div>Halaman: {anchors}</div></body></html>".encode(), "text/html")


def test_every_rule_of_the_table_can_be_used() -> None:
    assert rules()
    for name, behind in rules().items():
        assert canonical(f"https://{name}/") == f"https://{name}/"
        assert behind[0] in "?/"
        made = whole_by_rule(f"https://www.{name}/berita/12345/x", "")
        assert made is not None
        assert made.endswith(behind)


def test_the_table_counts_by_host_or_site() -> None:
    article = "/read/2026/03/05/12345/jembatan-lama"
    assert whole_by_rule(f"https://bola.kompas.com{article}") == f"https://bola.kompas.com{article}?page=all"
    assert (
        whole_by_rule(f"https://finance.detik.com{article}?x=1") == f"https://finance.detik.com{article}?x=1&single=1"
    )
    assert whole_by_rule(f"{SITE}{article}") is None


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("?page=all", f"{ARTICLE}?page=all"),
        ("&single=1", f"{ARTICLE}?single=1"),
        ("/all", f"{ARTICLE}/all"),
        ("off", None),
        ("", None),
    ],
)
def test_a_seed_has_its_own_rule(rule: str, expected: str | None) -> None:
    for url in (ARTICLE, f"{ARTICLE}?page=2", f"{ARTICLE}/?page=2"):
        assert whole_by_rule(url, rule) == expected


def test_a_rule_comes_before_the_table() -> None:
    assert whole_by_rule("https://www.kompas.com/read/12345/x", "/all") == "https://www.kompas.com/read/12345/x/all"
    assert whole_by_rule("https://www.kompas.com/read/12345/x", "off") is None


@given(st.sampled_from(RULES), st.integers(1, 400), st.text("abcxyz-", min_size=1, max_size=20), st.booleans())
def test_the_whole_is_made_of_any_of_its_parts_and_is_known_again(rule: str, part: int, slug: str, other: bool) -> None:
    address = f"{SITE}/berita/12345/{slug}{'?x=1' if other else ''}"
    made = whole_by_rule(address, rule)
    assert made is not None
    assert is_whole(made, rule)
    assert whole_by_rule(made, rule) is None
    assert whole_by_rule(f"{address}{'&' if other else '?'}page={part}", rule) == made
    assert canonical(made) == made


def test_a_rule_is_used_only_where_there_is_a_pager() -> None:
    assert whole_address(page(ARTICLE), "?page=all") is None
    assert whole_address(page(ARTICLE, "?page=2"), "?page=all") == f"{ARTICLE}?page=all"
    assert whole_address(page(ARTICLE, "?page=2")) is None


def test_a_rule_comes_before_what_the_page_links_to() -> None:
    shown = page(ARTICLE, "?page=2", "?single=1")
    assert whole_address(shown) == f"{ARTICLE}?single=1"
    assert whole_address(shown, "?page=all") == f"{ARTICLE}?page=all"


def test_without_paging_there_are_neither_parts_nor_a_whole() -> None:
    shown = page(ARTICLE, "?page=2", "?page=all")
    assert (next_parts(shown, "off"), whole_address(shown, "off")) == ((), None)
    assert next_parts(shown) == (f"{ARTICLE}?page=2",)


@pytest.mark.parametrize(
    ("behind", "rule"), [("?page=all", ""), ("?single=1", ""), ("/all", ""), ("?lengkap=1", "?lengkap=1")]
)
def test_the_whole_has_no_parts(behind: str, rule: str) -> None:
    whole = page(f"{ARTICLE}{behind}", f"{ARTICLE}?page=2", f"{ARTICLE}?page=3")
    assert (next_parts(whole, rule), whole_address(whole, rule)) == ((), None)


def test_words_in_the_pager_do_not_matter() -> None:
    shown = page(ARTICLE, "?halaman=2", "?halaman=3", shown="Halaman berikutnya »")
    assert next_parts(shown) == (f"{ARTICLE}?halaman=2", f"{ARTICLE}?halaman=3")


@pytest.mark.parametrize(
    "link", ["?page=1", "?page=0", "?page=-1", "?page=02", "?page=x", "?page=9999", "", "#2", "?page="]
)
def test_what_leads_nowhere_is_not_followed(link: str) -> None:
    assert next_parts(page(ARTICLE, link)) == ()


def follow(start: str, links: list[str]) -> list[str]:
    """Return the addresses that following a pager leads to, when all its pages hold the same links."""
    waiting, seen = [start], [start]
    while waiting:
        found = more_listings(page(waiting.pop(), *links))
        waiting += [url for url in found if url not in seen]
        seen += [url for url in found if url not in seen]
    return seen


NUMBERS = st.lists(st.integers(-3, 2_000), max_size=30)


@given(NUMBERS, st.sampled_from(["?page={}", "?hal={}", "/daerah/page/{}/", "/daerah/{}"]))
def test_any_pager_ends_and_leads_to_each_page_once(numbers: list[int], form: str) -> None:
    found = follow(f"{SITE}/daerah", [form.format(number) for number in numbers])[1:]
    assert sorted(int(url.rstrip("/").replace("=", "/").rpartition("/")[2]) for url in found) == sorted(
        {number for number in numbers if 2 <= number <= 500}
    )


def test_a_pager_without_an_end_leads_up_only_and_ends_at_five_hundred() -> None:
    url, steps = f"{SITE}/daerah", 0
    while further := more_listings(page(url, f"?page={numbered(url).number + 1}", "?page=1", urlsplit(url).path)):
        assert numbered(further[0]).number == numbered(url).number + 1
        url, steps = further[0], steps + 1
    assert steps == 499


def test_a_number_behind_a_section_is_a_page_where_the_link_shows_it() -> None:
    assert more_listings(page(f"{SITE}/terkini", "/terkini/2", "/terkini/3")) == (
        f"{SITE}/terkini/2",
        f"{SITE}/terkini/3",
    )
    assert more_listings(page(f"{SITE}/terkini/2", "/terkini", "/terkini/3")) == (f"{SITE}/terkini/3",)
    assert more_listings(page(f"{SITE}/terkini", "/terkini/2", shown="Gempa Guncang Kota")) == ()
    assert more_listings(page(f"{SITE}/terkini", "/daerah/2")) == ()


def test_the_days_of_a_calendar_are_no_pages() -> None:
    assert more_listings(page(f"{SITE}/2026/03", *(f"/2026/03/{day}" for day in range(10, 20)))) == ()
    assert more_listings(page(f"{SITE}/indeks/2026", "/indeks/2026/12")) == ()


def test_the_table_names_what_one_address_for_each_article_knows() -> None:
    """`plain` takes away again what a rule puts behind an address, or else the page has to say its address itself."""
    for name, behind in rules().items():
        address = f"https://www.{name}/berita/12345/jembatan-lama"
        if behind.startswith("?"):
            assert plain(f"{address}{behind}") == address
