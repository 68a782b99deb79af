"""Token accounts that were the wallet's and belong to somebody else now.

Whoever is talked into signing such a change sees nothing leave; but the account is gone with all that is in
it. If it is the one to which senders' wallets send (the associated token account), whatever is sent to the
owner later goes to the new one. Old exchanges and escrows take accounts in this way, too: a program's address
as the new owner is told, and not held against anybody.
"""

from collections.abc import Iterator
from typing import Final

from walletwatch.domain.inspection.traces import GivenAccount, GivenAccounts
from walletwatch.domain.risk import CannotTell, Evidence, Finding, UnknownReason
from walletwatch.scanner.check import Check

MAX_FINDINGS: Final = 5


def _look(given: GivenAccounts) -> Iterator[Finding]:
    ordered = sorted(
        given.accounts, key=lambda each: (not each.by_key, not each.associated, not each.amount, each.address)
    )
    for each in ordered[:MAX_FINDINGS]:
        yield Finding(
            _rule(each),
            _evidence(each),
            {"owner": each.owner, "account": each.address, "mint": each.mint},
        )
    if not given.complete:
        raise CannotTell(UnknownReason.TOO_MUCH)


def _rule(account: GivenAccount) -> str:
    if not account.by_key:
        return "account_given_to_program"
    return "deposit_account_given_away" if account.associated else "account_given_away"


def _evidence(account: GivenAccount) -> tuple[Evidence, ...]:
    now = (
        Evidence(account.address, "owner", account.owner, account.slot),
        Evidence(account.address, "amount", str(account.amount), account.slot),
    )
    if account.signature is None:
        return now
    return (
        Evidence(account.signature, "setAuthority accountOwner", account.address, account.given_slot),
        *now,
    )


CHECK = Check("given_accounts", (GivenAccounts,), _look)
