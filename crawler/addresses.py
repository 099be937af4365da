"""Addresses: one spelling for each, the site they belong to, and the one address of an article's variants.

Text in, text out: nothing is fetched, not even the public suffix list (the one bundled with tldextract counts).
"""

import re
from ipaddress import ip_address
from urllib.parse import SplitResult, quote, urljoin, urlsplit, urlunsplit

import idna

from dedup import site_of_host, spelling

MAX_LENGTH = 2_000
_DEFAULT_PORTS = {"http": 80, "https": 443}
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_IN_PATH = "/%:@!$&'()*+,;=~"
_IN_QUERY = "/%:@!$&'()*+,;=~?[]|"
_UNSEEN = re.compile(r"[\x00-\x20\x7f]+$|^[\x00-\x20\x7f]+|[\t\r\n]")
_STRAY_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_HOST_NAME = re.compile(r"[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?")

# courlan's pattern was tried and left: it is a search for "ga", "source", "cid" anywhere in a name, and takes
# `galeri=5` and the `cid=123` that an old outlet finds its article by for trackers.
_TRACKER = re.compile(
    r"(?:utm|mtm|pk|itm|hsa|vero|oly|at|xtor|wt)_\w+|_ga|_gl|_openstat|(?:fb|g|dc|tw|yc|tt|li_fat_)?clid"
    r"|gclsrc|msclkid|gbraid|wbraid|igshid?|igsh|mc_[ce]id|mkt_tok|ref|ref_?src|ref_?url|referr?er|fromref"
    r"|xtor|cmpid|cmp|ncid|ocid|smid|smtyp|s_cid|spm|ito|sr_share|share_from|feedtype|rss|wtmc",
    re.IGNORECASE,
)
_VARIANT_HOSTS = frozenset({"amp", "m", "mobile", "wap"})
_VARIANT_SEGMENTS = frozenset({"amp", "print"})
_VARIANT_QUERY = re.compile(
    r"(?:amp|amp_js_v|print|printable|printpage|cetak)(?:=.*)?|outputtype=amp|output=amp|view=(?:amp|print)|m=[01]"
    r"|(?:page|halaman|hal|seite|pagina)=(?:1|all)|(?:single|showall|show_all)=(?:1|true)|show=all",
    re.IGNORECASE,
)
_AMP_SUFFIX = re.compile(r"\.amp(?=\.html?$|$)", re.IGNORECASE)


def canonical(url: str, base: str = "") -> str | None:
    """Return the one spelling of an http(s) address, taken relative to `base`; None for what cannot be fetched.

    Fragment, default port, user name and tracking parameters are gone, the host is lower-case ASCII, and
    the order of the other parameters is kept. `canonical(canonical(url)) == canonical(url)`.
    """
    try:
        parts = urlsplit(urljoin(base, _UNSEEN.sub("", url).replace("&amp;", "&")))
        netloc = _netloc(parts)
    except ValueError:
        return None
    if parts.scheme not in _DEFAULT_PORTS or not netloc:
        return None
    path = _without_dots(_escaped(parts.path, _IN_PATH)) or "/"
    pieces = _escaped(parts.query, _IN_QUERY).split("&")
    query = "&".join(piece for piece in pieces if piece and not _TRACKER.fullmatch(piece.partition("=")[0]))
    found = urlunsplit((parts.scheme, netloc, path, query, ""))
    return found if len(found) <= MAX_LENGTH else None


def host_of(url: str) -> str:
    """Return the host in lower case without its port, an IPv6 literal without brackets; "" where there is none."""
    try:
        return _host(urlsplit(url))
    except ValueError:
        return ""


def site_of(url: str) -> str:
    """Return the registered domain of an address, private suffixes counted; "" where it has no host.

    `foo.blogspot.com` is a site of its own, an address literal is its own site, and a name under
    a suffix nobody registered (`.test`) counts by its last two labels.
    """
    return site_of_host(host_of(url))


def plain(url: str) -> str:
    """Return the one address of an article's variants, as far as the address alone tells.

    Without AMP, print and mobile spelling, without `?page=1`, and without `?page=all` or `?single=1`.
    """
    return _plain(canonical(url) or url)


def key(url: str) -> str:
    """Return what all addresses of one article have in common: variants, http and https, `www.`, a slash at the end.

    A name to know it by, not an address to ask for. `key(key(url)) == key(url)`.
    """
    found = canonical(url) or url
    # To take one thing off may lay bare another: `www.m.`, `/amp//`.
    while (less := spelling(_plain(found))) != found:
        found = less
    return found


def article_address(page_url: str, declared: str | None) -> str:
    """Return the address an article goes by: what its page declares (rel=canonical) where that can be believed.

    A declared address on another site, or the home page (a common slip of templates), is not believed.
    """
    address = canonical(declared, page_url) if declared else None
    if address is None or site_of(address) != site_of(page_url) or is_home(address):
        return plain(page_url)
    # The declared host stays: an outlet that only has a mobile host declares that one.
    return _plain_path_and_query(address)


def is_home(url: str) -> bool:
    """Tell whether an address is the front page of its host."""
    parts = urlsplit(url)
    return not parts.query and parts.path.lower() in {"", "/", "/index.html", "/index.php", "/index.htm"}


def _netloc(parts: SplitResult) -> str:
    host = _host(parts)
    if ":" in host:
        host = f"[{host}]"
    port = parts.port
    return host if port is None or port == _DEFAULT_PORTS.get(parts.scheme) else f"{host}:{port}"


def _host(parts: SplitResult) -> str:
    """Return the host in ASCII; raises ValueError for one no resolver would take."""
    host = parts.hostname or ""
    if ":" in host:
        return ip_address(host).compressed
    if not host.isascii():
        try:
            host = idna.encode(host, uts46=True, transitional=False).decode("ascii")
        except UnicodeError:
            # Stricter than browsers (emoji, underscores); the older codec of the standard library knows those.
            host = host.encode("idna").decode("ascii")
    host = host.rstrip(".").lower()
    if (host and not _HOST_NAME.fullmatch(host)) or ".." in host:
        raise ValueError(f"not a host: {host!r}")
    return host


def _escaped(text: str, safe: str) -> str:
    """Return `text` percent-encoded once, needless escapes undone (RFC 3986, 6.2.2)."""
    text = _ESCAPE.sub(_shortest, _STRAY_PERCENT.sub("%25", text))
    return quote(text.encode("utf-8", "replace"), safe=safe)


def _shortest(escape: re.Match[str]) -> str:
    character = chr(int(escape[1], 16))
    return character if character in _UNRESERVED else escape[0].upper()


def _without_dots(path: str) -> str:
    """Return `path` without `.` and `..` segments (RFC 3986, 5.2.4)."""
    if "/." not in path:
        return path
    kept: list[str] = []
    segments = path.split("/")
    for segment in segments[1:]:
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
    if segments[-1] in {".", ".."}:
        kept.append("")
    return "/" + "/".join(kept)


def _plain(url: str) -> str:
    found = _plain_path_and_query(url)
    start, slashes, rest = found.partition("://")
    host, slash, path = rest.partition("/")
    while host.partition(".")[0] in _VARIANT_HOSTS and site_of(f"//{host.partition('.')[2]}") == site_of(f"//{host}"):
        host = host.partition(".")[2]
    return f"{start}{slashes}{host}{slash}{path}"


def _plain_path_and_query(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    path = _plain_path(parts.path)
    query = "&".join(piece for piece in parts.query.split("&") if not _VARIANT_QUERY.fullmatch(piece))
    return urlunsplit(parts._replace(path=path, query=query))


def _plain_path(path: str) -> str:
    """Return `path` without `/amp/` and `/print/` at its ends and a last `/all`, unless little else stands in it."""
    segments = _AMP_SUFFIX.sub("", path).split("/")[1:]
    end = [""] if segments and not segments[-1] else []
    names = segments[: len(segments) - len(end)]
    while len(names) > 1 and names[-1].lower() in _VARIANT_SEGMENTS:
        names.pop()
    if len(names) > 2 and names[-1].lower() == "all":
        names.pop()
    while len(names) > 1 and names[0].lower() in _VARIANT_SEGMENTS:
        names.pop(0)
    return "/" + "/".join(names + end)
