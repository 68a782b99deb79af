"""Parameters of a call: names, types, uploads."""

import pytest

from telegram_double.arguments import Kind, Upload, parse_arguments
from telegram_double.errors import ApiError
from telegram_double.files import FileStore, picture_size
from telegram_double.methods import METHODS

SPEC = {
    "chat_id": Kind.CHAT,
    "text": Kind.TEXT,
    "count": Kind.INTEGER,
    "flag": Kind.BOOLEAN,
    "things": Kind.ARRAY,
    "thing": Kind.OBJECT,
    "file": Kind.FILE,
}
FILE = Upload("a.txt", b"x", "text/plain")
PNG = b"\x89PNG\r\n\x1a\n" + b"\0\0\0\rIHDR" + (3).to_bytes(4) + (2).to_bytes(4) + b"rest"


@pytest.mark.parametrize(
    ("name", "value", "parsed"),
    [
        ("chat_id", "123", 123),
        ("chat_id", "-1001", -1001),
        ("chat_id", "@channel", "@channel"),
        ("chat_id", 5, 5),
        ("text", "7", "7"),
        ("count", "7", 7),
        ("flag", "true", True),
        ("flag", "0", False),
        ("flag", True, True),
        ("things", "[1, 2]", [1, 2]),
        ("thing", '{"a": 1}', {"a": 1}),
        ("thing", {"a": 1}, {"a": 1}),
    ],
)
def test_what_a_parameter_may_be(name: str, value: object, parsed: object) -> None:
    assert parse_arguments(SPEC, {name: value}, {}).values == {name: parsed}


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("texxt", "x", 'unknown parameter "texxt"'),
        ("text", 7, 'parameter "text" must be of type String'),
        ("count", "1.5", 'parameter "count" must be of type Number'),
        ("count", "x", 'can\'t parse parameter "count": Number expected'),
        ("count", True, 'parameter "count" must be of type Number'),
        ("flag", "maybe", 'parameter "flag" must be of type Boolean'),
        ("flag", 1, 'parameter "flag" must be of type Boolean'),
        ("things", "{}", 'parameter "things" must be of type Array'),
        ("thing", "{", 'can\'t parse parameter "thing": JSON object expected'),
        ("chat_id", 1.5, 'parameter "chat_id" must be of type chat identifier'),
    ],
)
def test_what_is_refused(name: str, value: object, reason: str) -> None:
    with pytest.raises(ApiError) as caught:
        parse_arguments(SPEC, {name: value}, {})
    assert caught.value.description == f"Bad Request: {reason}"


def test_a_file_by_its_part_by_reference_or_by_name() -> None:
    assert parse_arguments(SPEC, {}, {"file": FILE}).file("file") == FILE
    assert parse_arguments(SPEC, {"file": "attach://p"}, {"p": FILE}).file("file") == FILE
    assert parse_arguments(SPEC, {"file": "BQAC"}, {}).file("file") == "BQAC"
    with pytest.raises(ApiError, match="attach"):
        parse_arguments(SPEC, {"file": "attach://q"}, {"file": FILE}).file("file")


def test_an_upload_nothing_refers_to_is_refused() -> None:
    with pytest.raises(ApiError, match='unknown parameter "p"'):
        parse_arguments(SPEC, {}, {"p": FILE})
    nested = parse_arguments(SPEC, {"things": [{"media": "attach://p"}]}, {"p": FILE})
    assert nested.uploads["p"] == FILE


def test_sizes_of_pictures() -> None:
    assert picture_size(PNG) == (3, 2)
    assert picture_size(b"GIF89a\x05\x00\x04\x00") == (5, 4)
    jpeg = b"\xff\xd8\xff\xe0\x00\x04ab\xff\xc0\x00\x0b\x08\x00\x06\x00\x09\x01"
    assert picture_size(jpeg) == (9, 6)
    assert picture_size(b"no picture") is None


def test_files_keep_their_name_but_no_path() -> None:
    stored = FileStore().add(Upload("../../etc/passwd.csv", b"x", ""))
    assert stored.upload.name == "passwd.csv"
    assert stored.upload.content_type == "text/csv"
    assert stored.path == "documents/file_0.csv"


def test_every_method_has_a_name_that_is_found_in_any_case() -> None:
    assert all(key == method.name.lower() for key, method in METHODS.items())
    assert len(METHODS) >= 45
