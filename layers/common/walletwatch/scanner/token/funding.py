"""Where the first money of a token's maker came from."""

from collections.abc import Iterator

from walletwatch.domain.inspection.funding import FundingChain
from walletwatch.domain.inspection.network import Listed
from walletwatch.domain.risk import Finding
from walletwatch.scanner.check import Check
from walletwatch.scanner.trails import funding_findings


def _look(chain: FundingChain, listed: Listed) -> Iterator[Finding]:
    return funding_findings("creator_funded", chain, listed)


CHECK = Check("creator_funding", (FundingChain, Listed), _look)
