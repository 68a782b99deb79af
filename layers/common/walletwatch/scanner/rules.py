"""The rules: what findings and checks weigh, as `rules.toml` beside this module declares it."""

import tomllib
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Final

import msgspec

from walletwatch.domain.risk import Level, Nature

_FILE: Final = Path(__file__).with_name("rules.toml")
_MAX: Final = 100


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a finding weighs.

    Attributes:
        points: What it adds to its family at a share of 1.
        floor: The score is at least this where it was found; 0 where the points say it all.
    """

    family: str
    nature: Nature
    points: int = 0
    floor: int = 0


class CheckWeight(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a check is worth to the confidence of a verdict.

    Attributes:
        vital: Nothing is called safe where this check could not be made.
    """

    weight: int
    vital: bool = False


class Limits(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The most that capabilities add to a score, of a subject that is vouched for and of others.

    Attributes:
        vouched: Families that weigh nothing for a subject that is vouched for: whose it is, and whom it deals
            with, is what whoever vouches has looked at.
    """

    capability: int
    trusted_capability: int
    vouched: frozenset[str] = frozenset()


class Rules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All of them.

    Attributes:
        levels: The score at which each level begins.
        families: The most that a family's findings add.
        checks: By name.
        rules: By name.
    """

    version: int
    levels: Mapping[str, int]
    limits: Limits
    families: Mapping[str, int]
    checks: Mapping[str, CheckWeight]
    rules: Mapping[str, Rule]

    def level(self, score: int) -> Level:
        """How a score is called."""
        return max(level for level in Level if self.levels[level.name.lower()] <= score)

    def points(self, rule: str, share: Decimal) -> Decimal:
        """What a finding counts for before its family's cap.

        Raises:
            KeyError: There is no such rule.
            ValueError: The share is not between 0 and 1.
        """
        if not 0 <= share <= 1:
            raise ValueError(f"{rule}: a share of {share}")
        return self.rules[rule].points * share


def parse_rules(text: str) -> Rules:
    """The rules in a TOML document.

    Raises:
        ValueError: It contradicts itself, or lacks something.
    """
    rules = msgspec.convert(tomllib.loads(text), Rules)
    if sorted(rules.levels, key=lambda name: rules.levels[name]) != [level.name.lower() for level in Level]:
        raise ValueError("the levels are not in order")
    if rules.levels[Level.SAFE.name.lower()] != 0:
        raise ValueError("the first level does not begin at 0")
    for name, rule in rules.rules.items():
        if rule.family not in rules.families:
            raise ValueError(f"{name}: there is no family {rule.family}")
        if not (0 <= rule.points <= _MAX and 0 <= rule.floor <= _MAX):
            raise ValueError(f"{name}: points and floor are from 0 to {_MAX}")
        if rule.nature is Nature.NOTE and (rule.points or rule.floor):
            raise ValueError(f"{name}: a note weighs nothing")
    if not rules.limits.vouched <= rules.families.keys():
        raise ValueError("vouching is for families that there are")
    if any(check.weight <= 0 for check in rules.checks.values()):
        raise ValueError("a check that weighs nothing would tell nothing")
    return rules


@cache
def read_rules() -> Rules:
    """The rules of this release."""
    return parse_rules(_FILE.read_text("utf-8"))
