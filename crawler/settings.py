"""Settings of the Scrapy project: politeness, safety and plumbing, each with its reason.

Any of them can be set for one run: `scrapy crawl news -s NAME=VALUE`.
"""

import os
from pathlib import Path

from scrapy.settings import default_settings
from scrapy.utils.conf import closest_scrapy_cfg

_CONFIGURATION = closest_scrapy_cfg()
# Cron starts in $HOME: what is relative is relative to the project.
_HOME = Path(_CONFIGURATION).parent if _CONFIGURATION else Path(__file__).resolve().parents[1]

BOT_NAME = "gema"
SPIDER_MODULES = ["crawler.spiders"]
NEWSPIDER_MODULE = "crawler.spiders"
COMMANDS_MODULE = "crawler.commands"

# --- where things are ---------------------------------------------------------------------------------------

# "": sqlite:///data/corpus.db in the project's folder, as for the `dedup` command.
CORPUS_URL = os.environ.get("CORPUS_URL", "")
# Raw pages, so that everything can be extracted again when extraction gets better.
ARCHIVE_ENABLED = True
ARCHIVE_DIR = str(_HOME / "data" / "warc")
# WARC tools like files of about this size.
ARCHIVE_MAX_BYTES = 1_000_000_000
ARCHIVE_MAX_HOURS = 24
# Complete files older or more than this are deleted, the oldest first; 0: kept.
WARC_KEEP_DAYS = 0
WARC_MAX_GB = 0
# With less room than this on the disk of the data, a run ends cleanly; 0: it goes on until the disk is full.
MIN_FREE_GB = 1
# Your own rules for what single sites set around their articles; the extracting processes read the name here.
os.environ.setdefault("GEMA_FURNITURE", str(_HOME / "seeds" / "furniture.toml"))
# Processes that extract; 0: in the crawling process itself, without limits.
EXTRACTION_WORKERS = os.cpu_count() or 1
# What one page may take there; a page that needs more is rejected, and its process replaced. 0 MiB: no limit.
EXTRACTION_LIMIT_S = 20
EXTRACTION_MEMORY_MB = 1_024
# A fresh process now and then keeps memory flat, whatever libraries leak.
EXTRACTION_PAGES_EACH = 500
# ISO 8601: the run's clock starts there and runs on; for tests and for collecting an archive as of then.
NOW = ""

# --- politeness -----------------------------------------------------------------------------------------------

# Who runs this crawler: a web page or mail address that a webmaster can complain to.
CONTACT = os.environ.get("CONTACT", "")
# `scrapy crawl news` adds CONTACT to it.
USER_AGENT = "Gema/0.1"
# The name that robots.txt files may address.
ROBOTSTXT_USER_AGENT = "Gema"
# crawler.robots obeys robots.txt instead: Scrapy's takes a server error for a file and ignores Crawl-delay.
ROBOTSTXT_OBEY = False
DOWNLOAD_DELAY = 1.0
# Jitter halves a Crawl-delay now and then.
DOWNLOAD_DELAY_JITTER = 0.0
# A server that gets slow is asked more slowly; crawler.robots keeps it away from hosts with a Crawl-delay.
AUTOTHROTTLE_ENABLED = True
# Scrapy's 5 s would be spent on every host of every run; a host starts at DOWNLOAD_DELAY.
AUTOTHROTTLE_START_DELAY = 0.0
AUTOTHROTTLE_TARGET_CONCURRENCY = 1.0
AUTOTHROTTLE_MAX_DELAY = 60.0
CONCURRENT_REQUESTS_PER_DOMAIN = 2
# Well above the number of hosts: a request that waits for its host's delay counts as one of these.
CONCURRENT_REQUESTS = 512
# Requests of one host in one run, robots.txt, parts and redirects counted; what is left stays due. It is what ends
# calendars and mazes.
HOST_MAX_REQUESTS = 2_000
# Hosts that want so many seconds between requests do not prolong a run by more than the second, in which all
# others are done. What is left of them stays due.
SLOW_HOST_DELAY_S = 5.0
SLOW_HOSTS_TAIL_S = 300.0
# What pages may forbid by robots meta tags, X-Robots-Tag or TDMRep: recorded with the article always, obeyed where
# named here, separated by commas: noindex and tdm-reservation (not stored), noarchive (no raw page kept).
OBEY_DIRECTIVES = ""
DEFAULT_REQUEST_HEADERS = {
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,application/feed+json;q=0.9,*/*;q=0.8",
    "Accept-Language": "id,ms;q=0.8,en;q=0.6,*;q=0.4",
}

# --- cadence --------------------------------------------------------------------------------------------------

# A listing is asked again after a quarter of the time since it last named something new, at most after this. A seed's
# own `every=` goes before.
LISTING_MAX_HOURS = 24
# ETags lie now and then; after so many hours a listing is asked for as a whole.
FULL_FETCH_HOURS = 24
# Articles published in the last two days are looked at again so long after the first visit; a text that
# changed is kept as a revision. Empty: never.
REVISIT_AFTER = "1h,6h,1d"
# Runs in a row in which a seed named no address, before the verdict says so.
SEED_EMPTY_RUNS = 3

# --- safety -----------------------------------------------------------------------------------------------------

# Exceptions to the guard, `host:port=address` separated by commas: for tests and the demo.
GUARD_ALLOW = ""
# Only here (or with -s): in a spider's custom_settings it would be ignored in silence.
TWISTED_DNS_RESOLVER = "crawler.guard.GuardedResolver"
# The guard has to see every answer, a name that changes its address included.
DNSCACHE_ENABLED = False
DOWNLOAD_HANDLERS = {
    "http": "crawler.handler.Handler",
    "https": "crawler.handler.Handler",
    **dict.fromkeys(("data", "file", "ftp", "s3")),
}
DOWNLOAD_VERIFY_CERTIFICATES = True
# Bytes; 1 GiB by default. The longest real article pages have about 3 MB, the largest sitemaps 10.
DOWNLOAD_MAXSIZE = 10 * 2**20
DOWNLOAD_WARNSIZE = 0
DOWNLOAD_TIMEOUT = 30
DNS_TIMEOUT = 10
# A loopback server that runs Python for a token, and a console that runs it for a password: not while
# collecting pages from strangers.
REMOTE_CONTROL_ENABLED = False
TELNETCONSOLE_ENABLED = False
# Scrapy loads what is off, too, for the first a web server: a twelfth of the CPU of a run that finds nothing new. Who
# wants one of them names it in EXTENSIONS.
EXTENSIONS_BASE = {
    path: place
    for path, place in default_settings.EXTENSIONS_BASE.items()
    if not path.endswith((".RemoteControl", ".TelnetConsole"))
}
# Nothing of a session is wanted; besides, it imports tldextract, which then asks the network for a list.
COOKIES_ENABLED = False
# A proxy from the environment would be asked for names that the guard has not seen; when this is set, the proxy itself
# may be anywhere.
HTTPPROXY_ENABLED = False
# Redirects are followed by crawler.guard, and failures retried by the ledger, so that none ends in silence.
REDIRECT_ENABLED = False
METAREFRESH_ENABLED = False
RETRY_ENABLED = False
REFERER_ENABLED = False
# crawler.addresses has its own limit; Scrapy's drops requests without a word.
URLLENGTH_LIMIT = 0

DOWNLOADER_MIDDLEWARES = {
    "crawler.guard.GuardMiddleware": 20,
    "crawler.robots.RobotsMiddleware": 30,
    "crawler.pace.PaceMiddleware": 40,
    "crawler.compression.CompressionMiddleware": 590,
    "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": None,
    "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
    "scrapy.downloadermiddlewares.httpauth.HttpAuthMiddleware": None,
    "scrapy.downloadermiddlewares.cookies.CookiesMiddleware": None,
}

# --- plumbing -----------------------------------------------------------------------------------------------------

ITEM_PIPELINES = {"crawler.pipelines.CorpusPipeline": 300}
EXTENSIONS = {
    # Scrapy's own leaves with 0 whatever became of the file.
    "scrapy.extensions.feedexport.FeedExporter": None,
    "crawler.extensions.Feeds": 50,
    "crawler.extensions.ArchiveListener": 100,
    "crawler.extensions.RunRecord": 200,
    "crawler.progress.Progress": 300,
}
# Names are looked up on these threads; ten slow ones would hold up all hosts.
REACTOR_THREADPOOL_MAXSIZE = 30
# Bytes of pages in callbacks before downloading stops. The ledger bounds what is in flight; this would stop
# the downloader while articles are being read elsewhere.
SCRAPER_SLOT_MAX_ACTIVE_SIZE = 500_000_000
# A callback gives one article at most; Scrapy starts so many tasks for each page, whether there are items or not.
CONCURRENT_ITEMS = 1
FEED_EXPORT_ENCODING = "utf-8"
LOG_LEVEL = "INFO"
LOG_FORMAT = "%(asctime)s %(levelname)s: %(message)s"
LOG_VERSIONS: list[str] = []
LOGSTATS_INTERVAL = 0
# `RunRecord` says in one line what people want to know, and keeps the rest in the corpus.
STATS_DUMP = False
