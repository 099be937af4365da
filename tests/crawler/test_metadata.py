"""What a page says of its article: the title, who wrote it, when, and where each was found."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler import markup, metadata
from crawler.bylines import people
from crawler.metadata import Metadata
from crawler.page import Hints, Page
from crawler.stated import gather

URL = "https://www.suarakota.test/berita/pasar-lama"
FETCHED = datetime(2026, 3, 10, tzinfo=UTC)
PROSE = "<p>Pasar lama di tepi sungai dibuka lagi setelah dua bulan diperbaiki oleh warga.</p>" * 5


def read(head: str = "", body: str = "", url: str = URL, hints: Hints | None = None) -> Metadata:
    content = f"<html><head>{head}</head><body>{body}{PROSE}</body></html>"
    page = Page(url, content.encode(), "text/html", fetched_at=FETCHED, hints=hints or Hints())
    tree = markup.tree_of(page)
    assert tree is not None
    return metadata.read(gather(tree, page))


def ld(**fields: object) -> str:
    return f'<script type="application/ld+json">{json.dumps({"@type": "NewsArticle", **fields})}</script>'


def og(name: str, content: str) -> str:
    return f'<meta property="{name}" content="{content}">'


# --- title ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("head", "body", "title"),
    [
        (
            og("og:title", "Pasar lama dibuka lagi - Suara Kota") + og("og:site_name", "Suara Kota"),
            "",
            "Pasar lama dibuka lagi",
        ),
        (
            og("og:title", "Suara Kota: Pasar lama dibuka lagi") + og("og:site_name", "Suara Kota"),
            "",
            "Pasar lama dibuka lagi",
        ),
        ("<title>Pasar lama dibuka lagi | suarakota.test</title>", "", "Pasar lama dibuka lagi"),
        # A name nobody states is known by the heading that lacks it.
        (
            og("og:title", "Pasar lama dibuka lagi - Kabar Pagi"),
            "<h1>Pasar lama dibuka lagi</h1>",
            "Pasar lama dibuka lagi",
        ),
        (og("og:title", "Opini | Pasar lama dibuka lagi"), "<h1>Pasar lama dibuka lagi</h1>", "Pasar lama dibuka lagi"),
        # Two kickers, one title.
        (
            og("og:title", "Kabar baik: Pasar lama dibuka lagi"),
            "<h1>Ekonomi - Pasar lama dibuka lagi</h1>",
            "Pasar lama dibuka lagi",
        ),
        # The window's title is for search engines; what differs from it is the editors'.
        (
            "<title>Pasar Lama Dibuka, Ini Jadwalnya</title>"
            + og("og:title", "Pasar Lama Dibuka, Ini Jadwalnya")
            + ld(headline="Pedagang kembali ke pasar lama"),
            "<h1>Pedagang kembali ke pasar lama</h1>",
            "Pedagang kembali ke pasar lama",
        ),
        # Where it decides nothing, the heading does; and where that does not, the headline.
        (
            "<title>Jadwal</title>"
            + og("og:title", "Pasar dibuka lagi hari ini")
            + ld(headline="Pedagang kembali ke pasar"),
            "<h1>Pasar dibuka lagi hari ini</h1>",
            "Pasar dibuka lagi hari ini",
        ),
        (
            og("og:title", "Ayo ke pasar lama") + ld(headline="Pedagang kembali ke pasar"),
            "",
            "Pedagang kembali ke pasar",
        ),
        # A headline cut short is that of the longer one.
        (
            og("og:title", "Pedagang kembali ke pasar lama di tepi sungai")
            + ld(headline="Pedagang kembali ke pasar..."),
            "",
            "Pedagang kembali ke pasar lama di tepi sungai",
        ),
        (ld(headline="Pasar &quot;lama&quot; <em>dibuka</em> lagi"), "", 'Pasar "lama" dibuka lagi'),
        # The same social title on every page of a site says nothing of this one.
        (
            "<title>Pedagang kembali membuka kios</title>" + og("og:title", "Warta pilihan"),
            "<h1>Pedagang kembali membuka kios</h1>",
            "Pedagang kembali membuka kios",
        ),
        ("", "<h1>Masuk</h1><h1>Pasar lama dibuka lagi</h1>", "Pasar lama dibuka lagi"),
        # Words with the outlet's name among them are no outlet.
        (
            "<title>Suara kota menjelang pemilu didengar semua warga - Dewan kota rapat</title>",
            "",
            "Suara kota menjelang pemilu didengar semua warga - Dewan kota rapat",
        ),
    ],
)
def test_the_title_is_the_editors_without_site_and_kicker(head: str, body: str, title: str) -> None:
    assert read(head, body).title == title


def test_the_listing_names_what_the_page_does_not() -> None:
    found = read(
        hints=Hints(title="Pasar lama dibuka", author="Rina Wati", published=datetime(2026, 3, 5, 3, 4, tzinfo=UTC))
    )
    assert (found.title, found.authors) == ("Pasar lama dibuka", ("Rina Wati",))
    assert (found.published, found.published_precision) == (datetime(2026, 3, 5, 3, 4, tzinfo=UTC), "minute")
    assert {found.evidence[name] for name in ("title", "authors", "published")} == {"listing", "the listing"}


# --- authors -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "names"),
    [
        ("Oleh: Rina Wati dan Budi Santoso", ["Rina Wati", "Budi Santoso"]),
        ("Penulis: Rina Wati (Kontributor Ambon)", ["Rina Wati"]),
        ("By Rina Wati in Ambon", ["Rina Wati"]),
        ("Rina Wati, Political Editor", ["Rina Wati"]),
        ("The morning editor", []),
        ("Rina Wati - Suara Kota", ["Rina Wati"]),
        ("Rina Wati, Kamis, 5 Mar 2026 10:00 WIB", ["Rina Wati"]),
        ("Sukarno", ["Sukarno"]),
        ("admin", []),
        ("suaraadmin", []),
        ("Tim Redaksi", []),
        ("https://www.facebook.com/rina", []),
        ("rina-wati", []),
        ("5 Maret 2026", []),
        ("Twitter Facebook", []),
    ],
)
def test_a_byline_gives_its_names(written: str, names: list[str]) -> None:
    assert people(written) == names


@pytest.mark.parametrize(
    ("head", "body", "authors"),
    [
        (ld(author={"@type": "Person", "name": "Rina Wati"}), "", ("Rina Wati",)),
        (
            ld(author=[{"name": "Rina Wati"}, {"name": "Suara Kota"}], publisher={"name": "Suara Kota"}),
            "",
            ("Rina Wati",),
        ),
        (
            ld(author={"@id": "#rina"}) + ld(**{"@type": "Person", "@id": "#rina", "name": "Rina Wati"}),
            "",
            ("Rina Wati",),
        ),
        (ld(author={"name": "Ratna", "url": "https://suarakota.test/author/admin/"}), "", ()),
        (ld(author={"@type": "Organization", "name": "Suara Kota"}, publisher={"name": "Suara Kota"}), "", ()),
        ('<meta name="author" content="suarakota.test, Ambon, Indonesia">', "", ()),
        ('<meta name="author" content="Rina Wati">', '<a rel="author">Orang Lain</a>', ("Rina Wati",)),
        (
            "",
            '<div class="byline"><a class="author">Rina Wati</a><a class="author">Budi</a></div>',
            ("Rina Wati", "Budi"),
        ),
        ("", '<span class="penulis">Rina Wati<i>5 Maret 2026</i></span>', ("Rina Wati",)),
        ("", '<p class="comment-author">Rina Wati</p>', ()),
        ("", "<div><p><b>RINA WATI</b></p>" + PROSE + "</div>", ("RINA WATI",)),
        ("", "<div>" + PROSE + '<p style="text-align: right"><b>Rina Wati</b></p></div><div>', ("Rina Wati",)),
        ("", "<div>" + PROSE + "<p><b>Jembatan Merah</b></p>" + PROSE + "</div>", ()),
        ("", "".join(f'<a class="author">Kolumnis {name}</a>' for name in "ABCDEFGHIJ"), ()),
    ],
)
def test_authors_are_people_not_accounts_or_outlets(head: str, body: str, authors: tuple[str, ...]) -> None:
    assert read(head, body).authors == authors


def test_an_outlet_that_signs_itself_is_the_house() -> None:
    own = {"@type": "Organization", "name": "Suara Kota"}
    assert read(ld(author=own, publisher=own)).house == ("Suara Kota",)
    assert read(ld(author={"name": "Redaksi Olahraga"}, publisher=own)).house == ("Redaksi Olahraga",)
    assert read(body='<p class="byline">Oleh Tim Redaksi</p>').house == ("Tim Redaksi",)
    assert read(ld(author={"name": "Rina Wati"}, publisher=own)).house == ()
    assert read('<meta name="author" content="Suara Kota">').house == ()


def test_of_several_articles_the_one_of_this_address_counts() -> None:
    other = ld(headline="Berita lain sekali", url="https://www.suarakota.test/berita/lain", datePublished="2026-01-01")
    mine = ld(headline="Pasar lama dibuka lagi", url="/berita/pasar-lama", datePublished="2026-03-05T10:00:00+07:00")
    found = read(other + mine)
    assert found.title == "Pasar lama dibuka lagi"
    assert found.published == datetime(2026, 3, 5, 3, tzinfo=UTC)


# --- times ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("head", "body", "url", "told"),
    [
        (ld(datePublished="2026-03-05T10:00:09+07:00"), "", URL, ("2026-03-05T03:00:09", "second", "json-ld")),
        (og("article:published_time", "2026-03-05T10:00+07:00"), "", URL, ("2026-03-05T03:00:00", "minute", "meta")),
        ("", '<time datetime="2026-03-05">kemarin</time>', URL, ("2026-03-05T00:00:00", "day", "time")),
        ("", "", "https://suarakota.test/2026/03/05/pasar", ("2026-03-05T00:00:00", "day", "url")),
        ("", "<h1>Pasar</h1><p>Kamis, 05 Mar 2026 14:05 WIT</p>", URL, ("2026-03-05T05:05:00", "minute", "text")),
        # A mere day gives way to a time of that day, but to none of another.
        (ld(datePublished="2026-03-05"), "<h1>Pasar</h1><p>5 Maret 2026 14:05 WIB</p>", URL,
         ("2026-03-05T07:05:00", "minute", "text")),
        ("", "<h1>Pasar</h1><p>7 Maret 2026 14:05 WIB</p>", "https://suarakota.test/2026/03/05/pasar",
         ("2026-03-05T00:00:00", "day", "url")),
        # Below an article stand teasers with times of their own, of the day before or after.
        ('<meta property="article:published_time" content="2026-03-05T00:00:00+07:00">',
         "<h1>Pasar</h1><p>Jembatan roboh</p><p>6 Maret 2026 10:00 WIB</p>", URL,
         ("2026-03-04T17:00:00", "day", "meta")),
        # The same day, told by the far side of the world.
        (ld(datePublished="2026-03-05") + og("article:published_time", "2026-03-04T20:30:00-05:00"), "", URL,
         ("2026-03-05T01:30:00", "second", "meta")),
        # Midnight sharp is what many write who know the day alone.
        (ld(datePublished="2026-03-05T00:00:00+07:00"), "", URL, ("2026-03-04T17:00:00", "day", "json-ld")),
        # Today's date over the page is not the article's; nor is that of its last change, where there is another.
        ("<title>Pasar lama dibuka lagi</title>",
         "<p>Selasa, 10 Maret 2026 00:01 WIB</p><h1>Pasar lama dibuka lagi</h1>"
         "<p>Diperbarui 6 Maret 2026 09:00 WIB</p><p>5 Maret 2026 14:05 WIB</p>", URL,
         ("2026-03-05T07:05:00", "minute", "text")),
        # Not before it was written, nor after it was fetched.
        (ld(datePublished="2036-03-05") + og("article:published_time", "2026-03-05"), "", URL,
         ("2026-03-05T00:00:00", "day", "meta")),
    ],
)  # fmt: skip
def test_the_time_comes_with_precision_and_evidence(head: str, body: str, url: str, told: tuple[str, str, str]) -> None:
    found = read('<meta http-equiv="content-language" content="id">' + head, body, url)
    assert found.published is not None
    assert (found.published.isoformat()[:19], found.published_precision, found.published_from) == told


_TIME = "2026-03-05T09:00+07:00"
_UPDATED = ("2026-03-05T02:00:00", "minute", "updated")
_PLAIN = ("2026-03-05T00:30:00", "minute")


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("<h1>Pasar</h1><p>Diperbarui 5 Maret 2026 09:00 WIB</p>", _UPDATED),
        ("<h1>Pasar</h1><p>Rina Wati | Diperbarui 5 Maret 2026 09:00 WIB</p>", _UPDATED),
        ("<h1>Pasar</h1><p><span>Diperbarui:</span> <span>5 Maret 2026 09:00 WIB</span></p>", _UPDATED),
        # What the element says itself, what marks it, what stands right before it.
        (f"<time datetime={_TIME}>Diperbarui dua jam lalu</time>", _UPDATED),
        ("<time>Last updated: 5 March 2026 09:00 WIB</time>", _UPDATED),
        (f"<time itemprop=dateModified datetime={_TIME}>pagi</time>", _UPDATED),
        (f"<time class=updated datetime={_TIME}>pagi</time>", _UPDATED),
        (f"<p>Dikemas kini: <time datetime={_TIME}>pagi</time></p>", _UPDATED),
        (f"<p><b>Updated</b><time datetime={_TIME}>pagi</time></p>", _UPDATED),
        (f"<p>Terbit 4 Maret, diperbarui <time datetime={_TIME}>pagi</time></p>", _UPDATED),
        ("<p><time itemprop=dateModified><b>5 Maret 2026 09:00 WIB</b></time></p>", _UPDATED),
        # An update may be of a day, and its time stands elsewhere.
        ("<time datetime=2026-03-05>Diperbarui</time><p>Diperbarui 5 Maret 2026 09:00 WIB</p>", _UPDATED),
        # What is no label: a heading, another time, a sentence.
        (f"<h2>Update pasar</h2><time datetime={_TIME}>pagi</time>", (*_UPDATED[:2], "time")),
        (f"<p>Edited by Rina Wati <time datetime={_TIME}>pagi</time></p>", (*_UPDATED[:2], "time")),
        # One time that is marked as both: nothing was changed yet.
        (f'<time class="published updated" datetime={_TIME}>pagi</time>', (*_UPDATED[:2], "time")),
        # A plain time beside it counts, whichever stands first.
        ("<div><time datetime=2026-03-05T07:30+07:00>pagi</time><time class=updated datetime=2026-03-06>x</time></div>",
         (*_PLAIN, "time")),
        ("<div><p><time datetime=2026-03-06T09:00+07:00>Diperbarui</time></p>"
         "<p><time datetime=2026-03-05T07:30+07:00>Terbit</time></p></div>", (*_PLAIN, "time")),
        ("<div><time datetime=2026-03-06T09:00+07:00>Diperbarui</time><p>Terbit 5 Maret 2026 07:30 WIB</p></div>",
         (*_PLAIN, "text")),
        (f"<div><time datetime={_TIME}>Diperbarui</time></div>" + PROSE
         + "<time itemprop=datePublished datetime=2026-03-05T07:30+07:00>Terbit</time>", (*_PLAIN, "time")),
        # The times of other articles, below that of the update, do not.
        (f"<div><time datetime={_TIME}>Diperbarui</time></div>" + PROSE
         + "<ul><li>Jembatan<time datetime=2026-03-04T10:00+07:00>kemarin</time><li>3 Maret 2026 10:00 WIB</ul>",
         _UPDATED),
    ],
)  # fmt: skip
def test_the_time_of_an_update_is_told_as_one_where_nothing_else_tells(body: str, told: tuple[str, str, str]) -> None:
    found = read('<meta http-equiv="content-language" content="id">', body)
    assert found.published is not None
    assert (found.published.isoformat()[:19], found.published_precision, found.published_from) == told
    assert found.modified is None


def test_an_update_gives_no_day_its_time_and_counts_after_all_that_names_the_article() -> None:
    body = f"<h1>Pasar</h1><time datetime={_TIME}>Diperbarui</time><p>Diperbarui 5 Maret 2026 09:00 WIB</p>"
    found = read("", body, "https://suarakota.test/2026/03/05/pasar")
    assert (found.published, found.published_from) == (datetime(2026, 3, 5, tzinfo=UTC), "url")
    found = read(ld(datePublished="2026-03-04T10:00:00Z"), body)
    assert (found.published, found.published_from) == (datetime(2026, 3, 4, 10, tzinfo=UTC), "json-ld")


@pytest.mark.parametrize(("hour", "evidence"), [(1, "listing"), (2, "updated"), (3, "updated")])
def test_a_listing_counts_before_an_update_where_it_is_older(hour: int, evidence: str) -> None:
    listed = datetime(2026, 3, 5, hour, tzinfo=UTC)
    found = read("", f"<h1>Pasar</h1><time datetime={_TIME}>Diperbarui</time>", hints=Hints(published=listed))
    assert (found.published, found.published_from) == (min(listed, datetime(2026, 3, 5, 2, tzinfo=UTC)), evidence)


def test_nothing_tells_a_time() -> None:
    found = read("", "<p>Sejak 1998 pasar itu ramai.</p><p>© 2026 Suara Kota</p>")
    assert (found.published, found.published_precision, found.published_from) == (None, "", "")


def test_a_change_is_later_than_publishing() -> None:
    published = ld(datePublished="2026-03-05T10:00:00Z", dateModified="2026-03-05T11:30:00Z")
    assert read(published).modified == datetime(2026, 3, 5, 11, 30, tzinfo=UTC)
    assert read(published.replace("T11:30", "T09:30")).modified is None


# --- the rest ------------------------------------------------------------------------------------------


def test_section_tags_image_and_site_come_with_their_evidence() -> None:
    found = read(
        og("article:section", "Ekonomi")
        + "".join(og("article:tag", tag) for tag in ("Pasar", "pasar", "Sungai"))
        + og("og:image", "/gambar/pasar.jpg")
        + og("og:site_name", "Suara Kota - Berita Terkini"),
    )
    assert (found.section, found.tags) == ("Ekonomi", ("Pasar", "Sungai"))
    assert found.image == "https://www.suarakota.test/gambar/pasar.jpg"
    assert found.site_name == "Suara Kota"
    assert found.evidence == {
        "section": "meta article:section",
        "tags": "meta article:tag",
        "image": "meta og:image",
        "site_name": "meta og:site_name",
    }


@pytest.mark.parametrize(
    ("image", "address"),
    [
        ("https://gambar.test/1.jpg", "https://gambar.test/1.jpg"),
        (["//gambar.test/1.jpg", "https://gambar.test/2.jpg"], "https://gambar.test/1.jpg"),
        ({"@type": "ImageObject", "url": "/1.jpg"}, "https://www.suarakota.test/1.jpg"),
        ("data:image/png;base64,AAAA", ""),
        ("javascript:alert(1)", ""),
        ("http://[", ""),
    ],
)
def test_the_image_is_an_absolute_web_address(image: object, address: str) -> None:
    assert read(ld(image=image)).image == address


def test_a_name_of_others_making_is_not_the_sites() -> None:
    assert read(og("og:site_name", "Blogger")).site_name == "suarakota.test"


def test_breadcrumbs_tell_the_section() -> None:
    steps = [{"name": name} for name in ("Beranda", "Ekonomi", "Pasar lama dibuka lagi")]
    crumbs = ld(**{"@type": "BreadcrumbList", "itemListElement": steps})
    assert read(crumbs + og("og:title", "Pasar lama dibuka lagi")).section == "Ekonomi"


# --- any page ------------------------------------------------------------------------------------------

_KEYS = st.sampled_from(["@id", "@type", "name", "url", "@list"])
_JSON = st.recursive(
    st.none() | st.integers() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=3),
)
_FIELDS = ("headline", "author", "publisher", "datePublished", "dateModified", "image", "keywords", "articleSection",
           "mainEntityOfPage", "@id", "url", "articleBody", "itemListElement", "inLanguage")  # fmt: skip


@given(st.dictionaries(st.sampled_from(_FIELDS), _JSON), st.sampled_from(["NewsArticle", "BreadcrumbList", "WebSite"]))
def test_whatever_json_ld_holds_metadata_is_read(fields: dict[str, object], kind: str) -> None:
    found = read(ld(**{**fields, "@type": kind}) + ld(headline="Pasar lama dibuka lagi"))
    assert isinstance(found.title, str)
    assert all(isinstance(author, str) for author in found.authors)


@pytest.mark.parametrize(
    "body",
    [
        '<div class="author">' * 5_000 + "Rina",
        '<span class="author byline">x</span>' * 50_000,
        "<h1>" * 3_000 + "Pasar",
        "<p><b>Rina Wati</b></p>" * 50_000,
        "<div>2026 : 1.1.20 </div>" * 50_000,
        "<time>" * 5_000,
        f"<h1>{'a - ' * 100_000}</h1>",
        ld(**{"@graph": [{"@type": "NewsArticle", "author": {"@id": "#a"}}] * 20_000}),
        "".join(f'<meta name="a{number}.author" content="suarakota {number}">' for number in range(20_000)),
    ],
)
def test_a_hostile_page_is_read(body: str) -> None:
    # A pass that reads inner elements again for each outer one would not end here.
    found = read("<title>" + "x | " * 100_000 + "</title>", body)
    assert len(found.title) <= 400
    assert len(found.authors) <= 12
