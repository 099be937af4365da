"""What sources are called, in letters only, and which names mean the same one. Pure."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache, reduce
from operator import or_

from dedup.records import Article
from dedup.sites import site_of_host


@dataclass(frozen=True, slots=True)
class Names:
    """Names of one source: `whole` as they are written, `short` without what outlets add to them or leave out.

    `domains` are those among the whole ones that are domains: another register's is another's, whatever its label.
    """

    whole: frozenset[str] = frozenset()
    short: frozenset[str] = frozenset()
    domains: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        """Whether it says enough to tell a source by."""
        return bool(self.whole)

    def __or__(self, other: "Names") -> "Names":
        """Return the names of a source that has both."""
        return Names(self.whole | other.whole, self.short | other.short, self.domains | other.domains)

    @property
    def shortest(self) -> str:
        """The one that all who shorten it come to."""
        return min(self.whole | self.short, key=lambda each: (len(each), each))


def mean_one(one: Names, other: Names) -> bool:
    """Tell whether two sources have a name in common; that both were shortened to the same is not enough.

    "Kabar Timur" is Kabar Timur News, and Aceh Online is not Aceh News.
    """
    return bool(one.whole & other.whole or one.whole & other.short or one.short & other.whole)


def names_of(article: Article) -> Names:
    """Return what others may call an article's site: its domain, the first label of that, and what it calls itself."""
    return _names_of(article.site, article.site_name)


# Sites and agencies are named again and again.
@lru_cache(maxsize=20_000)
def _names_of(site: str, name: str) -> Names:
    own = known_by(site) if _IS_DOMAIN.fullmatch(site) else named(site)
    says = named(name)
    return own | reduce(or_, map(known_by, says.domains), says)


@lru_cache(maxsize=20_000)
def named(credit: str) -> Names:
    """Return the names that a credit gives: of a domain, of a known agency, or of whatever it says; none for "" or "-".

    A name of which a site could not be told, since it is too short, is one only as an agency's.
    """
    written = _folded(credit)
    if domain := _domain(written):
        return Names(frozenset({domain}), domains=frozenset({domain}))
    found = _spelled(_WORDS.findall(_OFFICE.sub("", written)))
    return reduce(or_, (of for of in _AGENCIES.values() if mean_one(found, of)), found)


@lru_cache(maxsize=20_000)
def agency_called(credit: str) -> str:
    """Return what a known agency is called, however a credit spells it; "" for another source."""
    return next((name for name, of in _AGENCIES.items() if mean_one(named(credit), of)), "")


@lru_cache(maxsize=20_000)
def known_by(domain: str) -> Names:
    """Return the names of a source that is known by its registered domain: that, and its first label."""
    label = _spelled(_WORDS.findall(domain.partition(".")[0]))
    return Names(label.whole | {domain}, label.short, frozenset({domain}))


@lru_cache(maxsize=20_000)
def edition_of(credit: str) -> Names:
    """Return the names of the site that one written in a word may be an edition of: "detikJabar" is one of detik.

    A capital in the word says so, or a region behind it as outlets shorten them. None where nothing says so.
    """
    word = unicodedata.normalize("NFKC", credit).strip()
    found = _CAPITAL.fullmatch(word) or _REGION.fullmatch(word.casefold())
    return _spelled([found[1].casefold()]) if found else Names()


def _folded(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold().strip()


def _domain(written: str) -> str:
    """Return the registered domain of a name that is written as one, "" of others."""
    return site_of_host(written.removeprefix("www.")) if _IS_DOMAIN.fullmatch(written) else ""


def _spelled(words: list[str]) -> Names:
    whole = "".join(words)
    kept = "".join(word for word in words if word not in _COMMON) or whole
    shorter = {kept, *(kept.removesuffix(ending) for ending in _ENDINGS), kept.removeprefix(_ARTICLE)}
    if len(whole) < _LEAST:
        return Names(frozenset({whole}) if whole in _SHORT_AGENCIES else frozenset())
    return Names(frozenset({whole}), frozenset(each for each in shorter - {whole} if len(each) >= _LEAST))


_WORDS = re.compile(r"[^\W_]+")
_IS_DOMAIN = re.compile(r"(?:[\w-]+\.)+[^\W\d_]{2,}")
_OFFICE = re.compile(r"^(?:kantor berita|lkbn)\b")
# What outlets add to a name or leave out of it: "Kabar Timur", "Kabar Timur News" and kabartimur.example are one.
# "Media" and "berita" tell names apart.
_COMMON = frozenset({"news", "online", "com", "co", "id", "my", "net", "org", "www", "the", "agency"})
_ENDINGS, _ARTICLE = ("news", "online"), "the"
# A shorter name says too little, but for agencies.
_LEAST = 3
# By what they are called here: who abridges them differently, or names their address, means one.
_AGENCIES = {
    "Antara": Names(frozenset({"antara", "ant", "antaranews", "antarafoto", "antaranews.com"})),
    "AP": Names(frozenset({"ap", "apnews", "associatedpress", "apnews.com", "ap.org"})),
    "AFP": Names(frozenset({"afp", "agencefrancepresse", "afp.com"})),
    "Anadolu": Names(frozenset({"anadolu", "aa", "anadoluajansi", "aa.com.tr"})),
    "ANSA": Names(frozenset({"ansa", "ansa.it"})),
    "Bernama": Names(frozenset({"bernama", "bernama.com"})),
    "EFE": Names(frozenset({"efe", "agenciaefe", "efe.com"})),
    "Kyodo": Names(frozenset({"kyodo", "kyodonews.net"})),
    "PA": Names(frozenset({"pa", "pamedia", "pressassociation", "pa.media"})),
    "dpa": Names(frozenset({"dpa", "deutschepresseagentur", "dpa.com"})),
    "PTI": Names(frozenset({"pti", "presstrustofindia", "ptinews.com"})),
    "Reuters": Names(frozenset({"reuters", "thomsonreuters", "reuters.com"})),
    "Sputnik": Names(frozenset({"sputnik", "sputniknews.com", "sputnikglobe.com"})),
    "TASS": Names(frozenset({"tass", "itartass", "tass.com", "tass.ru"})),
    "UPI": Names(frozenset({"upi", "unitedpressinternational", "upi.com"})),
    "Xinhua": Names(frozenset({"xinhua", "xinhuanet", "xinhuanet.com", "news.cn"})),
    "Yonhap": Names(frozenset({"yonhap", "yna", "yna.co.kr"})),
}
_SHORT_AGENCIES = frozenset(each for agency in _AGENCIES.values() for each in agency.whole if len(each) < _LEAST)
# A shorter beginning is that of other names too, and so is a word of many outlets: "kabarbali" is none of a Kabar's.
_OF_MANY = "berita|harian|kabar|koran|media|portal|radar|sinar|suara|warta"
_REGIONS = "|".join(
    (
        *("aceh", "sumut", "sumbar", "sumsel", "sumbagsel", "riau", "kepri", "jambi", "bengkulu", "lampung", "babel"),
        *("banten", "jakarta", "jabar", "jateng", "jatim", "diy", "jogja", "bali", "ntb", "ntt"),
        *("kalimantan", "kalbar", "kalsel", "kalteng", "kaltim", "kaltara"),
        *("sulawesi", "sulsel", "sulut", "sulteng", "sultra", "sulbar", "gorontalo", "maluku", "malut", "papua"),
        *(
            "bandung",
            "banyumas",
            "batam",
            "bogor",
            "cirebon",
            "madura",
            "makassar",
            "malang",
            "manado",
            "medan",
            "padang",
        ),
        *("palembang", "pekanbaru", "pontianak", "semarang", "solo", "surabaya", "yogyakarta", "yogya"),
    )
)
_CAPITAL = re.compile(rf"(?!(?:{_OF_MANY})[A-Z])([a-z\d]{{5,}})[A-Z][a-z]+")
_REGION = re.compile(rf"(?!(?:{_OF_MANY})(?:{_REGIONS})$)([a-z\d]{{5,}}?)(?:{_REGIONS})")
