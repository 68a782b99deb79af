"""Every rule and every check has its texts, and no text is of a rule that does not exist."""

import re
import tomllib
from pathlib import Path

from walletwatch.scanner.rules import read_rules

ALSO_GIVEN = {
    "approval_open": {"account"},
    "approval_of_nothing": {"account"},
    "fake_token_held": {"mint"},
    "risky_token_held": {"mint"},
}
"""Values of findings that only their advice names; the checks' own tests hold them."""
LOCALE = Path(__file__).parents[3] / "layers/common/walletwatch/bot/locales/en/scan.toml"


def test_rules_and_checks_have_texts() -> None:
    risk = tomllib.loads(LOCALE.read_text("utf-8"))["risk"]
    rules = read_rules()
    assert set(risk["rule"]) == set(rules.rules)
    assert set(risk["check"]) == set(rules.checks)
    assert all(set(texts) == {"title", "advice"} for texts in risk["rule"].values())


def test_an_advice_names_nothing_that_its_finding_need_not_have() -> None:
    # Both are said with the values of the same finding, and the title is said in every message.
    for rule, texts in tomllib.loads(LOCALE.read_text("utf-8"))["risk"]["rule"].items():
        named = {kind: set(re.findall(r"{(\w+)}", text)) for kind, text in texts.items()}
        extra = named["advice"] - named["title"] - ALSO_GIVEN.get(rule, set())
        assert not extra, f"{rule}: {extra}"
