"""What scripts add to a report: search as one types, filters, any two members of a family side by side."""

from pathlib import Path
from typing import Any

from tests.browser.conftest import Watched


def open_page(watched: Watched, path: Path) -> Any:
    watched.page.goto(path.as_uri(), wait_until="load")
    return watched.page


def wait_for_results(page: Any, count: int) -> None:
    """Wait until so many are found; the page's policy forbids to wait for an expression."""
    from playwright.sync_api import expect

    expect(page.locator("#results li")).to_have_count(count)


def largest(report: Path, kind: str) -> Path:
    return max((report / kind).glob("*.html"), key=lambda path: (path.stat().st_size, path.name))


def test_words_and_filters_find_stories_and_families(report: Path, watched: Watched) -> None:
    page = open_page(watched, report / "search.html")
    assert page.locator("#results").is_hidden()
    page.fill("input[name=words]", "BANJIR sumberwangi")
    page.locator("#results li").first.wait_for()
    assert page.locator("#lists").is_hidden()
    found = page.locator("#results li").all_inner_texts()
    assert all("sumberwangi" in each.lower() for each in found)
    page.select_option("select[name=kind]", "f")
    wait_for_results(page, 1)
    assert Path(report, "families", page.locator("#results li a").get_attribute("href").split("/")[1]).is_file()
    page.fill("input[name=until]", "2020-01-01")
    wait_for_results(page, 0)
    page.click("button[type=reset]")
    page.locator("#lists").wait_for()
    assert watched.complaints == []


def test_any_two_members_stand_side_by_side_as_the_page_itself_shows_them(report: Path, watched: Watched) -> None:
    page = open_page(watched, largest(report, "families"))
    marked = "(side) => [...side.querySelectorAll('mark')].map((mark) => mark.textContent)"
    edited = "(side) => [...side.querySelectorAll('u')].map((word) => word.textContent)"
    members = page.locator("li[id^=m]").count()
    compared = 0
    for place in range(1, members):
        here = page.locator(f"#text-{place}")
        if page.locator(f"#m{place} details.pair").count() == 0:
            continue
        page.select_option("#compare select[name=a]", "0")
        page.select_option("#compare select[name=b]", str(place))
        chosen = page.locator("#compare .side .text").nth(1)
        assert chosen.evaluate("(side) => side.textContent") == here.evaluate("(side) => side.textContent")
        if page.locator(f"#m{place} .line a[href^='#m']").count() == 0:
            assert chosen.evaluate(marked) == here.evaluate(marked)
            assert chosen.evaluate(edited) == here.evaluate(edited)
            compared += 1
    assert compared > 1
    assert watched.complaints == []


def test_a_link_into_a_folded_part_opens_it(report: Path, watched: Watched) -> None:
    page = open_page(watched, largest(report, "families"))
    page.goto(page.url + "#p1b1")
    page.locator("#p1b1").wait_for(state="visible")
