"""One visit through somebody else's proxy: the same Chromium, client and steps as a capture.

Nothing is recorded here, and no guard is before the browser: what is recorded is the proxy's
affair. Arguments: URL, port of the proxy, and the SHA-256 of the public keys to trust.
"""

import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from evidencekit.capture.chromium import process as chromium_process
from evidencekit.capture.chromium.installed import find_browser, flags
from evidencekit.capture.page.page import Page
from evidencekit.capture.page.visit import BrowserLimits

_OF_THE_GUARD = ("--proxy-server", "--host-resolver-rules")


def main() -> None:
    """Visit, and say on stderr what did not go well."""
    url, port, keys = sys.argv[1:]

    def through_it(**options: Any) -> tuple[str, ...]:
        own = (one for one in flags(**options) if not one.startswith(_OF_THE_GUARD))
        trust = f"--ignore-certificate-errors-spki-list={keys}"
        return (*own, f"--proxy-server=http://127.0.0.1:{port}", trust)

    chromium_process.flags = through_it  # type: ignore[attr-defined]  # its own import
    with (
        tempfile.TemporaryDirectory() as folder,
        chromium_process.running(find_browser(), is_recorded=False) as process,
    ):
        page = Page(process.connection, BrowserLimits(), log_size=lambda: 0, clock=clock)
        page.run(url, Path(folder), lambda _step: None)
        process.close()
    print(*page.visit.reasons, *page.visit.notes, file=sys.stderr)


def clock() -> datetime:
    return datetime.now(UTC)


if __name__ == "__main__":
    main()
