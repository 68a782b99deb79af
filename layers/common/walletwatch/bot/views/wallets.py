"""Watched wallets: their list, choosing among them, and what can be done with an address."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Final

from walletwatch.bot.formatting import Amounts, short, wallet
from walletwatch.bot.html_length import join_lines
from walletwatch.bot.keyboards import SEPARATOR, Action, button
from walletwatch.bot.links import address_buttons
from walletwatch.bot.texts import Html, Texts
from walletwatch.bot.views.paging import age, behind, in_rows, numbered, page_of, turns
from walletwatch.bot.views.ways import menu, nothing_watched
from walletwatch.domain.annotations import AssetNote
from walletwatch.domain.chats import Subscription
from walletwatch.domain.money import NATIVE, NATIVE_DECIMALS
from walletwatch.domain.profile import ChainProfile
from walletwatch.domain.wallet_book import ListOrder, WalletEntry, ordered, tag_counts, tag_key
from walletwatch.domain.work import Button, RenderedMessage
from walletwatch.services.native_balances import NativeBalances

PAGE_SIZE: Final = 8
CHOICES: Final = 40
"""Buttons for wallets of one name."""
MAX_BUTTON: Final = 30
"""Characters of a button that a phone shows in half of a row, or a little more."""
TAGS_SHOWN: Final = 40
_IN_A_ROW: Final = 2


class WalletsView:
    """Renders for one chain profile."""

    def __init__(self, profile: ChainProfile) -> None:
        self._profile = profile
        self._amounts = Amounts(profile)

    def native(self, lamports: int, say: Texts) -> Html:
        """Lamports with the chain's symbol."""
        return self._amounts.native(lamports, say)

    def list(
        self,
        entries: Sequence[WalletEntry],
        page: int,
        say: Texts,
        now: datetime,
        *,
        order: ListOrder = ListOrder.ADDED,
        tag: str | None = None,
        held: NativeBalances | None = None,
    ) -> RenderedMessage:
        """A page of what the chat watches, with a button for each wallet.

        Args:
            entries: All of the chat, in the order they were added.
            page: Counted from zero; behind the last one is the last.
            say: Of the reader.
            now: For how long ago something was.
            order: By what it is sorted.
            tag: Only the wallets that have it.
            held: What they hold, where it goes by that; None where nobody could be asked.
        """
        if not entries:
            return nothing_watched(say)
        wanted = [entry for entry in entries if tag is None or tag in entry.tags]
        found = ordered(wanted, order, held.lamports if held else None)
        page, last = page_of(page, len(found), PAGE_SIZE)
        shown = found[page * PAGE_SIZE : (page + 1) * PAGE_SIZE]
        if tag is None:
            title = say("list.title", count=len(found))
        else:
            title = say("list.tagged", count=len(found), tag=tag)
        lines = [numbered(title, page, last)]
        if order is ListOrder.BALANCE and held is None:
            lines.append(say("list.no_balances"))
        lines.append(Html(""))
        lines += [self._line(entry, say, now, held) for entry in shown]
        rows = [*in_rows(_card_buttons(shown), _IN_A_ROW)]
        rows += turns(Action.LIST, lambda number: list_place(number, order, tag), page, last, say)
        if len(wanted) > 1:
            rows.append(
                tuple(
                    button(
                        say(
                            "list.sorted" if each is order else "list.sort",
                            by=say(f"list.by.{each.name.lower()}"),
                        ),
                        Action.LIST,
                        list_place(0, each, tag),
                    )
                    for each in ListOrder
                )
            )
        rows += self._below(entries, tag, say)
        return RenderedMessage(join_lines(lines), tuple(rows))

    def tags(self, entries: Sequence[WalletEntry], say: Texts) -> RenderedMessage:
        """All tags of a chat, each a button to its wallets."""
        counts = tag_counts(entries)
        back = (button(say("button.all_wallets"), Action.LIST, 0),)
        if not counts:
            return RenderedMessage(say("tags.none"), (back,))
        lines = [say("tags.title", count=len(counts)), Html("")]
        lines += [say("tags.line", tag=tag, count=count) for tag, count in [*counts.items()][:TAGS_SHOWN]]
        if len(counts) > TAGS_SHOWN:
            lines.append(say("tags.more", count=len(counts) - TAGS_SHOWN))
        buttons = [
            button(f"#{tag} · {count}", Action.LIST, list_place(0, ListOrder.ADDED, tag))
            for tag, count in [*counts.items()][:TAGS_SHOWN]
        ]
        return RenderedMessage(join_lines(lines), (*in_rows(buttons, _IN_A_ROW), back))

    def choices(
        self, subscriptions: Sequence[Subscription], page: int, action: Action, say: Texts
    ) -> tuple[tuple[Button, ...], ...]:
        """A button for each wallet of a page, and those that turn it."""
        page, last = page_of(page, len(subscriptions), PAGE_SIZE)
        shown = subscriptions[page * PAGE_SIZE : (page + 1) * PAGE_SIZE]
        rows = [
            (button(name, action, item.id),)
            for name, item in zip(button_names(shown, subscriptions), shown, strict=True)
        ]
        return (*rows, *turns(Action.CHOOSE, behind(action.value), page, last, say))

    def namesakes(
        self, subscriptions: Sequence[Subscription], action: Action
    ) -> tuple[tuple[Button, ...], ...]:
        """A button for each wallet of one name."""
        shown = subscriptions[:CHOICES]
        return tuple(
            (button(name, action, item.id),)
            for name, item in zip(button_names(shown, subscriptions), shown, strict=True)
        )

    def bare_address(self, address: str, say: Texts, *, known: Sequence[Subscription]) -> RenderedMessage:
        """What can be done with an address somebody sent; `known` has it where the chat watches it."""
        text = say("watch.bare", address=address)
        first = button(say("button.watch"), Action.WATCH_ADDRESS, address)
        if known:
            text = say("watch.bare_known", wallet=wallet(address, known[0].label, say))
            first = button(say("button.open"), Action.CARD, known[0].id)
        return RenderedMessage(
            text,
            (
                (
                    first,
                    button(say("button.balance"), Action.BALANCE_ADDRESS, address),
                    button(say("button.scan"), Action.SCAN_ADDRESS, address),
                ),
                (
                    button(say("button.token"), Action.MINT, address),
                    button(say("button.stakes"), Action.STAKES, address),
                ),
                *address_buttons(self._profile, address, say),
            ),
        )

    def unwatch_question(self, subscription: Subscription, say: Texts) -> RenderedMessage:
        """Whether it is meant."""
        name = wallet(subscription.address, subscription.label, say)
        return RenderedMessage(
            say("unwatch.confirm", wallet=name),
            (
                (
                    button(say("button.confirm_unwatch"), Action.UNWATCH_CONFIRMED, subscription.id),
                    button(say("button.keep"), Action.CARD, subscription.id),
                ),
            ),
        )

    def unwatched(self, subscription: Subscription, say: Texts) -> RenderedMessage:
        """That it is not watched any more, and how to take that back."""
        name = wallet(subscription.address, subscription.label, say)
        return RenderedMessage(
            say("unwatch.done", wallet=name),
            (
                (
                    button(say("button.watch_again"), Action.WATCH_ADDRESS, subscription.address),
                    button(say("button.all_wallets"), Action.LIST, 0),
                ),
            ),
        )

    def _line(self, entry: WalletEntry, say: Texts, now: datetime, held: NativeBalances | None) -> Html:
        subscription = entry.subscription
        name = wallet(subscription.address, subscription.label, say)
        facts: list[Html] = []
        if held is not None:
            lamports = held.lamports[subscription.address]
            note = AssetNote(None, None, NATIVE_DECIMALS, listed=True, usd=held.usd)
            facts.append(self._amounts.asset(NATIVE, lamports, NATIVE_DECIMALS, say, {NATIVE: note}))
        elif entry.last_time is not None:
            facts.append(ago(entry.last_time, now, say))
        facts += [say("list.tag", tag=tag) for tag in entry.tags]
        line = say("list.paused" if entry.paused_at else "list.watched", wallet=name)
        return Html(f"{line}\n{say('list.facts', facts=Html(' · '.join(facts)))}") if facts else line

    def _below(
        self, entries: Sequence[WalletEntry], tag: str | None, say: Texts
    ) -> Sequence[tuple[Button, ...]]:
        tags = button(say("button.tags"), Action.TAGS)
        everything = button(say("button.all_wallets"), Action.LIST, 0)
        paused = any(entry.paused_at for entry in entries)
        rest = [] if tag is None else [everything]
        if any(entry.tags for entry in entries):
            rest.append(tags)
        return (
            *((tuple(rest),) if rest else ()),
            (
                button(say("button.add"), Action.ADD),
                button(say("button.import"), Action.IMPORT),
                button(say("button.export"), Action.EXPORT),
            ),
            (
                button(say("button.share"), Action.SHARE, "" if tag is None else tag_key(tag)),
                button(say("button.resume_all"), Action.RESUME_ALL)
                if paused
                else button(say("button.pause_all"), Action.PAUSE_ALL),
                *menu(say),
            ),
        )


def list_place(page: int, order: ListOrder, tag: str | None) -> str:
    """Where in a list a button leads: page, order, and the tag's key where only its wallets are shown."""
    place = f"{page}{SEPARATOR}{order.value}"
    return place if tag is None else f"{place}{SEPARATOR}{tag_key(tag)}"


def ago(at: int | datetime, now: datetime, say: Texts) -> Html:
    """How long ago a moment was; one that is ahead of us was just now."""
    moment = at if isinstance(at, datetime) else datetime.fromtimestamp(at, now.tzinfo)
    return age(moment, now, say)


def cut(text: str, limit: int = MAX_BUTTON) -> str:
    """What a button can show of a text."""
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def _card_buttons(entries: Sequence[WalletEntry]) -> Sequence[Button]:
    subscriptions = [entry.subscription for entry in entries]
    return [
        button(name, Action.CARD, item.id)
        for name, item in zip(button_names(subscriptions, subscriptions), subscriptions, strict=True)
    ]


def button_names(shown: Sequence[Subscription], among: Collection[Subscription]) -> Sequence[str]:
    """What the buttons of wallets say; those of one name show their address too."""
    counts: dict[str | None, int] = {}
    for each in among:
        key = each.label and each.label.casefold()
        counts[key] = counts.get(key, 0) + 1
    return [_name(each, counts) for each in shown]


def _name(subscription: Subscription, counts: Mapping[str | None, int]) -> str:
    if not subscription.label:
        return short(subscription.address)
    if counts[subscription.label.casefold()] > 1:
        return f"{cut(subscription.label, MAX_BUTTON - 12)} · {short(subscription.address)}"
    return cut(subscription.label)
