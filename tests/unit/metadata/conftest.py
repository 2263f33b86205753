"""One worker for all tests of this folder; they differ in what they read, not in how."""

from collections.abc import Iterator

import pytest

from evidencekit.sandbox.runner import Worker


@pytest.fixture(scope="session")
def worker() -> Iterator[Worker]:
    with Worker() as running:
        yield running
