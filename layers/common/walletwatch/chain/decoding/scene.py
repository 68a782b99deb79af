"""All that the rules may look at to name what happened to a wallet."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import sub
from typing import Final

from walletwatch.chain.decoding.layouts import Decoded
from walletwatch.chain.decoding.movements import Movements
from walletwatch.chain.decoding.position import Position
from walletwatch.chain.decoding.registry import REGISTRY
from walletwatch.chain.parsing.model import Transaction
from walletwatch.domain.activities import ActivityKind, Leg
from walletwatch.domain.money import NATIVE
from walletwatch.domain.programs import STAKE

TIP_ACCOUNTS: Final = frozenset(
    {
        "96gYZGLnJYVFmbjzopPSU6QiEV5fGqZNyN9nmNhvrZU5",
        "HFqU5x63VTqvQss8hp11i4wVV8bD44PvwucfZ2bU7gRe",
        "Cw8CFyM9FkoMi7K7Crf6HNQqf4uEMzpKw6QNghXLvLkY",
        "ADaUMid9yfUytqMBgopwjb2DTLSokTSzL1zt6iGPaS49",
        "DfXygSm4jCyNCybVYYK6DwvWqjKee8pbDmJGcLWNDXjh",
        "ADuUkR4vqLUMWXxW9gh6D6L8pMSawimctcNZ5pGwDcEt",
        "DttWaMuVvTiduZRnguLF7jNxTgiMBZ1hyAumKUiL2KRL",
        "3AVi9Tg9Uo68tJfuvoKvqKNWKkC5wPdSSdeBnizKZ6jT",
    }
)
"""Jito's tip accounts: what they get is a fee in another form."""
RESIDUE_LAMPORTS: Final = 10_000


@dataclass(frozen=True, slots=True)
class Scene:
    """A transaction that succeeded, as one wallet sees it.

    Attributes:
        signed: Whether the wallet signed.
        foreign: Ids of top-level programs that are more than plumbing.
    """

    transaction: Transaction
    decoded: Sequence[Decoded]
    movements: Movements
    position: Position
    legs: Sequence[Leg]
    wallet: str
    signed: bool
    foreign: tuple[str, ...]

    @property
    def given(self) -> frozenset[str]:
        """Assets the wallet has less of; tips, and lamports that hardly count, apart."""
        return frozenset(
            asset
            for asset, amount in self.position.gains.items()
            if amount < 0 and not (asset == NATIVE and (amount + self.tips >= 0 or self._is_residue(amount)))
        )

    @property
    def received(self) -> frozenset[str]:
        """Assets the wallet has more of; lamports that hardly count apart."""
        return frozenset(
            asset
            for asset, amount in self.position.gains.items()
            if amount > 0 and not (asset == NATIVE and self._is_residue(amount))
        )

    def _is_residue(self, lamports: int) -> bool:
        """Whether these are a few lamports beside other assets, which no instruction speaks of."""
        return (
            abs(lamports) <= RESIDUE_LAMPORTS
            and len(self.position.gains) > 1
            and not any(asset == NATIVE for asset, _ in (*self.position.direct, *self.position.invoked))
        )

    @property
    def tips(self) -> int:
        """Lamports that the wallet gave to tip accounts, beside something else that it did."""
        if not self.foreign:
            return 0
        return -sum(
            amount for (asset, other), amount in self.position.direct.items()
            if asset == NATIVE and other in TIP_ACCOUNTS and amount < 0
        )  # fmt: skip

    @property
    def all_direct(self) -> bool:
        """Whether top-level transfers alone explain what the wallet gained and lost."""
        sums: dict[str, int] = {}
        for (asset, _), amount in self.position.direct.items():
            sums[asset] = sums.get(asset, 0) + amount
        return not self.position.invoked and sums.keys() >= self.position.gains.keys()

    @property
    def traded(self) -> bool:
        """Whether programs both took from the wallet and gave to it, whatever was left in the end."""
        amounts = self.position.invoked.values()
        return bool(amounts) and min(amounts) < 0 < max(amounts)

    @property
    def top_actions(self) -> frozenset[ActivityKind]:
        """What the top-level instructions mean, as far as they tell."""
        return frozenset(step.action for step in self.decoded if step.height == 1 and step.action is not None)

    @property
    def gained_most(self) -> bool:
        """Whether no other account has more lamports more than the wallet."""
        most: int = max(map(sub, self.transaction.after, self.transaction.before))
        return self.position.lamports >= most

    def is_named_in(self, top: int) -> bool:
        """Whether the wallet is an account of the top-level instruction at this index."""
        return any(
            self.wallet in instruction.accounts
            for instruction in self.transaction.instructions
            if instruction.top == top and instruction.height == 1
        )

    def is_indivisible(self, asset: str) -> bool:
        """Whether exactly one of a token without decimals moved: as good as certainly a collectible."""
        return self.position.decimals.get(asset) == 0 and abs(self.position.gains.get(asset, 0)) == 1

    def named(self, *names: str) -> Iterator[Decoded]:
        """The instructions with one of these names, of any program."""
        return (instruction for instruction in self.decoded if instruction.name in names)

    def concerns_accounts(self, instruction: Decoded, *fields: str) -> bool:
        """Whether one of these fields is the wallet or a token account of it."""
        return any(
            value == self.wallet or value in self.position.accounts
            for value in map(instruction.fields.get, fields)
            if isinstance(value, str)
        )


def foreign_programs(transaction: Transaction) -> tuple[str, ...]:
    """The top-level programs that are more than plumbing, in order."""
    found = dict.fromkeys(
        instruction.program
        for instruction in transaction.instructions
        if instruction.height == 1 and not _is_plumbing(instruction.program)
    )
    return tuple(found)


def protocol_label(transaction: Transaction) -> str | None:
    """What a person would say was used: the first top-level program with a name, else the first inner one.

    The Stake program comes last: instructions of it prepare what a staking pool takes.
    """
    inner = stake = None
    for instruction in transaction.instructions:
        known = REGISTRY.get(instruction.program)
        if known is None or known.plumbing:
            continue
        if instruction.height > 1:
            inner = inner or known.label
        elif known.id == STAKE:
            stake = known.label
        else:
            return known.label
    return stake or inner


def _is_plumbing(program: str) -> bool:
    known = REGISTRY.get(program)
    return known is not None and known.plumbing
