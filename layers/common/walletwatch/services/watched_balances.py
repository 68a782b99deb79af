"""What the wallets of rules hold: read a hundred accounts a call, and reckoned back in time."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from walletwatch.domain.addresses import decode_address
from walletwatch.domain.alert_rules.balances import change
from walletwatch.domain.alert_rules.facts import BalanceFacts
from walletwatch.domain.alert_rules.rule import AlertKind, DueRule
from walletwatch.domain.chain import AccountData
from walletwatch.domain.money import NATIVE
from walletwatch.domain.profile import WRAPPED_NATIVE_MINT
from walletwatch.ports.alerting import Past
from walletwatch.ports.chain import Chain

HEAD: Final = 72
"""Mint, owner and amount of a token account (SPL Token, `Account`; Token-2022 begins alike)."""
REMEMBERED: Final = 500
"""Activities of a wallet that its balance of before is reckoned from; of more, the window is shorter."""


class WatchedBalances:
    """The balances that rules ask for."""

    def __init__(self, chain: Chain, past: Past) -> None:
        self._chain = chain
        self._past = past

    async def facts(self, due: Sequence[DueRule], now: datetime) -> Mapping[int, BalanceFacts]:
        """What each rule's wallet holds of its asset, by rule; one that cannot be told yet is absent.

        Raises:
            TransientError: The chain or the store could not be asked.
        """
        addresses = sorted({address for each in due for address in _accounts(each)})
        found = await self._chain.accounts(addresses, head=HEAD)
        moving = [each.rule for each in due if each.rule.kind is AlertKind.BALANCE_MOVED]
        longest = max((rule.terms.window for rule in moving), default=timedelta())
        wallets = {rule.wallet_id for rule in moving if rule.wallet_id is not None}
        past = await self._past.of_wallets(wallets, now - longest, REMEMBERED)
        facts: dict[int, BalanceFacts] = {}
        for each in due:
            rule, asset = each.rule, each.rule.terms.asset
            if rule.wallet is None or rule.wallet_id is None or asset is None:
                continue
            if not _accounts(each):
                # No account of the token was ever seen: that is not known to be nothing.
                continue
            amount = held(rule.wallet, asset, each.accounts, found)
            before = None
            if rule.kind is AlertKind.BALANCE_MOVED:
                oldest = (now - rule.terms.window).timestamp()
                since = [
                    activity
                    for activity in past.get(rule.wallet_id, ())
                    if activity.block_time is not None and activity.block_time >= oldest
                ]
                slots = [account.slot for address in _accounts(each) if (account := found.get(address))]
                if since and slots and since[-1].slot > min(slots):
                    # The node is behind what is recorded already: its balance is one of before.
                    continue
                before = amount - change(since, asset)
            facts[rule.id] = BalanceFacts(now, amount, before)
        return facts


def held(wallet: str, asset: str, accounts: Collection[str], found: Mapping[str, AccountData | None]) -> int:
    """What a wallet holds of an asset in these accounts, in base units; wrapped native counts as native."""
    mint = decode_address(WRAPPED_NATIVE_MINT if asset == NATIVE else asset)
    owner = decode_address(wallet)
    total = 0
    if asset == NATIVE:
        own = found.get(wallet)
        total += own.lamports if own is not None else 0
    for address in accounts:
        account = found.get(address)
        # It may have been closed, and opened again for somebody else.
        if account is not None and account.data[:32] == mint and account.data[32:64] == owner:
            total += int.from_bytes(account.data[64:72], "little")
    return total


def _accounts(due: DueRule) -> Sequence[str]:
    own = (due.rule.wallet,) if due.rule.terms.asset == NATIVE and due.rule.wallet is not None else ()
    return (*own, *due.accounts)
