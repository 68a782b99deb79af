"""Every rule and every check has its texts, and no text is of a rule that does not exist."""

import tomllib
from pathlib import Path

from walletwatch.scanner.rules import read_rules

LOCALE = Path(__file__).parents[3] / "layers/common/walletwatch/bot/locales/en/scan.toml"


def test_rules_and_checks_have_texts() -> None:
    risk = tomllib.loads(LOCALE.read_text("utf-8"))["risk"]
    rules = read_rules()
    assert set(risk["rule"]) == set(rules.rules)
    assert set(risk["check"]) == set(rules.checks)
    assert all(set(texts) == {"title", "advice"} for texts in risk["rule"].values())
