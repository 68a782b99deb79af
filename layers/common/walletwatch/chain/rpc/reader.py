"""The chain as the services see it, read over JSON-RPC at commitment `confirmed`."""

import asyncio
from base64 import b64encode
from collections.abc import Mapping, Sequence
from itertools import batched
from typing import Any, Final

from walletwatch.chain.rpc.answers import (
    to_account,
    to_address,
    to_block_time,
    to_holding,
    to_program_account,
    to_signature,
    to_simulation_result,
    to_staking_reward,
    to_transaction,
    whole_number,
    with_context,
)
from walletwatch.chain.rpc.caller import Caller
from walletwatch.chain.rpc.watched_state import slice_for, state_digest
from walletwatch.domain.addresses import looks_like_address
from walletwatch.domain.chain import (
    AccountData,
    Observation,
    ObservedAccount,
    SignatureInfo,
    Simulation,
    SimulationResult,
    StakingReward,
    WalletBalance,
)
from walletwatch.domain.errors import ChainUnavailable
from walletwatch.domain.programs import STAKE, TOKEN, TOKEN_2022
from walletwatch.domain.wallets import AccountKind, Cursor, NewAccount

PROGRAMS: Final[Mapping[AccountKind, str]] = {
    AccountKind.TOKEN: TOKEN,
    AccountKind.TOKEN_2022: TOKEN_2022,
}

MAX_ACCOUNTS_PER_CALL: Final = 100
SIGNATURES_PER_PAGE: Final = 1000
MAX_TRANSACTION_VERSION: Final = 1

STAKE_ACCOUNT_BYTES: Final = 200
STAKE_AUTHORITIES: Final = (12, 44)
"""Where a stake account has its staker and its withdrawer (solana-program, `StakeStateV2`)."""

OWNER_TO_STATE: Final = (32, 77)
"""Offset and length of a token account's owner, amount, delegate and state (spl-token, state.rs)."""

_COMMITMENT: Final = "confirmed"


class RpcChain:
    """`ports.Chain` over JSON-RPC.

    Args:
        client: Raises the domain's errors.
        concurrent_calls: How many calls may be on their way at once.
    """

    def __init__(self, client: Caller, *, concurrent_calls: int = 8) -> None:
        self._client = client
        self._gate = asyncio.Semaphore(concurrent_calls)

    async def slot(self) -> int:
        """The newest confirmed slot (`getSlot`)."""
        return whole_number(await self._call("getSlot", {"commitment": _COMMITMENT}))

    async def epoch(self) -> int:
        """The present epoch (`getEpochInfo`)."""
        info = await self._call("getEpochInfo", {"commitment": _COMMITMENT})
        return whole_number(info.get("epoch") if isinstance(info, dict) else None)

    async def wallet_balance(self, address: str) -> WalletBalance:
        """Lamports and token accounts (`getBalance`, `getTokenAccountsByOwner`), read at the same time."""
        balance, *token_accounts = await asyncio.gather(
            self._call("getBalance", address, {"commitment": _COMMITMENT}),
            *(self._token_accounts(address, program) for program in PROGRAMS.values()),
        )
        slot, lamports = with_context(balance)
        holdings = tuple(
            to_holding(kind, entry)
            for kind, entries in zip(PROGRAMS, token_accounts, strict=True)
            for entry in entries
        )
        return WalletBalance(address, slot, whole_number(lamports), holdings)

    async def token_accounts(
        self, owner: str, *, min_context_slot: int | None = None
    ) -> Sequence[NewAccount]:
        """The token accounts of both token programs (`getTokenAccountsByOwner`)."""
        answers = await asyncio.gather(
            *(self._token_accounts(owner, program, min_context_slot) for program in PROGRAMS.values())
        )
        return [
            NewAccount(holding.address, kind, holding.mint)
            for kind, entries in zip(PROGRAMS, answers, strict=True)
            for holding in (to_holding(kind, entry) for entry in entries)
        ]

    async def held_accounts(self, owner: str, *, head: int) -> Sequence[AccountData]:
        """The token accounts of both token programs as bytes (`getTokenAccountsByOwner`, a `dataSlice`)."""
        options = {
            "commitment": _COMMITMENT,
            "encoding": "base64",
            "dataSlice": {"offset": 0, "length": head},
        }
        answers = await asyncio.gather(
            *(
                self._call("getTokenAccountsByOwner", owner, {"programId": program}, options)
                for program in PROGRAMS.values()
            )
        )
        found: list[AccountData] = []
        for answer in answers:
            slot, entries = with_context(answer)
            if not isinstance(entries, list):
                raise ChainUnavailable("getTokenAccountsByOwner answered no list")
            found += [to_program_account(entry, slot) for entry in entries]
        return found

    async def stake_accounts(self, owner: str) -> Sequence[NewAccount]:
        """The stake accounts whose staker or withdrawer is `owner` (`getProgramAccounts`)."""
        answers = await asyncio.gather(
            *(self._stake_accounts(owner, authority) for authority in STAKE_AUTHORITIES)
        )
        addresses = dict.fromkeys(to_address(entry) for entries in answers for entry in entries)
        return [NewAccount(address, AccountKind.STAKE) for address in addresses]

    async def observe(self, accounts: Sequence[tuple[str, AccountKind]]) -> Sequence[Observation]:
        """Look at accounts (`getMultipleAccounts`, with a `dataSlice` of what matters to all of a call)."""
        return await asyncio.gather(
            *(self._observe(batch) for batch in batched(accounts, MAX_ACCOUNTS_PER_CALL, strict=False))
        )

    async def signatures(
        self, address: str, *, after: Cursor, min_context_slot: int | None
    ) -> Sequence[SignatureInfo]:
        """All transactions after the cursor, newest first (`getSignaturesForAddress`)."""
        options: dict[str, Any] = {"commitment": _COMMITMENT, "limit": SIGNATURES_PER_PAGE}
        if after.signature is not None:
            options["until"] = after.signature
        if min_context_slot is not None:
            options["minContextSlot"] = min_context_slot
        found: list[SignatureInfo] = []
        while True:
            page = await self._call("getSignaturesForAddress", address, options)
            if not isinstance(page, list):
                raise ChainUnavailable("getSignaturesForAddress answered no list")
            for entry in page:
                info = to_signature(entry)
                # A node that has forgotten the cursor's signature goes on below it.
                if _covered(info, after):
                    return found
                found.append(info)
            if len(page) < SIGNATURES_PER_PAGE:
                return found
            options["before"] = found[-1].signature
            # A node that has not seen this page knows nothing before it, and would answer an empty one.
            options["minContextSlot"] = max(found[0].slot, min_context_slot or 0)

    async def past(self, address: str, *, not_before: int, limit: int) -> Sequence[SignatureInfo]:
        """The newest transactions that mention `address`, newest first (`getSignaturesForAddress`)."""
        found: list[SignatureInfo] = []
        before: dict[str, Any] = {}
        while len(found) < limit:
            options = {"commitment": _COMMITMENT, "limit": SIGNATURES_PER_PAGE, **before}
            page = await self._call("getSignaturesForAddress", address, options)
            if not isinstance(page, list):
                raise ChainUnavailable("getSignaturesForAddress answered no list")
            for entry in page:
                # A row without a time is one that the node no longer knows the time of: it is kept.
                if (to_block_time(entry) or not_before) < not_before:
                    return found[:limit]
                found.append(to_signature(entry))
            if len(page) < SIGNATURES_PER_PAGE:
                break
            before = {"before": found[-1].signature, "minContextSlot": found[0].slot}
        return found[:limit]

    async def transactions(self, signatures: Sequence[str]) -> Mapping[str, Mapping[str, Any]]:
        """The transactions in encoding `json` (`getTransaction`, in batches)."""
        options = {
            "commitment": _COMMITMENT,
            "encoding": "json",
            "maxSupportedTransactionVersion": MAX_TRANSACTION_VERSION,
        }
        answers = await self._client.call_many(
            [("getTransaction", (signature, options)) for signature in signatures]
        )
        return {
            signature: to_transaction(answer) for signature, answer in zip(signatures, answers, strict=True)
        }

    async def staking_rewards(self, addresses: Sequence[str]) -> Sequence[StakingReward]:
        """What these stake accounts were given for the last epoch (`getInflationReward`)."""
        answer = await self._call("getInflationReward", list(addresses), {"commitment": _COMMITMENT})
        if not isinstance(answer, list) or len(answer) != len(addresses):
            raise ChainUnavailable("getInflationReward answered another number of accounts")
        return [
            to_staking_reward(address, entry)
            for address, entry in zip(addresses, answer, strict=True)
            if entry is not None
        ]

    async def block_time(self, slot: int) -> int | None:
        """Unix seconds of a block (`getBlockTime`)."""
        time = await self._call("getBlockTime", slot)
        return None if time is None else whole_number(time)

    async def accounts(
        self, addresses: Sequence[str], *, head: int | None = None
    ) -> Mapping[str, AccountData | None]:
        """Accounts with all their bytes, or the first of them (`getMultipleAccounts`)."""
        answers = await asyncio.gather(
            *(
                self._accounts(batch, head)
                for batch in batched(addresses, MAX_ACCOUNTS_PER_CALL, strict=False)
            )
        )
        return {address: account for answer in answers for address, account in answer.items()}

    async def program_accounts(
        self, program: str, *, size: int | None, memcmp: Mapping[int, str], slice_: tuple[int, int]
    ) -> Sequence[AccountData]:
        """The accounts a program owns (`getProgramAccounts`, with filters and a `dataSlice`)."""
        filters = [_memcmp(place, wanted) for place, wanted in memcmp.items()]
        sized = [] if size is None else [{"dataSize": size}]
        return await self._program_accounts(program, [*sized, *filters], slice_)

    async def largest_token_accounts(self, mint: str) -> Sequence[str]:
        """The token accounts that hold the most of a mint (`getTokenLargestAccounts`)."""
        _, entries = with_context(
            await self._call("getTokenLargestAccounts", mint, {"commitment": _COMMITMENT})
        )
        if not isinstance(entries, list):
            raise ChainUnavailable("getTokenLargestAccounts answered no list")
        found = [entry.get("address") if isinstance(entry, dict) else None for entry in entries]
        addresses = [each for each in found if isinstance(each, str) and looks_like_address(each)]
        if len(addresses) != len(entries):
            raise ChainUnavailable("getTokenLargestAccounts answered an account of another shape")
        return addresses

    async def token_accounts_of(self, mint: str, program: str) -> Sequence[AccountData]:
        """All token accounts of a mint (`getProgramAccounts`).

        Those of Token-2022 are of any size, and one without extensions has no byte that tells its type. So
        the node is asked for what is a token account, which for either program goes through its index.
        """
        return await self._program_accounts(program, ["tokenAccountState", _memcmp(0, mint)], OWNER_TO_STATE)

    async def simulate(self, simulations: Sequence[Simulation]) -> Sequence[SimulationResult]:
        """What the transactions would do now (`simulateTransaction`, in a batch)."""
        answers = await self._client.call_many(
            [
                (
                    "simulateTransaction",
                    (
                        b64encode(each.transaction).decode(),
                        {
                            "commitment": _COMMITMENT,
                            "encoding": "base64",
                            "sigVerify": False,
                            "replaceRecentBlockhash": True,
                            "accounts": {"encoding": "base64", "addresses": list(each.watched)},
                        },
                    ),
                )
                for each in simulations
            ]
        )
        return [to_simulation_result(each, answer) for each, answer in zip(simulations, answers, strict=True)]

    async def _program_accounts(
        self, program: str, filters: Sequence[object], slice_: tuple[int, int]
    ) -> Sequence[AccountData]:
        offset, length = slice_
        answer = await self._call(
            "getProgramAccounts",
            program,
            {
                "commitment": _COMMITMENT,
                "encoding": "base64",
                "withContext": True,
                "dataSlice": {"offset": offset, "length": length},
                "filters": list(filters),
            },
        )
        slot, entries = with_context(answer)
        if not isinstance(entries, list):
            raise ChainUnavailable("getProgramAccounts answered no list")
        return [to_program_account(entry, slot) for entry in entries]

    async def _call(self, method: str, *params: object) -> Any:
        async with self._gate:
            return await self._client.call(method, *params)

    async def _token_accounts(
        self, owner: str, program: str, min_context_slot: int | None = None
    ) -> Sequence[Any]:
        options: dict[str, Any] = {"commitment": _COMMITMENT, "encoding": "jsonParsed"}
        if min_context_slot is not None:
            options["minContextSlot"] = min_context_slot
        answer = await self._call("getTokenAccountsByOwner", owner, {"programId": program}, options)
        _, entries = with_context(answer)
        if not isinstance(entries, list):
            raise ChainUnavailable("getTokenAccountsByOwner answered no list")
        return entries

    async def _stake_accounts(self, owner: str, authority: int) -> Sequence[Any]:
        entries = await self._call(
            "getProgramAccounts",
            STAKE,
            {
                "commitment": _COMMITMENT,
                "encoding": "base64",
                "dataSlice": {"offset": 0, "length": 0},
                "filters": [
                    {"dataSize": STAKE_ACCOUNT_BYTES},
                    {"memcmp": {"offset": authority, "bytes": owner}},
                ],
            },
        )
        if not isinstance(entries, list):
            raise ChainUnavailable("getProgramAccounts answered no list")
        return entries

    async def _observe(self, batch: Sequence[tuple[str, AccountKind]]) -> Observation:
        start, length = slice_for({kind for _, kind in batch})
        answer = await self._call(
            "getMultipleAccounts",
            [address for address, _ in batch],
            {
                "commitment": _COMMITMENT,
                "encoding": "base64",
                "dataSlice": {"offset": start, "length": length},
            },
        )
        slot, accounts = with_context(answer)
        if not isinstance(accounts, list) or len(accounts) != len(batch):
            raise ChainUnavailable("getMultipleAccounts answered another number of accounts")
        return Observation(
            slot,
            [
                ObservedAccount(address, kind, state_digest(account, kind, start))
                for (address, kind), account in zip(batch, accounts, strict=True)
            ],
        )

    async def _accounts(self, addresses: Sequence[str], head: int | None) -> Mapping[str, AccountData | None]:
        options: dict[str, Any] = {"commitment": _COMMITMENT, "encoding": "base64"}
        if head is not None:
            options["dataSlice"] = {"offset": 0, "length": head}
        answer = await self._call("getMultipleAccounts", list(addresses), options)
        slot, accounts = with_context(answer)
        if not isinstance(accounts, list) or len(accounts) != len(addresses):
            raise ChainUnavailable("getMultipleAccounts answered another number of accounts")
        return {
            address: None if account is None else to_account(address, account, slot)
            for address, account in zip(addresses, accounts, strict=True)
        }


def _memcmp(offset: int, wanted: str) -> Mapping[str, Any]:
    return {"memcmp": {"offset": offset, "bytes": wanted}}


def _covered(info: SignatureInfo, cursor: Cursor) -> bool:
    if cursor.signature is None:
        return info.slot <= cursor.slot
    return info.signature == cursor.signature or info.slot < cursor.slot
