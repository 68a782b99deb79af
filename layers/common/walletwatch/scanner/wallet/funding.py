"""Where a wallet's first money came from."""

from collections.abc import Iterator

from walletwatch.domain.inspection.funding import FundingChain
from walletwatch.domain.inspection.network import Listed
from walletwatch.domain.risk import Finding
from walletwatch.scanner.check import Check
from walletwatch.scanner.trails import funding_findings


def _look(chain: FundingChain, listed: Listed) -> Iterator[Finding]:
    return funding_findings("wallet_funded", chain, listed)


CHECK = Check("funding", (FundingChain, Listed), _look)
