"""Tells the page that was asked for from what stands in front of it.

A gate answers in the site's name without being what a visitor comes for: a check for robots, a
login, an age gate, a notice that a country is shut out. Each is found by a rule that can be said in
a sentence; what no rule finds is taken for the page. So a gate can be missed, and the person who
looks at the picture has the last word; but no page is called a gate for its words alone unless it
says little else.

The marks are from the providers' public documentation and from common knowledge of the trade. They
were not compared with the providers' live pages, which change without notice.
"""

import re
from urllib.parse import urlsplit

from evidencekit.capture.page.facts import PageFacts
from evidencekit.capture.page.seen import Document

SEARCHED_CHARS = 200_000
"""How much of a document is searched for marks of a challenge."""
SHORT_CHARS = 800
"""A page with no more words than this has little to say beside its gate."""
_AUTH_REQUIRED, _LEGAL = 401, 451
_CHALLENGE_STATUS = frozenset({403, 429, 503})
_MARKS = (
    "/cdn-cgi/challenge-platform/",
    "cf-turnstile",
    "captcha-delivery.com",
    "px-captcha",
    "_incapsula_resource",
    "awswafintegration",
    "ddos-guard",
    "g-recaptcha",
    "h-captcha",
    "geetest",
)
_HEADERS = {"cf-mitigated": "challenge", "x-amzn-waf-action": "", "x-datadome": ""}
_LOGIN = re.compile(r"log[-_]?in|sign[-_]?in|nidlogin(\.login)?|auth|sso|accounts?", re.IGNORECASE)
_LOGIN_FILE = re.compile(r"\.(aspx?|php|jsp|do|html?|nhn)$", re.IGNORECASE)
_AGE = re.compile(
    r"(만 ?)?(18|19) ?세|성인 ?(인증|전용|만)|청소년 ?(유해|이용)"
    r"|adults? only|18\+|\b(over|under|at least) (18|19|21)\b|\b(18|19|21) (years|or (older|over))",
    re.IGNORECASE,
)
_AGE_ASKS = re.compile(
    r"인증|확인|입장|이상(만|입니까|입니다|이신가요)|이용할 수"
    r"|verify|confirm|enter\b|are you|you must be",
    re.IGNORECASE,
)
_GEO = re.compile(
    r"(not|isn't|unavailable|no longer) (currently )?(available|accessible|offered)? ?"
    r"(in|from|to) (your|this) (country|region|location)"
    r"|(귀하의|회원님의|이|해당) (국가|지역)에서는? [^.]{0,40}(수 없|않습니다|불가)"
    r"|해외에서는? [^.]{0,40}(수 없|않습니다|불가)|접속하신 (국가|지역)",
    re.IGNORECASE,
)
# Where Korean providers send a visitor whose address the regulator had shut off.
_AUTHORITY_HOSTS = frozenset({"warning.or.kr", "www.warning.or.kr"})


def gate(document: Document, facts: PageFacts | None, *, asked: str, dom: str) -> str | None:
    """Return what answered instead of the page, as a reason; None where the page did."""
    shown = facts or PageFacts(url=document.url)
    if document.status == _AUTH_REQUIRED and "www-authenticate" in document.headers:
        return f"auth-required {document.status}"
    if document.status == _LEGAL:
        return f"legal-block {document.status}"
    if _host(shown.url) in _AUTHORITY_HOSTS and _host(asked) not in _AUTHORITY_HOSTS:
        return f"authority-block {_host(shown.url)}"
    if is_challenge(document, shown.title, dom, says_little=_says_little(shown)):
        return f"challenge-page {document.status}"
    for name, applies in (
        ("login-wall", _is_login(shown, asked)),
        ("age-gate", _is_age_gate(shown)),
        ("geo-block", _says_little(shown) and bool(_GEO.search(shown.text))),
    ):
        if applies:
            return name
    return None


def is_challenge(document: Document, title: str, dom: str, *, says_little: bool) -> bool:
    """Return whether a check for robots answered instead of the site.

    A header that only such checks send, with a refusing status or a page that says little, since
    any server can send it with its page; or a refusing status together with a mark of a provider
    in the document; or the title and the mark of the best known of them, whatever the status.
    """
    headers = document.headers
    if any(name in headers and headers[name].startswith(v) for name, v in _HEADERS.items()):
        is_told = "cf-mitigated" in headers and says_little
        return document.status in _CHALLENGE_STATUS or is_told
    text = dom[:SEARCHED_CHARS].lower()
    if document.status in _CHALLENGE_STATUS:
        return any(mark in text for mark in _MARKS)
    return title.startswith("Just a moment") and _MARKS[0] in text


def _is_login(shown: PageFacts, asked: str) -> bool:
    """Return whether a login answered: by its path, or as it says little beside a password field.

    Who asks for a login page gets what was asked for; a page below ``/accounts`` is none.
    """
    if _has_login_path(asked, last_only=True):
        return False
    is_elsewhere = urlsplit(shown.url)[:3] != urlsplit(asked)[:3]
    is_form = shown.passwords > 0
    if is_elsewhere and _has_login_path(shown.url) and (is_form or _says_little(shown)):
        return True
    return is_form and (is_elsewhere or bool(shown.cover)) and _says_little(shown)


def _is_age_gate(shown: PageFacts) -> bool:
    """Return whether what covers the page, or all that it says, names an age and asks for it."""
    for text in (shown.cover, shown.text if _says_little(shown) else ""):
        if _AGE.search(text) and _AGE_ASKS.search(text):
            return True
    return False


def _says_little(shown: PageFacts) -> bool:
    return shown.text_chars <= SHORT_CHARS


def _has_login_path(url: str, *, last_only: bool = False) -> bool:
    names = [_LOGIN_FILE.sub("", part) for part in urlsplit(url).path.split("/") if part]
    return any(_LOGIN.fullmatch(name) for name in (names[-1:] if last_only else names))


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""
