"""`dedup serve` in a browser: the form finds what the corpus holds, answers lead to pages, nothing else is reached."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from dedup import Corpus
from dedup.corpus.results import snapshot
from dedup.records import Article, Snapshot
from dedup.serving.lists import folded
from dedup.serving.places import meant
from tests.browser.conftest import Watched
from tests.browser.test_report_scripts import compared_as_shown
from tests.dedup.test_serving import Server, serving

_NARROW, _WIDE = {"viewport": {"width": 360, "height": 740}}, {"viewport": {"width": 1440, "height": 1000}}


@pytest.fixture(scope="module")
def found(address: str) -> Snapshot:
    with Corpus.open(address) as corpus:
        return snapshot(corpus)


@pytest.fixture(scope="module")
def served(address: str) -> Iterator[str]:
    """Yield where the press is served, without a slash at its end."""
    with serving(address) as running:
        yield home(running)


def home(running: Server) -> str:
    return f"http://127.0.0.1:{running.port}"


def families(found: Snapshot, holds: Callable[[list[Article]], bool]) -> set[str]:
    """Return the families of copies of whose articles this holds."""
    held = {family.id: [found.articles[key] for key in family.members] for family in found.families}
    return {name for name, members in held.items() if len(members) > 1 and holds(members)}


def answers(page: Any, kind: str = "families") -> set[str]:
    """Return the ids of the families or stories that are found, on all pages of answers."""
    held = set[str]()
    while True:
        links = page.eval_on_selector_all("#results li a", "all => all.map(link => link.pathname)")
        held |= {meant(link.rpartition("/")[2]) or "" for link in links if link.startswith(f"/{kind}/")}
        further = page.locator("#results a[rel=next]")
        if not further.count():
            return held
        further.click()


def ask(page: Any, served: str, **fields: str) -> Any:
    """Fill the form of all families as a person would, and send it."""
    page.goto(f"{served}/search")
    page.select_option("#search select[name=kind]", "f")
    for name, value in fields.items():
        field = page.locator(f"#search [name={name}]")
        if field.evaluate("field => field.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)
    page.click("#search button[type=submit]")
    # What was asked stands in the form that comes back.
    for name, value in fields.items():
        assert page.locator(f"#search [name={name}]").input_value() == value
    return page


def assert_nothing_else_was_reached(watched: Watched, served: str) -> None:
    assert watched.complaints == []
    assert watched.requests
    assert [each for each in watched.requests if not each.startswith(f"{served}/")] == []


def test_the_way_from_the_overview_by_the_form_to_two_articles_side_by_side(
    served: str, found: Snapshot, watched: Watched
) -> None:
    page = watched.page
    page.goto(served)
    drawn = page.evaluate("Object.values(Chart.instances).map(each => each.config.type)")
    assert sorted(drawn) == ["bar", "bubble", "line"]
    page.locator("nav a[href='/search']").first.click()
    page.fill("#search input[name=q]", "BANJIR sumberwangi")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?*q=BANJIR*")
    assert answers(page, "stories")
    page.select_option("#search select[name=kind]", "f")
    page.click("#search button[type=submit]")
    assert answers(page, "stories") == set()
    wanted = families(found, lambda members: all(word in said(members) for word in ("banjir", "sumberwangi")))
    assert answers(page) == wanted != set()
    sizes = {family.id: len(family.members) for family in found.families}
    largest = max(wanted, key=lambda name: (sizes[name], name))
    link = page.locator(f"#results a[href='/families/{largest}']")
    title = link.inner_text()
    link.click()
    assert page.locator("h1").inner_text() == title
    assert page.locator("ol.members > li").count() == sizes[largest]
    assert_nothing_else_was_reached(watched, served)


def said(members: list[Article]) -> str:
    return folded(" ".join(f"{each.title} {each.site}" for each in members))


def test_any_two_of_a_served_family_stand_side_by_side(served: str, found: Snapshot, watched: Watched) -> None:
    compared = 0
    for family in sorted(found.families, key=lambda family: len(family.members))[-3:]:
        watched.page.goto(f"{served}/families/{family.id}")
        compared += compared_as_shown(watched.page)
    assert compared > 3
    assert_nothing_else_was_reached(watched, served)


def test_filters_leave_what_the_corpus_says(served: str, found: Snapshot, watched: Watched) -> None:
    page = watched.page
    every = families(found, lambda _: True)
    assert answers(ask(page, served)) == every
    site = min(article.site for article in found.articles.values())
    of_site = families(found, lambda members: any(each.site == site for each in members))
    assert answers(ask(page, served, site=site)) == of_site
    english = families(found, lambda members: any(each.language == "en" for each in members))
    assert answers(ask(page, served, language="en")) == english
    assert answers(ask(page, served, site=site, language="en")) == of_site & english
    some = answers(ask(page, served, relation="exact"))
    assert set() < some < every
    for chosen in (of_site, english):
        assert set() < chosen < every
    assert_nothing_else_was_reached(watched, served)


def test_a_period_leaves_what_was_out_in_it(served: str, found: Snapshot, watched: Watched) -> None:
    days = sorted(each.published.date().isoformat() for each in found.articles.values() if each.published)
    middle = days[len(days) // 2]

    def late(members: list[Article]) -> bool:
        return any(each.published and each.published.date().isoformat() >= middle for each in members)

    def early(members: list[Article]) -> bool:
        return any(each.published and each.published.date().isoformat() <= middle for each in members)

    assert answers(ask(watched.page, served, since=middle)) == families(found, late)
    assert answers(ask(watched.page, served, until=middle)) == families(found, early)
    assert answers(ask(watched.page, served, since="2031-01-01")) == set()
    assert watched.page.locator("#results .count").inner_text() == "Nothing of this kind is in the report."
    watched.page.get_by_text("Clear", exact=True).click()
    assert watched.page.locator("#search [name=since]").input_value() == ""
    assert answers(watched.page) == families(found, lambda _: True)
    assert_nothing_else_was_reached(watched, served)


def test_the_form_needs_no_script(served: str, found: Snapshot, browser: Any) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{served}/search")
    page.fill("#search input[name=q]", "gambut")
    page.click("#search button[type=submit]")
    page.locator("#results li a[href^='/families/']").first.click()
    assert "gambut" in page.locator("main").inner_text().casefold()
    context.close()


def test_the_policy_refuses_what_gets_into_a_page(served: str, watched: Watched) -> None:
    page = watched.page
    refused = list[str]()
    page.on("requestfailed", lambda request: refused.append(f"{request.url} {request.failure}"))
    page.goto(f"{served}/search?q=%3Cscript%3Ewindow.ran%3D1%3C/script%3E")
    assert page.locator("#search input[name=q]").input_value() == "<script>window.ran=1</script>"
    assert watched.complaints == []
    page.evaluate(
        """async () => {
          document.body.append(Object.assign(document.createElement('script'), { textContent: 'window.ran = 1' }));
          const image = Object.assign(new Image(), { src: 'http://localhost:9/seen' });
          await new Promise((resolve) => { image.onerror = resolve; });
        }"""
    )
    assert page.evaluate("window.ran") is None
    assert [each for each in refused if "localhost:9/seen" in each and "csp" in each]
    # And this is what the other tests would have heard.
    assert all("Content Security Policy" in each for each in watched.complaints)
    assert {*re.findall(r"(?:script|img)-src", " ".join(watched.complaints))} == {"script-src", "img-src"}


@pytest.mark.parametrize("watched", [_NARROW, _WIDE], ids=["360", "1440"], indirect=True)
def test_pages_that_only_a_server_has_fit_the_screen_and_can_be_read_by_all(served: str, watched: Watched) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="needs the extra `browser`").Axe()
    for place in ("/search", "/search?q=gambut", "/search?since=2031-01-01", "/families/none"):
        watched.page.goto(served + place)
        wide = watched.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{place} is {wide} pixels too wide"
        faults = axe.run(watched.page).response["violations"]
        assert [each["id"] for each in faults if each["impact"] in {"serious", "critical"}] == [], place
