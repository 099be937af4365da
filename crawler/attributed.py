"""Text in, what it says of where it comes from out: what `dedup import` asks for rows that do not say. No Scrapy."""

from collections.abc import Mapping, Sequence

from crawler import credits as article_credits
from crawler import furniture
from crawler.rules import RuleError

# Credits stand above the furniture that ends a text; to look for that in all lines would take twice as long.
_END_LINES = 3
_FIELDS = ("agency", "credited_source", "credited_title", "sources", "place", "authors")


def fields(text: str, site: str, site_name: str, url: str) -> Mapping[str, str | tuple[str, ...]]:
    """Return fields of an Article by name, "" or () where the text says nothing of them."""
    lines = [line for raw in text.splitlines() if (line := raw.strip())]
    end = _without_furniture(lines[-_END_LINES:], site)
    found = article_credits.read((*lines[:-_END_LINES], *end), site, site_name, url)
    return {name: getattr(found, name) for name in _FIELDS}


def _without_furniture(lines: Sequence[str], site: str) -> Sequence[str]:
    try:
        return furniture.strip(lines, site=site).kept
    except RuleError:
        # A crawl refuses rules of the user's that are none; an import of others' texts can do without.
        return lines
