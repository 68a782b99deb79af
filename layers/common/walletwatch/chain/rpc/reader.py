"""The chain as the services see it, read over JSON-RPC at commitment `confirmed`."""

import asyncio
import hashlib
from base64 import b64decode
from collections.abc import Mapping, Sequence
from itertools import batched
from typing import Any, Final

from walletwatch.chain.rpc.client import Answer, RpcClient
from walletwatch.domain.chain import (
    MintFacts,
    Observation,
    ObservedAccount,
    SignatureInfo,
    TokenHolding,
    WalletBalance,
)
from walletwatch.domain.errors import ChainRefused, ChainUnavailable
from walletwatch.domain.wallets import AccountKind, Cursor, NewAccount

TOKEN_PROGRAM: Final = "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA"  # noqa: S105 - a program id
TOKEN_2022_PROGRAM: Final = "TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb"  # noqa: S105 - a program id
PROGRAMS: Final[Mapping[AccountKind, str]] = {
    AccountKind.TOKEN: TOKEN_PROGRAM,
    AccountKind.TOKEN_2022: TOKEN_2022_PROGRAM,
}

MAX_ACCOUNTS_PER_CALL: Final = 100
SIGNATURES_PER_PAGE: Final = 1000
CONCURRENT_CALLS: Final = 8
MAX_TRANSACTION_VERSION: Final = 1

SLICES: Final[Mapping[AccountKind, tuple[int, int]]] = {
    AccountKind.SYSTEM: (0, 0),
    # Owner, amount, delegate, state, delegated amount and close authority (spl-token, state.rs).
    AccountKind.TOKEN: (32, 133),
    AccountKind.TOKEN_2022: (32, 133),
    AccountKind.STAKE: (0, 200),
}
"""Offset and length of what can change for a person, by kind of account."""

_COMMITMENT: Final = "confirmed"


class RpcChain:
    """`ports.Chain` over `RpcClient`."""

    def __init__(self, client: RpcClient) -> None:
        self._client = client
        self._gate = asyncio.Semaphore(CONCURRENT_CALLS)

    async def slot(self) -> int:
        """The newest confirmed slot (`getSlot`)."""
        return _integer(await self._call("getSlot", {"commitment": _COMMITMENT}))

    async def wallet_balance(self, address: str) -> WalletBalance:
        """Lamports and token accounts (`getBalance`, `getTokenAccountsByOwner`), read at the same time."""
        balance, *token_accounts = await asyncio.gather(
            self._call("getBalance", address, {"commitment": _COMMITMENT}),
            *(self._token_accounts(address, program) for program in PROGRAMS.values()),
        )
        slot, lamports = _with_context(balance)
        holdings = [
            _holding(kind, entry)
            for kind, entries in zip(PROGRAMS, token_accounts, strict=True)
            for entry in entries
        ]
        return WalletBalance(address, slot, _integer(lamports), holdings)

    async def token_accounts(self, owner: str) -> Sequence[NewAccount]:
        """The token accounts of both token programs (`getTokenAccountsByOwner`)."""
        answers = await asyncio.gather(
            *(self._token_accounts(owner, program) for program in PROGRAMS.values())
        )
        return [
            NewAccount(holding.address, kind, holding.mint)
            for kind, entries in zip(PROGRAMS, answers, strict=True)
            for holding in (_holding(kind, entry) for entry in entries)
        ]

    async def observe(self, kind: AccountKind, addresses: Sequence[str]) -> Sequence[Observation]:
        """Look at accounts of one kind (`getMultipleAccounts`, with a `dataSlice` of what matters)."""
        return await asyncio.gather(
            *(self._observe(kind, batch) for batch in batched(addresses, MAX_ACCOUNTS_PER_CALL, strict=False))
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
                info = _signature(entry)
                # A node that has forgotten the cursor's signature goes on below it.
                if _covered(info, after):
                    return found
                found.append(info)
            if len(page) < SIGNATURES_PER_PAGE:
                return found
            options["before"] = found[-1].signature

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
            signature: _transaction(answer) for signature, answer in zip(signatures, answers, strict=True)
        }

    async def mint(self, address: str) -> MintFacts | None:
        """The mint at this address (`getAccountInfo`, jsonParsed)."""
        answer = await self._call(
            "getAccountInfo", address, {"commitment": _COMMITMENT, "encoding": "jsonParsed"}
        )
        slot, account = _with_context(answer)
        if account is None or account.get("owner") not in PROGRAMS.values():
            return None
        data = account.get("data")
        parsed = data.get("parsed") if isinstance(data, dict) else None
        if not isinstance(parsed, dict) or parsed.get("type") != "mint":
            return None
        return _mint_facts(address, slot, account["owner"], parsed["info"])

    async def rent_exempt_minimum(self, size: int) -> int:
        """Lamports an account of this size must hold (`getMinimumBalanceForRentExemption`)."""
        return _integer(await self._call("getMinimumBalanceForRentExemption", size))

    async def _call(self, method: str, *params: object) -> Any:
        async with self._gate:
            return await self._client.call(method, *params)

    async def _token_accounts(self, owner: str, program: str) -> Sequence[Any]:
        answer = await self._call(
            "getTokenAccountsByOwner",
            owner,
            {"programId": program},
            {"commitment": _COMMITMENT, "encoding": "jsonParsed"},
        )
        _, entries = _with_context(answer)
        if not isinstance(entries, list):
            raise ChainUnavailable("getTokenAccountsByOwner answered no list")
        return entries

    async def _observe(self, kind: AccountKind, addresses: Sequence[str]) -> Observation:
        offset, length = SLICES[kind]
        answer = await self._call(
            "getMultipleAccounts",
            list(addresses),
            {
                "commitment": _COMMITMENT,
                "encoding": "base64",
                "dataSlice": {"offset": offset, "length": length},
            },
        )
        slot, accounts = _with_context(answer)
        if not isinstance(accounts, list) or len(accounts) != len(addresses):
            raise ChainUnavailable("getMultipleAccounts answered another number of accounts")
        return Observation(
            slot,
            [
                ObservedAccount(address, _digest(account))
                for address, account in zip(addresses, accounts, strict=True)
            ],
        )


def _transaction(answer: Answer) -> Mapping[str, Any]:
    try:
        result = answer.get()
    except ChainRefused as error:
        # The signature came from this chain's history: it exists, and must not be passed over.
        raise ChainUnavailable(str(error)) from error
    if not isinstance(result, dict):
        raise ChainUnavailable("the transaction is not known to the node yet")
    return result


def _covered(info: SignatureInfo, cursor: Cursor) -> bool:
    if cursor.signature is None:
        return info.slot <= cursor.slot
    return info.signature == cursor.signature or info.slot < cursor.slot


def _digest(account: object) -> bytes:
    """A hash that changes when the account changes for a person."""
    if account is None:
        return hashlib.blake2b(b"absent", digest_size=16).digest()
    try:
        fields: Mapping[str, Any] = account  # type: ignore[assignment]
        owner, lamports, data = fields["owner"], _integer(fields["lamports"]), b64decode(fields["data"][0])
    except (KeyError, TypeError, IndexError, ValueError) as error:
        raise ChainUnavailable("getMultipleAccounts answered an account of another shape") from error
    state = b"%d %s " % (lamports, str(owner).encode()) + data
    return hashlib.blake2b(state, digest_size=16).digest()


def _with_context(answer: object) -> tuple[int, Any]:
    if isinstance(answer, dict):
        context = answer.get("context")
        if isinstance(context, dict) and "value" in answer:
            return _integer(context.get("slot")), answer["value"]
    raise ChainUnavailable("the node answered without a context")


def _integer(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    raise ChainUnavailable("the node answered no whole number")


def _signature(entry: object) -> SignatureInfo:
    try:
        fields: Mapping[str, Any] = entry  # type: ignore[assignment]
        return SignatureInfo(
            str(fields["signature"]), _integer(fields["slot"]), fields.get("err") is not None
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ChainUnavailable("getSignaturesForAddress answered a row of another shape") from error


def _holding(kind: AccountKind, entry: object) -> TokenHolding:
    try:
        fields: Mapping[str, Any] = entry  # type: ignore[assignment]
        account = fields["account"]
        info = account["data"]["parsed"]["info"]
        amount = info["tokenAmount"]
        return TokenHolding(
            address=str(fields["pubkey"]),
            kind=kind,
            mint=str(info["mint"]),
            amount=int(amount["amount"]),
            decimals=_integer(amount["decimals"]),
            lamports=_integer(account["lamports"]),
            frozen=info.get("state") == "frozen",
            delegate=info.get("delegate"),
            delegated_amount=int(info["delegatedAmount"]["amount"]) if info.get("delegate") else 0,
        )
    except (KeyError, TypeError, ValueError) as error:
        raise ChainUnavailable("getTokenAccountsByOwner answered an account of another shape") from error


def _mint_facts(address: str, slot: int, program: str, info: Mapping[str, Any]) -> MintFacts:
    try:
        return MintFacts(
            address=address,
            slot=slot,
            token_2022=program == TOKEN_2022_PROGRAM,
            supply=int(info["supply"]),
            decimals=_integer(info["decimals"]),
            mint_authority=info.get("mintAuthority"),
            freeze_authority=info.get("freezeAuthority"),
            extensions=tuple(str(extension["extension"]) for extension in info.get("extensions", ())),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise ChainUnavailable("getAccountInfo answered a mint of another shape") from error
