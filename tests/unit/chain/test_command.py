import json
from pathlib import Path

import pytest

from tests.unit.chain.corpus import FIXTURES, shipped
from walletwatch.commandline.decode import main

CASE = next(case for case in shipped() if case["file"] == "native_memo.json")
FILE = FIXTURES / CASE["file"]


def test_decode_prints_what_happened_and_what_the_bot_would_send(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    bare = tmp_path / "result.json"
    bare.write_text(json.dumps(json.loads(FILE.read_text())["result"]))
    assert main(["decode", "--wallet", CASE["wallet"], str(FILE), str(bare)]) == 0
    first, second, end = capsys.readouterr().out.split("\n\n")
    assert (first, end) == (second, "")
    data, title, *lines = first.splitlines()
    assert json.loads(data) == CASE["activity"]
    assert title.startswith("<b>")
    assert CASE["activity"]["details"]["memo"] in "\n".join(lines)


def test_decode_can_print_the_data_alone(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["decode", "--json", "--wallet", CASE["wallet"], str(FILE)]) == 0
    assert json.loads(capsys.readouterr().out) == CASE["activity"]


def test_decode_says_that_a_wallet_is_not_concerned(capsys: pytest.CaptureFixture[str]) -> None:
    other = "9Dpjw2pB5kXJr6ZTHiqzEMfJPic3om9jgNacnwpLCoaU"
    assert main(["decode", "--wallet", other, str(FILE)]) == 0
    assert json.loads(capsys.readouterr().out) is None


def test_decode_says_which_file_is_none(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    written = {
        "broken.json": "{",
        "binary.json": "\udcff",
        "unknown.json": '{"jsonrpc": "2.0", "id": 1, "result": null}',
        "refused.json": '{"jsonrpc": "2.0", "id": 1, "error": {"code": -32015, "message": "version"}}',
        "list.json": "[]",
    }
    for name, text in written.items():
        (tmp_path / name).write_text(text, errors="surrogateescape")
    files = [str(tmp_path / name) for name in (*written, "absent.json")]
    assert main(["decode", "--json", "--wallet", CASE["wallet"], *files, str(FILE)]) == 1
    told = capsys.readouterr()
    assert [line.split(": ")[0] for line in told.err.splitlines()] == files
    assert "-32015" in told.err
    assert json.loads(told.out) == CASE["activity"]


def test_decode_wants_an_address(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["decode", "--wallet", "me", str(FILE)]) == 2
    assert capsys.readouterr().err == "me: not an address\n"


@pytest.mark.parametrize("given", [[], ["--rpc", "http://127.0.0.1:1"], ["--signature", "5" * 88, str(FILE)]])
def test_decode_wants_files_or_a_node_and_a_signature(
    capsys: pytest.CaptureFixture[str], given: list[str]
) -> None:
    with pytest.raises(SystemExit) as exited:
        main(["decode", "--wallet", CASE["wallet"], *given])
    assert exited.value.code == 2
    assert "--rpc with --signature" in capsys.readouterr().err
