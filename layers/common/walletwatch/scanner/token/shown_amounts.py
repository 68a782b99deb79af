"""Whether shown amounts are the raw ones: interest, and multipliers now and scheduled."""

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal

from walletwatch.domain.inspection.mint import MintState, ScaledUiAmount
from walletwatch.domain.risk import Evidence, Finding
from walletwatch.scanner.check import Check


def _look(mint: MintState) -> Iterator[Finding]:
    interest, scaled = mint.extensions.interest, mint.extensions.scaled
    if interest is not None:
        rate = Evidence(mint.address, "current_rate", f"{interest.rate_basis_points} basis points", mint.slot)
        yield Finding("shown_with_interest", (rate,), {"percent": Decimal(interest.rate_basis_points) / 100})
    if scaled is not None:
        yield _scaled(mint, scaled)


def _scaled(mint: MintState, scaled: ScaledUiAmount) -> Finding:
    value = f"{scaled.multiplier}, {scaled.new_multiplier} from {scaled.new_from}"
    evidence = (Evidence(mint.address, "multiplier", value, mint.slot),)
    now: dict[str, str | int | Decimal] = {"multiplier": scaled.multiplier}
    if scaled.multiplier == scaled.new_multiplier:
        return Finding("shown_multiplied", evidence, now)
    # Whether that day has come, the reader's calendar tells: the mint keeps both until the next change.
    values = {**now, "new_multiplier": scaled.new_multiplier, "day": _day(scaled.new_from)}
    return Finding("shown_multiplied_from", evidence, values)


def _day(seconds: int) -> str:
    """Whoever writes the mint may write any 64 bits: what is in no calendar is shown as it is written."""
    try:
        return datetime.fromtimestamp(seconds, UTC).date().isoformat()
    except (ValueError, OverflowError, OSError):
        return str(seconds)


CHECK = Check("shown_amounts", (MintState,), _look)
