"""What a chat's wallets did, page by page, and the buttons that filter it."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import batched
from typing import Final

from walletwatch.bot.filter_codes import FilterCode
from walletwatch.bot.formatting import clock, day, short, wallet
from walletwatch.bot.html_length import join_lines
from walletwatch.bot.keyboards import Action, button
from walletwatch.bot.texts import Html, Texts, escape
from walletwatch.bot.views.activity import ActivityView
from walletwatch.bot.views.parties import Parties, transaction_link
from walletwatch.bot.views.periods import period_text
from walletwatch.bot.views.ways import nothing_watched
from walletwatch.domain.browsing import (
    REFERENCE_LENGTH,
    HistoryFilter,
    KindGroup,
    OwnWallet,
    Recorded,
    SeenAsset,
)
from walletwatch.domain.chats import Chat, Subscription
from walletwatch.domain.currencies import Rates
from walletwatch.domain.money import NATIVE
from walletwatch.domain.periods import ALL_TIME, Period
from walletwatch.domain.profile import ChainProfile
from walletwatch.domain.work import Button, RenderedMessage
from walletwatch.services.browsing import HistoryPage

PERIODS: Final = (
    Period(days=1),
    Period(days=7),
    Period(days=30),
    Period(days=91),
    Period(days=365),
    ALL_TIME,
)
WALLETS_SHOWN: Final = 40
_ACROSS: Final = 3


class HistoryView:
    """Renders for one chain profile, with the rates that are known."""

    def __init__(self, profile: ChainProfile, rates: Rates) -> None:
        self._profile = profile
        self._activities = ActivityView(profile, rates)

    def page(self, page: HistoryPage, chat: Chat, say: Texts) -> RenderedMessage:
        """A page: each activity in a line, with a number whose button opens it."""
        if not page.found.wallets:
            return nothing_watched(say)
        zone = chat.settings.timezone
        code = FilterCode(page.choice.subscription_id, page.wanted)
        lines = [*self._head(page, zone, say), *self._rows(page, zone, say)]
        if not page.found.records:
            lines.append(self._nothing(page, say))
        here = replace(code, place=page.here)
        details = [
            button(str(number), Action.HISTORY_DETAILS, replace(here, activity_id=record.id).encode())
            for number, record in enumerate(page.found.records, 1)
        ]
        turns = []
        if page.newer is not None:
            turns.append(
                button(say("history.newer"), Action.HISTORY, replace(code, place=page.newer).encode())
            )
        if page.older is not None:
            turns.append(
                button(say("history.older"), Action.HISTORY, replace(code, place=page.older).encode())
            )
        rows = [*batched(details, 4, strict=False), turns, *self._filters(page, code, say)]
        return RenderedMessage(join_lines(lines), tuple(tuple(row) for row in rows if row))

    def details(
        self, owner: OwnWallet, record: Recorded, code: FilterCode, chat: Chat, say: Texts
    ) -> RenderedMessage:
        """One activity, with the way back to its page."""
        subscription = Subscription(
            owner.subscription_id, chat, owner.wallet_id, owner.address, owner.label, from_slot=None
        )
        names = {owner.address: owner.label}
        message = self._activities.details(record.activity, subscription, names, key="")
        back = replace(code, activity_id=None)
        parties = dict.fromkeys(
            leg.counterparty for leg in record.activity.legs if leg.counterparty is not None
        )
        only = [
            button(
                say("history.only_with", address=short(address)),
                Action.HISTORY,
                FilterCode(owner.subscription_id, HistoryFilter(counterparty=address)).encode(),
            )
            for address in list(parties)[:2]
        ]
        return RenderedMessage(
            message.html,
            (
                *message.keyboard,
                *((choice,) for choice in only),
                (button(say("button.back"), Action.HISTORY, back.encode()),),
            ),
        )

    def kinds(self, code: FilterCode, say: Texts) -> RenderedMessage:
        """Which kind is wanted."""
        options = [
            self._option(say(f"kinds.{kind.name.lower()}"), replace(code.wanted, kinds=kind), code)
            for kind in KindGroup
        ]
        every = self._option(say("history.all_kinds"), replace(code.wanted, kinds=None), code)
        return self._chooser(say("history.which_kind"), options, every, code, say)

    def periods(self, code: FilterCode, zone: str, say: Texts) -> RenderedMessage:
        """Which time is wanted."""
        options = [
            self._option(period_text(period, zone, say), replace(code.wanted, period=period), code)
            for period in PERIODS[:-1]
        ]
        every = self._option(say("period.all"), replace(code.wanted, period=ALL_TIME), code)
        return self._chooser(say("history.which_period"), options, every, code, say)

    def tokens(self, seen: Sequence[SeenAsset], code: FilterCode, say: Texts) -> RenderedMessage:
        """Which token is wanted, of those that were seen."""
        options = [
            self._option(self.symbol(each.asset, seen), replace(code.wanted, asset=each.asset), code)
            for each in seen
        ]
        every = self._option(say("history.all_tokens"), replace(code.wanted, asset=None), code)
        return self._chooser(say("history.which_token"), options, every, code, say)

    def wallets(self, wallets: Sequence[OwnWallet], code: FilterCode, say: Texts) -> RenderedMessage:
        """Which wallet is wanted."""
        options = [
            button(
                own.label or short(own.address),
                Action.HISTORY,
                replace(code, subscription_id=own.subscription_id, place=None).encode(),
            )
            for own in wallets[:WALLETS_SHOWN]
        ]
        every = button(
            say("history.all_wallets"),
            Action.HISTORY,
            replace(code, subscription_id=None, place=None).encode(),
        )
        return self._chooser(say("history.which_wallet"), options, every, code, say)

    def symbol(self, asset: str, seen: Sequence[SeenAsset] = ()) -> str:
        """What an asset, or one whose mint begins like this, is called; plain text."""
        if asset == NATIVE:
            return self._profile.native_symbol
        listed = next((token for mint, token in self._profile.tokens.items() if mint.startswith(asset)), None)
        if listed is not None:
            return listed.symbol
        note = next((each.note for each in seen if each.asset.startswith(asset) and each.note), None)
        if note and note.symbol:
            return f"{note.symbol} ({asset[:4]}…)"
        return f"{asset if len(asset) <= REFERENCE_LENGTH else asset[:4]}…"

    def _head(self, page: HistoryPage, zone: str, say: Texts) -> list[Html]:
        wanted = page.wanted
        chosen = page.found.chosen
        one = chosen[0] if len(chosen) == 1 else None
        lines = [
            say("history.title", wallet=wallet(one.address, one.label, say))
            if one
            else say("history.title_all", count=len(chosen))
        ]
        told = [
            say(f"kinds.{wanted.kinds.name.lower()}") if wanted.kinds else "",
            say(f"direction.{wanted.direction.name.lower()}") if wanted.direction else "",
            escape(self.symbol(wanted.asset, _assets_of(page))) if wanted.asset else "",
            self._with_whom(wanted.counterparty, page, say) if wanted.counterparty else "",
            "" if wanted.period.is_all else period_text(wanted.period, zone, say),
        ]
        if any(told):
            lines.append(say("history.filtered", filter=Html(" · ".join(text for text in told if text))))
        return lines

    def _with_whom(self, beginning: str, page: HistoryPage, say: Texts) -> Html:
        """Whose address begins like this, as far as the page, the wallets or the chain's labels tell."""
        legs = (leg for record in page.found.records for leg in record.activity.legs)
        known = (
            *(leg.counterparty for leg in legs if leg.counterparty is not None),
            *(own.address for own in page.found.wallets),
            *self._profile.labels,
        )
        address = next((each for each in known if each.startswith(beginning)), None)
        if address is None:
            return say("history.with", address=f"{beginning[:REFERENCE_LENGTH]}…")
        return say("history.with", address=Parties(self._profile, page.found.wallets).name(address, say))

    def _rows(self, page: HistoryPage, zone: str, say: Texts) -> list[Html]:
        lines: list[Html] = []
        today = None
        parties = Parties(self._profile, page.found.wallets)
        several = len(page.found.chosen) > 1
        for number, record in enumerate(page.found.records, 1):
            activity = record.activity
            at = activity.block_time
            on = say("common.unknown") if at is None else day(at, say, zone)
            if on != today:
                today = on
                lines += [Html(""), say("history.day", day=on)]
            line = say(
                "history.item",
                number=number,
                clock="" if at is None else clock(at, zone),
                title=self._activities.headline(activity, say),
            )
            line = Html(f"{line}{self._with(record, parties, say)}")
            if several:
                line = Html(f"{line} · {parties.name(activity.wallet, say)}")
            lines.append(Html(f"{line}{transaction_link(self._profile, activity.signature)}"))
        return lines

    def _nothing(self, page: HistoryPage, say: Texts) -> Html:
        if page.found.end:
            return say("history.none_there")
        return say("history.nothing" if page.wanted.is_empty else "history.nothing_fits")

    def _with(self, record: Recorded, parties: Parties, say: Texts) -> Html:
        legs = record.activity.legs
        leg = next((leg for leg in legs if leg.counterparty is not None), None)
        if leg is None or leg.counterparty is None:
            return Html("")
        arrow = "←" if leg.amount > 0 else "→"
        return Html(f" {arrow} {parties.name(leg.counterparty, say)}")

    def _filters(self, page: HistoryPage, code: FilterCode, say: Texts) -> Sequence[Sequence[Button]]:
        argument = code.encode()
        choices = [
            button(say("history.kind"), Action.HISTORY_KINDS, argument),
            button(say("history.token"), Action.HISTORY_TOKENS, argument),
            button(say("history.period"), Action.HISTORY_PERIODS, argument),
        ]
        last = []
        if len(page.found.wallets) > 1:
            last.append(button(say("history.wallet"), Action.HISTORY_WALLETS, argument))
        if not page.wanted.is_empty:
            last.append(
                button(say("history.clear"), Action.HISTORY, FilterCode(code.subscription_id).encode())
            )
        return choices, last

    def _option(self, text: str, wanted: HistoryFilter, code: FilterCode) -> Button:
        return button(text, Action.HISTORY, FilterCode(code.subscription_id, wanted).encode())

    def _chooser(
        self, question: Html, options: Sequence[Button], every: Button, code: FilterCode, say: Texts
    ) -> RenderedMessage:
        back = button(say("button.back"), Action.HISTORY, replace(code, place=None).encode())
        return RenderedMessage(question, (*batched(options, _ACROSS, strict=False), (every,), (back,)))


def _assets_of(page: HistoryPage) -> Sequence[SeenAsset]:
    """What is known of the assets on a page."""
    return [
        SeenAsset(asset, note, 1)
        for record in page.found.records
        if record.activity.annotation is not None
        for asset, note in record.activity.annotation.assets.items()
    ]
