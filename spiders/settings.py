"""Scrapy settings of every spider: an honest and patient client. A hub's own pace is its spider's custom_settings."""

from typing import Any

BOT_NAME = "apipack"
SPIDER_MODULES = ["spiders"]
USER_AGENT = "apipack (Scrapy; collects public OpenAPI documents for research; obeys robots.txt)"
ROBOTSTXT_OBEY = True
DEFAULT_REQUEST_HEADERS = {"Accept": "application/json, application/yaml;q=0.9, */*;q=0.1"}

CONCURRENT_REQUESTS = 4
CONCURRENT_REQUESTS_PER_DOMAIN = 4
CONCURRENT_ITEMS = 1  # Scrapy starts so many tasks for every response, and a response yields one item
DOWNLOAD_DELAY = 0.25  # seconds
AUTOTHROTTLE_ENABLED = True
AUTOTHROTTLE_START_DELAY = 0.25
AUTOTHROTTLE_MAX_DELAY = 30
AUTOTHROTTLE_TARGET_CONCURRENCY = 4

RETRY_TIMES = 5
RETRY_AFTER_MAX = 300  # seconds
RETRY_GIVE_UP_LOG_LEVEL = "WARNING"  # a lost document is found by counting; errors are for faults of ours
SPIDER_MIDDLEWARES = {
    "spiders.refusals.Refusals": 100,
    "scrapy.spidermiddlewares.metacopy.MetaCopyDetectionMiddleware": None,  # it warns of our retries
}
DOWNLOADER_MIDDLEWARES = {
    "spiders.hosts.OwnHosts": 50,  # before robots.txt is asked for (100), and redirects come here again
    "spiders.retry.RetryAfter": 551,  # sees a response just before RetryMiddleware (550)
    "spiders.retry.RetryDuds": 555,
    "spiders.gateway.Gateway": 560,  # its token comes with a cookie: before CookiesMiddleware (700)
}

DOWNLOAD_MAXSIZE = 128 * 2**20  # bytes; the largest known document has 47 MB
DOWNLOAD_WARNSIZE = 64 * 2**20
DOWNLOAD_TIMEOUT = 180
DOWNLOAD_HANDLERS = {"file": None, "data": None, "s3": None, "ftp": None}  # hubs decide which URLs we follow

ITEM_PIPELINES = {"spiders.pipelines.StoreBodies": 300}
HTTPCACHE_POLICY = "spiders.cache.Policy"  # off until HTTPCACHE_ENABLED
HTTPCACHE_STORAGE = "spiders.cache.Storage"
COOKIES_ENABLED = False
TELNETCONSOLE_ENABLED = False
LOG_LEVEL = "WARNING"

DELAYS = {"apis_guru": 0.25, "swaggerhub": 0.75, "rapidapi": 1.0, "ibm": 2.0}
"""Seconds between requests to each hub; params.yaml may ask for more, and for less only of a server of one's own."""


def pace(hub: str, concurrency: int) -> dict[str, Any]:
    """custom_settings of a hub that gets fewer requests at once than the settings above allow."""
    return {
        "CONCURRENT_REQUESTS": concurrency,
        "CONCURRENT_REQUESTS_PER_DOMAIN": concurrency,
        "DOWNLOAD_DELAY": DELAYS[hub],
        "DOWNLOAD_DELAY_JITTER": 0,
        "AUTOTHROTTLE_START_DELAY": DELAYS[hub],
        "AUTOTHROTTLE_TARGET_CONCURRENCY": concurrency,
    }
