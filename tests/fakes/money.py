"""What is remembered of prices and of a chat's wallets, in memory."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from tests.fakes.outage import Outage
from tests.fakes.rows import Tables
from walletwatch.domain.holdings import OwnWallet, OwnWallets
from walletwatch.domain.prices import NEAR
from walletwatch.domain.wallets import AccountKind
from walletwatch.storage.postgres.own_accounts import ACCOUNTS_PER_WALLET


@dataclass
class FakePriceHistory:
    """`ports.money.PriceHistory`."""

    outage: Outage = field(default_factory=Outage)
    samples: dict[tuple[str, datetime], Decimal] = field(default_factory=dict)

    async def keep(self, prices: Mapping[str, Decimal], at: datetime) -> None:
        self.outage.check()
        for asset, usd in prices.items():
            self.samples.setdefault((asset, at), usd)

    async def price_at(self, assets: Collection[str], moment: datetime) -> Mapping[str, Decimal]:
        self.outage.check()
        found = {}
        for asset in assets:
            near = [
                (abs(at - moment), at, usd)
                for (known, at), usd in self.samples.items()
                if known == asset and abs(at - moment) <= NEAR
            ]
            if near:
                found[asset] = min(near)[2]
        return found


@dataclass
class FakeOwnAccounts:
    """`ports.money.OwnAccounts`."""

    tables: Tables
    history: FakePriceHistory

    async def own(self, chat_id: int, moment: datetime, also: Collection[str]) -> OwnWallets:
        self.history.outage.check()
        wallets = []
        mints = set(also)
        for row in sorted(self.tables.subscriptions.values(), key=lambda row: row.id):
            if row.chat_id != chat_id:
                continue
            accounts = [
                each
                for each in self.tables.accounts.values()
                if each.wallet_id == row.wallet_id and each.kind is not AccountKind.SYSTEM
            ]
            accounts.sort(key=lambda each: (each.kind is not AccountKind.STAKE, each.id))
            mints |= {each.mint for each in accounts if each.mint is not None}
            shown = accounts[:ACCOUNTS_PER_WALLET]
            wallets.append(
                OwnWallet(
                    row.id,
                    self.tables.wallets[row.wallet_id].address,
                    row.label,
                    tuple(each.address for each in shown),
                    frozenset(each.mint for each in shown if each.mint is not None),
                    len(accounts) == len(shown),
                )
            )
        return OwnWallets(tuple(wallets), await self.history.price_at(mints, moment))
