"""Characters that no URL holds and that clients send as they are, or encode: servers read both as the same."""

import pytest

from apipack.languages.codec import Unreadable, read

JAVA = "public class A { public static void main(String[] a) throws Exception { %s } }"
CALLS = {
    "curl": ["curl -g '{}'", "curl -gG '{}'"],
    "libcurl": ['CURL *c = curl_easy_init(); curl_easy_setopt(c, CURLOPT_URL, "{}"); curl_easy_perform(c);'],
    "go": ['package main\nimport "net/http"\nfunc main() { http.Get("{}") }'],
    "java": [
        JAVA % 'new java.net.URL("{}").openStream();',
        JAVA
        % """okhttp3.OkHttpClient client = new okhttp3.OkHttpClient();
            client.newCall(new okhttp3.Request.Builder().url("{}").build()).execute();""",
    ],
    "javascript": ["fetch('{}')", "const x = new XMLHttpRequest(); x.open('GET', '{}'); x.send();"],
    "node": ["fetch('{}')", "require('https').get('{}')", "require('axios').get('{}')", "require('request')('{}')"],
    "php": ["<?php file_get_contents('{}');", "<?php $c = curl_init('{}'); curl_exec($c);"],
    "python": [
        "import requests\nrequests.get('{}')",
        "import httpx\nhttpx.get('{}')",
        "from urllib.request import urlopen\nurlopen('{}')",
    ],
    "ruby": ["require 'net/http'\nNet::HTTP.get(URI('{}'))", "require 'faraday'\nFaraday.get('{}')"],
    "swift": [
        'import Foundation\nlet t = URLSession.shared.dataTask(with: URL(string: "{}")!) {{ _, _, _ in }}\nt.resume()'
    ],
}
EACH = [(language, call) for language, calls in CALLS.items() for call in calls]


@pytest.mark.parametrize(("language", "call"), EACH)
@pytest.mark.parametrize(("character", "octet"), [("|", "7C"), ("^", "5E"), ("{", "7B"), ("`", "60"), ("<", "3C")])
def test_in_a_query(language: str, call: str, character: str, octet: str) -> None:
    code = call.replace("{}", f"https://a.example/a%20b?ids=1{character}2%20").replace("{{", "{").replace("}}", "}")
    assert read(language, code).url == f"https://a.example/a%20b?ids=1%{octet}2%20"


@pytest.mark.parametrize(("language", "call"), EACH)
def test_in_a_path(language: str, call: str) -> None:
    """Ruby's URI takes none there."""
    code = call.replace("{}", "https://a.example/a|b").replace("{{", "{").replace("}}", "}")
    if language == "ruby":
        with pytest.raises(Unreadable):
            read(language, code)
    else:
        assert read(language, code).url == "https://a.example/a%7Cb"


def test_a_space_is_refused_by_curl() -> None:
    with pytest.raises(Unreadable):
        read("curl", "curl 'https://a.example/c?q=a b'")


def test_data_for_the_query() -> None:
    code = "curl -G https://a.example/c -d 'ids=1|2' --url-query '+x=<>'"
    assert read("curl", code).url == "https://a.example/c?x=%3C%3E&ids=1%7C2"


@pytest.mark.parametrize("made", ['URI.create("{}")', 'new URI("{}")', 'new URL("{}").toURI()'])
def test_a_uri_opens_no_connection(made: str) -> None:
    code = JAVA % f"{made}.openConnection().getInputStream();".replace("{}", "https://a.example/c")
    with pytest.raises(Unreadable):
        read("java", f"import java.net.*; {code}")
