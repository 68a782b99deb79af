"""`ports.Judge`: all checks that apply to a subject, weighed by the rules of this release."""

from walletwatch.domain.lists import Standing
from walletwatch.domain.profile import ChainProfile
from walletwatch.domain.risk import Verdict
from walletwatch.domain.scans import Inspection
from walletwatch.domain.work import SubjectKind
from walletwatch.scanner.check import make_all
from walletwatch.scanner.rules import Rules
from walletwatch.scanner.scoring import weigh
from walletwatch.scanner.token_checks import TOKEN_CHECKS
from walletwatch.scanner.wallet_checks import WALLET_CHECKS


class RuleJudge:
    """Judges by checks and rules only: the same facts give the same verdict, at any time and anywhere.

    Args:
        profile: The tokens that it lists are trusted: that their makers keep powers is known and accepted.
    """

    def __init__(self, rules: Rules, profile: ChainProfile) -> None:
        self._rules = rules
        self._profile = profile

    def trusts(self, inspection: Inspection) -> bool:
        """Whether the chain profile vouches for it, or somebody on the allowlist."""
        standing = inspection.facts.get(Standing)
        allowed = isinstance(standing, Standing) and standing.allowed is not None
        return allowed or inspection.subject in self._profile.tokens

    def judge(self, inspection: Inspection) -> Verdict:
        """What the facts come to."""
        checks = TOKEN_CHECKS if inspection.kind is SubjectKind.TOKEN else WALLET_CHECKS
        outcomes = make_all(checks, inspection.facts)
        return weigh(outcomes, self._rules, trusted=self.trusts(inspection))
