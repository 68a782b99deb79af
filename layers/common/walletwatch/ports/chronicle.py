"""What is stored of the wallets that a chat watches, read for people."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from walletwatch.domain.activities import Activity
from walletwatch.domain.browsing import (
    Found,
    HistoryFilter,
    OwnWallet,
    Place,
    Recorded,
    SeenAsset,
    WalletChoice,
)
from walletwatch.domain.carrying import CarriedFlow
from walletwatch.domain.periods import Span
from walletwatch.domain.reports import Schedule
from walletwatch.domain.usage import Told, Usage


class Chronicle(Protocol):
    """The stored activities of a chat's wallets. Every operation is one round trip.

    A chat sees all that is stored of a wallet it watches, from before it began to watch too: it is public.
    Nothing of any other wallet is ever read.
    """

    async def page(
        self,
        chat_id: int,
        choice: WalletChoice,
        wanted: HistoryFilter,
        span: Span,
        *,
        place: Place | None,
        limit: int,
    ) -> Found:
        """The next activities from a place on, or the newest.

        Where the filter is rare, a look ends after some thousand activities of a wallet (`Found.end`).

        Args:
            chat_id: Whose wallets.
            choice: Which of them. A name that no wallet has is taken for the
                symbol of a token, its mint, or another wallet's address.
            wanted: Its period is `span`.
            span: In Unix seconds; activities of an unknown time are in none but the open one.
            place: Where the page before ended.
            limit: How many at most.
        """

    async def gather(self, chat_id: int, choice: WalletChoice, span: Span, *, limit: int) -> Found:
        """The newest activities in a span of time, oldest first; `more` where some are missing.

        Args:
            chat_id: Whose wallets.
            choice: Which of them; all, where no wallet has the name.
            span: In Unix seconds.
            limit: How many at most.
        """

    async def gather_with_warnings(
        self, chat_id: int, choice: WalletChoice, span: Span, *, limit: int
    ) -> tuple[Found, Mapping[str, str]]:
        """The same, and by address which of the counterparties people are warned of, and by whom."""

    async def gather_with_carried(self, chat_id: int, *, limit: int) -> tuple[Found, Sequence[CarriedFlow]]:
        """The newest activities of all the chat's wallets, oldest first, and what is left of deleted ones."""

    async def gather_for_report(
        self, chat_id: int, span: Span, *, limit: int
    ) -> tuple[Found, Sequence[CarriedFlow], Told, Sequence[Schedule]]:
        """As `gather_with_carried`; what became of the chat's messages in a span of time; its schedules."""

    async def usage(self, chat_id: int, choice: WalletChoice, span: Span) -> Usage:
        """What a known chat's wallets did, and what it was told, in a span of time.

        Activities of an unknown time are counted in the open span only.
        """

    async def record(self, chat_id: int, activity_id: int) -> tuple[OwnWallet, Recorded] | None:
        """One activity of a wallet that the chat watches; None where there is none."""

    async def of_transaction(
        self, chat_id: int, signature: str
    ) -> Sequence[tuple[OwnWallet, Activity | None]]:
        """All wallets of the chat, each with what is stored of a transaction for it."""

    async def assets(self, chat_id: int, choice: WalletChoice, *, limit: int) -> Sequence[SeenAsset]:
        """What moved lately, the most frequent first."""
