"""The ways to write one address: with http or https, with or without `www.`, a slash at its end, and trackers."""

import re
from functools import lru_cache
from hashlib import blake2b

from dedup.sites import site_of_host

_ADDRESS = re.compile(r"(https?)://(?P<host>[^/?#]+)(?P<path>[^?#]*)(?P<rest>.*)", re.IGNORECASE | re.DOTALL)
# What tells a server whence its readers come, under names that nothing else has; the crawler leaves out more.
_TRACKER = re.compile(
    r"(?:amp;)?(?:utm_\w+|(?:fb|g|dc|tw|yc|ms)?clid|msclkid|gclsrc|gbraid|wbraid|igshid|mc_[ce]id|mkt_tok|_ga|_gl)(?:=.*)?",
    re.IGNORECASE | re.DOTALL,
)
_USUAL_PORT = re.compile(r"(?::(?:80|443))+$")


def spelling(url: str) -> str:
    """Return the spelling that stands for all ways to write an address; what is not http or https stays as it is.

    With https, without `www.` where what is left is of the same site, without slashes at its end, without parameters
    that only trace readers (`utm_source`, `fbclid`). A name for a page, not an address to ask for: the server may know
    only one of the others. `spelling(spelling(url)) == spelling(url)`.
    """
    found = _ADDRESS.fullmatch(url)
    if found is None:
        return url
    return f"https://{_bare(found['host'])}{found['path'].rstrip('/') or '/'}{_untraced(found['rest'])}"


def spelled(url: str) -> str:
    """Return 16 hexadecimal digits that all spellings of an address share."""
    return blake2b(spelling(url).encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def spellings(url: str) -> tuple[str, ...]:
    """Return the ways to write an address, the one that stands for all first: eight as a rule, one for no address.

    All are without parameters that trace readers, of which there is no end.
    """
    found = _ADDRESS.fullmatch(url)
    if found is None:
        return (url,)
    host, path, rest = _bare(found["host"]), found["path"].rstrip("/") or "/", _untraced(found["rest"])
    if not host:
        return (f"https://{path}{rest}",)
    both = (path + rest, f"{path}/{rest}") if path != "/" else (path + rest, rest)
    hosts = (host, f"www.{host}") if _bare(f"www.{host}") == host else (host,)
    return tuple([f"{scheme}://{each}{end}" for scheme in ("https", "http") for each in hosts for end in both])


def _untraced(rest: str) -> str:
    """Return what follows the path of an address, its query and its fragment, without what traces readers."""
    query, mark, fragment = rest.partition("#")
    asked = query.removeprefix("?").split("&")
    kept = [each for each in asked if not _TRACKER.fullmatch(each)]
    return rest if len(kept) == len(asked) else f"{'?' if kept else ''}{'&'.join(kept)}{mark}{fragment}"


@lru_cache(maxsize=4_096)
def _bare(host: str) -> str:
    """Return a host, its port behind it, without what does not tell sites apart."""
    host = _USUAL_PORT.sub("", host.lower())
    while host.startswith("www.") and "@" not in host and _site(host.removeprefix("www.")) == _site(host):
        host = host.removeprefix("www.")
    return host


def _site(host: str) -> str:
    return site_of_host(host.partition(":")[0])
