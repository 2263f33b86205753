"""The command ``evidencekit`` with a browser that trusts one more key, that of the site.

The key comes first (base64 of its SHA-256), then the command's own arguments. The product has no
such option; without it, the browser would rightly refuse the site. The engine without a browser is
made to trust what ``SSL_CERT_FILE`` names, for the same reason.
"""

import os
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from evidencekit.capture.chromium import process as chromium_process
from evidencekit.capture.chromium.installed import flags
from evidencekit.capture.http import server_trust
from evidencekit.cli.main import main

KEY = sys.argv.pop(1)


def trusting(**options: Any) -> tuple[str, ...]:
    return (*flags(**options), f"--ignore-certificate-errors-spki-list={KEY}")


if __name__ == "__main__":
    chromium_process.flags = trusting  # type: ignore[attr-defined]  # its own import
    if authority := os.environ.get("SSL_CERT_FILE"):
        server_trust.where = lambda: authority
    sys.exit(main())
