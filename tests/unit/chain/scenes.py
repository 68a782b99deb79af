"""Answers of an RPC node made up for what no recording at hand shows: the balances follow the moves."""

import struct
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from walletwatch.domain.addresses import encode, encode_address
from walletwatch.domain.programs import SYSTEM, TOKEN

LAMPORTS = 10**10
FEE = 5_000


def address(name: str) -> str:
    """An address that belongs to the name."""
    return encode_address(sha256(name.encode()).digest())


ME, OTHER, POOL, PROGRAM = (address(name) for name in ("me", "other", "pool", "program"))
COIN, SHARE, ART = (address(name) for name in ("coin", "share", "art"))


def anchor_tag(name: str) -> bytes:
    return sha256(f"global:{name}".encode()).digest()[:8]


@dataclass
class Story:
    """One transaction; every address in it starts with the same lamports.

    Attributes:
        decimals: By mint; six where it is not told.
    """

    signer: str = ME
    decimals: dict[str, int] = field(default_factory=dict)
    _lamports: dict[str, list[int]] = field(default_factory=dict)
    _tokens: dict[tuple[str, str], list[int]] = field(default_factory=dict)
    _top: list[dict[str, Any]] = field(default_factory=list)
    _inner: dict[int, list[dict[str, Any]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._touch(self.signer)
        self._lamports[self.signer][1] -= FEE

    def call(self, program: str, data: bytes, *accounts: str) -> "Story":
        """A top-level instruction; what follows with `inside` is invoked by it."""
        self._top.append(self._instruction(program, data, accounts))
        return self

    def nest(self, program: str, data: bytes, *accounts: str) -> "Story":
        """An instruction that the last top-level one invoked."""
        return self._add(program, data, accounts, inside=True)

    def pay(self, source: str, destination: str, lamports: int, *, inside: bool = False) -> "Story":
        """A transfer by the System program."""
        self._move(source, destination, lamports)
        return self._add(SYSTEM, struct.pack("<IQ", 2, lamports), (source, destination), inside=inside)

    def credit(self, account: str, lamports: int) -> "Story":
        """Lamports that a program gave without any instruction."""
        self._touch(account)
        self._lamports[account][1] += lamports
        return self

    def send(self, mint: str, source: str, destination: str, amount: int, *, inside: bool = False) -> "Story":
        """A token transfer between two owners."""
        self.change(mint, source, -amount)
        self.change(mint, destination, amount)
        accounts = (self.account(mint, source), self.account(mint, destination), source)
        return self._add(TOKEN, b"\3" + struct.pack("<Q", amount), accounts, inside=inside)

    def mint(self, mint: str, owner: str, amount: int, authority: str, *, inside: bool = False) -> "Story":
        self.change(mint, owner, amount)
        accounts = (mint, self.account(mint, owner), authority)
        return self._add(TOKEN, b"\7" + struct.pack("<Q", amount), accounts, inside=inside)

    def burn(self, mint: str, owner: str, amount: int, *, inside: bool = False) -> "Story":
        self.change(mint, owner, -amount)
        accounts = (self.account(mint, owner), mint, owner)
        return self._add(TOKEN, b"\x08" + struct.pack("<Q", amount), accounts, inside=inside)

    def change(self, mint: str, owner: str, amount: int) -> "Story":
        """A token balance changes."""
        account = self.account(mint, owner)
        self._touch(account)
        self._tokens.setdefault((mint, owner), [10**12, 10**12])[1] += amount
        return self

    @staticmethod
    def account(mint: str, owner: str) -> str:
        return address(f"{mint} of {owner}")

    def result(self) -> dict[str, Any]:
        """The answer of `getTransaction` in encoding json."""
        for part in (*self._top, *(part for parts in self._inner.values() for part in parts)):
            for account in (part["program"], *part["accounts"]):
                self._touch(account)
        keys = list(self._lamports)
        return {
            "slot": 1,
            "blockTime": None,
            "version": "legacy",
            "meta": {
                "err": None,
                "fee": FEE,
                "preBalances": [before for before, _ in self._lamports.values()],
                "postBalances": [after for _, after in self._lamports.values()],
                "preTokenBalances": self._balances(keys, 0),
                "postTokenBalances": self._balances(keys, 1),
                "innerInstructions": [
                    {"index": index, "instructions": [self._compiled(part, keys) for part in parts]}
                    for index, parts in self._inner.items()
                ],
            },
            "transaction": {
                "signatures": ["5" * 88],
                "message": {
                    "header": {
                        "numRequiredSignatures": 1,
                        "numReadonlySignedAccounts": 0,
                        "numReadonlyUnsignedAccounts": 0,
                    },
                    "accountKeys": keys,
                    "recentBlockhash": COIN,
                    "instructions": [self._compiled(part, keys) for part in self._top],
                },
            },
        }

    def _balances(self, keys: list[str], side: int) -> list[dict[str, Any]]:
        return [
            {
                "accountIndex": keys.index(self.account(mint, owner)),
                "mint": mint,
                "owner": owner,
                "programId": TOKEN,
                "uiTokenAmount": {"amount": str(amounts[side]), "decimals": self.decimals.get(mint, 6)},
            }
            for (mint, owner), amounts in self._tokens.items()
        ]

    def _add(self, program: str, data: bytes, accounts: tuple[str, ...], *, inside: bool) -> "Story":
        part = self._instruction(program, data, accounts)
        if inside:
            self._inner.setdefault(len(self._top) - 1, []).append(part)
        else:
            self._top.append(part)
        return self

    def _instruction(self, program: str, data: bytes, accounts: tuple[str, ...]) -> dict[str, Any]:
        return {"program": program, "data": encode(data), "accounts": accounts}

    def _compiled(self, part: dict[str, Any], keys: list[str]) -> dict[str, Any]:
        return {
            "programIdIndex": keys.index(part["program"]),
            "accounts": [keys.index(account) for account in part["accounts"]],
            "data": part["data"],
        }

    def _move(self, source: str, destination: str, lamports: int) -> None:
        for account, change in ((source, -lamports), (destination, lamports)):
            self._touch(account)
            self._lamports[account][1] += change

    def _touch(self, account: str) -> None:
        self._lamports.setdefault(account, [LAMPORTS, LAMPORTS])
