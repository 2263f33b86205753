"""A page that makes a browser use HTTP in every way we know of, and what its server answers.

Each path of :data:`REPLIES` is asked for by the page itself; ``/`` says ``done`` when all are. What
does not end by itself comes last and together (a download that is broken off, the event stream, the
WebSocket): a recorder on which one of them waits for ever still meets everything else.
"""

import gzip
import hashlib

import brotli
import zstandard

from tests.tools.browser_site import png
from tests.tools.h2_site import Headers, Reply

BIG = b"".join(hashlib.sha256(b"%d" % n).digest() for n in range(20 * 2**20 // 32))
TEXT = "본문 text ".encode() * 500
UPLOAD = bytes(range(256)) * 300
FILE = BIG[:300_000]
"""What ``/parts`` and ``/resumed`` hold, in ranges where it is asked for."""
BROKEN_OFF = 120_000
"""After how many bytes ``/resumed`` stops at first."""

_SCRIPT = """
const say = text => document.getElementById("state").textContent += text + " ";
const other = location.origin.replace("127.0.0.1", "localhost");
const get = (path, options) => fetch(path, options).then(r => r.arrayBuffer());
const bytes = new Uint8Array(76800);
for (let i = 0; i < bytes.length; i++) bytes[i] = i;
const once = (target, name) => new Promise(done => target.addEventListener(name, done));
const part = async (range, size) => {
  const body = await get("/parts", {headers: {Range: "bytes=" + range}});
  if (body.byteLength !== size) throw new Error(range + " has " + body.byteLength);
};
const breakOff = async () => {
  const stop = new AbortController();
  const reader = (await fetch("/resumed", {signal: stop.signal})).body.getReader();
  for (let left = BROKEN_OFF; left > 0; left -= (await reader.read()).value.length);
  stop.abort();
  await new Promise(done => setTimeout(done, 300));  // until the cache has what came
};
const steps = {
  hints: () => get("/hints"),  // alone: Chromium loses them in the rush of other answers
  plain: () => Promise.all(["/gzip", "/br", "/zstd", "/chunked", "/chunked-gzip", "/empty-body",
    "/no-content", "/gone", "/heads", "/trailers", "/big"].map(path => get(path))),
  redirects: () => Promise.all(["/moved", "/moved-with-body", "/moved-307"].map(path => get(path))),
  revalidated: () => get("/etag").then(() => get("/etag")),
  cached: () => get("/cached").then(() => get("/cached")),
  head: () => get("/head", {method: "HEAD"}),
  range: () => get("/range", {headers: {Range: "bytes=2-5"}}),
  parts: async () => { await part("0-99999", 100000); await part("50000-149999", 100000);
    await part("250000-299999", 50000); await part("0-299999", 300000); },
  post: () => get("/post", {method: "POST", body: bytes}),
  form: () => get("/form", {method: "POST", body: new URLSearchParams({a: "가", b: "&"})}),
  preflight: () => get(other + "/cors", {method: "PUT", headers: {"X-Custom": "1"}, body: "put"}),
  beacon: () => { navigator.sendBeacon("/beacon", "beacon-body"); },
  worker: () => once(new Worker("/worker.js"), "message"),
  service: () => navigator.serviceWorker.register("/sw.js", {scope: "/scoped/"})
    .then(r => once(r.installing, "statechange")),
  resumed: () => breakOff().then(() => get("/resumed")).then(body => {
    if (body.byteLength !== 300000) throw new Error("has " + body.byteLength); }),
  events: () => { const source = new EventSource("/events"); return once(source, "message"); },
  socket: () => { const s = new WebSocket(location.origin.replace("http", "ws") + "/ws");
    return once(s, "message").then(() => s.close()); },
};
const attempt = async name => {
  try { await steps[name](); return name; } catch (error) { return name + "-FAILED " + error; }
};
(async () => {
  const names = Object.keys(steps), together = names.splice(-3);
  for (const name of names) say(await attempt(name));
  (await Promise.all(together.map(attempt))).forEach(say);
  say("done");
})();
"""
INDEX = (
    '<!doctype html><html lang="en"><meta charset="utf-8"><title>fidelity</title>'
    '<link rel="stylesheet" href="/style.css"><p id="state"></p>'
    '<img src="/image.png"><iframe src="/frame"></iframe>'
    f"<script>const BROKEN_OFF = {BROKEN_OFF};{_SCRIPT}</script></html>"
).encode()
STEPS = (
    *("hints", "plain", "redirects", "revalidated", "cached", "head", "range", "parts", "post"),
    *("form", "preflight", "beacon", "worker", "service", "resumed", "events", "socket", "done"),
)
_TEXT_TYPE = (b"Content-Type", b"text/plain; charset=utf-8")
_NO_STORE = (b"Cache-Control", b"no-store")
_FILE_TYPE: Headers = [
    (b"Content-Type", b"application/octet-stream"),
    (b"ETag", b'"file"'),
    (b"Accept-Ranges", b"bytes"),
    (b"Cache-Control", b"max-age=600"),
]
_CORS: Headers = [
    (b"Access-Control-Allow-Origin", b"*"),
    (b"Access-Control-Allow-Methods", b"PUT"),
    (b"Access-Control-Allow-Headers", b"X-Custom"),
]


def _text(body: bytes, *headers: tuple[bytes, bytes], **more: object) -> Reply:
    return Reply(headers=[_TEXT_TYPE, _NO_STORE, *headers], body=body, **more)  # type: ignore[arg-type]  # the names are those of Reply


def _typed(kind: bytes, body: bytes) -> Reply:
    return Reply(headers=[(b"Content-Type", kind)], body=body)


REPLIES: dict[str, Reply] = {
    "/": Reply(
        headers=[(b"Content-Type", b"text/html; charset=utf-8"), (b"Set-Cookie", b"secret=token")],
        body=INDEX,
        hints=[(b"Link", b"</style.css>; rel=preload; as=style")],
    ),
    "/style.css": _typed(b"text/css", b"p { color: rgb(1, 2, 3) }"),
    "/image.png": _typed(b"image/png", png()),
    "/favicon.ico": _typed(b"image/png", png(16, 16)),
    "/frame": _typed(b"text/html", b"<title>frame</title><img src='/image.png?in-frame'>"),
    "/image.png?in-frame": _typed(b"image/png", png(9, 9)),
    "/gzip": _text(gzip.compress(TEXT, mtime=0), (b"Content-Encoding", b"gzip")),
    "/br": _text(brotli.compress(TEXT), (b"Content-Encoding", b"br")),
    "/zstd": _text(zstandard.compress(TEXT), (b"Content-Encoding", b"zstd")),
    "/chunked": _text(TEXT, is_chunked=True),
    "/chunked-gzip": _text(
        gzip.compress(TEXT, mtime=0), (b"Content-Encoding", b"gzip"), is_chunked=True
    ),
    "/empty-body": _text(b""),
    "/no-content": Reply(status=204, headers=[_NO_STORE]),
    "/gone": Reply(status=410, headers=[_TEXT_TYPE], body=b"gone for good"),
    "/heads": _text(
        b"heads",
        (b"X-Dup", b"1"),
        (b"Set-Cookie", b"a=1"),
        (b"X-MiXeD-Case", b"Kept"),
        (b"X-Dup", b"2"),
        (b"Set-Cookie", b"b=2"),
        (b"X-Korean", "한글".encode()),
        (b"X-Spaces", b"two  inside"),
        (b"X-Empty", b""),
    ),
    "/trailers": _text(TEXT, is_chunked=True, trailers=[(b"X-Trailer", b"after the body")]),
    "/hints": _text(b"hinted", hints=[(b"Link", b"</style.css>; rel=preload; as=style")]),
    "/big": Reply(headers=[(b"Content-Type", b"application/octet-stream"), _NO_STORE], body=BIG),
    "/moved": Reply(status=302, headers=[(b"Location", b"/target")]),
    "/moved-with-body": Reply(status=301, headers=[(b"Location", b"/target")], body=b"moved away"),
    "/moved-307": Reply(status=307, headers=[(b"Location", b"/target")]),
    "/target": _text(b"target"),
    "/cached": Reply(headers=[_TEXT_TYPE, (b"Cache-Control", b"max-age=600")], body=b"cached"),
    "/head": _text(b"never sent"),
    "/range": Reply(
        status=206, headers=[_TEXT_TYPE, (b"Content-Range", b"bytes 2-5/10")], body=b"2345"
    ),
    "/post": _text(b"posted"),
    "/form": _text(b"posted"),
    "/cors": Reply(headers=[_TEXT_TYPE, *_CORS], body=b"allowed"),
    "/beacon": Reply(status=204),
    "/events": Reply(
        headers=[(b"Content-Type", b"text/event-stream")],
        body=b": hello\n\ndata: first\n\n",
        hang=True,
    ),
    "/worker.js": _typed(
        b"text/javascript", b"fetch('/in-worker').then(r => r.text()).then(postMessage)"
    ),
    "/in-worker": _text(b"in worker"),
    "/sw.js": _typed(
        b"text/javascript", b"oninstall = e => e.waitUntil(fetch('/in-service-worker'))"
    ),
    "/in-service-worker": _text(b"in service worker"),
    "/ws": Reply(),
}


def answer(method: str, path: str, body: bytes, headers: Headers) -> Reply:
    """Answer as :data:`REPLIES` says, except for what depends on the request."""
    del body
    if path in {"/parts", "/resumed"}:
        return _part({name.lower(): value for name, value in headers}.get(b"range"))
    if path == "/etag":
        etag = [(b"ETag", b'"1"'), (b"Cache-Control", b"no-cache")]
        if any(name.lower() == b"if-none-match" for name, _ in headers):
            return Reply(status=304, headers=etag)
        return Reply(headers=[*etag, _TEXT_TYPE], body=b"etagged")
    if method == "OPTIONS":
        return Reply(status=204, headers=_CORS)
    return REPLIES.get(path, Reply(status=404, headers=[_TEXT_TYPE], body=b"not here"))


def _part(wanted: bytes | None) -> Reply:
    """Answer with a range of the file, or else with a beginning that never goes on."""
    whole = len(FILE)
    if wanted is None:
        length = (b"Content-Length", b"%d" % whole)
        return Reply(headers=[*_FILE_TYPE, length], body=FILE[:BROKEN_OFF], hang=True)
    first, _, last = wanted.removeprefix(b"bytes=").partition(b"-")
    start, end = int(first), int(last or whole - 1)
    span = (b"Content-Range", b"bytes %d-%d/%d" % (start, end, whole))
    return Reply(status=206, headers=[*_FILE_TYPE, span], body=FILE[start : end + 1])
