"""Which names say that their value lets somebody in, and which values look as if they did.

Three lists. A name on the first is believed whatever its value is; on the second, only where
something was posted; on the third (``code``, ``key``, ``sid`` …) boards and shops use the word for
harmless things too, so there the value has to look random. What other names hide is not found.

In an answer every value has to look like a secret, since pages label their fields ``password`` and
turn their leaves by ``nextPageToken``. Tokens against forgery are none there: they open nothing
without the cookie that they belong to, and that one is found.
"""

import re
from functools import lru_cache
from itertools import pairwise
from typing import Literal
from urllib.parse import unquote_to_bytes

Secrecy = Literal["password", "token", "if-random"]
Place = Literal["address", "posted", "answer"]
"""Where a name stands."""

MIN_RANDOM = 16
"""Bytes; shorter values cannot be told from words and numbers."""
_DISTINCT = 8
MIN_CHOSEN = 8
"""Bytes of a password that is looked for elsewhere; shorter ones are in every text."""
MAX_CHOSEN = 128
_RANDOM = re.compile(rb"(?=[^0-9]*[0-9])(?=[^A-Za-z]*[A-Za-z])[A-Za-z0-9._~+/=:|!*$%-]{16,}")
_CHOSEN = re.compile(rb"(?=[^0-9]*[0-9])(?=[^A-Za-z]*[A-Za-z])[^\s<>\x00-\x1f]+")

_PASSWORDS = frozenset({"password", "passwd", "passwort", "pwd", "pw", "passphrase", "passcode"})
_PASSWORD_ENDS = ("password", "passwd", "passwordconfirm", "비번", "암호")
_PASSWORD_PARTS = ("비밀번호",)
_POSTED_PASSWORDS = frozenset(
    {
        "pass",
        "pin",
        "otp",
        "pincode",
        "otpcode",
        "mfa",
        "totp",
        "authcode",
        "authno",
        "authnum",
        "certno",
        "certnum",
        "logincode",
        "securitycode",
        "smscode",
        "verificationcode",
    }
)
_POSTED_PASSWORD_ENDS = ("pw", "pwd", "userpass", "인증번호")
_TOKENS = frozenset(
    {
        "token",
        "jwt",
        "secret",
        "apikey",
        "accesskey",
        "authkey",
        "credential",
        "csrf",
        "xsrf",
        "bearer",
        "phpsessid",
        "jsessionid",
        "sessionid",
        "sessid",
        "signature",
        "hmac",
        "authorization",
        "codeverifier",
        "samlresponse",
        "wresult",
    }
)
_TOKEN_ENDS = ("token", "secret", "apikey", "sessionid", "sessid")
_AMBIGUOUS = frozenset(
    {
        "access",
        "auth",
        "code",
        "key",
        "session",
        "sess",
        "sid",
        "sig",
        "sign",
        "signed",
        "ticket",
        "assertion",
        "nonce",
        "state",
        "hash",
        "hm",
        "policy",
        "grant",
    }
)
_HARMLESS_ENDS = frozenset({"type", "length", "name", "expires", "expiry", "version", "url"})
_ANSWERED = _TOKENS - {"apikey", "authkey", "csrf", "xsrf", "credential", "signature", "hmac"}
_ANSWERED_ENDS = ("token", "secret", "sessionid", "sessid", "sessionkey", "secretkey")
_ANSWERED_NOT = frozenset(
    {
        "captcha",
        "continuation",
        "csrf",
        "cursor",
        "forgery",
        "next",
        "page",
        "prev",
        "previous",
        "recaptcha",
        "sync",
        "verification",
        "xsrf",
    }
)
"""Words of tokens that lead through a list, or are of no use without the cookie beside them."""

_SECRET_HEADERS = frozenset(
    {
        "token",
        "jwt",
        "apikey",
        "accesskey",
        "authkey",
        "csrf",
        "xsrf",
        "secret",
        "password",
        "session",
        "sessionid",
        "credential",
        "credentials",
        "wsse",
    }
)
_WORDS = re.compile(r"[^\W_]+")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


@lru_cache(maxsize=4096)
def secrecy_of(name: bytes, *, place: Place) -> Secrecy | None:
    """Judge a parameter or field by its name, percent-encoded or not, UTF-8 or CP949."""
    words = _words(_text(name))
    if not words or words[-1] in _HARMLESS_ENDS:
        return None
    terms = {*words, *(a + b for a, b in pairwise(words))}
    whole = "".join(words)
    if place == "answer":
        return _answered(whole, words, terms)
    if (
        terms & _PASSWORDS
        or whole.endswith(_PASSWORD_ENDS)
        or any(p in whole for p in _PASSWORD_PARTS)
    ):
        return "password"
    if place == "posted" and (terms & _POSTED_PASSWORDS or whole.endswith(_POSTED_PASSWORD_ENDS)):
        return "password"
    if terms & _TOKENS or whole.endswith(_TOKEN_ENDS):
        return "token"
    return "if-random" if terms & _AMBIGUOUS else None


def _answered(whole: str, words: list[str], terms: set[str]) -> Secrecy | None:
    if words[-1] in _PASSWORDS or whole.endswith(_PASSWORD_ENDS):
        return "password"  # ``passwordResetPath`` is none
    if _ANSWERED_NOT.intersection(words):
        return None
    return "if-random" if terms & _ANSWERED or whole.endswith(_ANSWERED_ENDS) else None


def is_secret_header(name: bytes) -> bool:
    """Tell whether the value of a header of this name is a credential as a whole."""
    words = _words(name.decode("latin-1"))
    if words[:1] in (["sec"], ["access"]):  # of the protocol itself, e.g. Sec-WebSocket-Key
        return False
    terms = {*words, *(a + b for a, b in pairwise(words))}
    return bool(terms & _SECRET_HEADERS) or words == ["x", "auth"]


def looks_random(value: bytes) -> bool:
    """Tell whether a value has the length and the letters of one that a machine drew."""
    return (
        len(value) >= MIN_RANDOM
        and len(set(value[:256])) >= _DISTINCT
        and _RANDOM.fullmatch(value) is not None
        and b"://" not in unquote_to_bytes(value)
    )


def is_secret(name: bytes, value: bytes, *, place: Place) -> Secrecy | None:
    """Judge a value by its name and, where the name alone does not decide, by its looks."""
    secrecy = secrecy_of(name, place=place)
    if secrecy == "password" and place == "answer":
        return secrecy if looks_chosen(value) else None
    if secrecy == "if-random":
        return "token" if looks_random(value) else None
    return secrecy


def looks_chosen(value: bytes) -> bool:
    """Tell whether a value is long and mixed enough for a password that is no word of a text."""
    return (
        MIN_CHOSEN <= len(value) <= MAX_CHOSEN
        and _CHOSEN.fullmatch(value) is not None
        and len(set(value)) >= MIN_CHOSEN // 2
    )


def _text(name: bytes) -> str:
    octets = unquote_to_bytes(name)
    try:
        return octets.decode("utf-8")
    except UnicodeDecodeError:
        return octets.decode("cp949", "replace")  # what old Korean sites encode forms in


def _words(text: str) -> list[str]:
    return [word.lower() for word in _WORDS.findall(_CAMEL.sub("-", text))]
