"""The site a host belongs to: its registered domain. No network: tldextract's bundled list of suffixes counts."""

from functools import cache
from ipaddress import ip_address
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tldextract import TLDExtract


def site_of_host(host: str) -> str:
    """Return the registered domain of `host`, private suffixes counted; "" for no host.

    `foo.blogspot.com` is a site of its own, an address literal is its own site, and a name under a suffix that
    nobody registered (`.test`) counts by its last two labels.
    """
    try:
        ip_address(host)
    except ValueError:
        return _suffixes()(host).top_domain_under_public_suffix or ".".join(host.split(".")[-2:])
    return host


@cache
def _suffixes() -> "TLDExtract":
    # Loaded late: the list takes longer than most commands.
    from tldextract import TLDExtract

    return TLDExtract(suffix_list_urls=(), cache_dir=None, include_psl_private_domains=True)
