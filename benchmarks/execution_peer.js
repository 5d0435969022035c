// Calls of npm openapi-snippet, and the request (HAR) that it means them to make.
// node peer.js JOBS: a JSON list of {id, spec, path, method}; prints a JSON line {id, har, snippets} or {id, error} for each.
'use strict';
const fs = require('fs');
const snippet = require('openapi-snippet');
const har = require('openapi-snippet/openapi-to-har');

const TARGETS = ['shell_curl', 'c_libcurl', 'java_okhttp', 'node_request', 'python_python3', 'go_native', 'ruby_native',
  'php_curl', 'swift_nsurlsession', 'javascript_xhr'];

for (const job of JSON.parse(fs.readFileSync(process.argv[2], 'utf8'))) {
  const read = () => JSON.parse(fs.readFileSync(job.spec, 'utf8'));
  let line;
  try {
    const snippets = {};
    for (const target of TARGETS) {
      snippets[target] = snippet.getEndpointSnippets(read(), job.path, job.method, [target]).snippets[0].content;
    }
    line = { id: job.id, har: har.getEndpoint(read(), job.path, job.method)[0], snippets };
  } catch (error) {
    line = { id: job.id, error: String(error).slice(0, 200) };
  }
  console.log(JSON.stringify(line));
}
