"""What an argument's name tells: which hold secrets, which a client makes up, which are about how an answer travels."""

from __future__ import annotations

import re
from functools import lru_cache

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_CREDENTIAL = re.compile(
    r"(?:^|_)(?:pass(?:word|wd|phrase|code)?|pwd|secret|secrets?_(?:key|value)|credentials?|signature|authorization|auth"
    r"|jwt|otp|pin|cvv|cvc|api_?key|access_?key|app_?key|private_?key|signing_?key|license_?key|consumer_?key|user_?key"
    r"|application_?key|system_?key|subscription_?key|master_?key|x_\w*key|session_?key|client_?secret|secret_access_key"
    r"|card_?number|iban|ssn|bsn|tax_?id|social_security_number|cookie|csrf|xsrf|client_authentication"
    r"|(?:password|secret|pin)s?_?(?:again|confirmation|confirm|repeat|old|new|current))$"
)
_TOKEN = re.compile(r"(?:^|_)tokens?(?:_|$)")
_OTHER_TOKEN = re.compile(
    r"(?:next|page|continuation|continue|sync|skip|delta|change|cursor|resume|starting|marker|paging|max|num|count"
    r"|client|client_request|request|idempotency|creation|concurrency)_?tokens?$|tokens?_(?:count|limit|type|name|id)$"
)
_MADE_UP = re.compile(
    r"(?:^|_)(?:idempotency_\w*|client_request_\w+|x_(?:ms_)?(?:client_)?request_id|client_token|request_token"
    r"|creation_token|nonce|trace_\w+|correlation_id|track_id|x_amz_\w+|caller_reference|zap_trace_span|ocp_date)$"
)
_PLUMBING = frozenset(
    "xgafv alt pretty_print quota_user upload_type upload_protocol callback user_ip pretty opt_pretty raw "  # noqa: SIM905
    "udf dry_run fields_mask prettyprint quotauser jsonp user_agent accept accept_language content_type "
    "x_http_method_override key return_partial_success".split()
)
_PAGING = re.compile(
    r"(?:page|next|continuation|continue|cursor|sync|skip|delta)_?tokens?$|etag$|fingerprint$|^cursor$|^marker$"
)


@lru_cache(maxsize=20_000)
def snake(name: str) -> str:
    """A name in snake_case: `userId`, `user-id` and `$userId` are `user_id`."""
    return re.sub(r"[^a-z0-9]+", "_", _CAMEL.sub("_", name).lower()).strip("_")


@lru_cache(maxsize=20_000)
def is_credential(name: str) -> bool:
    """Whether an argument of this name holds a secret, or what identifies a person to a bank or a state."""
    flat = snake(name)
    if _CREDENTIAL.search(flat):
        return True
    return bool(_TOKEN.search(flat)) and not _OTHER_TOKEN.search(flat)


@lru_cache(maxsize=20_000)
def is_made_up(name: str) -> bool:
    """Whether a client makes up a new value for every call: an idempotency key, the id of a request."""
    return bool(_MADE_UP.search(snake(name)))


@lru_cache(maxsize=20_000)
def is_plumbing(name: str) -> bool:
    """Whether an optional argument is about how the answer is written, sent or cut in pages, which nobody asks for."""
    flat = snake(name)
    return flat in _PLUMBING or _PAGING.search(flat) is not None or is_made_up(name)
