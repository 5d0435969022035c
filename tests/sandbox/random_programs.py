"""Random calls over what readers evaluate: variables, joined texts, JSON, forms, queries, credentials, functions.

The libraries are those that come with their language. Every text is odd on purpose: quotes, `$`, `#{`, `%`.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from typing import Any

from apipack.languages import go, java, libcurl, php, python, swift
from apipack.languages.literals import javascript_string

ODD = (
    "plain",
    "a b",
    "it's",
    'say "x"',
    "back\\slash",
    "$HOME {$x}",
    "#{1} #@x",
    "100% %41",
    "é東",
    "<a>&b=c+d",
    "a/b?c",
    "",
)
SAFE = ("abc", "x-1", "v2", "9")
HOST = "api.random.example"
Write = Callable[[str], str]


def shell(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


def ruby(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


WRITE: dict[str, Write] = {
    "curl": shell,
    "python": python.LITERALS.quote,
    "node": javascript_string,
    "javascript": javascript_string,
    "go": go.LITERALS.quote,
    "java": java.LITERALS.quote,
    "php": lambda text: php.SINGLE.quote(text, "'"),
    "ruby": ruby,
    "libcurl": libcurl._quoted,
    "swift": swift.LITERALS.quote,
}


def program(language: str, draw: random.Random) -> str:
    """The code of one call."""
    return PROGRAMS[language](draw, WRITE[language])


def _data(draw: random.Random) -> dict[str, Any]:
    values = [
        draw.choice(ODD),
        draw.randrange(1000),
        draw.choice([True, False]),
        [draw.choice(ODD)],
        {"k": draw.choice(ODD)},
    ]
    return {f"f{place}": value for place, value in enumerate(draw.sample(values, draw.randrange(1, 4)))}


def _flat(draw: random.Random) -> dict[str, str]:
    return {f"p{place}": draw.choice(ODD) or "x" for place in range(draw.randrange(1, 3))}


def _method(draw: random.Random) -> str:
    return draw.choice(["POST", "PUT", "PATCH"])


def _curl(draw: random.Random, text: Write) -> str:
    lines = [f"BASE={text(f'https://{HOST}')}", f"ID={draw.choice(SAFE)}", "# call"]
    options = [draw.choice(["-s", "-sS", "--compressed"]), '"$BASE/v1/${ID}"', f"-X {_method(draw)}"]
    kind = draw.randrange(4)
    body = json.dumps(_data(draw), ensure_ascii=draw.random() < 0.5)
    if kind == 0:
        options.append(f"--json {text(body)}")
    elif kind == 1:
        options += [f"--data-urlencode {text(f'{name}={value}')}" for name, value in _flat(draw).items()]
    elif kind == 2:
        options += ["-H 'Content-Type: application/json'", "-d @-"]
    else:
        options = [*options[:2], "-G", *[f"--data-urlencode {text(f'{n}={v}')}" for n, v in _flat(draw).items()]]
    if draw.random() < 0.5:
        options.append(f"-u {text(draw.choice(SAFE))}:{text('p w')}")
    draw.shuffle(options)
    end = f" <<'EOF'\n{body}\nEOF" if kind == 2 else draw.choice(["", " | cat", " > out.txt"])
    return "\n".join([*lines, "curl " + draw.choice([" ", " \\\n  "]).join(options) + end])


def _python(draw: random.Random, text: Write) -> str:
    body = [
        f"json.dumps({_data(draw)!r}, ensure_ascii={draw.choice([True, False])}).encode()",
        f"urllib.parse.urlencode({_flat(draw)!r}).encode()",
    ][kind := draw.randrange(2)]
    media = "application/" + ("json", "x-www-form-urlencoded")[kind]
    lines = [
        "import base64, json, urllib.parse, urllib.request",
        "import http.client" if draw.random() < 0.5 else "from http.client import HTTPSConnection as C",
        f"key = {text(draw.choice(SAFE))}",
        f"headers = {{'Content-Type': {text(media)}, 'X-Key': f'k {{key}}'}}",
        "headers['Authorization'] = 'Basic ' + base64.b64encode(('ann:' + key).encode()).decode()",
        f"query = urllib.parse.urlencode({_flat(draw)!r})",
    ]
    if draw.random() < 0.5:
        make = "http.client.HTTPSConnection" if "import http.client" in lines else "C"
        sending = [
            f"c = {make}({text(HOST)}, timeout=9)",
            f"c.request({text(_method(draw))}, '/v1/%s?' % key + query, {body}, headers)",
            "print(c.getresponse().status)",
        ]
    else:
        sending = [
            f"r = urllib.request.Request({text(f'https://{HOST}/v1')} + '?' + query, data={body}, headers=headers, "
            f"method={text(_method(draw))})",
            "print(urllib.request.urlopen(r).read())",
        ]
    if draw.random() < 0.5:
        sending = [
            "def go(key):",
            *[f"    {line}" for line in sending],
            "try:",
            "    go(key)",
            "except OSError as e:",
            "    print(e)",
        ]
    return "\n".join(lines + sending)


def _options(draw: random.Random, text: Write) -> tuple[list[str], str]:
    flat = _flat(draw)
    body = [
        f"JSON.stringify({json.dumps(_data(draw), ensure_ascii=False)})",
        f"new URLSearchParams({json.dumps(flat)}).toString()",
        f"Object.entries({json.dumps(flat)}).map(([k, v]) => `${{k}}=${{encodeURIComponent(v)}}`).join('&')",
    ][draw.randrange(3)]
    lines = [
        f"const key = {text(draw.choice(SAFE))};",
        "const headers = { 'Content-Type': 'text/x', 'X-Key': `k ${key}` };",
    ]
    if draw.random() < 0.5:
        lines.append("headers.Authorization = 'Basic ' + btoa('ann:' + key);")
    lines.append(f"const url = `https://{HOST}/v1/${{key}}?q=${{encodeURIComponent({text(draw.choice(ODD))})}}`;")
    return lines, body


def _node(draw: random.Random, text: Write) -> str:
    lines, body = _options(draw, text)
    if draw.random() < 0.5:
        return "\n".join(
            [
                "const https = require('https');",
                *lines,
                f"const data = {body};",
                f"const req = https.request(url, {{ method: '{_method(draw)}', headers: {{ ...headers, "
                "'Content-Length': Buffer.byteLength(data) } }, "
                "(res) => { res.on('data', (d) => console.log(d.toString())); });",
                "req.on('error', (e) => console.error(e));",
                draw.choice(["req.write(data);\nreq.end();", "req.end(data);"]),
            ]
        )
    query = json.dumps(_flat(draw))
    return "\n".join(
        [
            "const request = require('request');",
            *lines[:-1],
            f"request({{ url: 'https://{HOST}/v1', method: '{_method(draw)}', headers, qs: {query}, "
            + draw.choice([f"body: {body}", f"form: {json.dumps(_flat(draw))}", f"json: {json.dumps(_data(draw))}"])
            + " }, (e, r, b) => { if (e) throw e; console.log(b); });",
        ]
    )


def _javascript(draw: random.Random, text: Write) -> str:
    lines, body = _options(draw, text)
    sending = [
        "const x = new XMLHttpRequest();",
        f"x.open('{_method(draw)}', url);",
        "for (const [k, v] of Object.entries(headers)) { x.setRequestHeader(k, v); }",
        "x.onload = () => { console.log(x.status); };",
        f"x.send({body});",
    ]
    if draw.random() < 0.5:
        sending = ["function go() {", *sending, "}", "go();"]
    return "\n".join(lines + sending)


def _gomap(value: Any, text: Write) -> str:
    if isinstance(value, dict):
        return "map[string]any{" + ", ".join(f"{text(k)}: {_gomap(v, text)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[]any{" + ", ".join(_gomap(v, text) for v in value) + "}"
    return text(value) if isinstance(value, str) else json.dumps(value)


def _go(draw: random.Random, text: Write) -> str:
    base, send = (f"{name}{draw.randrange(10**9)}" for name in ("base", "send"))  # many programs are one package
    adds = "\n".join(f"\tq.{draw.choice(['Add', 'Set'])}({text(n)}, {text(v)})" for n, v in _flat(draw).items())
    return f"""package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log"
	"net/http"
	"net/url"
)

const {base} = "https://{HOST}"

func {send}(method, id string) error {{
	b, err := json.Marshal({_gomap(_data(draw), text)})
	if err != nil {{
		return err
	}}
	q := url.Values{{}}
{adds}
	req, err := http.NewRequest(method, fmt.Sprintf("%s/v1/%s?%s", {base}, id, q.Encode()), bytes.NewReader(b))
	if err != nil {{
		return err
	}}
	req.Header.Set("Content-Type", "application/json")
	req.SetBasicAuth("ann", {text(draw.choice(ODD))})
	res, err := http.DefaultClient.Do(req)
	if err != nil {{
		return err
	}}
	defer res.Body.Close()
	fmt.Println(res.Status)
	return nil
}}

func main() {{
	if err := {send}("{_method(draw)}", {text(draw.choice(SAFE))}); err != nil {{
		log.Fatal(err)
	}}
}}"""


def _phparray(value: Any, text: Write) -> str:
    if isinstance(value, dict):
        return "[" + ", ".join(f"{text(k)} => {_phparray(v, text)}" for k, v in value.items()) + "]"
    if isinstance(value, list):
        return "array(" + ", ".join(_phparray(v, text) for v in value) + ")"
    return text(value) if isinstance(value, str) else json.dumps(value)


def _php(draw: random.Random, text: Write) -> str:
    flags = draw.choice(["", ", JSON_UNESCAPED_SLASHES", ", JSON_UNESCAPED_UNICODE | JSON_PRETTY_PRINT"])
    body = draw.choice(
        [f"json_encode({_phparray(_data(draw), text)}{flags})", f"http_build_query({_phparray(_flat(draw), text)})"]
    )
    head = f"""<?php
$key = {text(draw.choice(SAFE))};
$q = http_build_query({_phparray(_flat(draw), text)});
$url = "https://{HOST}/v1/$key?{{$q}}";
$body = {body};
"""
    if draw.random() < 0.4:
        return head + (
            f"$o = ['http' => ['method' => '{_method(draw)}', 'header' => \"Content-Type: text/x\\r\\nX-Key: k "
            '{$key}",'
            " 'content' => $body]];\necho file_get_contents($url, false, stream_context_create($o));"
        )
    return (
        head
        + f"""function call($url, $body, $key) {{
  $c = curl_init($url);
  curl_setopt_array($c, [CURLOPT_CUSTOMREQUEST => '{_method(draw)}', CURLOPT_POSTFIELDS => $body]);
  curl_setopt($c, CURLOPT_USERPWD, 'a:' . $key);
  $h[] = 'Content-Type: text/x';
  $h[] = "X-Key: k $key";
  curl_setopt($c, CURLOPT_HTTPHEADER, $h);
  return curl_exec($c);
}}
$r = call($url, $body, $key);
if ($r === false) {{ die('no'); }}"""
    )


def _rubyhash(value: Any, text: Write) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{k}: {_rubyhash(v, text)}" for k, v in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(_rubyhash(v, text) for v in value) + "]"
    return text(value) if isinstance(value, str) else json.dumps(value)


def _ruby(draw: random.Random, text: Write) -> str:
    body = draw.choice(
        [f"req.body = JSON.generate({_rubyhash(_data(draw), text)})",
         f"req.set_form_data({_rubyhash(_flat(draw), text)})",
         f"req.body = {_rubyhash(_data(draw), text)}.to_json"]
    )  # fmt: skip
    send = draw.choice(
        ["http = Net::HTTP.new(uri.host, uri.port)\nhttp.use_ssl = true\nres = http.request(req)",
         "res = Net::HTTP.start(uri.hostname, uri.port, use_ssl: uri.scheme == 'https') { |http| http.request(req) }"]
    )  # fmt: skip
    return f"""require 'net/http'
require 'json'
key = {text(draw.choice(SAFE))}
uri = URI("https://{HOST}/v1/#{{key}}")
uri.query = URI.encode_www_form({_rubyhash(_flat(draw), text)})
req = Net::HTTP::{_method(draw).title()}.new(uri)
req['Content-Type'] = 'text/x'
req['X-Key'] = "k #{{key}}"
req.basic_auth('ann', {text(draw.choice(ODD))})
{body}
{send}
puts res.body if res.is_a?(Net::HTTPSuccess)"""


def _java(draw: random.Random, text: Write) -> str:
    body = text(json.dumps(_data(draw), ensure_ascii=False))
    if draw.random() < 0.5:
        return f"""OkHttpClient client = new OkHttpClient();
String key = {text(draw.choice(SAFE))};
RequestBody body = RequestBody.create(MediaType.parse("application/json"), {body});
HttpUrl url = HttpUrl.parse("https://{HOST}/v1").newBuilder().addPathSegment(key)
  .addQueryParameter("q", {text(draw.choice(ODD))}).build();
Request request = new Request.Builder()
  .url(url)
  .{_method(draw).lower()}(body)
  .header("X-Key", "k " + key)
  .addHeader("Authorization", Credentials.basic("ann", key))
  .build();
Response response = client.newCall(request).execute();
System.out.println(response.code());"""
    return f"""OkHttpClient client = new OkHttpClient();
RequestBody form = new FormBody.Builder().add("a", {text(draw.choice(ODD))}).build();
Request.Builder builder = new Request.Builder().url("https://{HOST}/v1");
builder.addHeader("X-Key", {text(draw.choice(SAFE))}).method("{_method(draw)}", form);
try (Response response = client.newCall(builder.build()).execute()) {{
  System.out.println(response.body().string());
}}"""


def _libcurl(draw: random.Random, text: Write) -> str:
    return f"""#include <stdio.h>
#include <curl/curl.h>

#define KEY {text(draw.choice(SAFE))}

int main(void) {{
  CURL *curl = curl_easy_init();
  char url[200];
  struct curl_slist *list = NULL;
  const char *body = {text(json.dumps(_data(draw)))};
  if (!curl) return 1;
  char *q = curl_easy_escape(curl, {text(draw.choice(ODD))}, 0);
  snprintf(url, sizeof(url), "https://{HOST}/v1/%s?n=%d&q=%s", KEY, {draw.randrange(99)}, q);
  list = curl_slist_append(list, "Content-Type: " "text/x");
  curl_easy_setopt(curl, CURLOPT_URL, url);
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, list);
  curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, "{_method(draw)}");
  curl_easy_setopt(curl, CURLOPT_USERPWD, "ann:" KEY);
  curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
  CURLcode res = curl_easy_perform(curl);
  if (res != CURLE_OK) fprintf(stderr, "%s\\n", curl_easy_strerror(res));
  curl_easy_cleanup(curl);
  return 0;
}}"""


def _swiftdict(value: Any, text: Write) -> str:
    if isinstance(value, dict):
        return "[" + ", ".join(f"{text(k)}: {_swiftdict(v, text)}" for k, v in value.items()) + "]"
    if isinstance(value, list):
        return "[" + ", ".join(_swiftdict(v, text) for v in value) + "]"
    return text(value) if isinstance(value, str) else json.dumps(value)


def _swift(draw: random.Random, text: Write) -> str:
    items = ", ".join(
        f"URLQueryItem(name: {text(n)}, value: {text(v.replace('+', ''))})" for n, v in _flat(draw).items()
    )
    return f"""import Foundation

let key = {text(draw.choice(SAFE))}
var parts = URLComponents(string: "https://{HOST}/v1/\\(key)")!
parts.queryItems = [{items}]
let body: [String: Any] = {_swiftdict(_data(draw), text)}
var request = URLRequest(url: parts.url!)
request.httpMethod = "{_method(draw)}"
request.setValue("application/json", forHTTPHeaderField: "Content-Type")
request.addValue("k " + key, forHTTPHeaderField: "X-Key")
request.httpBody = try! JSONSerialization.data(withJSONObject: body)
let dataTask = URLSession.shared.dataTask(with: request) {{ data, response, error in
  if let error = error {{ print(error); return }}
  print(data!.count)
}}
dataTask.resume()"""


PROGRAMS: dict[str, Callable[[random.Random, Write], str]] = {
    "curl": _curl,
    "python": _python,
    "node": _node,
    "javascript": _javascript,
    "go": _go,
    "php": _php,
    "ruby": _ruby,
    "java": _java,
    "libcurl": _libcurl,
    "swift": _swift,
}
