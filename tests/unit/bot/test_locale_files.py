"""The locale files as the layer has them say what they say in the repository."""

import shutil
import subprocess
import sys
from pathlib import Path

from walletwatch.bot import locale_files
from walletwatch.bot.texts import LANGUAGES, entries

LOCALES = Path(locale_files.__file__).parent / "locales"


def test_what_the_build_compiles_is_what_was_written(tmp_path: Path) -> None:
    copy = tmp_path / "locales"
    shutil.copytree(LOCALES, copy)
    # As layers/common/Makefile does, with the standard library alone.
    subprocess.run([sys.executable, "-S", "-P", locale_files.__file__, str(copy)], check=True)
    for language in LANGUAGES:
        shutil.rmtree(copy / language)
        assert locale_files.read(copy, language) == entries(language)


def test_nothing_that_was_compiled_is_in_the_repository() -> None:
    assert not list(LOCALES.glob("*.json"))
