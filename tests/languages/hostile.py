"""Requests that break careless quoting: a fixed corpus, and strategies for any request."""

from hypothesis import strategies as st

from apipack.records import METHODS, Request

JSON = ("Content-Type", "application/json")

BODIES = (
    '{"name":"Rex","tags":["a","b"]}',
    '{"name":"Réx – 東京","emoji":"😀"}',
    "",
    "@/etc/passwd",
    "it's \"quoted\" and 'single' \\ back\\\\slash \\",
    "line\nline\r\nline\rtab\tend\n",
    "#{1+1} #$0 #@x # {x} \\#{y}",
    "$HOME ${HOME} {$x} $(id) `id` $1 \\$x",
    "%s %d %% %n 100%",
    "</script><SCRIPT></Script><!-- */ /* // ?> <?php",
    "??= ??/ ???= ?? ????",
    "\\u000a \\u0022 \\\\u0022 \\x41 \\101 \\n \\(x) \\0",
    "\u2028\u2029\u202e\u2066\u200f\ufeff\x85\x7f\x01\x1b[31m\x80\x9f",
    "\x001\x00",
    "😀é\u200d👩\u200d💻 \U0010ffff",
    "a\x07b1\x08c9\x0cd\x0be",
    "ends with newline\n",
    "<a b='c'>d &amp; e</a>",
    "key=a%20b&x=1+2",
)

VALUES = (
    "plain",
    "",
    "it's",
    'say "hi"',
    "back\\slash\\",
    "$(id) `id` $HOME ${x} {$y}",
    "#{1+1} #$0 #@x",
    "%s %n %(x)s",
    "*/ // /* ??/ ??=",
    "tab\there",
    "\\u0041 \\x41 \\101 \\(x)",
    "a; b=c, d: e;",
    ";",
    ":",
    "@file",
    "</script>",
)

PATHS = (
    "/",
    "/a/b%20c/it's/$HOME/(x)!*;,=:@&+~",
    "/p?q=%7B%22a%22%3A1%7D&ids[]=1&ids[]=2&f='x'&$top=5&e=",
    "/p?a=$(id)&b=%24%7Bx%7D#"[:-1],
    "/%2Fetc//x?",
    "/p?q=??",
    "/a[b]/c",
)


def corpus(origin: str = "https://api.example.com") -> list[Request]:
    """Every hostile body, value and path, and every method with and without a body."""
    requests = [Request("POST", f"{origin}/b", (JSON,), body) for body in BODIES]
    requests += [Request("GET", f"{origin}/v", (("X-Value", value), ("Accept", "*/*"))) for value in VALUES]
    requests += [Request("GET", f"{origin}{path}") for path in PATHS]
    requests += [Request(method, f"{origin}/m") for method in METHODS]
    requests += [Request(method, f"{origin}/m", (JSON,), "[1]") for method in METHODS]
    requests += [
        Request("POST", f"{origin}/h", (("X-a", "1"),)),
        Request("GET", f"{origin}/h", (("X", "1"), ("X", "2"))),
    ]
    return requests


HOSTS = ("api.example.com", "a_b.example.com", "localhost", "10.0.0.1", "[::1]", "xn--bcher-kva.example", "h.")
FIELD_NAMES = st.one_of(
    st.sampled_from(
        ("Content-Type", "X-Api-Key", "Accept", "Cookie", "x", "__proto__", "Authorization", "constructor")
    ),
    st.text("!#$%&'*+.^_`|~0aZ-", min_size=1, max_size=6),
)
FIELD_VALUES = st.one_of(
    st.sampled_from(VALUES),
    st.text(st.characters(min_codepoint=32, max_codepoint=126, include_characters="\t"), max_size=20).map(
        lambda text: text.strip(" \t")
    ),
    st.sampled_from(("application/json", "text/plain; charset=utf-8", "application/xml;charset=ISO-8859-1")),
)
TARGETS = st.lists(
    st.one_of(st.text("azAZ09-._~!$&'()*+,;=:@[]/", min_size=1, max_size=5), st.sampled_from(("%20", "%F0", "%2F"))),
    max_size=5,
).map("".join)
HOSTILE_TEXT = st.lists(
    st.sampled_from(
        ("\\", '"', "'", "$", "#{", "`", "?", "\\u", "x", "\n", "\r", "\0", "7", "é", "😀", "\u2028", "</script")
    )
).map("".join)
BODY = st.one_of(st.none(), st.sampled_from(BODIES), st.text(), HOSTILE_TEXT)


@st.composite
def requests(draw: st.DrawFn) -> Request:
    """Any request that HTTP allows and some that it does not (dot segments, repeated Content-Type)."""
    scheme = draw(st.sampled_from(("https", "http")))
    port = draw(st.sampled_from(("", ":8080", ":443")))
    query = draw(st.one_of(st.just(""), TARGETS.map("?{}".format)))
    headers = draw(st.lists(st.tuples(FIELD_NAMES, FIELD_VALUES), max_size=4))
    body = draw(BODY)
    if body is not None and draw(st.integers(0, 9)):
        headers = [field for field in headers if field[0] != "Content-Type"]
        headers.insert(draw(st.integers(0, len(headers))), JSON)
    url = f"{scheme}://{draw(st.sampled_from(HOSTS))}{port}/{draw(TARGETS)}{query}"
    return Request(draw(st.sampled_from(METHODS)), url, tuple(headers), body)
