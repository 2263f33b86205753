"""Runs of letters are found wherever a regular expression finds them."""

import re

from hypothesis import given
from hypothesis import strategies as st

from evidencekit.metadata.runs import base64_runs, printable_runs

FEW = st.lists(st.sampled_from(list(b"ab c\0\0+/\n\xff")), max_size=150).map(bytes)


@given(FEW)
def test_every_printable_run_of_six_is_found_in_one_byte_or_two(region: bytes) -> None:
    joined = b"\n".join(printable_runs(region))
    for pattern in (rb"[\x20-\x7e]{6,}", rb"(?:[\x20-\x7e]\0){6,}", rb"(?:\0[\x20-\x7e]){6,}"):
        for run in re.findall(pattern, region):
            plain = run if b"\0" not in run else run.replace(b"\0", b"")
            assert plain in joined


@given(FEW)
def test_every_run_of_base64_letters_is_found_over_the_ends_of_lines(region: bytes) -> None:
    found = list(base64_runs(region))
    for run in re.findall(rb"[A-Za-z0-9+/_-]{16,}(?:\s{1,4}[A-Za-z0-9+/_-]{4,})*", region):
        assert any(run in one for one in found)


def test_a_run_ends_where_its_letters_end() -> None:
    assert list(printable_runs(b"\xff\xffabcdefg\xffhijkl\xff")) == [b"abcdefg"]
