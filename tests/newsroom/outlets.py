"""The ten outlets of the press: what each is called, how its addresses look and which listings it has."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta, timezone
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Outlet:
    """One outlet. Empty strings stand for what it does not have.

    Address schemes are filled with `number`, `slug`, `section`, `year`, `month`, `day`; an outlet with
    several `articles` schemes uses each for some of its articles. `pager` is put behind the path of a
    section or front page, which lists `per_page` articles. `amp` and `print` are put before the path of an article.
    """

    id: str
    name: str
    language: str
    articles: tuple[str, ...]
    section: str
    pager: str = "?page={n}"
    rss: str = ""
    atom: str = ""
    news_sitemap: str = ""
    sitemap_index: str = ""
    tracking: str = ""
    amp: str = ""
    print: str = ""
    per_page: int = 20
    paged: bool = False
    cdata: bool = False
    charset: str = "utf-8"
    crawl_delay_s: float = 0.0
    utc_offset_h: int = 7
    zone: str = "WIB"
    editors: tuple[str, ...] = ()

    @property
    def host(self) -> str:
        """The host name, without a port."""
        return f"{self.id}.test"

    @property
    def timezone(self) -> timezone:
        """The zone in which its pages show times."""
        return timezone(timedelta(hours=self.utc_offset_h))

    @property
    def best_listing(self) -> str:
        """The path of the listing that names every article; empty where only section pages do."""
        return self.sitemap_index or self.atom or self.rss or self.news_sitemap


_ALL = (
    Outlet(
        id="antar-nusa",
        name="Antar Nusa",
        language="id",
        articles=("/berita/{number}/{slug}",),
        section="/{section}",
        rss="/rss/terkini.xml",
        editors=("Dharma Wicaksana", "Lestari Ambarwati", "Teguh Mahardika"),
    ),
    Outlet(
        id="kabar-timur",
        name="Kabar Timur",
        language="id",
        articles=("/{year}/{month}/{day}/{slug}/",),
        section="/category/{section}/",
        pager="page/{n}/",
        rss="/feed/",
        editors=("Yosefina Lawalata", "Markus Rumbino", "Halimah Tuanaya"),
    ),
    Outlet(
        id="warta-nusa",
        name="Warta Nusa",
        language="id",
        articles=("/{section}/d-{number}/{slug}",),
        section="/{section}/indeks",
        news_sitemap="/sitemap-news.xml",
        sitemap_index="/sitemap.xml",
        paged=True,
        editors=("Winarno Adiputra", "Sekar Tanjung", "Danang Laksmana"),
    ),
    Outlet(
        id="suara-pantai",
        name="Suara Pantai",
        language="id",
        articles=("/read/{number}/{slug}",),
        section="/kanal/{section}",
        atom="/atom.xml",
        amp="/amp",
        editors=("Mutiara Pesisir", "Baharuddin Lontar", "Intan Karanglangit"),
    ),
    Outlet(
        id="harian-lembah",
        name="Harian Lembah",
        language="id",
        articles=("/baca/{number}-{slug}.html", "/berita.php?id={number}"),
        section="/{section}.php",
        pager="?hal={n}",
        per_page=4,
        charset="windows-1252",
        editors=("Sutikno", "Ngatini Rahayu", "Pardi Wongsokarto"),
    ),
    Outlet(
        id="pos-raya",
        name="Pos Raya",
        language="id",
        articles=("/{section}/{year}/{month}/{day}/{slug}",),
        section="/kategori/{section}",
        rss="/rss",
        tracking="?utm_source=rss&utm_medium=feed&utm_campaign=pos-raya-terkini",
        print="/print",
        editors=("Savitri Anggraini", "Hardiman Poltak", "Gracia Manurung"),
    ),
    Outlet(
        id="viral-sekejap",
        name="Viral Sekejap",
        language="id",
        articles=("/post/{slug}-{number}.html",),
        section="/topik/{section}",
        news_sitemap="/sitemap-news.xml",
        cdata=True,
        editors=("Admin Viral", "Tim Heboh"),
    ),
    Outlet(
        id="berita-semenanjung",
        name="Berita Semenanjung",
        language="ms",
        articles=("/{section}/{slug}-{number}",),
        section="/kategori/{section}",
        rss="/rss.xml",
        utc_offset_h=8,
        zone="MYT",
        editors=("Rosmah Idris", "Faizal Hamdan", "Lim Siew Ping"),
    ),
    Outlet(
        id="harbour-gazette",
        name="The Harbour Gazette",
        language="en",
        articles=("/news/{section}/{slug}-{number}",),
        section="/news/{section}",
        atom="/feeds/latest.atom",
        news_sitemap="/sitemaps/news.xml",
        utc_offset_h=0,
        zone="GMT",
        editors=("Prudence Calloway", "Edwin Thackray"),
    ),
    Outlet(
        id="northern-ledger",
        name="Northern Ledger",
        language="en",
        articles=("/{year}/{month}/{slug}.html",),
        section="/search/label/{section}",
        rss="/feeds/posts/default",
        crawl_delay_s=0.2,
        utc_offset_h=0,
        zone="GMT",
        editors=("Isobel Fairweather", "Tom Akehurst"),
    ),
)

OUTLETS: Mapping[str, Outlet] = MappingProxyType({outlet.id: outlet for outlet in _ALL})
