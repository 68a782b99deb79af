"""Which wallet figures are wanted of."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import batched
from typing import Final

from walletwatch.bot.keyboards import Action, button
from walletwatch.bot.scope_codes import ScopeCode
from walletwatch.bot.texts import Texts
from walletwatch.bot.views.figures import plain_wallet
from walletwatch.domain.chats import Subscription
from walletwatch.domain.work import RenderedMessage

WALLETS_SHOWN: Final = 40


class ChoosingView:
    """Asks with a button for each wallet."""

    def wallets(
        self, watched: Sequence[Subscription], action: Action, code: ScopeCode, say: Texts
    ) -> RenderedMessage:
        """One, or all of them."""
        options = [
            button(
                plain_wallet(each.label, each.address),
                action,
                replace(code, subscription_id=each.id, page=0).encode(),
            )
            for each in watched[:WALLETS_SHOWN]
        ]
        every = button(
            say("history.all_wallets"), action, replace(code, subscription_id=None, page=0).encode()
        )
        back = button(say("button.back"), action, code.encode())
        return RenderedMessage(
            say("history.which_wallet"), (*batched(options, 2, strict=False), (every,), (back,))
        )
