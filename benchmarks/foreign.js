// Calls of npm httpsnippet, postman-code-generators and openapi-snippet for the requests named in a file.
//   node foreign.js REQUESTS   (JSON lines {method, url, headers, body, document})  → JSON lines {number, form, language, code}
// A generator that fails on a request gives a line with `error` in place of code. document: OpenAPI of that one operation.
const fs = require("fs");
const readline = require("readline");
const { HTTPSnippet } = require("httpsnippet");
const postman = require("postman-code-generators");
const { Request } = require("postman-collection");
const openapi = require("openapi-snippet");

const HTTPSNIPPET = {
  curl: ["shell", "curl"], libcurl: ["c", "libcurl"], java: ["java", "okhttp"], "java~nethttp": ["java", "nethttp"],
  node: ["node", "request"], "node~axios": ["node", "axios"], "node~fetch": ["node", "fetch"], "node~native": ["node", "native"],
  python: ["python", "python3"], "python~requests": ["python", "requests"], go: ["go", "native"],
  ruby: ["ruby", "native"], "ruby~faraday": ["ruby", "faraday"], php: ["php", "curl"], "php~guzzle": ["php", "guzzle"],
  swift: ["swift", "nsurlsession"], javascript: ["javascript", "xhr"], "javascript~fetch": ["javascript", "fetch"],
  "javascript~axios": ["javascript", "axios"],
};
const POSTMAN = {
  curl: ["curl", "cURL"], libcurl: ["c", "libcurl"], java: ["java", "OkHttp"], node: ["nodejs", "Request"],
  "node~native": ["nodejs", "Native"], "node~axios": ["nodejs", "Axios"], python: ["python", "http.client"],
  "python~requests": ["python", "Requests"], go: ["go", "Native"], ruby: ["ruby", "Net::HTTP"], php: ["php", "cURL"],
  "php~guzzle": ["php", "Guzzle"], swift: ["swift", "URLSession"], javascript: ["javascript", "XHR"],
  "javascript~fetch": ["javascript", "Fetch"],
};
const OPENAPI = {
  curl: "shell_curl", libcurl: "c_libcurl", java: "java_okhttp", node: "node_request", python: "python_python3",
  "python~requests": "python_requests", go: "go_native", ruby: "ruby_native", php: "php_curl", swift: "swift_nsurlsession",
  javascript: "javascript_xhr", "javascript~fetch": "javascript_fetch",
};

const typeOf = (headers) => (headers.find(([name]) => name.toLowerCase() === "content-type") || [])[1];
const isForm = (request) => /^application\/x-www-form-urlencoded/i.test(typeOf(request.headers) || "");

function har({ method, url, headers, body }) {
  const found = { method, url, httpVersion: "HTTP/1.1", cookies: [], queryString: [], headersSize: -1, bodySize: -1 };
  found.headers = headers.map(([name, value]) => ({ name, value }));
  if (body !== null) {
    found.postData = { mimeType: typeOf(headers) || "text/plain", text: body };
    if (isForm({ headers })) found.postData.params = [...new URLSearchParams(body)].map(([name, value]) => ({ name, value }));
    if (isForm({ headers })) delete found.postData.text;
  }
  return found;
}

function collection({ method, url, headers, body }) {
  const header = headers.map(([key, value]) => ({ key, value }));
  const request = { method, url, header };
  if (body !== null && isForm({ headers })) {
    request.body = { mode: "urlencoded", urlencoded: [...new URLSearchParams(body)].map(([key, value]) => ({ key, value })) };
  } else if (body !== null) {
    const language = /json/i.test(typeOf(headers) || "") ? "json" : "text";
    request.body = { mode: "raw", raw: body, options: { raw: { language } } };
  }
  return new Request(request);
}

const options = { indentCount: 2, indentType: "Space", trimRequestBody: true, followRedirect: true, includeBoilerplate: true };

async function calls(request, print) {
  const attempt = async (form, make) => {
    const language = form.split(" ")[1].split("~")[0];
    try {
      const made = await make();
      const code = Array.isArray(made) ? made[0] : made;
      print(typeof code === "string" && code ? { form, language, code } : { form, language, error: "no code" });
    } catch (error) {
      print({ form, language, error: String(error).slice(0, 200) });
    }
  };
  for (const [form, [target, client]] of Object.entries(HTTPSNIPPET)) {
    await attempt(`httpsnippet ${form}`, () => new HTTPSnippet(har(request)).convert(target, client));
  }
  for (const [form, [language, variant]] of Object.entries(POSTMAN)) {
    await attempt(`postman ${form}`, () => new Promise((resolve, reject) => {
      postman.convert(language, variant, collection(request), options, (error, code) => (error ? reject(error) : resolve(code)));
    }));
  }
  if (!request.document) return;
  for (const [form, target] of Object.entries(OPENAPI)) {
    await attempt(`openapi-snippet ${form}`, () => {
      const [path, item] = Object.entries(request.document.paths)[0];
      return openapi.getEndpointSnippets(request.document, path, Object.keys(item)[0], [target]).snippets[0].content;
    });
  }
}

(async () => {
  let number = 0;
  for await (const line of readline.createInterface({ input: fs.createReadStream(process.argv[2]) })) {
    const current = number;
    number += 1;
    await calls(JSON.parse(line), (row) => fs.writeSync(1, JSON.stringify({ number: current, ...row }) + "\n"));
  }
})();
