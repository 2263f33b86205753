"""Cookies for the length of one capture, by the rules of the standard library."""

import http.client
from collections.abc import Mapping
from http.cookiejar import CookieJar, CookiePolicy
from typing import cast
from urllib.request import Request

from urllib3 import BaseHTTPResponse


class Cookies:
    """Kept as answers arrive; for any number of threads, since the jar has a lock."""

    def __init__(self, policy: CookiePolicy | None = None) -> None:
        self._jar = CookieJar(policy)

    def header(self, url: str) -> Mapping[str, str]:
        """Return the header to ask for ``url`` with; nothing where there is none."""
        request = Request(url)  # noqa: S310 (nothing is opened: the jar reads host and path of it)
        self._jar.add_cookie_header(request)
        cookie = request.get_header("Cookie")
        return {} if cookie is None else {"Cookie": cookie}

    def take(self, url: str, answer: BaseHTTPResponse) -> None:
        """Keep what an answer sets."""
        if "set-cookie" in answer.headers:
            # The jar wants no more of it than that it has headers with get_all, as this one has.
            told = cast("http.client.HTTPResponse", _Told(answer))
            self._jar.extract_cookies(told, Request(url))  # noqa: S310 (as above)


class _Told:
    def __init__(self, answer: BaseHTTPResponse) -> None:
        self._answer = answer

    def info(self) -> object:
        return self._answer.headers
