"""From findings to a score, a level and a confidence."""

from collections import defaultdict
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

from walletwatch.domain.risk import Finding, Nature, Outcome, Verdict, Weighed
from walletwatch.scanner.rules import Rules

_MAX = Decimal(100)


def weigh(outcomes: Sequence[Outcome], rules: Rules, *, trusted: bool = False) -> Verdict:
    """What the outcomes of all checks come to.

    Each family adds its findings' points up to its cap, evidence first. What is a capability adds no more
    than a limit over all families together; that limit is lower for what is trusted. Floors lift the result.
    What could not be looked at takes from the confidence only, and makes nothing safe. Who is vouched for is
    not held to what the rules leave to whoever vouches.

    Args:
        outcomes: Of every check that applied.
        rules: By which is weighed.
        trusted: Whether the chain profile, or the allowlist, vouches for the subject.

    Raises:
        KeyError: A check or a finding that the rules do not know.
    """
    vouched = rules.limits.vouched if trusted else frozenset[str]()
    found = [_weighed(finding, rules, vouched) for outcome in outcomes for finding in outcome.findings]
    evidence, capability = Decimal(0), Decimal(0)
    for family, members in _by_family(found, rules).items():
        cap = Decimal(rules.families[family])
        done = min(cap, sum((each.points for each in members if each.nature is Nature.EVIDENCE), Decimal(0)))
        could = sum((each.points for each in members if each.nature is Nature.CAPABILITY), Decimal(0))
        evidence += done
        capability += min(cap - done, could)
    limit = rules.limits.trusted_capability if trusted else rules.limits.capability
    floor = max(
        (
            rules.rules[each.finding.rule].floor
            for each in found
            if each.nature is not Nature.NOTE and not (trusted and each.nature is Nature.CAPABILITY)
        ),
        default=0,
    )
    total = min(_MAX, evidence + min(Decimal(limit), capability))
    score = max(floor, int(total.to_integral_value(ROUND_HALF_UP)))
    return Verdict(
        score=score,
        level=rules.level(score),
        confidence=_confidence(outcomes, rules),
        findings=tuple(
            sorted(
                found,
                key=lambda each: (
                    each.nature is not Nature.NOTE,
                    rules.rules[each.finding.rule].floor,
                    each.points,
                ),
                reverse=True,
            )
        ),
        unknown={outcome.check: outcome.unknown for outcome in outcomes if outcome.unknown is not None},
        rules=rules.version,
        blind=any(outcome.unknown is not None and rules.checks[outcome.check].vital for outcome in outcomes),
    )


def _weighed(finding: Finding, rules: Rules, vouched: frozenset[str]) -> Weighed:
    rule, points = rules.rules[finding.rule], rules.points(finding.rule, finding.share)
    if rule.family in vouched:
        return Weighed(finding, Nature.NOTE, Decimal(0))
    return Weighed(finding, rule.nature, points)


def _by_family(found: Sequence[Weighed], rules: Rules) -> dict[str, list[Weighed]]:
    families = defaultdict(list)
    for each in found:
        families[rules.rules[each.finding.rule].family].append(each)
    return families


def _confidence(outcomes: Sequence[Outcome], rules: Rules) -> int:
    weights = [(rules.checks[outcome.check].weight, outcome.unknown is None) for outcome in outcomes]
    whole = sum(weight for weight, _ in weights)
    return 100 * sum(weight for weight, made in weights if made) // whole if whole else 0
