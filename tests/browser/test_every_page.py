"""Every kind of page of a report: nothing goes wrong, nothing is asked for, everybody can read it."""

from dataclasses import replace
from itertools import islice
from pathlib import Path

import pytest

from dedup.records import Relation
from dedup.report.files import write
from dedup.report.sheets import report as report_of
from tests.browser.conftest import Watched
from tests.dedup.snapshots import NOON, WIRE, article, match, snapshot

_OF_EACH_KIND = 3
_NARROW = {"viewport": {"width": 360, "height": 740}}
_WIDE = {"viewport": {"width": 1440, "height": 1000}}
_DARK = {**_WIDE, "color_scheme": "dark"}


def pages(report: Path) -> list[Path]:
    """Return the overview and a few pages of each kind."""
    inner = [folder for folder in sorted(report.iterdir()) if folder.is_dir()]
    some = [page for folder in inner for page in islice(sorted(folder.glob("*.html")), _OF_EACH_KIND)]
    return [*sorted(report.glob("*.html")), *some]


@pytest.mark.parametrize("watched", [_NARROW, _WIDE], ids=["360", "1440"], indirect=True)
def test_pages_open_without_a_complaint_or_a_request_and_fit_the_screen(report: Path, watched: Watched) -> None:
    for path in pages(report):
        watched.page.goto(path.as_uri(), wait_until="load")
        wide = watched.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{path.name} is {wide} pixels too wide"
    assert watched.complaints == []
    assert watched.requests == []


@pytest.mark.parametrize("watched", [{"viewport": {"width": 320, "height": 640}}], indirect=True)
def test_names_that_have_no_end_fit_the_smallest_screen(tmp_path: Path, watched: Watched) -> None:
    long = ".".join("situs" * 9 for _ in range(3)) + ".test"
    held = [
        replace(article(name, site, hours, text), archived=f"{'warc' * 20}.warc.gz#urn:uuid:1")
        for hours, (name, site, text) in enumerate(
            [("a", long, WIRE), ("b", f"b{long[1:]}", f"{WIRE} Lagi."), ("c", f"c{long[1:]}", "Tiga desa terendam.")]
        )
    ]
    matches = [match("a", "b"), match("b", "c", Relation.EXCERPT, (0.3, 0.3))]
    found = report_of(snapshot(held, {"f": ["a", "b"]}, {"s": ["f", "c"]}, matches))
    for path in sorted(write(found, tmp_path, NOON).parent.rglob("*.html")):
        watched.page.goto(path.as_uri(), wait_until="load")
        watched.page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
        wide = watched.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{path.name} is {wide} pixels too wide"


@pytest.mark.parametrize("watched", [_NARROW, _WIDE, _DARK], ids=["360", "1440", "dark"], indirect=True)
def test_axe_finds_no_serious_fault(report: Path, watched: Watched) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="needs the extra `browser`").Axe()
    for path in pages(report):
        watched.page.goto(path.as_uri(), wait_until="load")
        watched.page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
        found = axe.run(watched.page).response["violations"]
        serious = [
            (fault["id"], [node["html"][:120] for node in fault["nodes"]][:3])
            for fault in found
            if fault["impact"] in {"serious", "critical"}
        ]
        assert serious == [], path.name


def test_all_links_lead_somewhere(report: Path, watched: Watched) -> None:
    for path in pages(report):
        watched.page.goto(path.as_uri(), wait_until="load")
        links = watched.page.eval_on_selector_all("a[href]", "links => links.map(link => link.href)")
        for link in links:
            if not link.startswith("file:"):
                continue
            target, _, fragment = link.removeprefix(report.as_uri().rsplit("/", 1)[0]).partition("#")
            file = Path(report.parent, *filter(None, target.split("?")[0].split("/")))
            assert file.exists(), f"{path.name} links to {link}"
            if fragment and file == path:
                assert watched.page.locator(f"[id='{fragment}']").count() == 1, f"{path.name} links to #{fragment}"
