"""What a chat leaves out, in words, with the switches."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from walletwatch.bot.formatting import Amounts, series, short, wallet, when
from walletwatch.bot.html_length import join_lines
from walletwatch.bot.keyboards import Action, button
from walletwatch.bot.texts import Html, Texts
from walletwatch.bot.views.paging import behind, page_of, turns
from walletwatch.bot.views.rule_words import usd
from walletwatch.domain.chats import Chat, Subscription
from walletwatch.domain.filters import Direction, Filter, KindGroup
from walletwatch.domain.money import NATIVE_DECIMALS
from walletwatch.domain.profile import ChainProfile
from walletwatch.domain.quiet import FOREVER
from walletwatch.domain.rules import effective
from walletwatch.domain.work import Button, RenderedMessage

MAX_SHOWN: Final = 8
PAGE_SIZE: Final = 20
SWITCHES: Final = ("failed", "dust", "spam")
LISTS: Final = {"b": "blocked", "a": "allowed", "s": "senders"}


class FiltersView:
    """Renders for one chain profile."""

    def __init__(self, profile: ChainProfile) -> None:
        self._profile = profile
        self._amounts = Amounts(profile)

    def filters(
        self, chat: Chat, subscription: Subscription | None, now: datetime, say: Texts
    ) -> RenderedMessage:
        """What counts for all wallets, or for one."""
        if subscription is None:
            settings = chat.settings
            wanted = Filter(failed=settings.failed, dust=settings.dust, spam=settings.spam)
            wanted = settings.filter.over(wanted)
            lines = [say("filters.title")]
            muted_until = FOREVER if settings.muted else settings.filter.muted_until
        else:
            wanted = effective(subscription)
            name = wallet(subscription.address, subscription.label, say)
            lines = [say("filters.title_wallet", wallet=name), say("filters.inherits")]
            muted_until = subscription.filter.muted_until
        lines.append(Html(""))
        if muted_until is not None and muted_until > now:
            lines.append(_muted(muted_until, chat.settings.timezone, say))
        lines += [*self._words(wanted, say), Html(""), say("filters.legend")]
        return RenderedMessage(join_lines(lines), self._keyboard(wanted, subscription, say))

    def _words(self, wanted: Filter, say: Texts) -> list[Html]:
        unwanted = wanted.unwanted or ()
        kinds = series((say(f"filters.kind.{group.value}") for group in unwanted), say)
        lines = [say("filters.kinds", kinds=kinds) if kinds else say("filters.kinds_none")]
        if wanted.min_usd:
            lines.append(say("filters.minimum_usd", usd=usd(wanted.min_usd, say)))
        elif not any(wanted.min_amounts.values()):
            lines.append(say("filters.minimum_none"))
        lines += [
            say(
                "filters.minimum_amount", amount=self._amounts.asset(asset, least, self._decimals(asset), say)
            )
            for asset, least in wanted.min_amounts.items()
            if least
        ]
        direction = wanted.direction or Direction.BOTH
        lines.append(say("filters.way", direction=say(f"filters.direction.{direction.value}")))
        for key, assets in (("allowed", wanted.allowed), ("blocked", wanted.blocked)):
            if assets:
                names = [self._amounts.symbol(asset, say) for asset in dict.fromkeys(assets)]
                lines.append(say(f"filters.{key}", tokens=_several(names, say)))
        if wanted.senders:
            names = [say("common.address", address=short(sender)) for sender in dict.fromkeys(wanted.senders)]
            lines.append(say("filters.senders", senders=_several(names, say)))
        lines += [say(f"filters.{name}_{'on' if getattr(wanted, name) else 'off'}") for name in SWITCHES]
        return lines

    def _decimals(self, asset: str) -> int | None:
        listed = self._profile.tokens.get(asset)
        if listed is not None:
            return listed.decimals
        return NATIVE_DECIMALS if asset == "native" else None

    def _keyboard(
        self, wanted: Filter, subscription: Subscription | None, say: Texts
    ) -> Sequence[Sequence[Button]]:
        of = 0 if subscription is None else subscription.id

        def turn(text: str, field: str, value: str, *, is_on: bool) -> Button:
            return button(f"{'✅' if is_on else '⬜️'} {text}", Action.AM_FILTER_SET, f"{of} {field} {value}")

        off = set(wanted.unwanted or ())
        kinds = [
            turn(say(f"filters.kind.{group.value}"), group.value, "01"[group in off], is_on=group not in off)
            for group in KindGroup
        ]
        present = wanted.direction or Direction.BOTH
        directions = tuple(
            turn(say(f"filters.direction.{each.value}"), "way", each.value, is_on=each is present)
            for each in Direction
        )
        switches = tuple(
            turn(
                say(f"button.filter.{name}"),
                name,
                "10"[bool(getattr(wanted, name))],
                is_on=bool(getattr(wanted, name)),
            )
            for name in SWITCHES
        )

        def ask(what: str) -> Button:
            return button(say(f"button.filter.{what}"), Action.AM_FILTER_ASK, f"{of} {what}")

        rows = [*_pairs(kinds), directions, switches]
        rows += [
            (ask("min"), ask("block")),
            (ask("allow"), ask("sender")),
            *self._shortened(wanted if subscription is None else subscription.filter, subscription, say),
        ]
        reset = button(say("button.filter.reset"), Action.AM_FILTER_SET, f"{of} reset 1")
        if subscription is None:
            rows.append((button(say("button.filter.wallet"), Action.AM_FILTERS, "w"), reset))
        else:
            rows.append((button(say("button.filter.all"), Action.AM_FILTERS, 0), reset))
        return tuple(rows)

    def listed(
        self, own: Filter, subscription: Subscription | None, page: int, say: Texts
    ) -> RenderedMessage:
        """What is listed in a filter, to be taken off it."""
        buttons = self._removals(own, subscription, say)
        of = 0 if subscription is None else subscription.id
        page, last = page_of(page, len(buttons), PAGE_SIZE)
        rows = [
            *_pairs(buttons[page * PAGE_SIZE : (page + 1) * PAGE_SIZE]),
            *turns(Action.AM_FILTERS, behind(str(of)), page, last, say),
            (button(say("button.back"), Action.AM_FILTERS, of),),
        ]
        return RenderedMessage(say("filters.listed"), tuple(rows))

    def undo(self, letter: str, name: str, say: Texts) -> Sequence[Sequence[Button]]:
        """Takes back that something was listed for all wallets."""
        return ((button(say("button.filter.undo"), Action.AM_UNLIST, f"0 {letter} {name}"),),)

    def _shortened(
        self, own: Filter, subscription: Subscription | None, say: Texts
    ) -> list[tuple[Button, ...]]:
        """A button for each that is listed here, or for all: what the chat lists is taken back there."""
        buttons = self._removals(own, subscription, say)
        if len(buttons) <= MAX_SHOWN:
            return _pairs(buttons)
        of = 0 if subscription is None else subscription.id
        text = say("button.filter.listed", count=len(buttons))
        return [(button(text, Action.AM_FILTERS, behind(str(of))(0)),)]

    def _removals(self, own: Filter, subscription: Subscription | None, say: Texts) -> list[Button]:
        of = 0 if subscription is None else subscription.id
        return [
            button(
                say(f"button.filter.remove.{field}", name=self._plain(name)),
                Action.AM_UNLIST,
                f"{of} {letter} {name}",
            )
            for letter, field in LISTS.items()
            for name in dict.fromkeys(getattr(own, field) or ())
        ]

    def _plain(self, name: str) -> str:
        """A button's text is no HTML."""
        if name == "native":
            return self._profile.native_symbol
        listed = self._profile.tokens.get(name)
        return listed.symbol if listed else short(name)


def _muted(until: datetime, zone: str, say: Texts) -> Html:
    if until >= FOREVER:
        return say("filters.muted_forever")
    return say("filters.muted", until=when(until, say, zone))


def _several(names: Sequence[Html], say: Texts) -> Html:
    shown = series(names[:MAX_SHOWN], say)
    rest = len(names) - MAX_SHOWN
    return Html(f"{shown} {say('filters.more', count=rest)}" if rest > 0 else shown)


def _pairs(buttons: Sequence[Button]) -> list[tuple[Button, ...]]:
    return [tuple(buttons[index : index + 2]) for index in range(0, len(buttons), 2)]
