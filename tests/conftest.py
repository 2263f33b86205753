"""What holds for every test: no network but what it asks for, no skipping in silence.

* An address beyond this machine is refused to every test, and loopback to tests without one of the
  markers ``network``, ``browser`` and ``openssl``. This holds for this process; programs that a
  test starts are not watched.
* What was not run is listed at the end, with the reason. With CI=true, where everything is
  installed, a skipped test is a failed one.
* The user's own keys, settings and keyring are out of reach.
"""

import ipaddress
import os
import shutil
import sys
from collections import Counter
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from evidencekit.capture.chromium.installed import find_browser
from evidencekit.errors import BrowserUnavailable

OTHER_SYSTEM = "not on this system: "
"""Begins the reason of a skip that no installation would cure; such a one is no failure."""
_IS_CI = os.environ.get("CI") == "true"
_OPENING = frozenset({"socket.connect", "socket.bind", "socket.sendto", "socket.sendmsg"})
_MAY_OPEN = ("network", "browser", "openssl")
_ASKS_FOR_A_ROUTE = frozenset({("192.0.2.1", 9), ("2001:db8::1", 9)})
"""Datagram sockets are connected there to learn by which address they would go; nothing is sent."""
_KEPT = frozenset({"EVIDENCEKIT_BROWSER"})

settings.register_profile("here", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if _IS_CI else "here")


class NetworkRefused(Exception):  # no OSError: code under test must not take it for bad luck
    """A test touched the network without leave."""


class _Guard:
    """An audit hook cannot be removed, so it is one object that is told which test runs."""

    def __init__(self) -> None:
        self.test = "(no test)"
        self.allows_loopback = False

    def __call__(self, event: str, args: tuple[Any, ...]) -> None:
        if event in _OPENING:
            self._judge_address(args[1])
        elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
            self._judge_name(args[0])

    def _judge_address(self, address: object) -> None:
        if not isinstance(address, tuple):  # a path, or a datagram on a connected socket
            return
        if address[:2] in _ASKS_FOR_A_ROUTE:
            return
        host = str(address[0])
        if not _is_loopback(host):
            raise NetworkRefused(f"{self.test} goes beyond this machine, to {host!r}")
        if not self.allows_loopback:
            raise NetworkRefused(f"{self.test} opens a socket and is not marked 'network'")

    def _judge_name(self, host: object) -> None:
        name = host.decode("ascii", "replace") if isinstance(host, bytes) else str(host or "")
        if not (_is_loopback(name) or _is_numeric(name)):
            raise NetworkRefused(f"{self.test} asks the network for the name {name!r}")


def _is_loopback(host: str) -> bool:
    if not _is_numeric(host):
        return host == "localhost"
    return ipaddress.ip_address(host).is_loopback


def _is_numeric(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


_guard = _Guard()
sys.addaudithook(_guard)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Tell the guard which test runs, fixtures included."""
    _guard.test = item.nodeid
    _guard.allows_loopback = any(item.get_closest_marker(name) for name in _MAY_OPEN)
    try:
        return (yield)
    finally:
        _guard.test, _guard.allows_loopback = "(between tests)", False


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what needs a program that this machine lacks."""
    lacking = dict(_lacking())
    for item in items:
        for marker, reason in lacking.items():
            if item.get_closest_marker(marker):
                item.add_marker(pytest.mark.skip(reason=reason))


def _lacking() -> Iterator[tuple[str, str]]:
    if shutil.which("openssl") is None:
        yield "openssl", "no openssl command"
    try:
        find_browser()
    except BrowserUnavailable as exc:
        yield "browser", exc.message


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let no test be skipped in CI."""
    report = yield
    if not hasattr(report, "wasxfail"):
        _forbid_skip(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Let no module be skipped in CI either."""
    report = yield
    _forbid_skip(report)
    return report


def _forbid_skip(report: pytest.TestReport | pytest.CollectReport) -> None:
    if _IS_CI and report.skipped and not (reason := _reason(report)).startswith(OTHER_SYSTEM):
        report.outcome = "failed"
        report.longrepr = f"skipped, which CI=true does not allow: {reason}"


def _reason(report: pytest.TestReport | pytest.CollectReport) -> str:
    said = report.longrepr
    text = str(said[2]) if isinstance(said, tuple) else str(said)
    return text.removeprefix("Skipped: ")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """List what was not run."""
    skipped = terminalreporter.getreports("skipped")
    reasons = Counter(_reason(report) for report in skipped)
    if reasons:
        terminalreporter.section("not run here", sep="-")
    for reason, count in sorted(reasons.items()):
        terminalreporter.write_line(f"not run here: {count:4}  {reason}")


@pytest.fixture(scope="session", autouse=True)
def _own_settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Keep the tests from this user's device key, settings, keyring and language."""
    home = tmp_path_factory.mktemp("settings")
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("EVIDENCEKIT_")]:
            if name not in _KEPT:
                patch.delenv(name)
        patch.setenv("EVIDENCEKIT_HOME", str(home))
        patch.setenv("EVIDENCEKIT_NO_KEYRING", "1")
        patch.setenv("EVIDENCEKIT_LANG", "en")
        yield home
