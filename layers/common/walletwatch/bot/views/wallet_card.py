"""One watched wallet: what it holds, what is written down about it, and what can be done with it."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final
from urllib.parse import urlencode

from walletwatch.bot.filter_codes import FilterCode
from walletwatch.bot.formatting import Amounts, wallet, worth
from walletwatch.bot.html_length import join_lines
from walletwatch.bot.keyboards import SEPARATOR, Action, button, switch
from walletwatch.bot.links import address_buttons
from walletwatch.bot.scope_codes import ScopeCode
from walletwatch.bot.texts import Html, Texts
from walletwatch.bot.views.pictures import PictureChoice
from walletwatch.bot.views.wallets import ago
from walletwatch.domain.chats import Subscription
from walletwatch.domain.holdings import WalletHoldings
from walletwatch.domain.money import NATIVE
from walletwatch.domain.periods import ALL_TIME
from walletwatch.domain.pictures import PictureKind
from walletwatch.domain.profile import ChainProfile
from walletwatch.domain.risk import Level
from walletwatch.domain.wallet_book import MAX_TAGS, Resumed, WalletEntry, tag_key
from walletwatch.domain.work import Button, RenderedMessage

TOKENS: Final = 5
TAG_CHOICES: Final = 24
LABEL, NOTE = "l", "n"
"""What a button clears."""
_SIGNS: Final = ("🟢", "🟡", "🟠", "🔴", "⛔")
"""Of the levels of risk, as below a scan."""
_PER_ROW: Final = 3


class WalletCardView:
    """Renders for one chain profile."""

    def __init__(self, profile: ChainProfile) -> None:
        self._profile = profile
        self._amounts = Amounts(profile)

    def card(
        self, entry: WalletEntry, holdings: WalletHoldings | None, say: Texts, now: datetime
    ) -> RenderedMessage:
        """The wallet with all that is known of it; `holdings` is None where the chain did not answer."""
        subscription = entry.subscription
        title = say("wallet.title", label=subscription.label) if subscription.label else say("wallet.unnamed")
        lines = [title, say("wallet.address", address=subscription.address), Html("")]
        lines += self._holdings(holdings, say)
        if entry.stakes:
            lines.append(say("wallet.stakes", count=entry.stakes))
        lines.append(Html(""))
        if entry.last_kind is None:
            lines.append(say("wallet.no_activity"))
        elif entry.last_time is None:
            lines.append(say("wallet.activity_undated", kind=say(f"wallet.kind.{entry.last_kind.value}")))
        else:
            kind = say(f"wallet.kind.{entry.last_kind.value}")
            lines.append(say("wallet.activity", kind=kind, ago=ago(entry.last_time, now, say)))
        lines.append(self._risk(entry, say, now))
        lines.append(self._watched(entry, say, now))
        if entry.tags:
            lines.append(say("wallet.tags", tags=tags_line(entry.tags, say)))
        if entry.note:
            lines.append(say("wallet.note", note=entry.note))
        return RenderedMessage(join_lines(lines), self.keyboard(subscription, say))

    def keyboard(self, subscription: Subscription, say: Texts) -> Sequence[Sequence[Button]]:
        """What can be done with it."""
        chart = PictureChoice(PictureKind.BALANCE, subscription_id=subscription.id)
        return (
            (
                button(say("button.balance"), Action.BALANCE, subscription.id),
                button(say("button.history"), Action.HISTORY, FilterCode(subscription.id).encode()),
                button(say("button.chart"), Action.PICTURE_BESIDE, chart.encode()),
            ),
            (
                button(say("button.tokens"), Action.TOKENS, subscription.id),
                button(say("button.nfts"), Action.NFTS, subscription.id),
                button(say("button.stakes"), Action.STAKES, subscription.id),
            ),
            (
                button(say("button.pnl"), Action.GAINS, ScopeCode(subscription.id, ALL_TIME).encode()),
                button(say("button.scan"), Action.SCAN, subscription.id),
                button(say("button.approvals"), Action.APPROVALS, subscription.id),
            ),
            (
                button(say("button.label"), Action.LABEL, subscription.id),
                button(say("button.tag"), Action.WALLET_TAGS, subscription.id),
                button(say("button.note"), Action.NOTE, subscription.id),
            ),
            (
                button(say("button.resume"), Action.RESUME, subscription.id)
                if subscription.paused
                else button(say("button.pause"), Action.PAUSE, subscription.id),
                button(say("button.share_one"), Action.SHARE_WALLET, subscription.id),
                button(say("button.unwatch"), Action.UNWATCH, subscription.id),
            ),
            *address_buttons(self._profile, subscription.address, say),
            (
                button(say("button.all_wallets"), Action.LIST, 0),
                button(say("button.refresh"), Action.CARD, subscription.id),
            ),
        )

    def label_question(self, subscription: Subscription, say: Texts) -> RenderedMessage:
        """How it shall be called."""
        name = wallet(subscription.address, subscription.label, say)
        return RenderedMessage(
            say("ask.label", wallet=name),
            self._clear(subscription, LABEL, say, shown=bool(subscription.label)),
        )

    def note_question(self, entry: WalletEntry, say: Texts, *, asked: bool) -> RenderedMessage:
        """What there is to remember about it; `asked` where the next text is the answer."""
        subscription = entry.subscription
        lines = [say("note.title", wallet=wallet(subscription.address, subscription.label, say))]
        if entry.note:
            lines += [say("note.text", note=entry.note), Html("")]
        lines.append(say("ask.note" if asked else "error.note_usage"))
        return RenderedMessage(
            join_lines(lines), self._clear(subscription, NOTE, say, shown=bool(entry.note))
        )

    def tag_editor(
        self, entry: WalletEntry, others: Collection[str], say: Texts, *, asked: bool
    ) -> RenderedMessage:
        """Its tags, and the chat's other ones: a tap adds or takes away.

        Args:
            entry: Of the wallet.
            others: The chat's tags, the most frequent first.
            say: Of the reader.
            asked: Whether the next text is taken for tags.
        """
        subscription = entry.subscription
        lines = [say("tag.title", wallet=wallet(subscription.address, subscription.label, say))]
        lines.append(tags_line(entry.tags, say) if entry.tags else say("tag.none"))
        lines += [Html(""), say("ask.tag" if asked else "tag.usage", limit=MAX_TAGS)]
        choices = [*entry.tags, *(tag for tag in others if tag not in entry.tags)][:TAG_CHOICES]
        buttons = [
            button(
                f"✅ {tag}" if tag in entry.tags else f"#{tag}",
                Action.TAG_TOGGLE,
                f"{subscription.id}{SEPARATOR}{tag_key(tag)}{SEPARATOR}{switch(tag in entry.tags)}",
            )
            for tag in choices
        ]
        rows = [tuple(buttons[start : start + _PER_ROW]) for start in range(0, len(buttons), _PER_ROW)]
        return RenderedMessage(join_lines(lines), (*rows, (self._back(subscription, say),)))

    def shared(self, subscription: Subscription, link: str, say: Texts) -> RenderedMessage:
        """A link to one wallet, which says nothing of who shares it."""
        return RenderedMessage(
            say("share.wallet", wallet=wallet(subscription.address, None, say), link=link),
            (*link_buttons(link, say), (self._back(subscription, say),)),
        )

    def paused(self, subscriptions: Sequence[Subscription], say: Texts) -> RenderedMessage:
        """That nothing is told of them any more."""
        if len(subscriptions) == 1:
            (one,) = subscriptions
            return RenderedMessage(
                say("pause.done", wallet=wallet(one.address, one.label, say)),
                (
                    (
                        button(say("button.resume"), Action.RESUME, one.id),
                        button(say("button.open"), Action.CARD, one.id),
                    ),
                ),
            )
        return RenderedMessage(
            say("pause.done_all", count=len(subscriptions)),
            ((button(say("button.resume_all"), Action.RESUME_ALL), self._list(say)),),
        )

    def pause_question(self, count: int, say: Texts) -> RenderedMessage:
        """Whether all are meant."""
        return RenderedMessage(
            say("pause.confirm", count=count),
            (
                (
                    button(say("button.confirm_pause"), Action.PAUSE_ALL_CONFIRMED),
                    button(say("button.cancel_pause"), Action.LIST, 0),
                ),
            ),
        )

    def resumed(self, resumed: Sequence[Resumed], say: Texts, *, history: bool) -> RenderedMessage:
        """That they are told of again, and how much was not; `history` where a command shows what it was."""
        missed = sum(each.missed for each in resumed)
        if len(resumed) == 1:
            one = resumed[0].subscription
            lines = [say("resume.done", wallet=wallet(one.address, one.label, say))]
            buttons = (button(say("button.open"), Action.CARD, one.id),)
        else:
            lines = [say("resume.done_all", count=len(resumed))]
            lines += [
                say(
                    "resume.line",
                    wallet=wallet(each.subscription.address, each.subscription.label, say),
                    count=each.missed,
                )
                for each in resumed
                if each.missed
            ][:TAG_CHOICES]
            buttons = (self._list(say),)
        lines.append(say("resume.missed", count=missed) if missed else say("resume.nothing_missed"))
        if missed and history:
            lines.append(say("resume.history"))
        return RenderedMessage(join_lines(lines), (buttons,))

    def _holdings(self, holdings: WalletHoldings | None, say: Texts) -> Sequence[Html]:
        if holdings is None:
            return [say("wallet.no_chain")]
        notes, total = holdings.notes, holdings.total
        native = self._amounts.asset(NATIVE, holdings.lamports, None, say, notes)
        lines = [say("wallet.native", amount=native)]
        for each in holdings.tokens[:TOKENS]:
            amount = self._amounts.asset(each.mint, each.amount, each.decimals, say, notes)
            if each.identity is not None and each.identity.impostor_of is not None:
                real = self._amounts.symbol(each.identity.impostor_of, say)
                amount = say("balance.impostor", amount=amount, name=real)
            lines.append(say("wallet.frozen" if each.frozen else "wallet.token", amount=amount))
        if len(holdings.tokens) > TOKENS:
            lines.append(say("wallet.more_tokens", count=len(holdings.tokens) - TOKENS))
        if total.usd is not None and holdings.tokens:
            value = worth(total.usd, say, notes[NATIVE].usd)
            if value is not None:
                key = "wallet.worth_known" if total.unpriced else "wallet.worth"
                lines.append(say(key, value=value))
        return lines

    def _risk(self, entry: WalletEntry, say: Texts, now: datetime) -> Html:
        if entry.risk is None:
            return say("wallet.no_risk")
        level = Level(entry.risk.level)
        return say(
            "wallet.risk",
            sign=_SIGNS[level],
            level=say(f"risk.level.{level.name.lower()}"),
            score=entry.risk.score,
            ago=ago(entry.risk.at, now, say),
        )

    def _watched(self, entry: WalletEntry, say: Texts, now: datetime) -> Html:
        if entry.paused_at is not None:
            since = ago(entry.paused_at, now, say)
            if not entry.missed:
                return say("wallet.paused_quietly", ago=since)
            return say("wallet.paused", ago=since, count=entry.missed)
        if entry.checked_at is None:
            return say("wallet.unchecked")
        return say("wallet.checked", ago=ago(entry.checked_at, now, say))

    def _clear(
        self, subscription: Subscription, what: str, say: Texts, *, shown: bool
    ) -> Sequence[Sequence[Button]]:
        clear = button(say("button.clear"), Action.CLEAR, f"{what}{SEPARATOR}{subscription.id}")
        return ((clear, self._back(subscription, say)) if shown else (self._back(subscription, say),),)

    def _back(self, subscription: Subscription, say: Texts) -> Button:
        return button(say("button.back"), Action.CARD, subscription.id)

    def _list(self, say: Texts) -> Button:
        return button(say("button.all_wallets"), Action.LIST, 0)


def tags_line(tags: Collection[str], say: Texts) -> Html:
    """Tags beside each other."""
    return Html(" ".join(say("list.tag", tag=tag) for tag in tags))


def link_buttons(link: str, say: Texts) -> Sequence[Sequence[Button]]:
    """To pass a link on, and to copy it."""
    forward = f"https://t.me/share/url?{urlencode({'url': link})}"
    return ((Button(say("button.send_link"), url=forward), Button(say("button.copy_link"), copy_text=link)),)
