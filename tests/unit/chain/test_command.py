import json
from pathlib import Path

import pytest

from tests.unit.chain.corpus import FIXTURES, shipped
from walletwatch.chain.__main__ import main

CASE = next(case for case in shipped() if case["file"] == "native_memo.json")
FILE = FIXTURES / CASE["file"]


def test_decode_prints_what_happened(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    bare = tmp_path / "result.json"
    bare.write_text(json.dumps(json.loads(FILE.read_text())["result"]))
    assert main(["decode", "--wallet", CASE["wallet"], str(FILE), str(bare)]) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert json.loads(first) == json.loads(second) == CASE["activity"]


def test_decode_says_which_file_is_none(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    broken = tmp_path / "broken.json"
    broken.write_text("{")
    empty = tmp_path / "empty.json"
    empty.write_text('{"result": null}')
    files = [str(broken), str(empty), str(tmp_path / "absent.json"), str(FILE)]
    assert main(["decode", "--wallet", CASE["wallet"], *files]) == 1
    told = capsys.readouterr()
    assert [line.split(": ")[0] for line in told.err.splitlines()] == files[:3]
    assert json.loads(told.out) == CASE["activity"]


def test_decode_wants_an_address(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["decode", "--wallet", "me", str(FILE)]) == 2
    assert capsys.readouterr().err == "me: not an address\n"
