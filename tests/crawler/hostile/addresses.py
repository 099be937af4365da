"""Addresses where no crawler has any business, in every spelling that some program understands."""

from collections.abc import Sequence

# {trap}: a port of this machine where something listens; {site}: the port of the host that may be asked.
_PLACES = (
    # This machine, by number.
    "http://127.0.0.1:{trap}/",
    "http://127.0.0.1:{site}/",
    "http://127.1:{trap}/",
    "http://127.0.1:{trap}/",
    "http://127.1.2.3:{trap}/",
    "http://127.255.255.254:{trap}/",
    "http://2130706433:{trap}/",
    "http://0x7f000001:{trap}/",
    "http://0X7F.0.0.1:{trap}/",
    "http://0x7f.1:{trap}/",
    "http://017700000001:{trap}/",
    "http://0177.0.0.01:{trap}/",
    "http://0:{trap}/",
    "http://0.0.0.0:{trap}/",
    "http://127.0.0.1.:{trap}/",
    "http://127.0.0.1..:{trap}/",
    "http://127。0。0。1:{trap}/",
    "http://127｡0｡0｡1:{trap}/",
    "http://１２７.０.０.１:{trap}/",
    "http://①②⑦.0.0.1:{trap}/",
    "http://127.0.0.\u200b1:{trap}/",
    "http://127\u00ad.0.0.1:{trap}/",
    "http://%31%32%37.0.0.1:{trap}/",
    "http://%2531%2532%2537.0.0.1:{trap}/",
    "http://127.0.0.1%00.berita.net:{trap}/",
    "http://127.0.0.1%2f@warta.test:{trap}/",
    # The same as IPv6, and what carries an IPv4 address inside.
    "http://[::1]:{trap}/",
    "http://[0:0:0:0:0:0:0:1]:{trap}/",
    "http://[::]:{trap}/",
    "http://[::1%25lo]:{trap}/",
    "http://[::ffff:127.0.0.1]:{trap}/",
    "http://[::FFFF:7f00:1]:{trap}/",
    "http://[::ffff:127.0.0.1%25lo]:{trap}/",
    "http://[::127.0.0.1]:{trap}/",
    "http://[::ffff:0:127.0.0.1]:{trap}/",
    "http://[2002:7f00:1::1]:{trap}/",
    "http://[2001:0:7f00:1::1]:{trap}/",
    "http://[2001:0:4136:e378:8000:63bf:80ff:fffe]:{trap}/",
    "http://[64:ff9b::127.0.0.1]:{trap}/",
    "http://[64:ff9b:1::127.0.0.1]:{trap}/",
    "http://[2606:4700::5efe:127.0.0.1]:{trap}/",
    # Its names, and names of the local net.
    "http://localhost:{trap}/",
    "http://LOCALHOST:{trap}/",
    "http://localhost.:{trap}/",
    "http://LocalHost.LocalDomain:{trap}/",
    "http://www.localhost:{trap}/",
    "http://ip6-localhost:{trap}/",
    "http://router:{trap}/",
    "http://printer.local:{trap}/",
    "http://nas.home.arpa:{trap}/",
    "http://wiki.intranet:{trap}/",
    "http://berita.onion:{trap}/",
    # Where clouds answer their machines.
    "http://169.254.169.254/latest/meta-data/",
    "http://[::ffff:169.254.169.254]/latest/meta-data/",
    "http://[fd00:ec2::254]/latest/meta-data/",
    "http://0xa9fea9fe/latest/meta-data/",
    "http://metadata.google.internal/computeMetadata/v1/",
    "http://METADATA.google.internal./computeMetadata/v1/",
    "http://100.100.100.200/latest/meta-data/",
    "http://168.63.129.16/metadata/instance",
    # Nets that are not of the public one.
    "http://10.1.2.3/",
    "http://172.16.0.1/",
    "http://172.31.255.254/",
    "http://192.168.1.1/admin",
    "http://3232235777/",
    "http://100.64.0.1/",
    "http://198.18.0.1/",
    "http://192.0.0.9/",
    "http://192.0.2.1/",
    "http://198.51.100.7/",
    "http://203.0.113.7/",
    "http://192.88.99.1/",
    "http://224.0.0.1/",
    "http://240.0.0.1/",
    "http://255.255.255.255/",
    "http://[fe80::1]/",
    "http://[fe80::1%25eth0]/",
    "http://[fec0::1]/",
    "http://[fd12:3456::1]/",
    "http://[ff02::1]/",
    "http://[ff0e::1]/",
    "http://[2001:db8::1]/",
    "http://[3fff::1]/",
    "http://[5f00::1]/",
    "http://[4000::1]/",
    # Beside the host that may be asked.
    "http://warta.test:{trap}/",
    "http://warta.test/",
    "https://warta.test/",
    "http://warta.test:0/",
    "http://lain.warta.test:{site}/",
    "http://lain.test:{site}/",
    "http://warta.test:{site}@127.0.0.1:{trap}/",
    "http://warta.test@127.0.0.1:{trap}/",
    "http://127.0.0.1:{trap}\\@warta.test:{site}/",
    "http:\\\\127.0.0.1:{trap}\\",
    "http://127.0.0.1:{trap}#@warta.test:{site}/",
    "http://127.0.0.1:{trap}?@warta.test:{site}/",
    "HTTP://127.0.0.1:{trap}/",
    " http://127.0.0.1:{trap}/",
    "ht\ntp://127.0.0.1:\t{trap}/",
    "\x01http://127.0.0.1:{trap}/",
    # Not the web.
    "file:///etc/hostname",
    "file://localhost/etc/hostname",
    "ftp://127.0.0.1:{trap}/x",
    "gopher://127.0.0.1:{trap}/_x",
    "dict://127.0.0.1:{trap}/x",
    "ws://127.0.0.1:{trap}/",
    "s3://berita/x",
    "data:text/html,<p>rahasia-dalam</p>",
    "javascript:fetch('http://127.0.0.1:{trap}/')",
    "jar:http://127.0.0.1:{trap}/x!/",
    "unix:///run/gema.sock",
    "http+unix://%2Frun%2Fgema.sock/",
    "view-source:http://127.0.0.1:{trap}/",
    # No address at all.
    "http://[::1/",
    "http://[127.0.0.1]:{trap}/",
    "http://warta.test:99999/",
    "http://warta.test:{site}:{trap}/",
    "http://berita..net/",
    "http://127.0.0.257:{trap}/",
    "http://1.2.3.4.5:{trap}/",
)
# Only a redirect or a link can say these: they begin where they are found.
_RELATIVE = ("//127.0.0.1:{trap}/", "//localhost:{trap}/x", "//[::1]:{trap}/", "//169.254.169.254/", "///127.0.0.1/")


def hostile(trap: int, site: int) -> list[str]:
    """Return every hostile address, for these two ports of this machine."""
    return _filled(_PLACES, trap, site)


def hostile_relative(trap: int, site: int) -> list[str]:
    """Return hostile addresses that begin at the scheme of the page they stand in."""
    return _filled(_RELATIVE, trap, site)


def _filled(patterns: Sequence[str], trap: int, site: int) -> list[str]:
    return [pattern.replace("{trap}", str(trap)).replace("{site}", str(site)) for pattern in patterns]
