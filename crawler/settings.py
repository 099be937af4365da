"""Settings of the Scrapy project: politeness, safety and plumbing, each with its reason.

Any of them can be set for one run: `scrapy crawl news -s NAME=VALUE`.
"""

import os
from pathlib import Path

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
# Processes that extract; 0: in the crawling process itself, without a time limit.
EXTRACTION_WORKERS = os.cpu_count() or 1
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
# It lowers a host's delay to DOWNLOAD_DELAY, undoing a Crawl-delay.
AUTOTHROTTLE_ENABLED = False
CONCURRENT_REQUESTS_PER_DOMAIN = 2
# Well above the number of hosts: a request that waits for its host's delay counts as one of these.
CONCURRENT_REQUESTS = 512
DEFAULT_REQUEST_HEADERS = {
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,application/feed+json;q=0.9,*/*;q=0.8",
    "Accept-Language": "id,ms;q=0.8,en;q=0.6,*;q=0.4",
}

# --- safety -----------------------------------------------------------------------------------------------------

# Exceptions to the guard, `host:port=address` separated by commas: for tests and the demo.
GUARD_ALLOW = ""
# Only here (or with -s): in a spider's custom_settings it would be ignored in silence.
TWISTED_DNS_RESOLVER = "crawler.guard.GuardedResolver"
# The guard has to see every answer, a name that changes its address included.
DNSCACHE_ENABLED = False
DOWNLOAD_HANDLERS = {"data": None, "file": None, "ftp": None, "s3": None}
DOWNLOAD_VERIFY_CERTIFICATES = True
# Bytes; 1 GiB by default. The longest real article pages have about 3 MB, the largest sitemaps 10.
DOWNLOAD_MAXSIZE = 10 * 2**20
DOWNLOAD_WARNSIZE = 0
DOWNLOAD_TIMEOUT = 30
# A loopback server that runs Python for a token, and a console that runs it for a password: not while
# collecting pages from strangers.
REMOTE_CONTROL_ENABLED = False
TELNETCONSOLE_ENABLED = False
# Nothing of a session is wanted; besides, it imports tldextract, which then asks the network for a list.
COOKIES_ENABLED = False
# A proxy from the environment would be asked for names that the guard has not seen.
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
    "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
    "scrapy.downloadermiddlewares.httpauth.HttpAuthMiddleware": None,
    "scrapy.downloadermiddlewares.cookies.CookiesMiddleware": None,
    "scrapy.downloadermiddlewares.httpproxy.HttpProxyMiddleware": None,
}

# --- plumbing -----------------------------------------------------------------------------------------------------

ITEM_PIPELINES = {"crawler.pipelines.CorpusPipeline": 300}
EXTENSIONS = {
    "crawler.extensions.ArchiveListener": 100,
    "crawler.extensions.RunRecord": 200,
}
# Names are looked up on these threads; ten slow ones would hold up all hosts.
REACTOR_THREADPOOL_MAXSIZE = 30
# Bytes of pages in callbacks before downloading stops. The ledger bounds what is in flight; this would stop
# the downloader while articles are being read elsewhere.
SCRAPER_SLOT_MAX_ACTIVE_SIZE = 500_000_000
FEED_EXPORT_ENCODING = "utf-8"
LOG_LEVEL = "INFO"
LOG_FORMAT = "%(asctime)s %(levelname)s: %(message)s"
LOG_VERSIONS: list[str] = []
LOGSTATS_INTERVAL = 0
# `RunRecord` says in one line what people want to know, and keeps the rest in the corpus.
STATS_DUMP = False
