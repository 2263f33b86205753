"""The tree has the shape of RFC 9162: the certificate transparency vectors come out."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidencekit.model.ids import Digest
from evidencekit.proof.merkle import EMPTY_ROOT, Tree

# certificate-transparency, python/ct/crypto/merkle_test.py: inputs and the roots over the first n.
CT_LEAVES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657"]
CT_LEAVES += ["606162636465666768696a6b6c6d6e6f"]
CT_ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def root_over(leaves: list[bytes]) -> str:
    tree = Tree()
    for leaf in leaves:
        tree.add(Digest(hashlib.sha256(b"\0" + leaf).hexdigest()))
    return tree.root()


def by_definition(leaves: list[bytes]) -> bytes:
    """RFC 9162 §2.1.1, word for word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\0" + leaves[0]).digest()
    k = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(b"\1" + by_definition(leaves[:k]) + by_definition(leaves[k:])).digest()


@pytest.mark.parametrize("size", range(len(CT_ROOTS)))
def test_the_roots_of_certificate_transparency_come_out(size: int) -> None:
    assert root_over([bytes.fromhex(leaf) for leaf in CT_LEAVES[:size]]) == CT_ROOTS[size]


def test_the_empty_tree_is_the_hash_of_nothing() -> None:
    assert Tree().root() == EMPTY_ROOT == CT_ROOTS[0]


@given(st.lists(st.binary(max_size=4), max_size=70))
def test_the_root_is_that_of_the_definition(leaves: list[bytes]) -> None:
    assert root_over(leaves) == by_definition(leaves).hex()


@given(st.lists(st.binary(max_size=4), min_size=1, max_size=20), st.data())
def test_a_leaf_left_out_twice_or_moved_changes_the_root(
    leaves: list[bytes], data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(leaves) - 1))
    root = root_over(leaves)

    assert root_over(leaves[:at] + leaves[at + 1 :]) != root
    assert root_over(leaves[: at + 1] + leaves[at:]) != root


def test_the_root_can_be_asked_for_at_any_time() -> None:
    tree = Tree()
    roots = [tree.root()]
    for leaf in CT_LEAVES:
        tree.add(Digest(hashlib.sha256(b"\0" + bytes.fromhex(leaf)).hexdigest()))
        roots.append(tree.root())

    assert roots == CT_ROOTS
