"""What the fields of a row are called, whatever program wrote it.

Known are the names of Gema's own exports, of news-please, fundus and trafilatura, and those that Scrapy projects
commonly use. Capitals and `-`, `_`, `.` and spaces make no difference: `datePublished` is `date_published`.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import fields as fields_of
from functools import lru_cache
from types import MappingProxyType
from typing import Any, TypeAlias

from dedup.records import Article

# For each field of an Article the other names it goes by, in the order in which they are believed. A name with a dot
# lies within an object. `description` and `excerpt` are left out: a teaser is not the text.
SYNONYMS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "url": (
            *("canonical_url", "link", "loc", "permalink", "article_url", "page_url", "web_url", "html.responded_url"),
            *("html.requested_url", "responded_url", "requested_url", "href", "uri", "tautan", "guid"),
            # With some that is the page, with others the front page of its site.
            *("source_url", "source"),
        ),
        "text": (
            *("maintext", "plaintext", "article_body", "article_text", "body_text", "full_text", "content", "body"),
            *("article", "paragraphs", "story", "isi", "isi_berita", "konten", "raw_text"),
        ),
        "title": ("headline", "article_title", "title_page", "title_rss", "heading", "judul"),
        "host": ("source_domain", "hostname", "domain"),
        "site_name": (
            *("publisher", "html.source_info.publisher", "sitename", "source_hostname", "source_name"),
            *("outlet", "newspaper", "media"),
        ),
        "authors": ("author", "byline", "writer", "creator", "penulis"),
        "editors": ("editor",),
        "published": (
            *("date_publish", "date_published", "publishing_date", "published_at", "published_date", "published_time"),
            *("publish_date", "published_on", "publish_time", "publication_date", "publication_datetime", "pub_date"),
            *("date", "datetime", "tanggal", "tanggal_terbit"),
        ),
        "modified": (
            "date_modify",
            "date_modified",
            "modified_at",
            "updated_at",
            "last_modified",
            "lastmod",
            "updated",
        ),
        "fetched": (
            *("date_download", "html.crawl_date", "crawl_date", "crawled_at", "scraped_at", "downloaded_at"),
            *("retrieved_at", "fetched_at", "filedate"),
        ),
        "language": ("lang", "bahasa"),
        "section": ("category", "categories", "rubrik", "kanal"),
        "tags": ("topics", "keywords", "tag"),
        "image": ("image_url", "top_image", "thumbnail"),
    }
)
# Only trafilatura writes these: its `id` is the reader's own label for a record, and its lists are strings.
_TRAFILATURA = ("fingerprint", "source-hostname")
# Our own tables have both: there a story is an id, and a text is what stands under `text`, though it be empty.
_OURS = frozenset({"family", "story"})
# How programs write that there is nothing; as a text or a title it may be meant.
_NOTHING = frozenset({"none", "null", "nan", "nat"})
_SEPARATORS = re.compile(r"[\s_.-]+")

Named: TypeAlias = tuple[str, Any]


@lru_cache(maxsize=4096)
def normal(name: str) -> str:
    """Return what all ways to write a field's name have in common."""
    return _SEPARATORS.sub("", name).lower()


# As rows are searched for them: a field's own name in all spellings, then its others, those with a dot as they are.
_NAMES_OF = {
    field.name: tuple(name if "." in name else normal(name) for name in (field.name, *SYNONYMS.get(field.name, ())))
    for field in fields_of(Article)
}
_KNOWN = frozenset(normal(name) for field in fields_of(Article) for name in (field.name, *SYNONYMS.get(field.name, ())))


def is_known(name: str) -> bool:
    """Tell whether a column or field of this name is looked at."""
    return normal(name) in _KNOWN or name in _TRAFILATURA or name in _OURS


def lacking(names: list[str]) -> str:
    """Return what keeps columns of these names from giving articles, in words; "" where nothing does."""
    have = {normal(name) for name in names}
    for field in ("url", "text"):
        others = () if field == "text" and names_ours(names) else SYNONYMS[field]
        if not have & {normal(field), *(normal(name.partition(".")[0]) for name in others)}:
            known = ", ".join(name for name in (field, *others) if "." not in name)
            return f"no column for the {field}; it may be called {known}"
    return ""


def names_ours(names: Collection[str]) -> bool:
    """Tell whether fields of these names are a row of what `dedup export` or `dedup data` wrote."""
    return all(name in names for name in _OURS)


class Fields:
    """The fields of a row under their own names and under all others; `flat` ones have lists written as strings."""

    def __init__(self, fields: Mapping[str, Any], flat: bool) -> None:
        self.theirs = any(name in fields for name in _TRAFILATURA)
        self.ours = names_ours(fields)
        self.flat = flat or self.theirs
        self._own = fields
        self._others: dict[str, Named] = {}
        for name, value in fields.items():
            self._others.setdefault(normal(name), (name, value))

    def own(self, field: str) -> Any:
        """Return what stands under this very name."""
        return self._own.get(field)

    def named(self, field: str) -> Iterator[Named]:
        """Yield what is not empty under a field's own name, then under its others, with the name it stands under."""
        value = self._own.get(field)
        if not _is_empty(field, value):
            yield field, value
        for name in _NAMES_OF[field]:
            found = self._within(name) if "." in name else self._others.get(name)
            if found is not None and found[0] != field and not _is_empty(field, found[1]):
                yield found

    def _within(self, path: str) -> Named | None:
        value: Any = self._own
        for name in path.split("."):
            if not isinstance(value, Mapping) or name not in value:
                return None
            value = value[name]
        return path, value


def _is_empty(field: str, value: Any) -> bool:
    if isinstance(value, str):
        text = value.strip()
        return not text or (field not in {"text", "title"} and text.lower() in _NOTHING)
    # Only what is no number is unlike itself.
    return value is None or value in ([], {}, ()) or (isinstance(value, float) and value != value)
