"""A page that tries every way to get a picture, film, sound or font into the record of its visit.

Every body that must not be kept consists of one short mark, over and over, so that any sixty bytes
of it, in any encoding that a script can make, are found by looking for a few needles
(:mod:`tests.tools.needles`). Each path below ``/never/`` must not even be asked for.
"""

import base64
import gzip
import json
import struct
import zlib
from pathlib import Path
from urllib.parse import quote

from tests.tools.h2_site import Headers, Reply
from tests.tools.needles import MARK

SIZE = 240
"""Of the mark, repeated: more than 3000 bytes."""
BYTES = MARK * SIZE
WORDS = "게시물 제목은 남아야 한다"
UPLOADER = "올린사람-1234"


def png() -> bytes:
    """Return a valid picture whose pixels are the mark, stored and not packed."""
    row = MARK * 10
    rows = b"".join(b"\0" + row for _ in range(SIZE // 10))
    head = struct.pack(">IIBBBBB", len(row) // 3, SIZE // 10, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(rows, 0)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )


PNG = png()
B64 = base64.b64encode(PNG).decode()
LINES = [B64[at : at + 76] for at in range(0, len(B64), 76)]
SVG = f"<svg xmlns='http://www.w3.org/2000/svg'><image href='data:image/png;base64,{B64}'/></svg>"

_IN_DOM = f"""
<p id="words">{WORDS}</p><a id="who" href="/user/1234?tab=posts">{UPLOADER}</a>
<img id="inline" width="9" height="7" src="data:image/png;base64,{B64}">
<img src=" d&#97;ta:image/png;base64,{B64}">
<img src="{quote("data:image/png;base64," + B64, safe=":/;,+=")}">
<img srcset="data:image/png;base64,{B64} 2x, /never/srcset-2.png 3x">
<div style="background: url(data:image/png;base64,{B64})"></div>
<div style="background: url(&quot;data:image/svg+xml;utf8,{quote(SVG, safe=" <>=':/;,+")}&quot;)">
</div>
<svg><path d="M{" ".join(str(one) for one in BYTES[:900])}"/><image href="/never/svg-image.png"/>
<style>.x {{ background: url(data:image/png;base64,{B64}) }}</style></svg>
<template><img src="data:image/png;base64,{B64}"></template>
<noscript><img src="data:image/png;base64,{B64}"></noscript>
<iframe srcdoc="<img src='data:image/png;base64,{B64}'><img src='/never/srcdoc.png'>"></iframe>
<!-- {B64} -->
<textarea>{B64}</textarea><xmp>{B64}</xmp><pre>{chr(10).join(LINES)}</pre>
<p>{"<br>".join(LINES)}</p><ul>{"".join(f"<li><code>{one}</code></li>" for one in LINES)}</ul>
<p>{"".join(f'<i data-n="{n}" data-piece="{one}"></i>' for n, one in enumerate(LINES))}</p>
<p data-hex="{PNG.hex()}" data-url="{quote(BYTES)}" data-list="{json.dumps(list(BYTES))}"
 data-object='{json.dumps({str(n): one for n, one in enumerate(BYTES)})}'
 data-json='{json.dumps({"preview": B64.replace("/", "~")}).replace("~", chr(92) + "/")}'></p>
<p>{PNG.hex(" ")}</p><p>{PNG.hex().upper()}</p><p>{", ".join(map(str, BYTES))}</p>
<p>{"".join(f"%{one:02x}" for one in BYTES)}</p><p>{
    "".join(chr(92) + f"x{b:02x}" for b in BYTES)
}</p>
<p>{"".join(f"&amp;#{one};" for one in BYTES)}</p>
<p>{"".join(chr(92) + f"u{one:04x}" for one in BYTES)}</p>
<p>{base64.b85encode(BYTES).decode().replace("&", "&amp;").replace("<", "&lt;")}</p>
<p>{base64.b32encode(BYTES).decode()}</p><p>{BYTES.decode("latin-1").replace(chr(0), "")}</p>
<script type="application/ld+json">{
    json.dumps(
        {
            "@type": "VideoObject",
            "name": "영상 이름",
            "thumbnailUrl": "data:image/png;base64," + B64,
            "description": B64,
            "author": {"@type": "Person", "name": UPLOADER},
            "bytes": list(BYTES),
            "parts": LINES,
        }
    )
}</script>
<script type="application/json" id="state">{{"photo": "{B64}"}}</script>
<script>window.state = {{ photo: "{B64}", list: {list(BYTES)} }};
document.write("<p>" + state.photo + "</p><img src='data:image/png;base64," + state.photo + "'>");
</script>
"""

_ASKED_FOR = """
<link rel="icon" href="/never/icon.png"><link rel="preload" as="image" href="/never/preload.png">
<link rel="preload" as="font" crossorigin href="/never/preload.woff2">
<link rel="preload" as="fetch" crossorigin href="/headed/preload-fetch.png">
<link rel="prefetch" href="/never/prefetch.png">
<link rel="apple-touch-icon" href="/never/touch.png">
<link rel="preconnect" href="/never/preconnect"><link rel="manifest" href="/manifest.json">
<link rel="stylesheet" href="/traps.css"><link rel="stylesheet" href="/headed/png-as-style.png">
<script type="speculationrules">{"prefetch": [{"source": "list", "urls": ["/never/rules.png"]}],
"prerender": [{"source": "list", "urls": ["/never/prerender.png"]}]}</script>
<img src="/never/img.png" width="640" height="480"><img srcset="/never/srcset.png 1x">
<picture><source srcset="/never/picture.png"><img src="/never/picture-img.png"></picture>
<img loading="lazy" src="/never/lazy.png" style="margin-top: 4000px">
<input type="image" src="/never/input.png"><table background="/never/table.png"><td>t</table>
<video src="/never/video.mp4" poster="/never/poster.png" autoplay muted width="320">
<track default src="/never/track.vtt"></video><audio src="/never/audio.ogg" autoplay></audio>
<video><source src="/never/source.webm"></video>
<object data="/never/object.png" type="image/png"></object><object data="/headed/object"></object>
<embed src="/never/embed.png"><embed type="image/svg+xml" src="/headed/embed.svg">
<iframe src="/headed/frame.png"></iframe><iframe src="/headed/frame-attachment"></iframe>
<iframe src="/refreshes"></iframe><iframe src="/inner"></iframe>
<iframe src="/binary-as-html"></iframe><frameset></frameset>
<script src="/headed/png-as-script.png"></script><script src="/traps.js" defer></script>
<form id="download" action="/headed/form" method="post" target="sink"><input name="a"></form>
<iframe name="sink"></iframe><a id="save" download="x.png" href="/headed/saved.png">save</a>
<button id="opens">더 보기</button>
<a href="/gone" ping="/ping">ping</a><canvas id="canvas" width="60" height="24"></canvas>
<svg><use href="/never/sprite.svg#a"/></svg><div class="all">styled</div>
"""

CSS = """
@import url(/more.css);
@font-face { font-family: trap; src: url(/never/font.woff2) }
p { font-family: trap }
.all { background: url(/never/bg.png); cursor: url(/never/cursor.png), auto;
  mask-image: url(/never/mask.png); list-style-image: url(/never/list.png);
  border-image: url(/never/border.png) 30; shape-outside: url(/never/shape.png);
  content: url(/never/content.png); filter: url(/never/filter.svg#f);
  background-image: image-set(url(/never/set.png) 1x) }
"""

SCRIPT = Path(__file__).with_name("media_traps.js").read_text(encoding="utf-8")
_IN_WORKER = """
const tell = async (send) => {
  const got = [];
  for (const url of ["/headed/worker.png", "/lies/text", "/json-base64"]) {
    try {
      const bytes = new Uint8Array(await (await fetch(url)).arrayBuffer());
      got.push(url, [...bytes].join(), new TextDecoder().decode(bytes));
    } catch { got.push("refused"); }
  }
  send(got.join(" "));
};
"""
_SAVES = """
(async () => {
  const { photo } = await (await fetch("/json-base64")).json();
  const bytes = Uint8Array.from(atob(photo), (one) => one.charCodeAt(0));
  const large = new Uint8Array(bytes.length * 3000);
  for (let at = 0; at < 3000; at++) large.set(bytes, at * bytes.length);
  for (let number = 0; number < 10; number++) {
    const link = document.body.appendChild(document.createElement("a"));
    link.download = `${number}.png`;
    link.href = URL.createObjectURL(new Blob([large]));
    link.click();
    await new Promise((done) => setTimeout(done, 30));
  }
})();
"""

_HTML = (b"Content-Type", b"text/html; charset=utf-8")
_PICTURE = (b"Content-Type", b"image/png")


_CORS = (
    (b"Access-Control-Allow-Origin", b"*"),
    (b"Access-Control-Allow-Headers", b"x-own"),
)


def _page(text: str, *more: tuple[bytes, bytes]) -> Reply:
    return Reply(headers=[_HTML, *more], body=text.encode("utf-8", "surrogatepass"))


def _typed(kind: bytes, body: bytes, *more: tuple[bytes, bytes]) -> Reply:
    return Reply(headers=[(b"Content-Type", kind), *more], body=body)


def _script(text: str) -> Reply:
    return _typed(b"text/javascript", text.encode())


_HEAD = (
    f"<!doctype html><html lang=ko><head><meta charset=utf-8><title>{WORDS}</title>"
    f"<meta property='og:title' content='{WORDS}'><meta name='author' content='{UPLOADER}'>"
    f"<meta property='og:image' content='data:image/png;base64,{B64}'>"
    f"<meta property='og:description' content='{B64}'>"
    f"<meta property='og:video' content='/never/og.mp4'>"
)
REPLIES: dict[str, Reply] = {
    "/": Reply(
        headers=[
            _HTML,
            (b"X-Picture", B64[:6000].encode()),
            (b"Set-Cookie", b"pic=" + B64[:3000].encode()),
            (b"Link", b"</never/link-header.png>; rel=preload; as=image"),
            (b"Link", b"</never/link-prefetch.png>; rel=prefetch"),
            (b"Speculation-Rules", b'"/never/rules.json"'),
            (b"Content-Security-Policy-Report-Only", b"script-src 'none'; report-uri /reports"),
            (b"NEL", b'{"report_to": "all", "max_age": 600, "success_fraction": 1.0}'),
        ],
        body=f"{_HEAD}{_ASKED_FOR}</head><body>{_IN_DOM}</body></html>".encode(),
        hints=[(b"Link", b"</never/early-hint.png>; rel=preload; as=image")],
    ),
    "/traps.css": _typed(b"text/css", CSS.encode()),
    "/more.css": _typed(
        b"text/css", f"b {{ background: url(data:image/png;base64,{B64}) }}".encode()
    ),
    "/traps.js": _script(SCRIPT),
    "/worker.js": _script(f"{_IN_WORKER} tell(postMessage)"),
    "/shared.js": _script(f"{_IN_WORKER} onconnect = e => tell(t => e.ports[0].postMessage(t))"),
    "/sw.js": _script(
        f"{_IN_WORKER} oninstall = e => e.waitUntil(tell(() => 0)); "
        "onactivate = e => e.waitUntil(clients.claim()); "
        "onfetch = e => e.respondWith(fetch(e.request));"
    ),
    "/json-base64": _typed(b"application/json", json.dumps({"photo": B64}).encode()),
    "/manifest.json": _typed(
        b"application/manifest+json",
        b'{"icons": [{"src": "/never/manifest.png", "sizes": "192x192"}]}',
    ),
    "/lies/text": _typed(b"text/plain", PNG),
    "/lies/json": _typed(b"application/json", PNG),
    "/lies/gzip": _typed(
        b"text/plain", gzip.compress(PNG, mtime=0), (b"Content-Encoding", b"gzip")
    ),
    "/events": Reply(
        headers=[(b"Content-Type", b"text/event-stream")],
        body=f"data: {B64}\n\n".encode(),
        hang=True,
    ),
    "/headed/octets": _typed(b"application/octet-stream", PNG),
    "/headed/no-type": Reply(body=PNG),
    "/headed/two-types": _typed(b"text/plain, image/png", PNG),
    "/headed/attachment": _typed(b"text/plain", PNG, (b"Content-Disposition", b"attachment")),
    "/headed/frame-attachment": _typed(b"text/html", PNG, (b"Content-Disposition", b"attachment")),
    "/headed/form": _typed(b"application/zip", PNG, (b"Content-Disposition", b"attachment")),
    "/headed/mjpeg": _typed(
        b"multipart/x-mixed-replace; boundary=b",
        b"--b\r\nContent-Type: image/png\r\n\r\n" + PNG + b"\r\n--b--",
    ),
    "/headed/drawing.svg": _typed(b"image/svg+xml", SVG.encode()),
    "/headed/code.wasm": _typed(b"application/wasm", PNG),
    "/headed/range": Reply(
        status=206, headers=[_PICTURE, (b"Content-Range", b"bytes 0-99/4000")], body=PNG[:100]
    ),
    "/moved-to-png": Reply(
        status=302, headers=[(b"Location", b"/headed/moved.png"), _PICTURE], body=PNG
    ),
    "/refreshes": _page("<meta http-equiv=refresh content='0; url=/headed/refreshed.png'>r"),
    "/inner": _page(f"<img src='/never/inner.png'><img src='data:image/png;base64,{B64}'>"),
    "/binary-as-html": _typed(b"text/html", PNG),
    "/popped": _page("<img src='/never/popped.png'>"),
    "/cross": _typed(b"application/json", PNG, *_CORS),
    "/cross.png": _typed(b"image/png", PNG, *_CORS),
    "/reports": Reply(status=204),
    "/echo": _typed(b"application/json", b"{}"),
    "/upload": _typed(b"application/json", b"{}"),
    "/beacon": Reply(status=204),
    "/ping": Reply(status=204),
    "/ws": Reply(body=b"\x82\x7e" + struct.pack(">H", len(PNG)) + PNG),
    # Pages of their own, for a visit each.
    "/board": _page(f"{_HEAD}</head><body>{_IN_DOM}<img src='/never/board.png' width='5'></body>"),
    "/picture": _typed(b"image/png", PNG),
    "/film": _typed(b"video/mp4", PNG),
    "/file": _typed(
        b"application/zip", PNG, (b"Content-Disposition", b"attachment; filename=x.zip")
    ),
    "/to-picture": Reply(status=302, headers=[(b"Location", b"/picture")]),
    "/then-picture": _page(f"<p>{WORDS}<meta http-equiv=refresh content='0; url=/picture'>"),
    "/binary": _typed(b"text/html", PNG),
    "/sniffed": _typed(b"text/plain", PNG),
    "/utf-16": _typed(
        b"text/html; charset=utf-16", f"\ufeff<p>{WORDS}<p>{B64}".encode("utf-16-le")
    ),
    "/json": _typed(b"application/json", json.dumps({"글": WORDS, "photo": B64}).encode()),
    "/saves": _page(f"<p>{WORDS}<script>{_SAVES}</script>"),
    "/plain": _page(f"<title>{WORDS}</title><p>{WORDS}<img src='/never/plain.png'>"),
}


def answer(method: str, path: str, body: bytes, headers: Headers) -> Reply:
    """Answer; what nobody named is a picture."""
    del body, headers
    if method == "OPTIONS":
        return Reply(status=204, headers=[*_CORS])
    plain = path.partition("?")[0]
    return REPLIES.get(plain, _typed(b"image/png", PNG))
