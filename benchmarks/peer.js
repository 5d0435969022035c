// Calls of npm openapi-snippet for every operation of the specification files named in the list; twice, the second
// time with its code compiled.
//   node peer.js LIST   → a JSON line {seconds, cpu, operations, failed, calls} each time
const fs = require("fs");
const snippets = require("openapi-snippet");

const TARGETS = [
  "shell_curl", "c_libcurl", "java_okhttp", "node_request", "python_python3",
  "go_native", "ruby_native", "php_curl", "swift_nsurlsession", "javascript_xhr",
];
const METHODS = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

for (let time = 0; time < 2; time += 1) {
  const started = process.hrtime.bigint(), used = process.cpuUsage();
  let operations = 0, failed = 0, calls = 0;
  for (const file of JSON.parse(fs.readFileSync(process.argv[2], "utf8"))) {
    const spec = JSON.parse(fs.readFileSync(file, "utf8"));
    for (const [path, item] of Object.entries(spec.paths || {})) {
      for (const method of METHODS) {
        if (!item || typeof item[method] !== "object" || item[method] === null) continue;
        operations += 1;
        try {
          calls += snippets.getEndpointSnippets(spec, path, method, TARGETS).snippets.length;
        } catch {
          failed += 1;
        }
      }
    }
  }
  const seconds = Number(process.hrtime.bigint() - started) / 1e9;
  const { user, system } = process.cpuUsage(used);
  console.log(JSON.stringify({ seconds, cpu: (user + system) / 1e6, operations, failed, calls }));
}
