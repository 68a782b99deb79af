"""Reading the locale files, and writing them down so that they are read at once.

They are TOML for those who write them. Parsing all of that would be a good part of a cold start, so the
layer's build keeps a JSON file of each language beside its folder: `python locale_files.py LOCALES`. Nothing
but the standard library is needed for that.
"""

import json
import sys
from collections.abc import Iterator, Mapping
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any


def read(locales: Traversable, language: str) -> Mapping[str, str]:
    """All texts of a language, by key, as they are written."""
    compiled = locales / f"{language}.json"
    if compiled.is_file():
        texts: dict[str, str] = json.loads(compiled.read_text(encoding="utf-8"))
        return texts
    return _parsed(locales / language)


def compile_all(locales: Path) -> None:
    """Write the JSON file of each language."""
    for folder in locales.iterdir():
        if folder.is_dir():
            text = json.dumps(dict(_parsed(folder)), ensure_ascii=False)
            (locales / f"{folder.name}.json").write_text(text, encoding="utf-8")


def _parsed(folder: Traversable) -> Mapping[str, str]:
    import tomllib  # noqa: PLC0415 - where they were compiled, nobody needs it

    flat: dict[str, str] = {}
    for file in folder.iterdir():
        for key, text in _flattened(tomllib.loads(file.read_text(encoding="utf-8"))):
            assert key not in flat, f"{key} has two texts"
            flat[key] = text
    return flat


def _flattened(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for name, value in table.items():
        if isinstance(value, dict):
            yield from _flattened(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value.strip("\n")


if __name__ == "__main__":
    compile_all(Path(sys.argv[1]))
