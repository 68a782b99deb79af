"""/watch, /unwatch, /list, /backfill, and the card of a wallet."""

from dataclasses import replace
from typing import Final

from walletwatch.bot.commands.command import Area, Command, Topic
from walletwatch.bot.commands.dialogue import (
    Complaint,
    Dialogue,
    address_of,
    ask_address,
    choose,
    label_of,
    named_wallet,
    owned,
)
from walletwatch.bot.formatting import wallet
from walletwatch.bot.keyboards import Action
from walletwatch.bot.talk import Talk
from walletwatch.bot.texts import Html
from walletwatch.domain.plans import Quota
from walletwatch.domain.work import RenderedMessage
from walletwatch.services.backfilling import MAX_DAYS, MAX_TRANSACTIONS


async def watch(talk: Talk, dialogue: Dialogue) -> None:
    """Watch an address, with a label if one was written."""
    if not talk.arguments:
        await ask_address(talk, dialogue, "watch")
        return
    await watch_address(talk, dialogue, talk.arguments[0], label_of(talk.arguments[1:]))


async def watch_address(talk: Talk, dialogue: Dialogue, text: str, label: str | None = None) -> None:
    """Watch an address that was written or offered."""
    address = address_of(text)
    if not await talk.may_change():
        raise Complaint("error.admins_only")
    limit = dialogue.quotas.limit(talk.chat.owner, Quota.WALLETS)
    started = await dialogue.watching.watch(talk.chat_id, address, label, limit=limit)
    subscription = started.subscription
    say = talk.say
    name = wallet(subscription.address, subscription.label, say)
    lines = [say("watch.added" if started.created else "watch.known", wallet=name)]
    if started.balance is None:
        lines.append(say("watch.chain"))
    else:
        lines.append(say("watch.holds", balance=dialogue.views.wallets.native(started.balance.lamports, say)))
    message = RenderedMessage(Html("\n".join(lines)), dialogue.views.wallets.card_keyboard(subscription, say))
    await talk.show(message)


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
    if not talk.arguments or await _lacks_wallet(talk, dialogue):
        if not await dialogue.conversations.ask(talk.contact, "backfill", behind=talk.arguments):
            raise Complaint("error.backfill", days=MAX_DAYS)
        await talk.reply(talk.say("ask.backfill"))
        return
    named = replace(talk, arguments=tuple(words)) if has_days else talk
    found = await named_wallet(named, dialogue, only_watched=True)
    assert found is not None
    if not await talk.may_change():
        raise Complaint("error.admins_only")
    address, subscription = found
    if not await dialogue.backfills.request(talk.chat_id, address, days):
        raise Complaint("error.backfill_limit")
    name = wallet(address, subscription.label if subscription else None, talk.say)
    await talk.reply(talk.say("backfill.started", wallet=name, count=days, limit=MAX_TRANSACTIONS))


async def list_(talk: Talk, dialogue: Dialogue) -> None:
    """Show the first page of what the chat watches."""
    await page(talk, dialogue, 0)


async def page(talk: Talk, dialogue: Dialogue, number: int) -> None:
    """Show a page of what the chat watches."""
    watched = await dialogue.watching.subscriptions(talk.chat_id)
    await talk.show(dialogue.views.wallets.list(watched, number, talk.say))


async def card(talk: Talk, dialogue: Dialogue, subscription_id: int) -> None:
    """Show one wallet."""
    subscription = await owned(talk, dialogue, subscription_id)
    await talk.show(dialogue.views.wallets.card(subscription, talk.say))


def _is_days(word: str) -> bool:
    return word.isdecimal() and len(word) <= len(str(MAX_DAYS))


async def _lacks_wallet(talk: Talk, dialogue: Dialogue) -> bool:
    """Whether only a number of days was written, and no wallet is called that."""
    if len(talk.arguments) > 1 or not _is_days(talk.arguments[0]):
        return False
    watched = await dialogue.watching.subscriptions(talk.chat_id)
    return all(subscription.label != talk.arguments[0] for subscription in watched)


async def _stop(talk: Talk, dialogue: Dialogue, address: str) -> None:
    if not await talk.may_change():
        raise Complaint("error.admins_only")
    subscription = await dialogue.watching.unwatch(talk.chat_id, address)
    if subscription is None:
        raise Complaint("error.not_watched")
    name = wallet(subscription.address, subscription.label, talk.say)
    await talk.show(RenderedMessage(talk.say("unwatch.done", wallet=name)))


AREA: Final = Area(
    Topic.WALLETS,
    commands=(
        Command("watch", watch),
        Command("unwatch", unwatch),
        Command("list", list_),
        Command("backfill", backfill),
    ),
    buttons={
        Action.CARD: lambda talk, dialogue, data: card(talk, dialogue, data.number),
        Action.UNWATCH: lambda talk, dialogue, data: ask_unwatch(talk, dialogue, data.number),
        Action.UNWATCH_CONFIRMED: lambda talk, dialogue, data: unwatch_confirmed(talk, dialogue, data.number),
        Action.LIST: lambda talk, dialogue, data: page(talk, dialogue, data.number),
        Action.WATCH_ADDRESS: lambda talk, dialogue, data: watch_address(talk, dialogue, data.argument),
    },
)
