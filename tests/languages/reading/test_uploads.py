"""Files that a form uploads are read as parts, whatever they hold; a body that is a file is not certain."""

import pytest

from apipack.evaluation.verdicts import Reference, judge
from apipack.languages.codec import Reading, read
from apipack.openapi.payloads import Part, body_parts
from apipack.records import Request

URL = "https://api.orchard.example/v3/files"
PNG, OCTETS = "image/png", "application/octet-stream"
PHP = f"<?php\n$c = curl_init('{URL}');\ncurl_setopt($c, CURLOPT_POSTFIELDS, %s);\ncurl_exec($c);"
C = f"""CURL *curl = curl_easy_init();
curl_mime *mime = curl_mime_init(curl);
curl_mimepart *part = curl_mime_addpart(mime);
curl_mime_name(part, "photo");
%s
curl_easy_setopt(curl, CURLOPT_URL, "{URL}");
curl_easy_setopt(curl, CURLOPT_MIMEPOST, mime);
curl_easy_perform(curl);
"""
JAVA = f"""OkHttpClient client = new OkHttpClient();
RequestBody body = %s;
Request request = new Request.Builder().url("{URL}").post(body).build();
Response response = client.newCall(request).execute();
"""
NODE = f"""const form = new FormData();
form.append('photo', %s, 'a.png');
const response = await fetch('{URL}', {{ method: 'POST', body: form }});
"""
SYNC, PROMISES = "const fs = require('fs');\n", "import { readFile } from 'node:fs/promises';\n"
FORM = 'new MultipartBody.Builder().setType(MultipartBody.FORM).addFormDataPart("photo", %s).build()'


def part_of(request: Request) -> Part:
    (part,) = body_parts(request) or []
    return part


@pytest.mark.parametrize(
    ("language", "code", "media_type"),
    [
        ("curl", f"curl -F photo=@cat.png {URL}", PNG),
        ("curl", f"curl -F 'photo=@/home/me/a cat.docx' {URL}", OCTETS),
        ("curl", f"curl -F 'photo=@cat.docx;filename=cat.png' {URL}", PNG),
        ("curl", f"curl -F 'photo=@~/cat.png;type=image/x' {URL}", "image/x"),
        ("php", PHP % "['photo' => new CURLFile('cat.png')]", OCTETS),
        ("php", PHP % "['photo' => new CURLFILE('/C:/Users/me/cat.png', 'image/png', 'a.png')]", PNG),
        ("php", PHP % "['photo' => curl_file_create('cat.png')]", OCTETS),
        ("node", SYNC + NODE % "new Blob([fs.readFileSync('./cat.png')], { type: 'image/png' })", PNG),
        ("node", SYNC + NODE % "new File([await fs.promises.readFile('/tmp/cat.png')], 'cat.png')", OCTETS),
        ("node", PROMISES + NODE % "new Blob([await readFile('cat.png')])", OCTETS),
        ("libcurl", C % 'curl_mime_filedata(part, "/path/to/cat.png");', PNG),
        ("libcurl", C % 'curl_mime_filedata(part, "cat.bin"); curl_mime_filename(part, "cat.png");', PNG),
        ("libcurl", C % 'curl_mime_filedata(part, "cat.docx");', OCTETS),
        (
            "java",
            JAVA % FORM % '"cat.png", RequestBody.create(MediaType.parse("image/png"), new File("a/cat.png"))',
            PNG,
        ),
        (
            "java",
            JAVA % FORM % 'new File("a.png").getName(), RequestBody.create(new File("a.png"), null)',
            "text/plain",
        ),
    ],
)
def test_a_file_is_a_part(language: str, code: str, media_type: str) -> None:
    request = read(language, code)
    part = part_of(request)
    assert (part.name, part.file, part.media_type) == ("photo", True, media_type)
    says = 'form-data; name="%s"; filename="a.bin"'
    gold = f"--b\r\nContent-Disposition: {says}\r\nContent-Type: {OCTETS}\r\n\r\nx\r\n--b--\r\n"
    for name, right in (("photo", True), ("file", False)):
        wanted = Request("POST", URL, (("Content-Type", "multipart/form-data; boundary=b"),), gold % name)
        assert judge(Reading.of(language, code), Reference("", wanted, URL, [])).request_match is right


def test_a_part_of_libcurl_has_the_type_of_its_file_name() -> None:
    data = 'curl_mime_data(part, "x", CURL_ZERO_TERMINATED); curl_mime_filename(part, "%s");'
    assert part_of(read("libcurl", C % data % "a.png")).media_type == PNG
    assert not part_of(read("libcurl", C % data % "a.docx")).typed


@pytest.mark.parametrize(
    ("language", "code"),
    [
        ("curl", f"curl -F photo=@item.json {URL}"),
        ("curl", f"curl -F 'photo=@item.txt;type=application/json' {URL}"),
        ("curl", f"curl --data-binary @cat.png -H 'Content-Type: image/png' {URL}"),
        ("node", SYNC + NODE % "new Blob([fs.readFileSync('item.json')])"),
        ("node", SYNC + NODE % "new Blob([fs.readFileSync('item.txt')], { type: 'application/json' })"),
        ("node", SYNC + NODE % "fs.readFileSync('cat.png')"),
        ("node", PROMISES + NODE % "new Blob([readFile('cat.png')])"),
        ("node", f"{SYNC}fetch('{URL}', {{ method: 'POST', body: fs.readFileSync('cat.png') }})"),
        ("node", NODE.replace("append", "set") % "new Blob(['x'])" + "form.set('photo', new Blob(['y']), 'b.png');"),
        ("php", PHP % "['photo' => new CURLFile('item.txt', 'application/json')]"),
        ("libcurl", C % 'curl_mime_filedata(part, "item.json");'),
        ("libcurl", C % 'curl_mime_filedata(part, "item.txt"); curl_mime_type(part, "application/xml");'),
        ("java", JAVA % 'RequestBody.create(new File("cat.png"), MediaType.get("image/png"))'),
    ],
)
def test_what_may_hold_something_wrong_is_not_certain(language: str, code: str) -> None:
    reading = Reading.of(language, code)
    assert reading.request is None and not reading.unsent
