"""What scripts add to a report: search as one types, filters, any two members of a family side by side."""

import re
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from dedup import Article, Corpus, update
from dedup.records import Passage
from dedup.report.files import write
from dedup.report.sheets import report as report_of
from tests.browser.conftest import Watched, written
from tests.dedup.conftest import NOW
from tests.dedup.snapshots import NOON as THEN
from tests.dedup.snapshots import WIRE, article, match, snapshot
from tests.dedup.test_learned import FOOTER
from tests.dedup.test_updating import footed


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
    page.fill("input[name=q]", "BANJIR sumberwangi")
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


def test_a_passage_that_the_other_text_does_not_show_leads_nowhere(tmp_path: Path, watched: Watched) -> None:
    size = len(WIRE)
    texts = [WIRE, f"{WIRE} {WIRE[20:]}", f"{WIRE} Lain."]
    held = [
        article(name, f"{name}.test", hours, text) for hours, (name, text) in enumerate(zip("abc", texts, strict=True))
    ]
    passages = [Passage(0, size, 0, size, 9), Passage(20, size, size + 1, 2 * size - 19, 6)]
    matches = [match("a", "b", passages=passages), match("a", "c", passages=passages[:1])]
    found = report_of(snapshot(held, {"f": ["a", "b", "c"]}, matches=matches))
    page = open_page(watched, write(found, tmp_path, THEN).parent / "families" / "f.html")
    assert page.locator("#compare mark").count() == 3
    for place in ("#m1", "#compare"):
        links = page.locator(f"{place} mark a").evaluate_all("all => all.map(link => link.hash.slice(1))")
        assert sorted(links) == sorted(
            page.locator(f"{place} mark[id]").evaluate_all("all => all.map(mark => mark.id)")
        )
        assert len(links) == 2
    assert watched.complaints == []


def test_what_was_asked_is_there_again_after_a_look_at_an_answer(report: Path, watched: Watched) -> None:
    page = open_page(watched, report / "search.html")
    page.fill("input[name=q]", "banjir")
    page.select_option("select[name=kind]", "f")
    site = page.locator("select[name=site] option").nth(2).inner_text()
    page.select_option("select[name=site]", site)
    page.fill("input[name=since]", "2026-11-01")
    page.evaluate("document.getElementById('search').requestSubmit()")
    found = page.locator("#results li").all_inner_texts()
    assert 0 < len(found) < page.evaluate("window.gema.rows.length")
    page.locator("#results li a").first.click()
    page.wait_for_url("**/families/*.html")
    page.go_back(wait_until="load")
    page.locator("#results li").first.wait_for()
    assert page.locator("#results li").all_inner_texts() == found
    # The same address opened anew, as a link does.
    address = page.url
    page.goto("about:blank")
    page.goto(address, wait_until="load")
    assert page.locator("select[name=site]").input_value() == site
    assert page.locator("#results li").all_inner_texts() == found
    page.click("button[type=reset]")
    page.locator("#lists").wait_for()
    assert page.url == (report / "search.html").as_uri()
    page.goto(f"{page.url}?site=nobody.test&kind=x#families", wait_until="load")
    assert page.locator("#lists").is_visible()
    assert [page.locator(f"select[name={name}]").input_value() for name in ("site", "kind")] == ["", ""]
    assert watched.complaints == []


def test_any_two_members_stand_side_by_side_as_the_page_itself_shows_them(report: Path, watched: Watched) -> None:
    page = open_page(watched, largest(report, "families"))
    assert compared_as_shown(page) > 1
    assert watched.complaints == []


def compared_as_shown(page: Any) -> int:
    """Choose every member of a family beside the first, hold what is shown against its own row; return how many."""
    marked = "(side) => [...side.querySelectorAll('mark')].map((mark) => mark.textContent)"
    edited = "(side) => [...side.querySelectorAll('u')].map((word) => word.textContent)"
    struck = "(side) => [...side.querySelectorAll('s')].map((line) => line.textContent)"
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
            assert chosen.evaluate(struck) == here.evaluate(struck)
            compared += 1
    return compared


def test_a_link_into_a_folded_part_opens_it(report: Path, watched: Watched) -> None:
    page = open_page(watched, largest(report, "families"))
    page.goto(page.url + "#p1b1")
    page.locator("#p1b1").wait_for(state="visible")


def test_an_answer_says_in_which_headline_the_words_are(report: Path, watched: Watched) -> None:
    page = open_page(watched, report / "search.html")
    rows = page.evaluate("window.gema.rows")
    title, word = next(
        (title, word)
        for kind, _, title, others, *_ in rows
        for word in re.findall(r"[a-z]{6,}", others[-1].lower() if kind == "f" and others else "")
        if word not in title.lower() and sum(word in f"{each[2]} {each[3]}".lower() for each in rows) < 50
    )
    page.fill("input[name=q]", word)
    page.evaluate("document.getElementById('search').requestSubmit()")
    answer = page.locator("#results li", has=page.locator("a bdi", has_text=re.compile(f"^{re.escape(title)}$"))).first
    assert word in answer.locator(".also bdi").inner_text().lower()


def test_furniture_is_shown_when_it_is_asked_for_and_not_before(tmp_path: Path, watched: Watched) -> None:
    address = f"sqlite:///{tmp_path}/corpus.db"
    held = list(footed(12))
    body = held[0].text.split("\n")[0]
    copied = Article(url="https://elsewhere.test/1", site="elsewhere.test", text=body, title="Brief", language="id")
    with Corpus.open(address) as corpus:
        corpus.add([*held, copied])
        update(corpus, now=NOW)
    page = open_page(watched, next((written(address, tmp_path) / "families").glob("*.html")))
    for details in page.locator("details").all():
        details.evaluate("each => { each.open = true; }")
    struck = page.locator(".text s > span", has_text=FOOTER.split()[8])
    assert struck.count() > 0
    assert not any(each.is_visible() for each in struck.all())
    marks = "all => [...new Set(all.map(each => getComputedStyle(each, '::before').content))]"
    assert page.eval_on_selector_all(".text s", marks) == ['"[…]"']
    page.check("#furniture")
    assert all(each.is_visible() for each in struck.all())
    assert page.eval_on_selector_all(".text s", marks) == ["none"]


def test_furniture_in_the_middle_of_a_passage_is_struck_through_by_page_and_script(
    tmp_path: Path, watched: Watched
) -> None:
    address = f"sqlite:///{tmp_path}/corpus.db"
    # So few words are bridged by a passage.
    line = " ".join(FOOTER.split()[:10])
    held = [replace(each, text=_around(each.text.replace(FOOTER, ""), line)) for each in footed(12)]
    plain = held[0].text.replace(line + "\n", "")
    copies = [
        Article(url=f"https://{site}.test/1", site=f"{site}.test", text=text, title="Brief", language="id")
        for site, text in (("satu", plain + " tambahan"), ("dua", plain + " lain lagi"))
    ]
    with Corpus.open(address) as corpus:
        corpus.add([*held, *copies])
        update(corpus, now=NOW)
    page = open_page(watched, next((written(address, tmp_path) / "families").glob("*.html")))
    struck = "all => [...new Set(all.map(each => each.textContent.trim()))]"
    inside = page.eval_on_selector_all("#members mark s", struck)
    assert inside
    assert all(word in line.split() for each in inside for word in each.split())
    found = set()
    for one in page.eval_on_selector_all("#compare select[name=a] option", "all => all.map(each => each.value)"):
        page.select_option("#compare select[name=a]", one)
        for other in page.eval_on_selector_all("#compare select[name=b] option", "all => all.map(each => each.value)"):
            page.select_option("#compare select[name=b]", other)
            found |= set(page.eval_on_selector_all("#compare mark s", struck))
    assert found == set(inside)
    assert watched.complaints == []


def _around(text: str, line: str) -> str:
    """Return a text with a line in the middle of its words."""
    words = text.split()
    return "\n".join((" ".join(words[:30]), line, " ".join(words[30:])))


def test_the_axis_of_stories_has_the_days_of_the_zone_that_was_asked_for(report: Path, watched: Watched) -> None:
    page = open_page(watched, report / "index.html")
    given = page.evaluate("JSON.parse(document.querySelector('figure[data-chart=stories]').dataset.values).days")
    shown = page.evaluate(
        "Object.values(Chart.instances).find(each => each.config.type === 'bubble').scales.x.ticks"
        ".map(each => [each.value, each.label])"
    )
    assert shown == given
    jakarta = ZoneInfo("Asia/Jakarta")
    assert all(datetime.fromtimestamp(at, jakarta).strftime("%H:%M") == "00:00" for at, _ in given)


def test_on_paper_colours_stay(report: Path, watched: Watched) -> None:
    page = open_page(watched, largest(report, "families"))
    page.emulate_media(media="print")
    kept = "each => getComputedStyle(each).printColorAdjust"
    assert page.locator("mark").first.evaluate(kept) == "exact"
    assert page.locator(".choose").is_hidden()
