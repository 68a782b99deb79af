"""Whether somebody else has a say about the wallet's stake."""

from collections.abc import Iterator
from typing import Final

from walletwatch.domain.inspection.stakes import StakeAccount, Stakes
from walletwatch.domain.money import NATIVE_DECIMALS, to_decimal
from walletwatch.domain.risk import CannotTell, Evidence, Finding, UnknownReason
from walletwatch.scanner.check import Check

MAX_FINDINGS: Final = 5


def _look(stakes: Stakes) -> Iterator[Finding]:
    others = [each for each in stakes.accounts if {each.staker, each.withdrawer} != {stakes.wallet}]
    # Whoever withdraws has the money; whoever stakes can only choose where it works.
    others.sort(key=lambda each: (each.withdrawer == stakes.wallet, -each.lamports, each.address))
    for each in others[:MAX_FINDINGS]:
        if each.withdrawer != stakes.wallet:
            yield _finding("stake_withdrawn_by_other", each, "withdrawer", each.withdrawer)
        else:
            yield _finding("stake_managed_by_other", each, "staker", each.staker)
    held = [each for each in stakes.accounts if each.custodian not in {None, stakes.wallet}]
    for each in held[:MAX_FINDINGS]:
        yield _finding("stake_has_custodian", each, "custodian", str(each.custodian))
    if stakes.left_out:
        raise CannotTell(UnknownReason.TOO_MUCH)


def _finding(rule: str, stake: StakeAccount, field: str, authority: str) -> Finding:
    return Finding(
        rule,
        (Evidence(stake.address, field, authority, stake.slot),),
        {
            "authority": authority,
            "stake": stake.address,
            "amount": to_decimal(stake.lamports, NATIVE_DECIMALS),
        },
    )


CHECK = Check("stake_authorities", (Stakes,), _look)
