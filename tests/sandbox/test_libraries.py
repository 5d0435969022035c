"""Calls as models write them, with the libraries that they use, arrive as they are read."""

from pathlib import Path

import pytest

from apipack.languages.codec import Reading, read
from apipack.records import LANGUAGES
from apipack.sandbox.comparison import difference
from apipack.sandbox.execution import execute, skipped
from apipack.sandbox.runners import missing, python
from apipack.sandbox.runners.libcurl import GXX

pytestmark = pytest.mark.heavy

CALLS = {
    "curl": ["""curl -G https://api.example.com/v1/pets --data-urlencode 'name=a b' | cat"""],
    "python": [
        """import requests
r = requests.post("https://api.example.com/v1/pets", params={"a": "b c"}, json={"name": "é"}, auth=("ann", "x"))
print(r.json())""",
        """import httpx
with httpx.Client(headers={"X-Key": "k"}) as client:
    print(client.put("https://api.example.com/v1/pets/7", json={"name": "Rex"}).status_code)""",
    ],
    "node": [
        """const axios = require('axios');
axios.post('https://api.example.com/v1/pets', { name: 'Rex' }, { params: { a: 'b' } })
  .then((r) => console.log(r.data));""",
        """import axios from 'axios';
const { data } = await axios.get('https://api.example.com/v1/pets', { headers: { 'X-Key': 'k' } });
console.log(data);""",
        """const fetch = require('node-fetch');
const response = await fetch('https://api.example.com/v1/pets', { method: 'DELETE' });
console.log(await response.text());""",
        """fetch('https://api.example.com/v1/pets', {
  method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ name: 'Rex' }),
}).then((response) => response.json()).then(console.log);""",
    ],
    "javascript": [
        "axios.get('https://api.example.com/v1/pets', { params: { a: 'b' } }).then((r) => console.log(r.data));",
        """const key = localStorage.getItem('key') || 'k';
sessionStorage.setItem('name', 'Rex');
fetch(`https://api.example.com/v1/pets?name=${sessionStorage.getItem('name')}`, { headers: { 'X-Key': key } });""",
        "fetch('https://api.example.com/v1/pets', { headers: { 'X-Key': 'k' } }).then((r) => r.json());",
        """const form = new FormData();
form.append('photo', new Blob(['x'], { type: 'image/png' }), 'cat.png');
axios.create().post('https://api.example.com/v1/pets', form, {
  headers: { 'Content-Type': 'multipart/form-data' },
});""",
        """const form = new FormData();
form.append('name', 'Rex');
const xhr = new XMLHttpRequest();
xhr.open('POST', 'https://api.example.com/v1/pets');
xhr.send(form);""",
    ],
    "php": [
        """<?php
require_once __DIR__ . '/vendor/autoload.php';
use GuzzleHttp\\Client;
$client = new Client();
$response = $client->request('POST', 'https://api.example.com/v1/pets', ['json' => ['name' => 'Rex']]);
echo $response->getBody();""",
        """$client = new \\GuzzleHttp\\Client();
echo $client->get('https://api.example.com/v1/pets', ['query' => ['a' => 'b']])->getBody();""",
    ],
    "java": [
        """import java.net.URI;
import java.net.http.*;

public class Example {
    public static void main(String[] args) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://api.example.com/v1/pets"))
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString("{\\"name\\":\\"Rex\\"}"))
            .build();
        System.out.println(HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString()).body());
    }
}""",
        """package example;

import okhttp3.*;
import java.io.IOException;

public class Main {
    public static void main(String[] args) throws IOException {
        RequestBody body = RequestBody.create("{\\"name\\":\\"Rex\\"}", MediaType.get("text/x"));
        Request request = new Request.Builder().url("https://api.example.com/v1/pets").post(body).build();
        new OkHttpClient().newCall(request).enqueue(new Callback() {
            public void onFailure(Call call, IOException error) { error.printStackTrace(); }
            public void onResponse(Call call, Response response) throws IOException { response.close(); }
        });
    }
}""",
    ],
    "ruby": [
        """require 'faraday'
require 'json'
response = Faraday.post('https://api.example.com/v1/pets', { name: 'Rex' }.to_json, 'Content-Type' => 'text/x')
puts response.body""",
        """require 'httparty'
puts HTTParty.get('https://api.example.com/v1/pets', query: { a: 'b' }, headers: { 'X-Key' => 'k' }).body""",
    ],
    "libcurl": [
        """CURL *curl = curl_easy_init();
curl_easy_setopt(curl, CURLOPT_URL, "https://api.example.com/v1/pets?a=b");
CURLcode code = curl_easy_perform(curl);""",
    ],
    "go": [
        """req, _ := http.NewRequest("POST", "https://api.example.com/v1/pets", strings.NewReader(`{"name":"Rex"}`))
req.Header.Set("Content-Type", "application/json")
res, err := http.DefaultClient.Do(req)
if err != nil {
	log.Fatal(err)
}
defer res.Body.Close()""",
        """import (
	"fmt"
	"net/http"
)

func main() {
	res, _ := http.Get("https://api.example.com/v1/pets")
	fmt.Println(res.Status)
}""",
    ],
    "swift": [
        """import Foundation

@main
struct Example {
    static func main() async throws {
        let url = URL(string: "https://api.example.com/v1/pets")!
        let (data, _) = try await URLSession.shared.data(from: url)
        print(data.count)
    }
}""",
    ],
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_calls_of_the_libraries_arrive_as_they_are_read(language: str) -> None:
    if reason := skipped([language]):
        pytest.skip(reason[language])
    codes = CALLS[language]
    outcomes = execute([Reading.of(language, code) for code in codes], 1)
    for code, outcome in zip(codes, outcomes, strict=True):
        assert (outcome.status, len(outcome.records)) == ("ok", 1), f"{code}\n{outcome}"
        assert difference(read(language, code), outcome.records) is None, f"{code}\n{outcome.records}"


def test_cpp_is_compiled_as_such() -> None:
    if reason := skipped(["libcurl"]) or not Path(GXX).exists():
        pytest.skip(str(reason))
    code = """#include <curl/curl.h>
#include <string>
int main() {
  CURL *curl = curl_easy_init();
  const std::string url = "https://api.example.com/v1/pets";
  curl_easy_setopt(curl, CURLOPT_URL, (url + "?a=b").c_str());
  curl_easy_perform(curl);
}"""
    readings = [Reading.of("libcurl", text) for text in (code, code.replace("c_str", "cstr"))]
    sent, refused = execute(readings, 1)
    assert (sent.status, [record.target for record in sent.records]) == ("ok", ["/v1/pets?a=b"])
    assert (refused.status, refused.records) == ("does_not_compile", [])


def test_a_library_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(python, "NEEDS", ("/usr/bin/python3", "/usr/lib/no-such-client"))
    assert missing("python") == "python: no /usr/lib/no-such-client: run `make toolchains`"
