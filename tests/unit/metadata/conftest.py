"""Workers for all tests of this folder; they differ in what they read, not in how."""

from collections.abc import Iterator

import pytest

from evidencekit.metadata.workshop import Workshop, open_workshop
from evidencekit.sandbox.runner import Worker


@pytest.fixture(scope="session")
def worker() -> Iterator[Worker]:
    with Worker() as running:
        yield running


@pytest.fixture(scope="session")
def workshop() -> Iterator[Workshop]:
    with open_workshop() as shop:
        yield shop
