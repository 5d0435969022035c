// Inside the jail: runs one call after the other in this process and tells the recorder where each begins.
// plan.json: marker, the path that begins a mark; calls, their numbers; seconds; kind, what tells that a call is
// over: `request`'s callback, or the shim's loadend. Lines of `report` are JSON lists: number, status, detail.
'use strict';
const fs = require('fs');
const http = require('http');
const vm = require('vm');

const MARKS = '100.64.0.1';
const plan = JSON.parse(fs.readFileSync('plan.json', 'utf8'));
const report = fs.openSync('report', 'w');
let over = () => {};
const quiet = { log() {}, error() {}, warn() {}, info() {}, debug() {} };

function loaded() {
  if (plan.kind === 'xhr') {
    require('./xhr.js');
    globalThis.onXhrEnd = (error) => over(error);
    return require;
  }
  const request = require('request');
  const traced = (options, callback) => request(options, (...values) => {
    try { callback(...values); over(values[0]); } catch (error) { over(error); }
  });
  return (name) => (name === 'request' ? traced : require(name));
}

function mark(number) {
  return new Promise((resolve, reject) => {
    http.get({ host: MARKS, path: plan.marker + number, agent: false }, (response) => {
      response.resume();
      response.on('end', resolve);
    }).on('error', reject);
  });
}

function run(number, load) {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(['timeout', '']), plan.seconds * 1000);
    over = (error) => {
      clearTimeout(timer);
      resolve(error ? ['failed', String(error)] : ['ok', '']);
    };
    try {
      const code = fs.readFileSync(`call${number}.js`, 'utf8');
      vm.runInThisContext(`(function (require, console) {${code}\n})`)(load, quiet);
    } catch (error) {
      over(error);
    }
  });
}

process.on('uncaughtException', (error) => over(error));

(async () => {
  const load = loaded();
  for (const number of plan.calls) {
    await mark(number);
    const [status, detail] = await run(number, load);
    fs.writeSync(report, `${JSON.stringify([number, status, detail.slice(0, 2000)])}\n`);
  }
  process.exit(0);
})();
