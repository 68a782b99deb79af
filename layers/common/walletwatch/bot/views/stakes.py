"""What a wallet has staked."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from walletwatch.bot.formatting import Amounts, Names, day, whole
from walletwatch.bot.html_length import join_lines
from walletwatch.bot.keyboards import Action, button
from walletwatch.bot.texts import Html, Texts
from walletwatch.bot.views.money import Holder, balance_button, card_button
from walletwatch.bot.views.paging import age, behind, page_of, turns
from walletwatch.domain.holdings import native_note
from walletwatch.domain.money import NATIVE, NATIVE_DECIMALS
from walletwatch.domain.prices import Price
from walletwatch.domain.profile import ChainProfile
from walletwatch.domain.staking import StakePosition, StakeState, WalletStakes
from walletwatch.domain.work import RenderedMessage

PAGE_SIZE: Final = 4


class StakesView:
    """Renders for one chain profile."""

    def __init__(self, profile: ChainProfile) -> None:
        self._amounts = Amounts(profile)
        self._names = Names(profile)

    def stakes(
        self,
        holder: Holder,
        stakes: WalletStakes,
        native: Price | None,
        page: int,
        say: Texts,
        now: datetime,
        zone: str,
    ) -> RenderedMessage:
        """A page of a wallet's stake accounts.

        Args:
            holder: The wallet.
            stakes: What it has staked.
            native: The price of the chain's own token, where it is known.
            page: Counted from zero.
            say: Of the reader.
            now: For what is locked, and how long ago this was read.
            zone: Of the reader.
        """
        buttons = (button(say("button.refresh"), Action.STAKES, holder.ref), balance_button(holder, say))
        keyboard = ((*buttons, *card_button(holder, say)),)
        if not stakes.positions:
            return RenderedMessage(say("stakes.none", wallet=holder.title(say)), keyboard)
        page, last = page_of(page, len(stakes.positions), PAGE_SIZE)
        total = self._amounts.asset(
            NATIVE, stakes.lamports, NATIVE_DECIMALS, say, {NATIVE: native_note(native)}
        )
        lines = [
            say("stakes.title", wallet=holder.title(say), count=len(stakes.positions)),
            say("stakes.total", amount=total),
            *self._summary(stakes, say, now),
        ]
        shown = stakes.positions[page * PAGE_SIZE : (page + 1) * PAGE_SIZE]
        for number, position in enumerate(shown, page * PAGE_SIZE + 1):
            lines += [Html(""), *self._position(number, position, stakes, say, now, zone)]
        if stakes.left_out:
            lines += [Html(""), say("stakes.left_out", count=stakes.left_out)]
        lines += [
            Html(""),
            say("stakes.read", epoch=whole(stakes.epoch, say), age=age(stakes.at, now, say)),
        ]
        return RenderedMessage(
            join_lines(lines), (*turns(Action.STAKES, behind(holder.ref), page, last, say), *keyboard)
        )

    def _summary(self, stakes: WalletStakes, say: Texts, now: datetime) -> Sequence[Html]:
        lines = []
        if stakes.rewards_known:
            rewards = sum(each.reward or 0 for each in stakes.positions)
            lines.append(say("stakes.rewards", amount=self._amounts.native(rewards, say)))
        else:
            lines.append(say("stakes.rewards_unknown"))
        free = sum(
            each.withdrawable(now, stakes.epoch)
            for each in stakes.positions
            if each.withdrawer == stakes.wallet
        )
        lines.append(say("stakes.withdrawable", amount=self._amounts.native(free, say)))
        return lines

    def _position(
        self, number: int, stake: StakePosition, stakes: WalletStakes, say: Texts, now: datetime, zone: str
    ) -> Sequence[Html]:
        native = self._amounts.native
        lines = [
            say(
                "stakes.line",
                number=number,
                amount=native(stake.lamports, say),
                state=self._state(stake, say),
            )
        ]
        if stake.delegation is not None:
            lines.append(say("stakes.validator", validator=self._names.who(stake.delegation.voter, say)))
        if stake.reward:
            lines.append(say("stakes.reward", amount=native(stake.reward, say)))
        free = stake.withdrawable(now, stakes.epoch)
        if free:
            lines.append(say("stakes.free", amount=native(free, say)))
        if stake.withdrawer != stakes.wallet:
            lines.append(say("stakes.not_yours", who=self._names.who(stake.withdrawer, say)))
        elif stake.staker != stakes.wallet:
            lines.append(say("stakes.staker", who=self._names.who(stake.staker, say)))
        if stake.is_locked(now, stakes.epoch):
            if stake.locked_until > now.timestamp():
                lines.append(say("stakes.locked_until", day=day(stake.locked_until, say, zone)))
            else:
                lines.append(say("stakes.locked_epoch", epoch=whole(stake.locked_until_epoch, say)))
        return lines

    def _state(self, stake: StakePosition, say: Texts) -> Html:
        delegation, state = stake.delegation, stake.state
        if delegation is None or state in {StakeState.UNDELEGATED, StakeState.INACTIVE}:
            return say(f"stakes.state.{state.value}")
        values = {
            "epoch": whole(
                delegation.deactivation_epoch
                if state is StakeState.DEACTIVATING
                else delegation.activation_epoch,
                say,
            ),
            "effective": self._amounts.native(stake.effect.effective, say),
        }
        if state is StakeState.ACTIVATING and stake.effect.effective:
            return say("stakes.state.partly", **values)
        return say(f"stakes.state.{state.value}", **values)
