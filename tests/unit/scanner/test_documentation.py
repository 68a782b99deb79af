"""The document of the rules is the rules."""

from pathlib import Path

from walletwatch.commandline.rules import document

ROOT = Path(__file__).parents[3]


def test_the_documentation_is_the_rules() -> None:
    assert (ROOT / "docs" / "scanner-rules.md").read_text() == document(), (
        "python -m walletwatch.commandline.rules > docs/scanner-rules.md"
    )
