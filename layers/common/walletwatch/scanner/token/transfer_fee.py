"""What a transfer costs: now, from a later epoch on, and at the will of whom."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from walletwatch.domain.inspection.authorities import MintAuthorities
from walletwatch.domain.inspection.mint import FeeSchedule, MintState, TransferFee
from walletwatch.domain.risk import CannotTell, Evidence, Finding, Unknown
from walletwatch.scanner.check import Check
from walletwatch.scanner.token.powers import power

CONFISCATION: Final = 5_000
"""Basis points: whoever takes half of every transfer does not mean it as a fee."""


def _look(mint: MintState, authorities: MintAuthorities) -> Iterator[Finding]:
    fee = mint.extensions.transfer_fee
    if fee is None:
        return
    if isinstance(authorities.epoch, int):
        yield from _known(mint, fee, authorities.epoch)
    elif _weight(fee.newer) > _weight(fee.older):
        # It is in force or will be; the lower one may be over.
        yield from _charged(mint, fee.newer, "newer_transfer_fee", "_soon")
    else:
        # A higher one before it may be over: what nobody could look at is not held against it.
        yield from _charged(mint, fee.newer, "newer_transfer_fee", "")
    found = power(
        "transfer_fee_changeable",
        mint.address,
        "transfer_fee_config_authority",
        fee.config_authority,
        authorities,
    )
    if found is not None:
        yield found
    if isinstance(authorities.epoch, Unknown):
        raise CannotTell(authorities.epoch.reason)


def _known(mint: MintState, fee: TransferFee, epoch: int) -> Iterator[Finding]:
    if epoch >= fee.newer.epoch:
        yield from _charged(mint, fee.newer, "newer_transfer_fee", "")
        return
    yield from _charged(mint, fee.older, "older_transfer_fee", "")
    if _weight(fee.newer) > _weight(fee.older):
        yield from _charged(mint, fee.newer, "newer_transfer_fee", "_soon")


def _charged(mint: MintState, schedule: FeeSchedule, field: str, suffix: str) -> Iterator[Finding]:
    if not schedule.basis_points or not schedule.maximum:
        return
    is_confiscation = schedule.basis_points >= CONFISCATION
    rule = "transfer_fee_confiscates" if is_confiscation else "transfer_fee_charged"
    value = f"{schedule.basis_points} basis points, at most {schedule.maximum}, from epoch {schedule.epoch}"
    yield Finding(
        rule + suffix,
        (Evidence(mint.address, field, value, mint.slot),),
        {
            "percent": Decimal(schedule.basis_points) / 100,
            "epoch": schedule.epoch,
            "maximum": Decimal(schedule.maximum).scaleb(-mint.decimals),
        },
        share=min(Decimal(1), Decimal(schedule.basis_points) / CONFISCATION),
    )


def _weight(schedule: FeeSchedule) -> tuple[int, int]:
    return (schedule.basis_points if schedule.maximum else 0, schedule.maximum)


CHECK = Check("transfer_fee", (MintState, MintAuthorities), _look)
