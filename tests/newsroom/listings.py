"""An edition in, the machine-readable lists of an outlet out: feeds, sitemaps and robots.txt."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime

from jinja2 import Environment
from markupsafe import Markup

from tests.newsroom.edition import Edition
from tests.newsroom.layouts import Layouts
from tests.newsroom.outlets import Outlet
from tests.newsroom.texts import Text

_FEED_ENTRIES = 100
SECRET_FOLDER = "/rahasia/"


@dataclass(frozen=True, slots=True)
class Entry:
    """An article as a feed or sitemap names it; its times are in the outlet's own zone."""

    title: str
    url: str
    author: str
    section: str
    iso: str
    rfc_date: str
    summary: str
    number: int


def cdata(value: str) -> Markup:
    """Return the value as a CDATA section."""
    return Markup("<![CDATA[{}]]>").format(Markup(value.replace("]]>", "]]]]><![CDATA[>")))


def listing(layouts: Layouts, template: str, path: str, texts: Sequence[Text]) -> str:
    """Return the XML of a listing (`rss`, `atom`, `news_sitemap` or `sitemap_index`) of these articles."""
    outlet, edition = layouts.outlet, layouts.edition
    shown = texts[:_FEED_ENTRIES] if template == "rss" else texts
    built = edition.changed(texts).astimezone(outlet.timezone)
    return layouts.templates.get_template(f"listings/{template}.xml").render(
        outlet=outlet,
        home=edition.url(outlet),
        self_url=edition.url(outlet, path),
        news_url=edition.url(outlet, outlet.news_sitemap),
        built=_rfc_822(built) if template == "rss" else built.isoformat(),
        entries=[_entry(layouts, text) for text in shown],
    )


def robots(outlet: Outlet, edition: Edition) -> str:
    """Return robots.txt: one closed folder, the sitemaps, and the pace where the outlet asks for one."""
    lines = ["User-agent: *", f"Disallow: {SECRET_FOLDER}"]
    if outlet.crawl_delay_s:
        lines.append(f"Crawl-delay: {outlet.crawl_delay_s:g}")
    sitemaps = [path for path in (outlet.sitemap_index, outlet.news_sitemap) if path]
    lines += ["", *(f"Sitemap: {edition.url(outlet, path)}" for path in sitemaps)]
    return "\n".join(lines).rstrip() + "\n"


def register(templates: Environment) -> Environment:
    """Return the environment with the filters that the listings use."""
    templates.filters["cdata"] = cdata
    return templates


def _entry(layouts: Layouts, text: Text) -> Entry:
    teaser = layouts.teaser(text)
    return Entry(
        title=text.title,
        url=teaser.url,
        author=text.author,
        section=teaser.section.name,
        iso=teaser.iso,
        rfc_date=_rfc_822(datetime.fromisoformat(teaser.iso)),
        summary=teaser.summary,
        number=teaser.number,
    )


def _rfc_822(moment: datetime) -> str:
    """Return the date as RFC 822 has it, with the zone's offset."""
    return format_datetime(moment)
