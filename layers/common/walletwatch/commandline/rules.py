"""`python -m walletwatch.commandline.rules` prints docs/scanner-rules.md, of the rules and their texts."""

import sys
import tomllib
from collections.abc import Mapping
from importlib.resources import files
from typing import Any, Final

from walletwatch.scanner.check import Check
from walletwatch.scanner.rules import Rule, read_rules
from walletwatch.scanner.token_checks import TOKEN_CHECKS
from walletwatch.scanner.wallet_checks import WALLET_CHECKS

_HEAD: Final = """\
# The scanner's rules, version {version}

Made by `python -m walletwatch.commandline.rules` from `scanner/rules.toml` and the English texts. How a scan
works, and where the thresholds come from: [scanner.md](scanner.md).

A level begins at: {levels}.
Capabilities add at most {capability} points over all families, {trusted} of a subject that is vouched for.
Nothing of these families counts against that: {vouched}.

| Family | Adds at most |
|---|---|
{families}
"""

_RULES: Final = """\
## Rules

| Rule | Family | Nature | Points | At least | What people read |
|---|---|---|---|---|---|
"""


def document() -> str:
    """All rules as Markdown."""
    rules = read_rules()
    texts = tomllib.loads((files("walletwatch.bot") / "locales" / "en" / "scan.toml").read_text("utf-8"))[
        "risk"
    ]
    head = _HEAD.format(
        version=rules.version,
        levels=", ".join(f"{name} {score}" for name, score in rules.levels.items()),
        capability=rules.limits.capability,
        trusted=rules.limits.trusted_capability,
        vouched=", ".join(sorted(rules.limits.vouched)),
        families="\n".join(f"| {name} | {cap} |" for name, cap in rules.families.items()),
    )
    sections = [
        _section("Checks of a token", TOKEN_CHECKS, texts),
        _section("Checks of a wallet", WALLET_CHECKS, texts),
        _RULES + "\n".join(_row(name, rule, texts) for name, rule in sorted(rules.rules.items())),
    ]
    return "\n".join([head, *(f"{section}\n" for section in sections)])


def _section(title: str, checks: tuple[Check, ...], texts: Mapping[str, Any]) -> str:
    weights = read_rules().checks
    rows = "\n".join(
        f"| {check.name} | {texts['check'][check.name]} | {weights[check.name].weight} "
        f"| {'no' if weights[check.name].vital else ''} |"
        for check in checks
    )
    return (
        f"## {title}\n\n| Check | Looks at | Weight in the confidence | Safe without it |\n"
        f"|---|---|---|---|\n{rows}"
    )


def _row(name: str, rule: Rule, texts: Mapping[str, Any]) -> str:
    title = texts["rule"][name]["title"]
    said = title if isinstance(title, str) else title["other"]
    said = said.replace("<code>", "").replace("</code>", "").replace("\n", " ").replace("|", "\\|")
    points, floor = rule.points or "", rule.floor or ""
    return f"| {name} | {rule.family} | {rule.nature} | {points} | {floor} | {said} |"


if __name__ == "__main__":
    sys.stdout.write(document())
