"""Scrapy settings of every spider: an honest and patient client. A hub's own pace is its spider's custom_settings."""

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
SPIDER_MIDDLEWARES = {"scrapy.spidermiddlewares.metacopy.MetaCopyDetectionMiddleware": None}  # it warns of our retries
DOWNLOADER_MIDDLEWARES = {"spiders.retry.RetryAfter": 551}  # sees a response just before RetryMiddleware (550)

DOWNLOAD_MAXSIZE = 128 * 2**20  # bytes; the largest known document has 47 MB
DOWNLOAD_WARNSIZE = 64 * 2**20
DOWNLOAD_TIMEOUT = 180
DOWNLOAD_HANDLERS = {"file": None, "data": None, "s3": None, "ftp": None}  # hubs decide which URLs we follow

ITEM_PIPELINES = {"spiders.pipelines.StoreBodies": 300}
HTTPCACHE_POLICY = "scrapy.extensions.httpcache.RFC2616Policy"  # conditional requests; off until HTTPCACHE_ENABLED
COOKIES_ENABLED = False
TELNETCONSOLE_ENABLED = False
LOG_LEVEL = "WARNING"
