"""What Swift's compiler refuses is not read as a request; the same program without the mistake is."""

import pytest

from apipack.languages.codec import Reading

HEAD = 'import Foundation\nvar request = URLRequest(url: URL(string: "https://a.test/x")!)\n'
SENT = "URLSession.shared.dataTask(with: request) { data, response, error in }.resume()\n"
TASK = "URLSession.shared.dataTask(with: request) "
ASKED = "let (data, response) = try await URLSession.shared.data(for: request)\n"
METHOD = 'let method = "GET"\n'


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        (METHOD + METHOD + SENT, METHOD + SENT),
        (METHOD + 'method = "POST"\n' + SENT, METHOD.replace("let", "var") + 'method = "POST"\n' + SENT),
        (METHOD + 'method += "S"\n' + SENT, METHOD + SENT),
        (
            'guard let url = URL(string: "https://a.test/y") else { print("x") }\n' + SENT,
            'guard let url = URL(string: "https://a.test/y") else { exit(1) }\n' + SENT,
        ),
        ("func f() { " + ASKED + "}\nf()\n", "func f() async throws { " + ASKED + "}\ntry await f()\n"),
        (
            "func f() async throws { " + ASKED + "}\ntry f()\n",
            "func f() async throws { " + ASKED + "}\ntry await f()\n",
        ),
        (ASKED.replace("await ", ""), ASKED),
        (TASK + "{ data in }.resume()\n", TASK + "{ _, _, _ in }.resume()\n"),
        (TASK + '{ print("done") }.resume()\n', TASK + "{ print($0, $1, $2) }.resume()\n"),
        (
            TASK + "{ data, response, error in print(response!.statusCode) }.resume()\n",
            TASK + "{ data, response, error in print((response as? HTTPURLResponse)?.statusCode ?? 0) }.resume()\n",
        ),
        (
            TASK + "{ data, response, error in print(data.count) }.resume()\n",
            TASK + "{ data, response, error in guard let data = data else { return }\nprint(data.count) }.resume()\n",
        ),
        (
            TASK + "{ data, response, error in print(String(data: data, encoding: .utf8)!) }.resume()\n",
            TASK + "{ data, response, error in print(String(data: data!, encoding: .utf8)!) }.resume()\n",
        ),
        (ASKED + "print(response.statusCode)\n", ASKED + "print((response as! HTTPURLResponse).statusCode)\n"),
        (
            ASKED + "print(response.statusCode)\n",
            "func show(_ response: HTTPURLResponse) { print(response.statusCode) }\n"
            + ASKED
            + "show(response as! HTTPURLResponse)\n",
        ),
        ('let count: Int = "5"\n' + SENT, "let count: Int = 5\n" + SENT),
        ("let name: String = nil\n" + SENT, "let name: String? = nil\n" + SENT),
        ("let name = nil\n" + SENT, "let name: Any? = nil\n" + SENT),
        ("let small: UInt8 = 256\n" + SENT, "let small: UInt8 = 255\n" + SENT),
        ("let small: Int8 = -129\n" + SENT, "let small: Int8 = -128\n" + SENT),
        ('let sum = Int("5") + 1\n' + SENT, 'let sum = Int("5")! + 1\n' + SENT),
        ('let sum: Double = Double("5")\n' + SENT, 'let sum: Double? = Double("5")\n' + SENT),
        ('request.timeoutInterval = "30"\n' + SENT, "request.timeoutInterval = 30\n" + SENT),
        ('request.httpBody = "a"\nrequest.httpMethod = "POST"\n' + SENT, "request.httpBody = nil\n" + SENT),
        ('let url: URL = "https://a.test/y"\n' + SENT, 'let url: URL? = URL(string: "https://a.test/y")\n' + SENT),
        (
            "let real: Double = 5\nlet whole: Int = real\n" + SENT,
            "let real: Double = 5\nlet whole: Int = Int(real)\n" + SENT,
        ),
        ("func none() -> Int { }\n" + SENT, "func none() -> Int { 1 }\n" + SENT),
        ("func none() -> Int { print(1) }\nexit(0)\n" + SENT, "func none() { print(1) }\n" + SENT),
        (
            "let read = try JSONSerialization.jsonObject(with: Data())\n" + SENT,
            'let read = try JSONSerialization.jsonObject(with: Data("{}".utf8))\n' + SENT,
        ),
        ('switch "a" { case "a": print(1) }\n' + SENT, 'switch "a" { case "a": print(1)\ndefault: break }\n' + SENT),
        ('func f(_ a: Int) { }\nf("x")\n' + SENT, "func f(_ a: Int) { }\nf(1)\n" + SENT),
        ("func f(a: Int) { }\nf(1)\n" + SENT, "func f(a: Int, b: Int = 1) { }\nf(a: 1)\n" + SENT),
        (
            "struct S { let a: Int; var b: Int }\nlet s = S(a: 1)\n" + SENT,
            "struct S { let a: Int; var b: Int?; var c = 2; let d = 3; static let e = 4 }\nlet s = S(a: 1)\n" + SENT,
        ),
        (
            'struct S { let a: Int }\nlet s = S(a: "1")\n' + SENT,
            'struct S { let a: Int; init(_ b: String) { a = 1 } }\nlet s = S("1")\n' + SENT,
        ),
        (
            "func add(text: String) { }\nadd(Data())\n" + SENT,
            "extension Data { mutating func append(text: String) { append(Data(text.utf8)) } }\n" + SENT,
        ),
        (
            'func f(a: Int, b: Int = 1, c: String) { }\nf(c: "x", a: 1)\n' + SENT,
            'func f(a: Int, b: Int = 1, c: String) { }\nf(a: 1, c: "x")\n' + SENT,
        ),
        ('let body: [String: String] = ["a": 1]\n' + SENT, 'let body: [String: Any] = ["a": 1]\n' + SENT),
        (
            "func name() -> String { let a = 1\nlet b = 2 }\n" + SENT,
            'func name() -> String { let a = 1\nreturn "b" }\n' + SENT,
        ),
    ],
)
def test_what_does_not_compile_is_refused(wrong: str, right: str) -> None:
    assert Reading.of("swift", HEAD + wrong).request is None
    read = Reading.of("swift", HEAD + right)
    assert read.request is not None, read.problem
