"""The furniture of the press: lines that stand among the paragraphs of an article and are not its text.

`LINES` says for each outlet what is set where; `FURNITURE` what must be gone after extraction. The kinds
are those that real pages have and that a good extractor leaves in.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from tests.newsroom.outlets import OUTLETS
from tests.newsroom.wording import places

Place = Literal["head", "dateline", "between", "inline", "glued", "more", "tail", "ending"]
Need = Literal["", "origin", "credit"]

KINDS = (
    "related",
    "inline",
    "continue",
    "advertising",
    "credits",
    "initials",
    "footer",
    "comments",
    "cookies",
    "heads",
    "tags",
    "malay",
    "newsletter",
    "dateline",
    "syndication",
)


@dataclass(frozen=True, slots=True)
class Line:
    """A piece of furniture: its kind, where it is set, its markup, and the words that must not survive.

    Places: `head` before the first paragraph and `dateline` at its beginning; `between` two paragraphs;
    `inline` after a sentence within a paragraph; `glued` to the end of one without a space; `more` at the
    foot of every page of a paged article but the last; `tail` after the last paragraph; `ending` at its
    very end. The markup is a Jinja template. It is set in one of `one_in` articles.
    """

    kind: str
    place: Place
    markup: str
    fragments: tuple[str, ...]
    one_in: int = 1
    needs: Need = ""


_LINK = '<a href="{{ related.path }}">{{ related.title }}</a>'
_OTHER_LINK = '<a href="{{ other.path }}">{{ other.title }}</a>'

_ANTAR_NUSA = (
    Line("dateline", "dateline", "{{ place }} (ANTAR NUSA) - ", ("(ANTAR NUSA) -",)),
    Line("related", "between", f'<p class="mt-3">Baca juga: {_LINK}</p>', ("Baca juga:",), one_in=2),
    Line("related", "between", f"<p>Lihat juga: {_OTHER_LINK}</p>", ("Lihat juga:",), one_in=5),
    Line(
        "credits",
        "tail",
        "<p>Pewarta: {{ author }}<br>Editor: {{ editor }}<br>Copyright © ANTAR NUSA {{ year }}</p>",
        ("Pewarta:", "Editor:", "Copyright ©"),
    ),
    Line(
        "footer",
        "tail",
        "<p>Dilarang keras mengambil konten laman ini, menyalinnya, atau mengumpulkannya secara otomatis "
        "untuk melatih mesin tanpa izin tertulis dari redaksi ANTAR NUSA.</p>",
        ("Dilarang keras mengambil konten",),
    ),
)

_KABAR_TIMUR = (
    Line("dateline", "dateline", "{{ place|upper }}, KABARTIMUR.test – ", ("KABARTIMUR.test –",), one_in=2),
    Line("related", "between", f"<p>Baca Juga : {_LINK}</p>", ("Baca Juga :",)),
    Line("related", "between", f"<p><em>Simak pula – {_OTHER_LINK}</em></p>", ("Simak pula –",), one_in=4),
    Line("credits", "tail", "<p>Kontributor: {{ editor }}</p>", ("Kontributor:",), one_in=3),
    Line("syndication", "tail", "<p>Sumber: {{ credit }}</p>", ("Sumber:",), needs="credit"),
    Line("tags", "tail", "<p>Tags: {{ tags|join(', ') }}</p>", ("Tags:",), one_in=4),
    Line(
        "comments",
        "tail",
        "<p>Tinggalkan Balasan</p><p>Alamat email Anda tidak akan dipublikasikan. Ruas yang wajib ditandai *"
        "</p><p>Komentar *</p><p>Nama *</p><p>Email *</p>",
        ("Tinggalkan Balasan", "Alamat email Anda tidak akan dipublikasikan", "Ruas yang wajib ditandai"),
        one_in=3,
    ),
)

_WARTA_NUSA = (
    Line("dateline", "dateline", "<strong>WARTANUSA.TEST, {{ place }}</strong> — ", ("WARTANUSA.TEST,",)),
    Line("advertising", "between", "<p>ADVERTISEMENT</p>", ("ADVERTISEMENT",), one_in=2),
    Line(
        "advertising",
        "between",
        "<p>SCROLL TO CONTINUE WITH CONTENT</p>",
        ("SCROLL TO CONTINUE WITH CONTENT",),
        one_in=2,
    ),
    Line(
        "related",
        "between",
        f'<table class="sisip"><tr><td>Baca juga: {_LINK}</td></tr></table>',
        ("Baca juga:",),
        one_in=3,
    ),
    Line("advertising", "between", "<p>[Gambas:Video 20detik]</p>", ("[Gambas:Video 20detik]",), one_in=3),
    Line(
        "related",
        "between",
        '<p><strong>Simak Video: <a href="/video/{{ number }}">Rangkuman Sepekan dari Lapangan</a></strong></p>',
        ("Simak Video:", "Rangkuman Sepekan dari Lapangan"),
        one_in=4,
    ),
    Line(
        "continue",
        "more",
        '<p><a href="{{ next_path }}">Halaman Selanjutnya</a></p>',
        ("Halaman Selanjutnya",),
    ),
    Line(
        "initials",
        "tail",
        "<p><strong>{{ ('(ltf/wdr)', '(Dna/Skt)')[draw % 2] }}</strong></p>",
        ("(ltf/wdr)", "(Dna/Skt)"),
    ),
)

_SUARA_PANTAI = (
    Line("dateline", "dateline", "<b>SuaraPantai.test, {{ place }} -</b> ", ("SuaraPantai.test,",)),
    Line("related", "between", f"<p>“Baca Juga: {_LINK}”</p>", ("“Baca Juga:",), one_in=2),
    Line("related", "between", f"<blockquote><p>Baca juga: {_OTHER_LINK}</p></blockquote>", ("Baca juga:",), one_in=2),
    Line("related", "between", f"<p><strong>Simak Juga: {_LINK}</strong></p>", ("Simak Juga:",), one_in=3),
    Line(
        "footer",
        "tail",
        '<p>Ikuti berita Suara Pantai lainnya di <a href="/ikuti">Google News</a>.</p>',
        ("lainnya di Google News",),
        one_in=2,
    ),
    Line(
        "footer",
        "tail",
        '<p>Dapatkan kabar terbaru lewat saluran WhatsApp Suara Pantai. <a href="/ikuti">Klik di sini</a> untuk '
        "bergabung.</p>",
        ("saluran WhatsApp Suara Pantai",),
        one_in=2,
    ),
    Line("credits", "tail", "<p>Fotografer: {{ editor }}</p>", ("Fotografer:",), one_in=3),
)

_HARIAN_LEMBAH = (
    Line("credits", "head", "<b>Laporan: {{ author }}</b><br><br>", ("Laporan:",)),
    Line(
        "related",
        "between",
        f'<table border="1" width="90%"><tr><td bgcolor="#eeeecc">Baca juga: {_LINK}</td></tr></table><br>',
        ("Baca juga:",),
        one_in=2,
    ),
    Line("syndication", "tail", "<i>Sumber: {{ credit }}</i><br><br>", ("Sumber:",), needs="credit"),
    Line("initials", "tail", "<b>(Tik/Har)</b><br><br>", ("(Tik/Har)",), one_in=2),
)

_POS_RAYA = (
    Line("dateline", "dateline", "{{ place|upper }}, POSRAYA.test — ", ("POSRAYA.test —",)),
    Line("inline", "inline", f"(Baca: {_LINK})", ("(Baca:",), one_in=3),
    Line("inline", "glued", f"<strong>BACA JUGA: {_OTHER_LINK}</strong>", ("BACA JUGA:",), one_in=3),
    Line(
        "related",
        "between",
        '<p class="terkait-judul">Baca Juga</p><ul class="related-list baca-juga">'
        f"<li>{_LINK}</li><li>{_OTHER_LINK}</li></ul>",
        ("Baca Juga",),
        one_in=3,
    ),
    Line(
        "syndication",
        "tail",
        '<p>Artikel ini telah tayang di {{ origin }} dengan judul "{{ origin_title }}"</p>',
        ("Artikel ini telah tayang di",),
        needs="origin",
    ),
    Line(
        "credits",
        "tail",
        "<p><span>Penulis: {{ author }}</span><span>Editor: {{ editor }}</span></p>",
        ("Penulis:", "Editor:"),
    ),
    Line(
        "footer",
        "tail",
        '<p>Ikuti kanal Telegram Pos Raya agar kabar penting lebih cepat sampai. Klik <a href="/telegram">tautan '
        "ini</a>, lalu tekan gabung.</p>",
        ("kanal Telegram Pos Raya",),
        one_in=2,
    ),
)

_VIRAL_SEKEJAP = (
    Line(
        "cookies",
        "head",
        "<p>Situs ini menggunakan cookie untuk memberi Anda pengalaman terbaik.</p>",
        ("Situs ini menggunakan cookie",),
        one_in=3,
    ),
    Line("dateline", "dateline", "Viral Sekejap – ", ("Viral Sekejap –",), one_in=3),
    Line("related", "between", f"<div>Tonton juga: {_LINK}</div>", ("Tonton juga:",), one_in=3),
    Line("advertising", "between", "<div>IKLAN</div>", ("IKLAN",), one_in=3),
    Line(
        "continue",
        "between",
        '<div><a href="{{ related.path }}">Lihat selengkapnya</a></div>',
        ("Lihat selengkapnya",),
        one_in=2,
    ),
    Line("syndication", "tail", "<p>Sumber: {{ origin }}</p>", ("Sumber:",), one_in=2, needs="origin"),
    Line("heads", "tail", "<div><b>Berita Terkait</b></div>", ("Berita Terkait",), one_in=2),
    Line("cookies", "tail", "<p>This website uses cookies.</p>", ("This website uses cookies.",), one_in=2),
)

_BERITA_SEMENANJUNG = (
    Line("malay", "dateline", "A- A+ (Ubah saiz teks) ", ("A- A+ (Ubah saiz teks)",), one_in=2),
    Line(
        "dateline",
        "dateline",
        "{{ place|upper }} {{ day_and_month }} – ",
        tuple(place.upper() for place in places("ms")),
    ),
    Line("related", "between", f"<p><b>Baca juga: {_LINK}</b></p>", ("Baca juga:",), one_in=2),
    Line("malay", "ending", " – SEMENANJUNG", ("– SEMENANJUNG",), one_in=2),
    Line("heads", "tail", "<p>Artikel berkaitan</p>", ("Artikel berkaitan",), one_in=3),
    Line(
        "footer",
        "tail",
        "<p>Ikuti kami di Telegram dan WhatsApp untuk berita terkini.</p>",
        ("Ikuti kami di Telegram",),
        one_in=2,
    ),
)

_HARBOUR_GAZETTE = (
    Line("related", "between", f"<p><strong>Read more:</strong> {_LINK}</p>", ("Read more:",), one_in=2),
    Line("related", "between", f"<p><em>Also read: {_OTHER_LINK}</em></p>", ("Also read:",), one_in=3),
    Line(
        "newsletter",
        "between",
        '<p><a href="/newsletter">Sign up for our newsletter</a></p>',
        ("Sign up for our newsletter",),
        one_in=2,
    ),
    Line("newsletter", "tail", "<p>Share this article</p>", ("Share this article",), one_in=2),
    Line(
        "comments",
        "tail",
        "<p>Leave a reply</p><p>Your email address will not be published. Required fields are marked *</p>",
        ("Leave a reply", "Your email address will not be published"),
        one_in=2,
    ),
    Line(
        "footer",
        "tail",
        "<p>Copyright © {{ year }} The Harbour Gazette. All rights reserved.</p>",
        ("Copyright ©", "All rights reserved"),
    ),
)

_NORTHERN_LEDGER = (
    Line("advertising", "between", "<p>Advertisement</p>", ("Advertisement",), one_in=2),
    Line(
        "heads",
        "tail",
        f"<p><b>Related articles</b></p><ul class='related-posts'><li>{_LINK}</li><li>{_OTHER_LINK}</li></ul>",
        ("Related articles",),
        one_in=2,
    ),
    Line(
        "footer",
        "tail",
        "<p>Follow us on Telegram for the day's headlines.</p>",
        ("Follow us on Telegram",),
        one_in=2,
    ),
)

LINES: Mapping[str, tuple[Line, ...]] = MappingProxyType(
    {
        "antar-nusa": _ANTAR_NUSA,
        "kabar-timur": _KABAR_TIMUR,
        "warta-nusa": _WARTA_NUSA,
        "suara-pantai": _SUARA_PANTAI,
        "harian-lembah": _HARIAN_LEMBAH,
        "pos-raya": _POS_RAYA,
        "viral-sekejap": _VIRAL_SEKEJAP,
        "berita-semenanjung": _BERITA_SEMENANJUNG,
        "harbour-gazette": _HARBOUR_GAZETTE,
        "northern-ledger": _NORTHERN_LEDGER,
    }
)

# What must not survive extraction, by outlet: plain words, to be found with `in`.
FURNITURE: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {outlet: tuple(part for line in LINES[outlet] for part in line.fragments) for outlet in OUTLETS}
)
