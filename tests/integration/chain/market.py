"""A chain on which tokens are made, held and traded: real accounts, real programs."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from solders.account import Account
from solders.keypair import Keypair
from solders.pubkey import Pubkey

from svm_node.faults import Fault
from svm_node.programs import TOKEN_PROGRAM
from svm_node.testing import RunningNode, running_node
from tests.fakes.cache import FakeCache
from tests.fakes.clock import FakeClock
from tests.fakes.metrics import FakeMetrics
from tests.fakes.prices import FakePrices
from tests.pool_accounts import PROGRAM, MadePool
from traffic.actions import Chain
from traffic.instructions import associated_account
from traffic.mints import Extensions, Mint
from walletwatch.chain.inspection.holders import HoldersReader, Ranker
from walletwatch.chain.inspection.liquidity import LiquidityReader
from walletwatch.chain.inspection.mint import MintReader
from walletwatch.chain.inspection.owners import OwnerReader, pool_authority
from walletwatch.chain.inspection.tradability import TradabilityReader
from walletwatch.chain.prices.directory import PoolDirectory
from walletwatch.chain.rpc.batching import BatchingCaller
from walletwatch.chain.rpc.client import RpcClient
from walletwatch.chain.rpc.reader import RpcChain
from walletwatch.domain.money import NATIVE
from walletwatch.domain.profile import WRAPPED_NATIVE_MINT, ChainProfile, Exchange
from walletwatch.domain.risk import Facts

WHOLE = 10**9
SCAN_BATCH_SIZE = 100
"""As the template sets it for the scan function."""
MILLION = 10**12
BURN = Pubkey.from_string("1nc1nerator11111111111111111111111111111111")
AUTHORITY = Pubkey.from_string(pool_authority(PROGRAM))
WRAPPED = Mint(Pubkey.from_string(WRAPPED_NATIVE_MINT), TOKEN_PROGRAM, 9)
REFUSED: dict[str, Any] = {"code": -32010, "message": "excluded from account secondary indexes"}


@dataclass
class World:
    """A chain on which a token is made, held and traded."""

    node: RunningNode
    acts: Chain
    metrics: FakeMetrics
    client: RpcClient
    maker: Keypair
    people: list[Keypair]
    requests: list[int] = field(default_factory=list)

    @property
    def chain(self) -> RpcChain:
        return RpcChain(BatchingCaller(self.client))

    def strike(self, *methods: str, **options: Any) -> None:
        self.node.node.faults.add(
            Fault.from_json({"kind": "method_refused", "methods": list(methods), **options})
        )

    async def token(self, extensions: Extensions | None = None, **options: Any) -> Mint:
        """A token of which the maker, two other people and the burn address have some."""
        mint, _ = await self.acts.create_mint(self.maker, extensions=extensions, **options)
        owners = [self.maker.pubkey(), *(each.pubkey() for each in self.people)]
        for owner, amount in zip(owners, (50, 20, 10), strict=True):
            await self.acts.ensure_account(mint, self.maker, owner)
            if extensions is not None and extensions.default_frozen:
                await self.acts.thaw(mint, self.maker, owner)
            await self.acts.mint_to(mint, self.maker, owner, amount * MILLION)
        return mint

    async def now(self) -> int:
        """Unix seconds, by the chain's clock."""
        at = await self.chain.block_time(await self.chain.slot())
        assert at is not None
        return at

    async def pool(self, mint: Mint, *, lp_to: Pubkey, burned: int = 0, opened_at: int = 0) -> MadePool:
        """A pool of the token with 40 of the native one, whose LP tokens are with somebody."""
        await self.acts.ensure_account(mint, self.maker, AUTHORITY)
        vault = associated_account(AUTHORITY, mint.address, mint.program)
        if vault_is_frozen(self.node, vault):
            await self.acts.thaw(mint, self.maker, AUTHORITY)
        await self.acts.mint_to(mint, self.maker, AUTHORITY, 100 * MILLION)
        await self.acts.wrap_native(self.maker, 40 * WHOLE)
        await self.acts.transfer_token(WRAPPED, self.maker, AUTHORITY, 40 * WHOLE, creates_account=True)
        lp, _ = await self.acts.create_mint(self.maker, decimals=9)
        await self.acts.mint_to(lp, self.maker, lp_to, 900)
        if burned:
            await self.acts.mint_to(lp, self.maker, BURN, burned)
        pool = MadePool(
            (WRAPPED_NATIVE_MINT, str(mint.address)),
            (0, 0),
            decimals=(9, mint.decimals),
            lp_supply=1000 + burned,
            open_time=opened_at,
            known_vaults=(
                str(associated_account(AUTHORITY, WRAPPED.address, TOKEN_PROGRAM)),
                str(vault),
            ),
            programs=(str(TOKEN_PROGRAM), str(mint.program)),
            creator=str(self.maker.pubkey()),
            known_lp_mint=str(lp.address),
        )
        account = Account(10**7, pool.data(), Pubkey.from_string(PROGRAM))
        self.node.chain.set_account(Pubkey.from_string(pool.address), account)
        for _ in range(2):
            self.node.chain.advance()
        return pool

    async def facts(self, mint: Mint, *, exchange: bool = True) -> Facts:
        """All that the readers read, with the requests that each of the three took."""
        profile = ChainProfile("test", "XNT", None, exchange=Exchange(PROGRAM) if exchange else None)
        subject, clock, chain = str(mint.address), FakeClock(), self.chain
        facts = dict(await MintReader(chain).read(subject, {}))
        owners = OwnerReader(chain, profile)
        self.requests.clear()
        facts |= await self._counted(HoldersReader(Ranker(chain), owners).read(subject, facts))
        if profile.exchange is not None:
            directory = PoolDirectory(
                chain, profile.exchange, cache=FakeCache(clock), clock=clock, metrics=self.metrics
            )
            prices = FakePrices(clock, {NATIVE: Decimal(500)})
            reader = LiquidityReader(chain, profile.exchange, directory, prices, clock, owners)
            facts |= await self._counted(reader.read(subject, facts))
        facts |= await self._counted(TradabilityReader(chain, profile.exchange).read(subject, facts))
        return facts

    async def _counted(self, reading: Any) -> Facts:
        before = self.metrics.counts["RpcRequests"]
        facts: Facts = await reading
        self.requests.append(self.metrics.counts["RpcRequests"] - before)
        return facts


def vault_is_frozen(node: RunningNode, vault: Pubkey) -> bool:
    account = node.chain.accounts.newest(vault)
    return account is not None and account.data[108] == 2


@asynccontextmanager
async def market() -> AsyncIterator[World]:
    """A maker and two other people, with money."""
    async with running_node(slot_ms=10) as node, Chain(node.url) as acts:
        maker, *people = (Keypair() for _ in range(3))
        for key in (maker, *people):
            await acts.airdrop(key.pubkey(), 100 * WHOLE)
        metrics = FakeMetrics()
        client = RpcClient([node.url], metrics=metrics, timeout=2.0, batch_size=SCAN_BATCH_SIZE)
        yield World(node, acts, metrics, client, maker, people)
        await client.close()
