"""What a report shows in a browser is what the corpus holds: passages, the matrix, charts, search and filters."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dedup import Corpus, flows
from dedup.corpus.results import snapshot
from dedup.records import Match, Snapshot
from tests.browser.conftest import Watched

# A sentence that both texts have word for word is shared; one of which the other has no five words in a row is not.
_LONG, _RUN = 12, 5


@pytest.fixture(scope="session")
def found(address: str) -> Snapshot:
    with Corpus.open(address) as corpus:
        return snapshot(corpus)


def opened(watched: Watched, path: Path) -> Any:
    watched.page.goto(path.as_uri(), wait_until="load")
    return watched.page


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


def sentences(text: str) -> Iterator[str]:
    yield from (each for each in re.split(r"(?<=[.!?”\"])\s+", text) if len(words(each)) >= _LONG)


def marked(page: Any, member: int) -> tuple[str, list[str]]:
    """Return the text of a side of `Any two, side by side` and what is marked in it, numbers left out."""
    side = page.locator("#compare .sides .side .text").nth(member)
    numbered = "each => [...each.querySelectorAll('mark')].map(mark => mark.textContent)"
    return side.evaluate("each => each.textContent"), side.evaluate(numbered)


def squeezed(text: str) -> str:
    """Return a text as a browser gives it back: white space is one."""
    return " ".join(text.split())


def pages_of_families(report: Path, found: Snapshot) -> Iterator[tuple[Path, list[str]]]:
    for family in found.families:
        path = report / "families" / f"{family.id}.html"
        if len(family.members) > 2 and path.exists():
            yield path, list(family.members)


def test_two_members_side_by_side_show_their_shared_passages_and_nothing_else(
    report: Path, found: Snapshot, watched: Watched
) -> None:
    by_texts: dict[frozenset[str], Match] = {}
    for match in found.matches:
        by_texts[frozenset(squeezed(found.articles[key].text) for key in (match.a, match.b))] = match
    compared = 0
    for path, _ in pages_of_families(report, found):
        page = opened(watched, path)
        for chosen in page.eval_on_selector_all("#compare select[name=a] option", "all => all.map(one => one.value)"):
            page.select_option("#compare select[name=a]", chosen)
            left, right = marked(page, 0), marked(page, 1)
            texts = [squeezed(left[0]), squeezed(right[0])]
            if texts[0] == texts[1]:
                continue
            match = by_texts[frozenset(texts)]
            for (_, passages), text in zip((left, right), texts, strict=True):
                is_a = squeezed(found.articles[match.a].text) == text
                whole = found.articles[match.a if is_a else match.b].text
                spans = [(p.a_start, p.a_end) if is_a else (p.b_start, p.b_end) for p in match.passages]
                expected = sorted(squeezed(whole[start:end]) for start, end in spans)
                assert sorted(map(squeezed, passages)) == expected, (path.name, chosen)
            assert_sentences_are_marked_right(left, right)
            compared += 1
    assert compared > 30


def assert_sentences_are_marked_right(left: tuple[str, list[str]], right: tuple[str, list[str]]) -> None:
    """Hold what is marked against the two texts alone."""
    for (text, passages), (other, _) in ((left, right), (right, left)):
        shown, others = " ".join(" ".join(words(each)) for each in passages), words(other)
        runs = {tuple(others[place : place + _RUN]) for place in range(len(others) - _RUN + 1)}
        for sentence in sentences(text):
            said = words(sentence)
            if " ".join(said) in " ".join(others):
                assert " ".join(said) in shown, sentence
            elif not any(tuple(said[place : place + _RUN]) in runs for place in range(len(said) - _RUN + 1)):
                assert " ".join(said) not in shown, sentence


def test_passages_lead_to_one_another(report: Path, found: Snapshot, watched: Watched) -> None:
    for path, _ in list(pages_of_families(report, found))[:3]:
        page = opened(watched, path)
        for link in page.locator("#compare mark a").all():
            target = link.get_attribute("href")
            assert page.locator(target).count() == 1
            back = page.locator(f"{target} a").get_attribute("href")
            assert back == f"#{link.evaluate('each => each.closest(`mark`).id')}"


def test_the_matrix_has_what_the_flows_are(report: Path, found: Snapshot, watched: Watched) -> None:
    page = opened(watched, report / "index.html")
    names = [each.strip() for each in page.locator(".matrix thead th").all_inner_texts()]
    shown = {}
    for row in page.locator(".matrix tbody tr").all():
        source = row.locator("th").inner_text().strip()
        for target, cell in zip(names, row.locator("td").all_inner_texts(), strict=True):
            if cell.strip().isdigit():
                shown[source, target] = int(cell)
    assert shown == {(flow.source, flow.target): flow.families for flow in flows(found).flows}
    hit = page.locator(".matrix td.hit").first
    hit.focus()
    assert re.search(r"\d", hit.get_attribute("aria-label"))


def test_charts_draw_what_the_tables_say(report: Path, watched: Watched) -> None:
    page = opened(watched, report / "index.html")
    drawn = page.evaluate("Object.values(Chart.instances).map(each => each.config.type)")
    assert sorted(drawn) == ["bar", "bubble", "line"]
    table = [
        [cell.strip() for cell in row.locator("td").all_text_contents()]
        for row in page.locator("#days table tbody tr").all()
    ]
    series = page.evaluate(
        "Object.values(Chart.instances).find(each => each.config.type === 'bar').data.datasets.map(each => each.data)"
    )
    assert [[str(number) for number in day] for day in zip(*series, strict=True)] == table
    pixels = page.evaluate(
        "[...document.querySelector('#days canvas').getContext('2d').getImageData(0, 0, 400, 200).data].some(Boolean)"
    )
    assert pixels
    assert watched.complaints == []


def results(page: Any) -> list[str]:
    """Return what is found, asked for at once: while somebody types, the page waits a little."""
    page.evaluate("document.getElementById('search').requestSubmit()")
    return [each.strip() for each in page.locator("#results li bdi").all_inner_texts()]


def test_search_finds_by_words_site_relation_and_period(report: Path, found: Snapshot, watched: Watched) -> None:
    page = opened(watched, report / "search.html")
    page.fill("input[name=q]", "KEBAKARAN gambut")
    titles = results(page)
    assert titles
    assert all("gambut" in title.casefold() for title in titles)
    page.click("button[type=reset]")
    page.select_option("select[name=kind]", "f")
    every = results(page)
    assert len(every) == len([family for family in found.families if len(family.members) > 1])
    page.select_option("select[name=relation]", "exact")
    some = results(page)
    assert set(some) < set(every)
    assert some
    page.select_option("select[name=relation]", "")
    page.fill("input[name=since]", "2026-11-20")
    late = results(page)
    assert set(late) < set(every)
    assert late
    page.fill("input[name=since]", "2031-01-01")
    assert results(page) == []
    assert page.locator("#results .count").inner_text()
    assert watched.complaints == []


def test_pages_can_be_read_without_scripts(report: Path, found: Snapshot, browser: Any) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((report / "index.html").as_uri())
    assert page.locator("main").inner_text().strip()
    path, members = next(pages_of_families(report, found))
    page.goto(path.as_uri())
    page.locator("details.pair summary").first.click()
    assert page.locator("details.pair mark").first.is_visible()
    assert page.locator("ol.members > li").count() == len(members)
    context.close()
