"""Every kind of page of a report: nothing goes wrong, nothing is asked for."""

from itertools import islice
from pathlib import Path

import pytest

from tests.browser.conftest import Watched

_OF_EACH_KIND = 3
_NARROW = {"viewport": {"width": 360, "height": 740}}
_WIDE = {"viewport": {"width": 1440, "height": 1000}}


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
