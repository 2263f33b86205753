"""``python -m evidencekit`` is the command line."""

import sys

from evidencekit.cli.main import main

sys.exit(main())
