"""What checks of tokens and of wallets find alike in a trail of money."""

from collections.abc import Iterator
from decimal import Decimal

from walletwatch.domain.inspection.funding import Funding, FundingChain
from walletwatch.domain.inspection.network import Listed
from walletwatch.domain.money import NATIVE_DECIMALS, to_decimal
from walletwatch.domain.risk import Evidence, Finding


def funding_findings(prefix: str, chain: FundingChain, listed: Listed) -> Iterator[Finding]:
    """Where the first money came from, and who on its way is on a list.

    Args:
        prefix: Of the rules' names: `PREFIX_by_listed`, `PREFIX_by_known`, `PREFIX_by`.
        chain: The trail.
        listed: Those on it that are on lists.
    """
    for distance, hop in enumerate(chain.hops, start=1):
        source = listed.sources.get(hop.funder)
        if source is not None:
            evidence = (_evidence(hop), Evidence(hop.funder, "list", source, None))
            values: dict[str, str | int | Decimal] = {
                "funder": hop.funder,
                "source": source,
                "distance": distance,
            }
            yield Finding(f"{prefix}_by_listed", evidence, values, share=Decimal(1) / distance)
    if not chain.hops:
        return
    last = chain.hops[-1]
    if chain.known is not None:
        values = {"name": chain.known.name, "funder": last.funder, "distance": len(chain.hops)}
        yield Finding(f"{prefix}_by_known", tuple(map(_evidence, chain.hops)), values)
    else:
        first = chain.hops[0]
        amount = to_decimal(first.lamports, NATIVE_DECIMALS)
        yield Finding(
            f"{prefix}_by", tuple(map(_evidence, chain.hops)), {"funder": first.funder, "amount": amount}
        )


def _evidence(hop: Funding) -> Evidence:
    return Evidence(hop.signature, "first transfer", f"{hop.funder} to {hop.wallet}", hop.slot)
