"""What is tried out with a token: whose, how much of it, and by which instructions.

Whoever made a token may be let through where others are not. So it is tried with those of its holders who
have no say about it, and with somebody who has never been heard of: a newcomer, for whom an account is made,
who buys, and who sells what he has bought, in one transaction.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from walletwatch.chain.inspection.hook_accounts import Meta, Transfer, Unresolvable, hook_accounts
from walletwatch.chain.inspection.instructions import (
    Instruction,
    Swap,
    all_compute,
    associated_account,
    create_account,
    swap,
    transfer,
    wrap,
)
from walletwatch.domain.addresses import decode_address
from walletwatch.domain.inspection.holders import Holding
from walletwatch.domain.inspection.tradability import AttemptKind
from walletwatch.domain.profile import WRAPPED_NATIVE_MINT

PART: Final = 1000
"""A trade is of a thousandth of what a pool holds, and never moves its price by much."""
RESOLD: Final = 100
"""A hundredth of what was bought is sold again: so much is left by a fee of 99 %."""
PAID_LAMPORTS: Final = 5_000_000
"""What a simulated buyer pays at most."""


@dataclass(frozen=True, slots=True)
class Trial:
    """A transaction to be simulated.

    Attributes:
        kind: What it tries.
        swap: By the exchange's own instruction.
        account: The token account that it is sent from.
        by: Who owns that.
        instructions: The last one is what is tried, the others prepare it. Empty where it cannot be told how
            it would have to be made.
        arrives: The account in which what was sent arrives, if nobody else can have touched it.
    """

    kind: AttemptKind
    swap: bool
    account: str
    by: str
    instructions: tuple[Instruction, ...]
    sent: int
    arrives: str | None = None


@dataclass(frozen=True, slots=True)
class Token:
    """The token that is tried.

    Attributes:
        program: The token program.
        hook: The program that every transfer calls, if any.
        states: Bytes of accounts that the hook's list may refer to.
    """

    mint: str
    program: str
    decimals: int
    hook: str | None
    states: Mapping[str, bytes | None]

    def move(self, source: str, destination: str, authority: str, amount: int) -> Instruction:
        """The transfer of so much, with what the hook wants to see.

        Raises:
            Unresolvable: What it wants to see cannot be told.
        """
        extra: tuple[Meta, ...] = ()
        if self.hook is not None:
            told = Transfer(source, self.mint, destination, authority, amount)
            extra = tuple(hook_accounts(told, self.hook, self.states))
        return transfer(
            self.program,
            source,
            self.mint,
            destination,
            authority,
            amount=amount,
            decimals=self.decimals,
            extra=extra,
        )

    def account_of(self, owner: str) -> str:
        """A wallet's associated account of it."""
        return associated_account(owner, self.mint, self.program)

    def with_newcomer(self, owner: str) -> "Token":
        """The same where the newcomer's account is there: empty, as it is made."""
        made = decode_address(self.mint) + decode_address(owner) + bytes(44) + b"\x01" + bytes(56)
        return replace(self, states={**self.states, self.account_of(owner): made})


@dataclass(frozen=True, slots=True)
class Market:
    """The pool that is traded with.

    Attributes:
        vault: Holds the token.
        reserves: Raw tokens, and raw tokens of the other side.
        route: Of a sale: the token first. Its owner and accounts are put in for each trial.
    """

    vault: str
    vault_owner: str
    reserves: tuple[int, int]
    route: Swap


class Planner:
    """Plans what can be tried with a token.

    Args:
        market: The pool; None where there is none to sell to.
        payer: Whoever has the lamports that it takes.
        newcomer: An address that nobody has heard of.
    """

    def __init__(self, token: Token, market: Market | None, *, payer: str, newcomer: str) -> None:
        self._token = token.with_newcomer(newcomer)
        self._market = market
        self._payer = payer
        self._newcomer = newcomer
        self._account = token.account_of(newcomer)
        self._ready = (all_compute(), create_account(payer, newcomer, token.mint, token.program))

    def trials(self, sellers: Sequence[Holding], other: Holding | None) -> list[Trial]:
        """Everything that can be tried.

        Args:
            sellers: Holders who send.
            other: One who has an account already, and is none of them.
        """
        trials = []
        for seller in sellers:
            if other is not None:
                trials.append(self._by(seller, AttemptKind.TRANSFER, other.account))
            if self._market is not None:
                trials.append(self._by(seller, AttemptKind.SELL, self._market.vault))
        if self._market is not None:
            trials += self._newcomers(self._market)
            # CP-Swap hands no hook what it wants to see: its own refusal would say nothing of the token.
            if self._token.hook is None:
                trials += self._swaps(self._market, sellers)
        elif sellers:
            trials.append(self._to_newcomer(sellers[0]))
        return trials

    def _by(self, seller: Holding, kind: AttemptKind, destination: str) -> Trial:
        amount = max(1, seller.amount // PART)
        owner = seller.owner.address
        return _trial(
            Trial(kind, swap=False, account=seller.account, by=owner, instructions=(), sent=amount),
            lambda: (all_compute(), self._token.move(seller.account, destination, owner, amount)),
        )

    def _to_newcomer(self, giver: Holding) -> Trial:
        amount = max(1, giver.amount // PART)
        owner = giver.owner.address
        trial = Trial(AttemptKind.TRANSFER, False, giver.account, owner, (), amount, self._account)
        return _trial(
            trial, lambda: (*self._ready, self._token.move(giver.account, self._account, owner, amount))
        )

    def _newcomers(self, market: Market) -> list[Trial]:
        amount = market.reserves[0] // PART
        if not amount:
            return []

        def bought() -> tuple[Instruction, ...]:
            return (*self._ready, self._token.move(market.vault, self._account, market.vault_owner, amount))

        resold = max(1, amount // RESOLD)
        return [
            _trial(
                Trial(AttemptKind.BUY, False, market.vault, market.vault_owner, (), amount, self._account),
                bought,
            ),
            _trial(
                Trial(AttemptKind.SELL, False, self._account, self._newcomer, (), resold),
                lambda: (*bought(), self._token.move(self._account, market.vault, self._newcomer, resold)),
            ),
        ]

    def _swaps(self, market: Market, sellers: Sequence[Holding]) -> list[Trial]:
        route, (_, counter) = market.route, market.route.mints
        trials = []
        for seller in sellers[:1]:
            owner = seller.owner.address
            given = min(seller.amount, max(1, market.reserves[0] // PART))
            into = associated_account(owner, counter, route.programs[1])
            trials.append(
                Trial(
                    AttemptKind.SELL,
                    True,
                    seller.account,
                    owner,
                    (
                        all_compute(),
                        create_account(self._payer, owner, counter, route.programs[1]),
                        swap(route._replace(owner=owner, accounts=(seller.account, into)), given),
                    ),
                    given,
                )
            )
        if counter == WRAPPED_NATIVE_MINT:
            trials += self._round_trip(market)
        return trials

    def _round_trip(self, market: Market) -> list[Trial]:
        """A newcomer buys for lamports, and sells some of it again."""
        route, program = market.route, market.route.programs[1]
        paid = min(market.reserves[1] // PART, PAID_LAMPORTS)
        bought = market.reserves[0] * paid // market.reserves[1] if paid else 0
        if not bought:
            return []
        wrapped = associated_account(self._newcomer, WRAPPED_NATIVE_MINT, program)
        sale = route._replace(owner=self._newcomer, accounts=(self._account, wrapped))
        buying = (
            *self._ready,
            create_account(self._payer, self._newcomer, WRAPPED_NATIVE_MINT, program),
            *wrap(self._payer, wrapped, paid, program),
            swap(sale.reversed(), paid),
        )
        resold = max(1, bought // RESOLD)
        return [
            Trial(AttemptKind.BUY, True, market.vault, market.vault_owner, buying, paid),
            Trial(
                AttemptKind.SELL, True, self._account, self._newcomer, (*buying, swap(sale, resold)), resold
            ),
        ]


def _trial(trial: Trial, build: Callable[[], tuple[Instruction, ...]]) -> Trial:
    try:
        return replace(trial, instructions=build())
    except Unresolvable:
        return trial
