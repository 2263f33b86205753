"""URLs: what a person gives us to capture, and what a page refers to, in one normal form.

The normal form is what goes on the wire and into the record: ASCII, http or https, host in IDNA
A-labels, no fragment, no user name. It is a fixed point of urllib3's own encoding, so the target
in the recorded request line is the path and query of the recorded URL.
"""

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from urllib.parse import SplitResult, quote, urljoin, urlsplit

import idna
from urllib3.exceptions import LocationParseError
from urllib3.util import parse_url as urllib3_parse

from evidencekit.errors import BadInput
from evidencekit.text.catalog import _
from evidencekit.text.clean import clean

MAX_URL_CHARS = 8192  # Apache's default request line limit is 8190 bytes
MAX_HOST_CHARS = 253  # RFC 1035 §2.3.4, written without the root label
_PORTS = {"http": 80, "https": 443}
_SHOWN_CHARS = 200
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")  # real hosts do have underscores
_ASCII_URL = "".join(chr(c) for c in range(0x21, 0x7F) if chr(c) not in '"<>`#')


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A URL that can be captured."""

    url: str
    """Normal form, without fragment."""
    fragment: str | None
    """What followed ``#``, as given: it never leaves the machine."""
    host: str
    """A-labels, or an IP address without brackets."""
    port: int


def parse_url(text: str) -> Address:
    """Read a URL that somebody typed or pasted; raises :class:`BadInput` with the next step."""
    given = text.strip()
    if len(given) > MAX_URL_CHARS:
        raise BadInput(_("a URL of more than {limit} characters").format(limit=MAX_URL_CHARS))
    if _CONTROL.search(given):
        raise BadInput(
            _("the URL holds a control character"), hint=_("copy it again from the address bar")
        )
    try:
        return _normalise(given, "utf-8")
    except _UnusableError as exc:
        raise BadInput(
            _("“{text}” is not a URL that can be captured: {why}").format(
                text=clean(_without_secrets(given), limit=200), why=exc
            ),
            hint=exc.hint,
        ) from exc


def absolute(base: str, reference: str, *, encoding: str = "utf-8") -> str | None:
    """Return what ``reference`` on the page at ``base`` means, or None where it names no web page.

    Lenient as browsers are: space around and line breaks inside are dropped, backslashes are
    slashes. ``encoding`` is the page's own, which old sites expect in queries (URL Standard §4.4).
    """
    trimmed = re.sub(r"[\t\r\n]", "", reference.strip(" \t\r\n\f\0"))
    if len(trimmed) > MAX_URL_CHARS or _CONTROL.search(trimmed):
        return None
    path, mark, query = trimmed.partition("?")
    try:
        joined = urljoin(base, path.replace("\\", "/") + mark + query)
        return _normalise(joined, "utf-8" if encoding.startswith("utf-16") else encoding).url
    except ValueError:
        return None


def why_refused(base: str, reference: str) -> str | None:
    """Return ``why url`` where ``reference`` means a web address that :func:`absolute` refuses.

    None for what leads to no web server, such as ``data:``. The URL is cut, and without its login.
    """
    trimmed = re.sub(r"[\t\r\n]", "", reference.strip(" \t\r\n\f\0"))
    scheme = _SCHEME.match(trimmed)
    if scheme is not None and scheme[1].lower() not in _PORTS:
        return None
    try:
        joined = urljoin(base, trimmed[: MAX_URL_CHARS + 1].replace("\\", "/"))
        has_login = "@" in urlsplit(joined).netloc
    except ValueError:
        joined, has_login = trimmed, False
    shown = _CONTROL.sub("", _without_secrets(joined))[:_SHOWN_CHARS]
    if has_login:
        return f"url-with-login {shown}"
    return f"url-too-long {shown}" if len(trimmed) > MAX_URL_CHARS else f"url-unusable {shown}"


class _UnusableError(ValueError):
    def __init__(self, why: str, hint: str | None = None) -> None:
        super().__init__(why)
        self.hint = hint


def _normalise(text: str, encoding: str) -> Address:
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as exc:
        raise _UnusableError(_("it cannot be read")) from exc
    _require_web(parts)
    host = _host(parts.hostname or "")
    netloc = f"[{host}]" if ":" in host else host
    if port is not None and port != _PORTS[parts.scheme]:
        netloc += f":{port}"
    path = quote(_scalar(parts.path) or "/", safe=_ASCII_URL)
    query = quote(_scalar(parts.query), _ASCII_URL, encoding, "xmlcharrefreplace")
    target = path + (f"?{query}" if query else "")
    return Address(
        url=_as_sent(f"{parts.scheme}://{netloc}{target}"),
        fragment=parts.fragment or None,
        host=host,
        port=port or _PORTS[parts.scheme],
    )


def _require_web(parts: SplitResult) -> None:
    if parts.scheme not in _PORTS:
        hint = _("write it with https:// or http:// in front")
        raise _UnusableError(_("only http and https can be captured"), hint)
    if "@" in parts.netloc:
        hint = _("leave out what stands before the @; nobody's password belongs in a record")
        raise _UnusableError(_("it carries a user name"), hint)
    if parts.port == 0:
        raise _UnusableError(_("port 0 does not exist"))


def _host(name: str) -> str:
    if len(name) > MAX_HOST_CHARS or "%" in name:  # %: an IPv6 zone means something here only
        raise _UnusableError(_("the host name cannot exist"))
    try:
        if ":" in name:
            return str(IPv6Address(name))
        plain = name if name.isascii() else idna.encode(name, uts46=True).decode("ascii").lower()
        labels = plain.removesuffix(".").split(".")
        if labels[-1].isdigit() or labels[-1].startswith("0x"):
            return str(IPv4Address(plain))  # 127.1 and 0x7f000001 mean different things to readers
    except ValueError as exc:  # idna.IDNAError and UnicodeError are ValueErrors
        raise _UnusableError(_("the host name cannot exist")) from exc
    if len(plain) > MAX_HOST_CHARS or not all(_LABEL.fullmatch(label) for label in labels):
        raise _UnusableError(_("the host name cannot exist"))
    return plain


def _as_sent(url: str) -> str:
    try:
        return urllib3_parse(url).url
    except LocationParseError as exc:
        raise _UnusableError(_("it cannot be read")) from exc


def _scalar(text: str) -> str:
    # Lone surrogates become U+FFFD, as in browsers; no codec has bytes for them.
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _without_secrets(text: str) -> str:
    return re.sub(r"//[^/?#]*@", "//…@", text)
