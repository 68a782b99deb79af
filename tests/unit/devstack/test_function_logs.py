"""`make logs`: the logs of all environments of all functions, as they grow."""

import os
from pathlib import Path

import pytest

from devstack.__main__ import _new_lines, _short


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for order, (function, environment, text) in enumerate(
        [("stack-SweepFunction-1a", "b", "second\n"), ("stack-BalanceFunction-2b", "a", "first\n")]
    ):
        log = tmp_path / function / f"{environment}.log"
        log.parent.mkdir()
        log.write_text(text)
        os.utime(log, (1000 - order, 1000 - order))
    return tmp_path


def test_lines_carry_their_function_and_come_oldest_file_first(folder: Path) -> None:
    assert list(_new_lines(folder, None, {})) == ["balance: first\n", "sweep: second\n"]


def test_one_function_is_found_by_part_of_its_name(folder: Path) -> None:
    assert list(_new_lines(folder, "Sweep", {})) == ["sweep: second\n"]


def test_only_what_is_new_is_shown_again(folder: Path) -> None:
    offsets: dict[Path, int] = {}
    list(_new_lines(folder, None, offsets))
    with (folder / "stack-SweepFunction-1a" / "b.log").open("a") as log:
        log.write("third\n")
    assert list(_new_lines(folder, None, offsets)) == ["sweep: third\n"]


def test_a_function_of_another_stack_keeps_its_name() -> None:
    assert _short("hand-made") == "hand-made"
