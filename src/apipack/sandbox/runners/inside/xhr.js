// XMLHttpRequest on Node's http and https, by the rules of the XHR and Fetch standards that shape a request:
// methods normalised or refused, forbidden headers ignored, repeated ones combined, no body with GET and HEAD.
'use strict';
const clients = { 'http:': require('http'), 'https:': require('https') };

const FORBIDDEN = new Set(['accept-charset', 'accept-encoding', 'access-control-request-headers',
  'access-control-request-method', 'access-control-request-private-network', 'connection', 'content-length', 'cookie',
  'cookie2', 'date', 'dnt', 'expect', 'host', 'keep-alive', 'origin', 'referer', 'set-cookie', 'te', 'trailer',
  'transfer-encoding', 'upgrade', 'via', 'x-http-method', 'x-http-method-override', 'x-method-override']);
const NORMALISED = ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'POST', 'PUT'];
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

// A page's script finds its own names under `window`. The page is there once the script has run; no other event comes.
globalThis.window = globalThis;
const LOADED = ['DOMContentLoaded', 'load', 'pageshow'];
const loaded = (type, listener) => setTimeout(() => listener.call(globalThis, { type, target: globalThis }), 0);
globalThis.addEventListener = (type, listener) => {
  if (LOADED.includes(type) && typeof listener === 'function') loaded(type, listener);
};
Object.defineProperty(globalThis, 'onload', {
  configurable: true,
  get: () => null,
  set: (listener) => { if (typeof listener === 'function') loaded('load', listener); },
});

for (const name of ['localStorage', 'sessionStorage']) {
  const held = new Map();
  globalThis[name] = {
    getItem: (key) => held.get(String(key)) ?? null,
    setItem: (key, value) => { held.set(String(key), String(value)); },
    removeItem: (key) => { held.delete(String(key)); },
    clear: () => held.clear(),
  };
}

// Fetch, 2.2.2 and 5.4: without CORS only what a form could send, and of the headers only those that are safelisted.
const fetchAsIs = globalThis.fetch;
const SIMPLE = /^(?:application\/x-www-form-urlencoded|multipart\/form-data|text\/plain)\s*(?:;|$)/i;
globalThis.fetch = (input, options) => {
  if (options?.mode !== 'no-cors') return fetchAsIs(input, options);
  if (!['GET', 'HEAD', 'POST'].includes(String(options.method ?? 'GET').toUpperCase())) {
    return Promise.reject(new TypeError('a method that no-cors does not allow'));
  }
  const kept = [...new Headers(options.headers)].filter(([name, value]) =>
    ['accept', 'accept-language', 'content-language'].includes(name) || (name === 'content-type' && SIMPLE.test(value)));
  return fetchAsIs(input, { ...options, headers: kept });
};

// axios takes Node for no browser, in which it leaves the type of a form to XMLHttpRequest.
let axios;
const ofPage = (library) => {
  library.defaults.transformRequest = [...library.defaults.transformRequest, (data, headers) => {
    if (data instanceof FormData) headers.setContentType(false);
    return data;
  }];
  return library;
};
Object.defineProperty(globalThis, 'axios', {
  configurable: true,
  get: () => (axios ??= ofPage(require('axios'))),
  set: (value) => { axios = value; },
});

globalThis.XMLHttpRequest = class XMLHttpRequest {
  static UNSENT = 0; static OPENED = 1; static HEADERS_RECEIVED = 2; static LOADING = 3; static DONE = 4;
  UNSENT = 0; OPENED = 1; HEADERS_RECEIVED = 2; LOADING = 3; DONE = 4;
  readyState = 0; status = 0; statusText = ''; responseText = ''; response = ''; responseType = ''; timeout = 0;
  withCredentials = false; upload = { addEventListener() {} };
  #listeners = []; #headers = new Map(); #method; #url;

  addEventListener(name, listener) { this.#listeners.push([name, listener]); }
  removeEventListener(name, listener) {
    this.#listeners = this.#listeners.filter(([n, l]) => n !== name || l !== listener);
  }

  open(method, url) {
    if (arguments.length < 2) throw new TypeError('open needs a method and a URL');
    method = String(method);
    const upper = method.toUpperCase();
    if (!TOKEN.test(method)) throw new SyntaxError('method is no token');
    if (['CONNECT', 'TRACE', 'TRACK'].includes(upper)) throw new Error('SecurityError: method');
    this.#method = NORMALISED.includes(upper) ? upper : method;
    this.#url = new URL(String(url));
    this.#headers.clear();
    this.#ready(1);
  }

  setRequestHeader(name, value) {
    if (this.readyState !== 1) throw new Error('InvalidStateError');
    name = String(name);
    value = String(value).replace(/^[\t\n\r ]+|[\t\n\r ]+$/g, '');
    if (!TOKEN.test(name) || /[\0\n\r]/.test(value)) throw new SyntaxError('header');
    const key = name.toLowerCase();
    if (FORBIDDEN.has(key) || key.startsWith('proxy-') || key.startsWith('sec-')) return;
    const before = this.#headers.get(key);
    this.#headers.set(key, [before ? before[0] : name, before ? `${before[1]}, ${value}` : value]);
  }

  send(body) {
    if (this.readyState !== 1) throw new Error('InvalidStateError');
    if (this.#method === 'GET' || this.#method === 'HEAD') body = null;
    if (body instanceof FormData || body instanceof Blob) {
      const written = new Response(body);
      const type = written.headers.get('content-type');
      written.arrayBuffer().then((octets) => this.#transmit([Buffer.from(octets), type]));
    } else if (body !== null && body !== undefined) {
      this.#transmit(body instanceof URLSearchParams
        ? [String(body), 'application/x-www-form-urlencoded;charset=UTF-8'] : [String(body), 'text/plain;charset=UTF-8']);
    } else {
      this.#transmit(null);
    }
  }

  // body: [content, type], or null. A text that is sent is UTF-8, whatever the program says.
  #transmit(body) {
    const headers = { Accept: '*/*' };
    if (body) {
      const own = this.#headers.get('content-type');
      if (!own && body[1]) headers['Content-Type'] = body[1];
      else if (own && typeof body[0] === 'string') own[1] = own[1].replace(/(;\s*charset=)(?!"?utf-8"?\s*(?:;|$))("[^"]*"|[^;]*)/i, '$1UTF-8');
      headers['Content-Length'] = Buffer.byteLength(body[0]);
    } else if (['POST', 'PUT'].includes(this.#method)) {
      headers['Content-Length'] = 0;
    }
    for (const [key, [name, value]] of this.#headers) {
      if (key === 'accept') delete headers.Accept;
      headers[name] = value;
    }
    const client = clients[this.#url.protocol];
    if (!client) throw new Error('NetworkError: scheme');
    const request = client.request(this.#url, { method: this.#method, headers, agent: false }, (response) => {
      this.status = response.statusCode;
      this.statusText = response.statusMessage;
      this.#ready(2);
      const parts = [];
      response.on('data', (part) => parts.push(part));
      response.on('end', () => {
        this.response = this.responseText = Buffer.concat(parts).toString();
        this.#ready(3);
        this.#end('load');
      });
    });
    request.on('error', (error) => this.#end('error', error));
    request.end(body ? body[0] : undefined);
  }

  abort() {}
  getAllResponseHeaders() { return ''; }
  getResponseHeader() { return null; }

  #end(name, error) {
    this.#ready(4);
    this.#fire(name);
    this.#fire('loadend');
    if (globalThis.onXhrEnd) globalThis.onXhrEnd(error);
    else if (error) { console.error(String(error)); process.exitCode = 1; }
  }

  #ready(state) { this.readyState = state; this.#fire('readystatechange'); }

  #fire(name) {
    const event = { type: name, target: this, currentTarget: this };
    for (const [wanted, listener] of this.#listeners) if (wanted === name) listener.call(this, event);
    if (typeof this[`on${name}`] === 'function') this[`on${name}`](event);
  }
};
