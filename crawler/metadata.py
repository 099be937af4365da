"""What an article's page says of it besides its text: title, authors, times, section, tags, picture, site, language.

A parsed tree in, a Metadata out. Each field comes with where it was found.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any
from urllib.parse import urljoin, urlsplit

from lxml import etree

from crawler import bylines, markup, titles
from crawler.addresses import host_of, site_of
from crawler.published import modified, published
from crawler.stated import Stated, letters, names, text

_SECTION_METAS = ("article:section", "og:article:section", "parsely-section", "section", "content_category")
_TAG_METAS = ("news_keywords", "parsely-tags", "sailthru.tags", "keywords")
_HOME = frozenset(
    {"home", "start", "beranda", "laman utama", "utama", "startseite", "accueil", "inicio", "news", "berita"}
)
_TAGLINE = re.compile(r"\s+[-|–—:]\s+")
_KEYED = re.compile(r"[\w-]{1,20}:\S")
_ARTICLE_TAGS = etree.XPath("//meta[@property='article:tag']/@content", smart_strings=False)
_MAX_TAGS = 20
_MAX_TAG = 80
_MAX_IMAGE = 2_000
_MAX_NAME = 60


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a page says of its article. What is not said stays empty.

    `authors` are people and agencies; `house` is the outlet or its desk, where the page gives
    that as the author and names nobody else.
    Times are aware UTC. `published_precision` is "second", "minute" or "day" (at midnight),
    `published_from` is "json-ld", "meta", "time", "url", "text", "listing", or "updated" where it is the time of
    an update, by which the article was out. `image` is absolute, `canonical` as
    written, `language` a code. `evidence` says of each field where it was found, as in "meta og:title".
    """

    title: str = ""
    authors: tuple[str, ...] = ()
    house: tuple[str, ...] = ()
    published: datetime | None = None
    published_precision: str = ""
    published_from: str = ""
    modified: datetime | None = None
    section: str = ""
    tags: tuple[str, ...] = ()
    image: str = ""
    site_name: str = ""
    canonical: str = ""
    language: str = ""
    body: str = ""
    evidence: dict[str, str] = field(default_factory=dict)


def read(stated: Stated) -> Metadata:
    """Return a page's metadata; what is not said stays empty. Does not change the page's tree."""
    language, language_where = _language(stated)
    title = titles.choose(stated)
    signed = bylines.choose(stated, title.text)
    at = published(stated, language, title.heading)
    changed, changed_where = modified(stated, language, at.at)
    section, section_where = _section(stated, title.text)
    tags, tags_where = _tags(stated)
    image, image_where = _image(stated)
    name, name_where = _site_name(stated)
    found = {
        "title": title.where,
        "authors": signed.where,
        "published": at.where,
        "modified": changed_where,
        "section": section_where,
        "tags": tags_where,
        "image": image_where,
        "site_name": name_where,
        "language": language_where,
    }
    return Metadata(
        title=title.text,
        authors=signed.names,
        house=signed.house,
        published=at.at,
        published_precision=at.precision,
        published_from=at.source,
        modified=changed,
        section=section,
        tags=tags,
        image=image,
        site_name=name,
        canonical=stated.canonical,
        language=language,
        body=body if isinstance(body := stated.article.get("articleBody"), str) else "",
        evidence={key: where for key, where in found.items() if where},
    )


def _section(stated: Stated, title: str) -> tuple[str, str]:
    told = [("JSON-LD articleSection", text(stated.article.get("articleSection")))]
    told += [(f"meta {name}", text(stated.metas.get(name, ""))) for name in _SECTION_METAS]
    told += [("JSON-LD BreadcrumbList", crumb) for crumb in reversed(_crumbs(stated))]
    for where, name in told:
        known = letters(name) in stated.own or letters(name) == letters(title)
        if name and len(name) <= _MAX_NAME and not known and name.lower() not in _HOME:
            return name, where
    return "", ""


def _crumbs(stated: Stated) -> list[str]:
    """Return the names on the way from the home page to the article; those that are not the article's or the outlet's.

    The last one is the article's own where it has no address of another page.
    """
    for thing in stated.things:
        steps = thing.get("itemListElement")
        if "BreadcrumbList" in markup.types_of(thing) and isinstance(steps, list):
            crumbs = [name for step in steps[:_MAX_TAGS] if (name := _crumb(step))]
            return [name for name in crumbs if letters(name) not in stated.own]
    return []


def _crumb(step: Any) -> str:
    if not isinstance(step, dict):
        return ""
    item = step.get("item")
    return next(iter(names(step) or (names(item) if isinstance(item, dict) else [])), "")


def _tags(stated: Stated) -> tuple[tuple[str, ...], str]:
    told = [
        ("meta article:tag", _ARTICLE_TAGS(stated.tree)),
        ("JSON-LD keywords", names(stated.article.get("keywords"))),
    ]
    told += [(f"meta {name}", [stated.metas.get(name, "")]) for name in _TAG_METAS]
    for where, written in told:
        if found := tuple(islice(_split(written), _MAX_TAGS)):
            return found, where
    return (), ""


def _split(written: list[str]) -> Iterator[str]:
    """Yield the tags in what is written, each once: in lists with commas, without those for machines ("type:news")."""
    seen: set[str] = set()
    for one in written:
        for piece in re.split(r"[,;|]", one):
            tag = text(piece).strip(' #"')
            if tag[:1].isalnum() and len(tag) <= _MAX_TAG and not _KEYED.match(tag) and tag.lower() not in seen:
                seen.add(tag.lower())
                yield tag


def _image(stated: Stated) -> tuple[str, str]:
    """Return the absolute address of the article's picture, and where it stands."""
    told = [("JSON-LD image", _address(stated.article.get("image"), stated))]
    told += [(f"meta {name}", stated.metas.get(name, "")) for name in ("og:image", "og:image:url", "twitter:image")]
    for where, written in told:
        if written and (absolute := _absolute(stated, written)):
            return absolute, where
    return "", ""


def _address(value: Any, stated: Stated) -> str:
    """Return the address in a JSON-LD image: a text, the first of a list, an object's, or that of what it refers to."""
    if isinstance(value, list):
        return _address(value[0], stated) if value else ""
    if not isinstance(value, dict):
        return text(value)
    if found := text(value.get("url") or value.get("contentUrl")):
        return found
    named = (thing for thing in stated.things if thing is not value and thing.get("@id") == value.get("@id"))
    referred: markup.Json = next(named, {})
    return text(referred.get("url") or referred.get("contentUrl"))


def _absolute(stated: Stated, written: str) -> str:
    try:
        if not written.startswith(("http://", "https://")):
            written = urljoin(markup.base_of(stated.tree, stated.page.url), written)
        parts = urlsplit(written)
    except ValueError:
        return ""
    return written if parts.scheme in {"http", "https"} and parts.netloc and len(written) <= _MAX_IMAGE else ""


def _site_name(stated: Stated) -> tuple[str, str]:
    """Return the stated name that belongs to the host, else its site: names of others' making stand on some pages."""
    host = host_of(stated.page.url).removeprefix("www.")
    told = [("meta og:site_name", text(stated.metas.get("og:site_name", "")))]
    told += [("JSON-LD publisher", name) for article in stated.articles for name in names(article.get("publisher"))]
    told += [("meta application-name", text(stated.metas.get("application-name", "")))]
    for where, written in told:
        name = _TAGLINE.split(written, maxsplit=1)[0]
        if name and len(name) <= _MAX_NAME and "://" not in name and _belongs(name, host):
            return name, where
    return site_of(stated.page.url), "the address" if host else ""


def _belongs(name: str, host: str) -> bool:
    """Tell whether a name is a host's: "Suara Kota" of suarakota.example, "Suara Kota Baru (SKB)" of skb.example."""
    found = letters(name)
    initials = letters("".join(word[0] for word in name.split()))
    labels = [letters(label) for label in host.split(".")[:-1] if len(label) > 1]
    return any(found in label or label in found or label == initials for label in labels if found)


def _language(stated: Stated) -> tuple[str, str]:
    root = stated.tree.getroottree().getroot()
    told = (
        ("html lang", root.get("lang") or root.get("{http://www.w3.org/XML/1998/namespace}lang") or ""),
        ("JSON-LD inLanguage", text(stated.article.get("inLanguage"))),
        ("meta og:locale", stated.metas.get("og:locale", "")),
        ("meta content-language", stated.metas.get("content-language", "")),
    )
    where, written = next((found for found in told if found[1]), ("", ""))
    code = re.match(r"[a-z]{2,3}", written.strip().lower())
    # `in` is what Java and Blogger call Indonesian.
    return ({"in": "id", "ind": "id", "msa": "ms"}.get(code[0], code[0]), where) if code else ("", "")
