"""What the stats of a finished crawl say: figures for the metrics, and whether the crawl may count at all."""

from __future__ import annotations

from typing import Any

MOST_REFUSED = 0.1
"""Share of the promised documents; a hub in an outage answers 404 or a web page for many of them."""

NO_OUTAGE = frozenset({"asyncapi", "no_spec_found", "no_endpoints", "no_address", "duplicate"})
"""Reasons that lie in what the hub has, and say nothing of how it is."""


def figures(stats: dict[str, Any]) -> dict[str, Any]:
    """Counts of documents, responses and retries; `refused` is by reason; seconds of the crawl alone.

    listed: APIs that the hub says it has; unreached: those of them that its result window hides; resumed, unchanged and
    stale: answers kept by an unfinished crawl, confirmed by the hub, and kept because the hub could not be reached.
    """
    refused = {
        key.removeprefix("refused/"): count for key, count in sorted(stats.items()) if key.startswith("refused/")
    }
    return {
        "listed": stats.get("listed", 0),
        "unreached": stats.get("unreached", 0),
        "promised": stats.get("promised", 0),
        "items": stats.get("item_scraped_count", 0),
        "refused": refused,
        "errors": stats.get("log_count/ERROR", 0) + stats.get("log_count/CRITICAL", 0),
        "retries": stats.get("retry/count", 0),
        "resumed": stats.get("httpcache/hit", 0),
        "unchanged": stats.get("httpcache/revalidate", 0),
        "stale": stats.get("httpcache/errorrecovery", 0),
        "finish_reason": stats.get("finish_reason", "never started"),
        "seconds": round(stats.get("elapsed_time_seconds", 0), 1),
    }


def failure(stats: dict[str, Any]) -> str | None:
    """Why the crawl's output must not be used, in one line; None when all that is missing was refused and counted."""
    crawl = figures(stats)
    promised, items, refused = crawl["promised"], crawl["items"], sum(crawl["refused"].values())
    if unwritten := stats.get("unwritten"):
        return str(unwritten)
    if crawl["finish_reason"] != "finished":
        return f"it did not finish: {crawl['finish_reason']}"
    if crawl["errors"]:
        return f"{crawl['errors']} errors; they are in the log above"
    if not items:
        return f"no documents; the list promised {promised}, refused: {crawl['refused']}"
    if items + refused != promised:
        return f"{promised - items - refused} of {promised} documents lost: the hub failed or forbids them"
    outage = sum(count for reason, count in crawl["refused"].items() if reason not in NO_OUTAGE)
    if outage > max(1, MOST_REFUSED * promised):
        return f"{outage} of {promised} documents refused, more than a hub in order gives: {crawl['refused']}"
    return None
