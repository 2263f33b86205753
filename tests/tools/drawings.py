"""Drawings with a mark in every place that SVG offers."""

from base64 import b64encode

SVG = "image/svg+xml"
MARK = "MARK-7f3a91"
FACTS = frozenset(
    {
        "comment MARK-7f3a91", "title MARK-7f3a91", "desc MARK-7f3a91", "creator MARK-7f3a91",
        "2026-05-01", "/home/MARK-7f3a91/x.png", "window MARK-7f3a91", "label MARK-7f3a91",
        "hidden MARK-7f3a91", "https://example.com/MARK-7f3a91", "script MARK-7f3a91",
        "alert('MARK-7f3a91')", "aria MARK-7f3a91", "data MARK-7f3a91", "remark MARK-7f3a91",
        "https://example.com/MARK-7f3a91.css", "pi MARK-7f3a91",
    }
)  # fmt: skip
_SPACES = """xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"
 xmlns:inkscape="http://www.inkscape.org/namespaces/inkscape"
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:own="https://example.com/own\""""
_HEAD = f"""<?xml version="1.0" encoding="UTF-8"?>
<?pi {MARK}?><!-- comment {MARK} -->
<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">
"""


def drawing(body: str, attributes: str = 'viewBox="0 0 90 60"') -> bytes:
    """Put a drawing around a body."""
    return f"{_HEAD}<svg {_SPACES} {attributes}>{body}</svg>".encode()


def plain_drawing(body: str) -> bytes:
    """Put a drawing around a body, with no more than it needs."""
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 90 60">{body}</svg>'.encode()


def planted_drawing(photograph: bytes) -> bytes:
    """Return a drawing with a photograph, and marks in and around what is seen."""
    packed = b64encode(photograph).decode()
    body = f"""<title>title {MARK}</title><desc>desc {MARK}</desc>
<metadata><dc:creator>creator {MARK}</dc:creator><dc:date>2026-05-01</dc:date></metadata>
<inkscape:namedview inkscape:current="window {MARK}"/><script>script {MARK}</script>
<style>/*remark {MARK}*/ @import url("https://example.com/{MARK}.css");
 .a-{MARK} {{ fill: #204080; -own-{MARK}: {MARK} }} .never-{MARK} {{ fill: red }}
 #id-{MARK}:hover {{ fill: red }}</style>
<defs><linearGradient id="g-{MARK}"><stop offset="0" stop-color="red"/></linearGradient>
<g id="unused-{MARK}"><text>unused {MARK}</text></g>
<filter id="f-{MARK}"><feGaussianBlur result="r-{MARK}" stdDeviation="1"/>
<feMerge><feMergeNode in="r-{MARK}"/></feMerge></filter></defs>
<g inkscape:label="label {MARK}" inkscape:export-filename="/home/{MARK}/x.png" id="id-{MARK}"
 data-name="data {MARK}" aria-label="aria {MARK}" onclick="alert('{MARK}')"
 class="a-{MARK} b-{MARK}">loose {MARK}
<rect x="5" y="5" width="40" height="20" fill="url(#g-{MARK})" filter="url(#f-{MARK})"/>
<a xlink:href="https://example.com/{MARK}"><text x="5" y="50" own:{MARK}="x">What is seen</text></a>
<text style="display:none">hidden {MARK}</text><text opacity="0">clear {MARK}</text>
<text fill="none">unpainted {MARK}</text><own:x>{MARK}</own:x>
<image x="50" y="5" width="30" height="20" xlink:href="data:image/jpeg;base64,{packed}"/></g>"""
    return drawing(body)
