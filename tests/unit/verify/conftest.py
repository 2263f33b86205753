import pytest

from tests.tools.bundles import Handed, a_bundle


@pytest.fixture(scope="session")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Handed:
    """A sound bundle; tests copy it before they touch it."""
    return a_bundle(tmp_path_factory.mktemp("handed"))
