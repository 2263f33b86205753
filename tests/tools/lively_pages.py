"""Pages that want to be scrolled and clicked, that never rest, and that do what pages must not.

One page for each claim of tests/browser; served by :mod:`tests.tools.browser_site`.
"""

import base64
import hashlib
import struct
from collections.abc import Mapping
from io import BufferedIOBase

Answer = tuple[int, dict[str, str], bytes]
MAX_MORE = 3
BAND_PX = 1000
BANDS = 20
WIDE_PX = 9000
WS_TEXT, WS_BYTES = "안녕 from-page", bytes(range(200))


def html(text: str, status: int = 200, **headers: str) -> Answer:
    return (
        status,
        {"Content-Type": "text/html; charset=utf-8", **headers},
        f"<!doctype html><title>t</title><body>{text}</body>".encode(),
    )


def cover(text: str) -> str:
    return (
        "<div id=cover style='position:fixed;inset:0;background:#ccc;padding:40px;z-index:9'>"
        f"{text}</div><h1>behind</h1>" + "<p>words of the page itself </p>" * 60
    )


def bands(width: str) -> str:
    return "<style>body{margin:0}</style>" + "".join(
        f"<div style='height:{BAND_PX}px;width:{width};background:rgb({n * 10},0,{200 - n * 10})'>"
        "</div>"
        for n in range(BANDS)
    )


_LONG = "<div style='height:2500px'></div>"
_OFF = "onclick=\"document.getElementById('cover').remove()\""
_SHUT = (
    "<p>We use cookies. 쿠키를 사용합니다.</p>"
    "<button onclick=\"fetch('/consent/all')\">모두 동의</button>"
    "<button onclick=\"fetch('/consent/none');document.getElementById('cover').remove()\">거부"
    "</button><a href='/small'>More</a>"
)
PAGES: dict[str, Answer] = {
    "/gallery": html(
        "<div style='overflow-x:auto;width:300px;white-space:nowrap'>"
        + "".join(f"<img loading=lazy src='/n/g{n}.png' width=4000 height=30>" for n in range(4))
        + "</div>"
    ),
    "/more": html(
        f"{_LONG}<div id=list></div><button id=more onclick='next(event)'>댓글 더 보기</button>"
        "<script>let n = 0; const next = (e) => fetch('/item/' + (++n)).then(r => r.text())"
        ".then(t => { list.append(t + (e.isTrusted ? ' trusted ' : ' made up '));"
        f" if (n === {MAX_MORE}) more.remove(); }})</script>"
    ),
    "/more-traps": html(
        "<a href='/small'><button>Load more</button></a><a href='/small'>더 보기</a>"
        "<form method=post action=/upload><button>Load more</button></form>"
        "<a download href='/small'>Load more</a><button>Load more money (buy)</button>"
        "<button style='opacity:0'>Load more</button><p id=end>end</p>"
    ),
    "/more-leads-away": html(
        "<button onclick=\"location.href = '/small'\">Load more</button>"
        "<button onclick=\"window.open('/popped')\">Show more</button>"
        "<form id=f method=post action=/upload></form>"
        "<button onclick='f.submit()'>View more</button><p>still here</p>"
    ),
    "/more-for-ever": html(
        "<div id=list></div><button onclick=\"list.append('x')\">Load more</button>"
    ),
    "/cookies": html(cover(_SHUT)),
    "/age-form": html(
        cover("<p>만 19세 이상인지 본인인증이 필요합니다. 주민번호<input><button>예</button>")
    ),
    "/age-stays": html(cover("<p>Are you over 18? Enter only then.</p><button>Yes</button>")),
    "/infinite": html(
        "<div id=list style='height:3000px'></div><script>onscroll = () => {"
        "list.style.height = list.offsetHeight + 2000 + 'px' }</script>"
    ),
    "/polls": html("<script>const go = () => fetch('/hang').then(go); go()</script><p>shown</p>"),
    "/chatters": html("<script>setInterval(() => fetch('/consent/again'), 100)</script><p>x</p>"),
    "/plays": html("<audio autoplay muted controls src='/endless.wav'></audio>"),
    "/tall": html(bands("auto")),
    "/wide": html(bands(f"{WIDE_PX}px")),
    "/socket": html(
        "<p id=w>…</p><script>const s = new WebSocket('ws://' + location.host + '/ws');"
        f"s.onopen = () => s.send('{WS_TEXT}');"
        "s.onmessage = m => { w.textContent = typeof m.data };</script>"
    ),
    "/dialogs": html(
        "<p id=o></p><script>o.textContent = [alert('a'), confirm('b'), prompt('c', 'd')]"
        ".map(String).join()</script>"
    ),
    "/dialog-storm": html("<script>onload = () => { for (;;) alert('again') }</script>"),
    "/asks-to-stay": html(
        "<script>onbeforeunload = (e) => { e.preventDefault(); return 'stay' };"
        "</script><div id=list></div><button onclick=\"list.append('x');this.remove()\">"
        "Load more</button>"
    ),
    "/prints": html("<script>setInterval(() => print(), 20)</script><p>printed</p>"),
    "/wants": html(
        "<p id=o></p><script>const a = t => o.append(t + ' ');"
        "Notification.requestPermission().then(t => a('notify-' + t));"
        "navigator.geolocation.getCurrentPosition(() => a('place'), e => a('place-' + e.code));"
        "navigator.permissions.query({name: 'clipboard-read'}).then(p => a('clip-' + p.state));"
        "const t = (name, ask) => Promise.resolve().then(ask).then("
        "() => a(name + '-GRANTED'), () => a(name + '-refused'));"
        "t('camera', () => navigator.mediaDevices.getUserMedia({video: true, audio: true}));"
        "t('screen', () => navigator.mediaDevices.getDisplayMedia());"
        "t('midi', () => navigator.requestMIDIAccess({sysex: true}));"
        "t('usb', () => navigator.usb.requestDevice({filters: []}));"
        "t('hid', () => navigator.hid.requestDevice({filters: []}));"
        "t('serial', () => navigator.serial.requestPort());"
        "t('open', () => showOpenFilePicker()); t('save', () => showSaveFilePicker());"
        "t('read', () => navigator.clipboard.readText());"
        "t('idle', () => IdleDetector.requestPermission());"
        "t('awake', () => navigator.wakeLock.request());"
        "t('keep', () => navigator.storage.persist().then(is => is || Promise.reject()));"
        "</script>"
    ),
    "/pushes-file": html(
        "<script>setTimeout(() => { location.href = '/download' }, 100)</script><p>page</p>"
    ),
    "/other-program": html("<script>location.href = 'mailto:a@b.test'</script><p>page</p>"),
    "/floods": html(
        "<script>let n = 0; setInterval(() => { for (let i = 0; i < 20; i++)"
        " new Image().src = '/n/f' + n++ + '.png' }, 30)</script><p>flooded</p>"
    ),
    "/hides": html(
        "<p>really here</p><img name=querySelectorAll><img name=documentElement alt='forged'>"
        "<img name=title><img name=body><form name=elementFromPoint></form>"
        f"{_LONG}<img loading=lazy src='/lazy.png' width=20 height=20>"
    ),
    "/broken": html(
        "<img src='/missing.png'><script src='/gone.js'></script><img src='http://127.0.0.1:1/shut.png'>"
    ),
    "/auth": (401, {"WWW-Authenticate": "Basic realm=x", "Content-Type": "text/html"}, b"who?"),
    "/member": (302, {"Location": "/account/login.php?next=/member"}, b""),
    "/account/login.php?next=/member": html("<form>ID <input> PW <input type=password></form>"),
    "/account/login.php": html("<form>ID <input> PW <input type=password></form>"),
    "/overlaid": html(cover("<form>Join us <input type=email><input type=password></form>")),
    "/walled": html(
        "<div style='position:fixed;inset:0;background:#fff'>로그인이 필요합니다"
        "<input type=password></div><p>a little"
    ),
    "/law": html("removed by order", 451),
    "/country": html("<h1>Sorry</h1><p>This content is not available in your country.</p>"),
    "/article": html(
        "<p>It was not available in your country, the report says. Are you over 18?</p>"
        + "<p>words of the page itself </p>" * 60
    ),
}
_ADULT = html("<h1>adults</h1>" + "<p>words of the page itself </p>" * 60)
_GATE = html(
    "<p>19세 이상만 이용할 수 있습니다.</p><button onclick=\"document.cookie = 'adult=1';"
    'location.reload()">네, 19세 이상입니다</button><a href="/small">아니요</a>'
)


def answer(path: str, headers: Mapping[str, str]) -> Answer | None:
    """Answer what depends on the request; None where that is not ours."""
    if path == "/age":
        return _ADULT if "adult=1" in (headers.get("Cookie") or "") else _GATE
    if path.startswith("/item/"):
        return 200, {"Content-Type": "text/plain"}, f"item-{path[6:]}".encode()
    if path.startswith("/consent/"):
        return 204, {}, b""
    return PAGES.get(path)


def wav_head() -> bytes:
    """Begin a sound that claims to be four gigabytes long."""
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, 8000, 8000, 1, 8)
    return b"RIFF\xff\xff\xff\xffWAVE" + form + b"data\xff\xff\xff\xff"


def accept_key(key: str) -> str:
    """RFC 6455 §4.2.2."""
    digest = hashlib.sha1(f"{key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11".encode())  # noqa: S324
    return base64.b64encode(digest.digest()).decode()


def ws_frame(opcode: int, data: bytes) -> bytes:
    """One unmasked frame, RFC 6455 §5.2."""
    size = bytes([len(data)]) if len(data) < 126 else b"\x7e" + struct.pack(">H", len(data))
    return bytes([0x80 | opcode]) + size + data


def ws_read(stream: BufferedIOBase) -> bytes:
    """Read one short masked frame and return what it carries."""
    _first, size = stream.read(2)
    mask, data = stream.read(4), stream.read(size & 0x7F)
    return bytes(byte ^ mask[n % 4] for n, byte in enumerate(data))
