"""/watch, /unwatch, /list, /wallet, /backfill."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Final

from walletwatch.bot.commands.command import Area, Command, Topic
from walletwatch.bot.commands.dialogue import (
    Complaint,
    Dialogue,
    address_of,
    ask_address,
    called,
    choose,
    label_of,
    named_wallet,
    need_admin,
    not_watched,
    owned,
    watched_by,
)
from walletwatch.bot.commands.wallet_lists import import_text
from walletwatch.bot.formatting import wallet, whole
from walletwatch.bot.keyboards import SEPARATOR, Action, StaleData, number_of
from walletwatch.bot.pasted import addresses_in
from walletwatch.bot.talk import Talk
from walletwatch.bot.texts import Html
from walletwatch.bot.views.ways import giving_up
from walletwatch.domain.addresses import is_address
from walletwatch.domain.chats import Subscription
from walletwatch.domain.errors import ChainUnavailable
from walletwatch.domain.plans import Quota
from walletwatch.domain.wallet_book import ListOrder, WalletEntry, tag_counts, tag_with
from walletwatch.domain.work import RenderedMessage
from walletwatch.services.backfilling import MAX_DAYS, MAX_TRANSACTIONS


async def watch(talk: Talk, dialogue: Dialogue) -> None:
    """Watch an address, with a label if one was written; several addresses are a list."""
    if not talk.arguments:
        await ask_address(talk, dialogue, "watch")
        return
    addresses = addresses_in(talk.body)
    if len(addresses) > 1:
        await import_text(talk, dialogue, talk.body)
    elif not addresses:
        await watch_address(talk, dialogue, talk.arguments[0])
    else:
        words = [word for word in talk.arguments if addresses_in(word) != addresses]
        await watch_address(talk, dialogue, addresses[0], label_of(words))


async def watch_address(talk: Talk, dialogue: Dialogue, text: str, label: str | None = None) -> None:
    """Watch an address that was written or offered."""
    address = address_of(text)
    await need_admin(talk)
    limit = dialogue.quotas.limit(talk.chat.owner, Quota.WALLETS)
    started = await dialogue.watching.watch(talk.chat_id, address, label, limit=limit)
    subscription = started.subscription
    say = talk.say
    name = wallet(subscription.address, subscription.label, say)
    lines = [say("watch.added" if started.created else "watch.known", wallet=name)]
    if started.balance is None:
        lines.append(say("watch.chain"))
    elif started.created and not started.balance.lamports and not started.balance.holdings:
        lines.append(say("watch.empty"))
    else:
        lines.append(say("watch.holds", balance=dialogue.views.wallets.native(started.balance.lamports, say)))
    if started.created and subscription.label is None:
        lines.append(say("watch.unnamed"))
    await talk.show(
        RenderedMessage(Html("\n".join(lines)), dialogue.views.wallet_card.keyboard(subscription, say))
    )


async def add(talk: Talk, dialogue: Dialogue) -> None:
    """Ask for an address to watch."""
    await ask_address(talk, dialogue, "watch")


async def unwatch(talk: Talk, dialogue: Dialogue) -> None:
    """Stop watching the wallet that was named, or ask which."""
    found = await named_wallet(talk, dialogue, only_watched=True)
    if found is None:
        question = talk.say("unwatch.choose")
        await choose(talk, dialogue, "unwatch", question, Action.UNWATCH, only_watched=True)
        return
    await _stop(talk, dialogue, found[0])


async def ask_unwatch(talk: Talk, dialogue: Dialogue, subscription_id: int) -> None:
    """Ask whether it is meant."""
    subscription = await owned(talk, dialogue, subscription_id)
    await talk.show(dialogue.views.wallets.unwatch_question(subscription, talk.say))


async def unwatch_confirmed(talk: Talk, dialogue: Dialogue, subscription_id: int) -> None:
    """Stop watching the wallet of a button."""
    subscription = await owned(talk, dialogue, subscription_id)
    await _stop(talk, dialogue, subscription.address)


async def backfill(talk: Talk, dialogue: Dialogue) -> None:
    """Read a watched wallet's past: `/backfill WALLET [days]`; of which wallet, it asks."""
    *words, last = talk.arguments or ("",)
    has_days = bool(words) and _is_days(last)
    days = int(last) if has_days else MAX_DAYS
    if not 1 <= days <= MAX_DAYS:
        raise Complaint("error.backfill", days=MAX_DAYS)
    if not talk.arguments:
        question = talk.say("backfill.choose", days=MAX_DAYS)
        await choose(talk, dialogue, "backfill", question, Action.BACKFILL, only_watched=True)
        return
    if await _lacks_wallet(talk, dialogue):
        if not await dialogue.conversations.ask(talk.contact, "backfill", behind=talk.arguments):
            raise Complaint("error.backfill", days=MAX_DAYS)
        await talk.reply(talk.say("ask.backfill"), giving_up(talk.say))
        return
    named = replace(talk, arguments=tuple(words)) if has_days else talk
    found = await named_wallet(named, dialogue, only_watched=True)
    if found is None:
        raise Complaint("error.several", name=" ".join(named.arguments))
    await need_admin(talk)
    address, subscription = found
    await _backfill(talk, dialogue, address, subscription, days)


async def backfill_of(talk: Talk, dialogue: Dialogue, subscription_id: int) -> None:
    """Read as much of a watched wallet's past as may be read."""
    await need_admin(talk)
    subscription = await owned(talk, dialogue, subscription_id)
    await _backfill(talk, dialogue, subscription.address, subscription, MAX_DAYS)


async def _backfill(
    talk: Talk, dialogue: Dialogue, address: str, subscription: Subscription | None, days: int
) -> None:
    if not await dialogue.backfills.request(talk.chat_id, address, days):
        raise Complaint("error.backfill_limit")
    name = wallet(address, subscription.label if subscription else None, talk.say)
    most = whole(MAX_TRANSACTIONS, talk.say)
    await talk.reply(talk.say("backfill.started", wallet=name, count=days, limit=most))


async def list_(talk: Talk, dialogue: Dialogue) -> None:
    """Show the first page of what the chat watches: `/list [name|added|activity|balance] [#tag]`."""
    entries = await dialogue.wallets.book.entries(talk.chat_id)
    order, tag = ListOrder.ADDED, None
    for word in talk.arguments:
        text = word.casefold()
        wanted = next((each for each in ListOrder if each.name.casefold() == text), None)
        if wanted is not None:
            order = wanted
            continue
        tag = text.removeprefix("#")
        if tag not in tag_counts(entries):
            raise Complaint("error.no_such_tag", name=word)
    await _show_page(talk, dialogue, entries, 0, order, tag)


async def page(talk: Talk, dialogue: Dialogue, place: str) -> None:
    """Show a page of what the chat watches.

    Raises:
        StaleData: It is no place in a list.
    """
    number, _, rest = place.partition(SEPARATOR)
    order, _, key = rest.partition(SEPARATOR)
    try:
        sorted_by = ListOrder(order) if order else ListOrder.ADDED
    except ValueError as error:
        raise StaleData from error
    entries = await dialogue.wallets.book.entries(talk.chat_id)
    tag = tag_with(key, tag_counts(entries)) if key else None
    # A tag that no wallet has any more leads to all of them.
    await _show_page(talk, dialogue, entries, number_of(number), sorted_by, tag)


async def wallet_(talk: Talk, dialogue: Dialogue) -> None:
    """Show the card of the wallet that was named, or ask which."""
    if not talk.arguments:
        await choose(talk, dialogue, "wallet", talk.say("wallet.choose"), Action.CARD)
        return
    entries = await dialogue.wallets.book.entries(talk.chat_id)
    text = " ".join(talk.arguments)
    talk.meant = called(text, [entry.subscription for entry in entries])
    if len(talk.meant) > 1:
        await choose(talk, dialogue, "wallet", talk.say("wallet.choose"), Action.CARD)
    elif talk.meant:
        found = next(entry for entry in entries if entry.subscription == talk.meant[0])
        await show_card(talk, dialogue, found)
    elif is_address(talk.arguments[0]):
        await talk.send(dialogue.views.wallets.bare_address(talk.arguments[0], talk.say, known=()))
    else:
        raise not_watched(talk.arguments[0])


async def card(talk: Talk, dialogue: Dialogue, subscription_id: int) -> None:
    """Show one wallet."""
    entry = await dialogue.wallets.book.entry(talk.chat_id, subscription_id)
    if entry is None:
        raise Complaint("error.outdated")
    await show_card(talk, dialogue, entry)


async def show_card(talk: Talk, dialogue: Dialogue, entry: WalletEntry) -> None:
    """Show a wallet with what it holds now."""
    try:
        holdings = await dialogue.money.holdings.of(entry.subscription.address)
    except ChainUnavailable:
        holdings = None
    now = dialogue.wallets.clock.now()
    await talk.show(dialogue.views.wallet_card.card(entry, holdings, talk.say, now))


async def choice(talk: Talk, dialogue: Dialogue, action: str, number: str) -> None:
    """Turn to another page of the wallets to choose from; what was asked may still be answered by a text.

    Raises:
        StaleData: It is no such page.
    """
    try:
        wanted = Action(action)
    except ValueError as error:
        raise StaleData from error
    watched = await dialogue.wallets.book.recent(talk.chat_id)
    asked = talk.given_up
    if asked is not None:
        await dialogue.conversations.ask(
            talk.contact, asked.command, before=asked.before, behind=asked.behind
        )
    rows = dialogue.views.wallets.choices(watched, number_of(number), wanted, talk.say)
    await talk.turn(rows if asked is None else (*rows, *giving_up(talk.say)))


async def _show_page(
    talk: Talk,
    dialogue: Dialogue,
    entries: Sequence[WalletEntry],
    number: int,
    order: ListOrder,
    tag: str | None,
) -> None:
    held = None
    if order is ListOrder.BALANCE and entries:
        addresses = [entry.subscription.address for entry in entries]
        with suppress(ChainUnavailable):
            # Where it cannot be asked, the view says so.
            held = await dialogue.wallets.natives.of(addresses)
    now = dialogue.wallets.clock.now()
    await talk.show(
        dialogue.views.wallets.list(entries, number, talk.say, now, order=order, tag=tag, held=held)
    )


def _is_days(word: str) -> bool:
    return word.isdecimal() and len(word) <= len(str(MAX_DAYS))


async def _lacks_wallet(talk: Talk, dialogue: Dialogue) -> bool:
    """Whether only a number of days was written, and no wallet is called that."""
    if len(talk.arguments) > 1 or not _is_days(talk.arguments[0]):
        return False
    watched = await watched_by(talk, dialogue)
    return all(subscription.label != talk.arguments[0] for subscription in watched)


async def _stop(talk: Talk, dialogue: Dialogue, address: str) -> None:
    await need_admin(talk)
    subscription = await dialogue.watching.unwatch(talk.chat_id, address)
    if subscription is None:
        raise Complaint("error.not_watched")
    await talk.show(dialogue.views.wallets.unwatched(subscription, talk.say))


AREA: Final = Area(
    Topic.WALLETS,
    commands=(
        Command("watch", watch),
        Command("unwatch", unwatch, names_wallet=True),
        Command("list", list_),
        Command("wallet", wallet_, names_wallet=True),
        Command("backfill", backfill, names_wallet=True),
    ),
    buttons={
        Action.ADD: lambda talk, dialogue, _data: add(talk, dialogue),
        Action.CARD: lambda talk, dialogue, data: card(talk, dialogue, data.number),
        Action.BACKFILL: lambda talk, dialogue, data: backfill_of(talk, dialogue, data.number),
        Action.CHOOSE: lambda talk, dialogue, data: choice(talk, dialogue, *data.parts),
        Action.UNWATCH: lambda talk, dialogue, data: ask_unwatch(talk, dialogue, data.number),
        Action.UNWATCH_CONFIRMED: lambda talk, dialogue, data: unwatch_confirmed(talk, dialogue, data.number),
        Action.LIST: lambda talk, dialogue, data: page(talk, dialogue, data.argument),
        Action.WATCH_ADDRESS: lambda talk, dialogue, data: watch_address(talk, dialogue, data.argument),
    },
)
