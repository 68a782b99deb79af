"""A chain in memory."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import batched
from typing import Any

from walletwatch.domain.addresses import decode, decode_address
from walletwatch.domain.chain import (
    AccountData,
    Observation,
    ObservedAccount,
    SignatureInfo,
    Simulation,
    SimulationResult,
    StakingReward,
    TokenHolding,
    WalletBalance,
)
from walletwatch.domain.errors import ChainRefused, ChainUnavailable, TransactionNotFound
from walletwatch.domain.programs import SYSTEM, TOKEN_PROGRAMS
from walletwatch.domain.wallets import AccountKind, Cursor, NewAccount

PAGE = 100


@dataclass
class FakeChain:
    """`ports.Chain` over dictionaries; set `down` to let every call fail, or name accounts in `fails_for`.

    Set `lists_programs` to False for a provider that does not answer `getProgramAccounts`, and
    `ranks_holders` for one that does not answer `getTokenLargestAccounts`. `simulates` says what a
    transaction would do.
    """

    current_slot: int = 100
    current_epoch: int = 7
    down: bool = False
    lists_programs: bool = True
    ranks_holders: bool = True
    simulates: Callable[[Simulation], SimulationResult] | None = None
    fails_for: set[str] = field(default_factory=set)
    lamports: dict[str, int] = field(default_factory=dict)
    holdings: dict[str, list[TokenHolding]] = field(default_factory=dict)
    stakes: dict[str, list[str]] = field(default_factory=dict)
    refuses_stakes: bool = False
    states: dict[str, bytes] = field(default_factory=dict)
    history: dict[str, list[SignatureInfo]] = field(default_factory=dict)
    results: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    rewards: list[StakingReward] = field(default_factory=list)
    data: dict[str, AccountData] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)

    def land(
        self,
        signature: str,
        result: Mapping[str, Any],
        *addresses: str,
        failed: bool = False,
        slot: int | None = None,
    ) -> None:
        """A transaction is confirmed, in the next slot or a later one, and changes these accounts."""
        self.current_slot = self.current_slot + 1 if slot is None else slot
        self.results[signature] = result
        for address in addresses:
            self.history.setdefault(address, []).insert(
                0, SignatureInfo(signature, self.current_slot, failed)
            )
            self.states[address] = signature.encode()

    def _answer(self, method: str, *addresses: str) -> None:
        self.calls.append(method)
        if self.down or self.fails_for.intersection(addresses):
            raise ChainUnavailable("the fake chain is down")

    async def slot(self) -> int:
        self._answer("slot")
        return self.current_slot

    async def epoch(self) -> int:
        self._answer("epoch")
        return self.current_epoch

    async def wallet_balance(self, address: str) -> WalletBalance:
        self._answer("wallet_balance")
        return WalletBalance(
            address, self.current_slot, self.lamports.get(address, 0), tuple(self.holdings.get(address, []))
        )

    async def token_accounts(
        self, owner: str, *, min_context_slot: int | None = None
    ) -> Sequence[NewAccount]:
        self._answer("token_accounts", owner)
        if min_context_slot is not None and min_context_slot > self.current_slot:
            raise ChainUnavailable("minimum context slot has not been reached")
        return [NewAccount(found.address, found.kind, found.mint) for found in self.holdings.get(owner, [])]

    async def held_accounts(self, owner: str, *, head: int) -> Sequence[AccountData]:
        self._answer("held_accounts", owner)
        key = decode_address(owner)
        return [
            replace(account, data=account.data[:head])
            for account in self.data.values()
            if account.owner in TOKEN_PROGRAMS and account.data[32:64] == key
        ]

    async def stake_accounts(self, owner: str) -> Sequence[NewAccount]:
        self._answer("stake_accounts", owner)
        if self.refuses_stakes:
            raise ChainRefused("410: the method is disabled")
        return [NewAccount(address, AccountKind.STAKE) for address in self.stakes.get(owner, [])]

    async def observe(self, accounts: Sequence[tuple[str, AccountKind]]) -> Sequence[Observation]:
        observations = []
        for page in batched(accounts, PAGE, strict=False):
            self._answer("observe", *(address for address, _ in page))
            observations.append(
                Observation(
                    self.current_slot,
                    [
                        ObservedAccount(address, kind, self.states.get(address, b"absent"))
                        for address, kind in page
                    ],
                )
            )
        return observations

    async def signatures(
        self, address: str, *, after: Cursor, min_context_slot: int | None
    ) -> Sequence[SignatureInfo]:
        self._answer("signatures")
        if min_context_slot is not None and min_context_slot > self.current_slot:
            raise ChainUnavailable("minimum context slot has not been reached")
        found: list[SignatureInfo] = []
        for info in self.history.get(address, []):
            if info.signature == after.signature or info.slot < after.slot:
                break
            if after.signature is None and info.slot == after.slot:
                break
            found.append(info)
        return found

    async def past(self, address: str, *, not_before: int, limit: int) -> Sequence[SignatureInfo]:
        self._answer("past")
        return [
            info
            for info in self.history.get(address, [])
            if self.results[info.signature].get("blockTime", not_before) >= not_before
        ][:limit]

    async def transactions(self, signatures: Sequence[str]) -> Mapping[str, Mapping[str, Any]]:
        self._answer("transactions")
        missing = [signature for signature in signatures if signature not in self.results]
        if missing:
            raise TransactionNotFound(f"{len(missing)} transactions are not known yet")
        return {signature: self.results[signature] for signature in signatures}

    async def staking_rewards(self, addresses: Sequence[str]) -> Sequence[StakingReward]:
        self._answer("staking_rewards")
        return [reward for reward in self.rewards if reward.address in addresses]

    async def block_time(self, slot: int) -> int | None:
        self._answer("block_time")
        return 1_790_000_000 + slot

    async def accounts(
        self, addresses: Sequence[str], *, head: int | None = None
    ) -> Mapping[str, AccountData | None]:
        self._answer("accounts")
        return {
            address: account and replace(account, data=account.data[:head])
            for address in addresses
            for account in [self.data.get(address) or self._plain(address)]
        }

    def _plain(self, address: str) -> AccountData | None:
        """An account of nothing but lamports."""
        if address not in self.lamports:
            return None
        return AccountData(address, SYSTEM, self.lamports[address], b"", self.current_slot)

    async def program_accounts(
        self, program: str, *, size: int | None, memcmp: Mapping[int, str], slice_: tuple[int, int]
    ) -> Sequence[AccountData]:
        self._answer("program_accounts")
        if not self.lists_programs:
            raise ChainRefused("the fake provider does not list programs")
        offset, length = slice_
        return [
            replace(account, data=account.data[offset : offset + length])
            for account in self.data.values()
            if account.owner == program
            and size in {None, len(account.data)}
            and all(account.data[place:].startswith(decode(wanted)) for place, wanted in memcmp.items())
        ]

    async def largest_token_accounts(self, mint: str) -> Sequence[str]:
        self._answer("largest_token_accounts", mint)
        if not self.ranks_holders:
            raise ChainRefused("excluded from account secondary indexes")
        held = self._token_accounts(mint)
        held.sort(key=lambda account: int.from_bytes(account.data[64:72], "little"), reverse=True)
        return [account.address for account in held[:20]]

    async def token_accounts_of(self, mint: str, program: str) -> Sequence[AccountData]:
        self._answer("token_accounts_of", mint)
        if not self.lists_programs:
            raise ChainRefused("the fake provider does not list programs")
        return [
            replace(account, data=account.data[32:109])
            for account in self._token_accounts(mint)
            if account.owner == program
        ]

    async def simulate(self, simulations: Sequence[Simulation]) -> Sequence[SimulationResult]:
        self._answer("simulate")
        if self.simulates is None:
            raise ChainRefused("the fake provider does not simulate")
        return [self.simulates(each) for each in simulations]

    def _token_accounts(self, mint: str) -> list[AccountData]:
        key = decode_address(mint)
        return [
            account
            for account in self.data.values()
            if account.owner in TOKEN_PROGRAMS and len(account.data) >= 165 and account.data[:32] == key
        ]
