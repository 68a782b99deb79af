"""An explained transaction as a message."""

from collections.abc import Sequence
from typing import Final

from walletwatch.bot.formatting import Amounts, series, short, when, whole
from walletwatch.bot.html_length import join_lines
from walletwatch.bot.keyboards import Action, button
from walletwatch.bot.texts import Html, Texts, escape
from walletwatch.bot.views.activity import MAX_DETAIL, ActivityView
from walletwatch.bot.views.parties import Parties
from walletwatch.domain.explanations import Explanation
from walletwatch.domain.profile import ChainProfile
from walletwatch.domain.work import Button, RenderedMessage

MAX_PROGRAMS: Final = 5


class ExplainingView:
    """Renders for one chain profile."""

    def __init__(self, profile: ChainProfile) -> None:
        self._profile = profile
        self._activities = ActivityView(profile)
        self._amounts = Amounts(profile)

    def explained(self, explanation: Explanation, zone: str, say: Texts) -> RenderedMessage:
        """What happened to each, who paid, when, and how certain that is."""
        outline = explanation.outline
        parties = Parties(self._profile, explanation.wallets)
        names = {wallet.address: wallet.label for wallet in explanation.wallets}
        lines = [say("tx.title", signature=short(outline.signature)), *self._outcome(explanation, say)]
        if not explanation.concerns_chat and explanation.wallets:
            lines.append(say("tx.not_yours"))
        # The reason is told above, once for all.
        told = say("activity.line.error", reason=(outline.error or "")[:MAX_DETAIL])
        for activity in explanation.activities:
            story = self._activities.story(activity, names, say)
            lines += [
                Html(""),
                parties.linked(activity.wallet, say),
                *(line for line in story if line != told),
            ]
        fee = self._amounts.native(outline.fee, say)
        programs = series(
            (
                escape(name) if name else parties.name(program, say)
                for program, name in outline.programs[:MAX_PROGRAMS]
            ),
            say,
        )
        lines += [
            Html(""),
            say("tx.fee", amount=fee, payer=parties.name(outline.payer, say)),
            say("tx.programs", programs=programs),
            say("tx.time", time=when(outline.block_time, say, zone), slot=whole(outline.slot, say)),
        ]
        return RenderedMessage(join_lines(lines), self._keyboard(explanation, say))

    def _outcome(self, explanation: Explanation, say: Texts) -> Sequence[Html]:
        error = explanation.outline.error
        lines = [say("tx.done") if error is None else say("tx.failed", reason=error[:MAX_DETAIL])]
        newest = explanation.newest_slot
        if newest is None:
            lines.append(say("tx.confirmed"))
        elif explanation.is_final:
            lines.append(say("tx.final"))
        else:
            lines.append(say("tx.blocks_ago", count=max(0, newest - explanation.outline.slot)))
        return lines

    def _keyboard(self, explanation: Explanation, say: Texts) -> Sequence[Sequence[Button]]:
        signature = explanation.outline.signature
        row = []
        url = self._profile.transaction_url(signature)
        if url:
            row.append(Button(say("button.explorer"), url=url))
        row.append(Button(say("button.copy_signature"), copy_text=signature))
        own = {wallet.address for wallet in explanation.wallets}
        strangers = [each.wallet for each in explanation.activities if each.wallet not in own][:2]
        watch = [
            (button(say("tx.watch", address=short(address)), Action.WATCH_ADDRESS, address),)
            for address in strangers
        ]
        return (tuple(row), *watch)
