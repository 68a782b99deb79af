"""/filters, and the buttons that leave a token, a wallet or a sender out."""

from dataclasses import replace
from decimal import Decimal
from types import MappingProxyType
from typing import Final

from walletwatch.bot.commands.alert_terms import asset_of, decimals_of
from walletwatch.bot.commands.alert_words import NOTHING, number_of, units_of, usd_of
from walletwatch.bot.commands.command import Area, Command, Topic
from walletwatch.bot.commands.dialogue import (
    Complaint,
    Dialogue,
    address_of,
    called,
    choose,
    need_admin,
    owned,
    watched_by,
)
from walletwatch.bot.keyboards import SEPARATOR, Action, StaleData, button
from walletwatch.bot.keyboards import number_of as number_in
from walletwatch.bot.talk import Talk
from walletwatch.bot.views.filters import LISTS, SWITCHES
from walletwatch.bot.views.ways import giving_up, nothing_watched
from walletwatch.domain.addresses import is_address
from walletwatch.domain.chats import Subscription
from walletwatch.domain.filters import Direction, Filter, KindGroup
from walletwatch.domain.money import NATIVE
from walletwatch.domain.rules import effective
from walletwatch.domain.work import RenderedMessage
from walletwatch.services.preferring import TooManyListed

_GROUPS: Final = frozenset(KindGroup)
_WORDS: Final = frozenset({"min", "block", "allow", "sender", "reset"})
_WHOLE_CHAT: Final = "0"


async def filters(talk: Talk, dialogue: Dialogue) -> None:
    """/filters [WALLET] [min, block, allow, sender, reset]: show or change what is left out."""
    words = list(talk.arguments)
    if not words:
        await _show(talk, dialogue, None)
        return
    subscription = None
    if words[0].lower() not in _WORDS:
        named = await _named(talk, dialogue, words)
        if named is None:
            await choose(talk, dialogue, "filters", talk.say("filters.choose"), Action.AM_FILTERS)
            return
        subscription, words = named
    word = " ".join(words).lower()
    if not words:
        await _show(talk, dialogue, subscription)
    elif word == "reset":
        await _reset(talk, dialogue, subscription)
    elif word in _WORDS:
        await ask(talk, dialogue, f"{subscription.id if subscription else _WHOLE_CHAT} {word}")
    else:
        await _store(talk, dialogue, subscription, await _said(talk, dialogue, subscription, words))


async def shown(talk: Talk, dialogue: Dialogue, argument: str) -> None:
    """Show what is left out for all wallets, for one, what is listed there, or ask for which one."""
    if SEPARATOR in argument:
        of, _, page = argument.partition(SEPARATOR)
        subscription = await _of(talk, dialogue, of)
        view = dialogue.views.filters
        await talk.show(view.listed(_own(talk, subscription), subscription, number_in(page), talk.say))
        return
    if argument == "w":
        watched = await watched_by(talk, dialogue)
        if not watched:
            await talk.show(nothing_watched(talk.say))
            return
        rows = dialogue.views.wallets.choices(watched, 0, Action.AM_FILTERS, talk.say)
        everything = (button(talk.say("button.filter.all"), Action.AM_FILTERS),)
        await talk.show(RenderedMessage(talk.say("filters.choose"), (*rows, everything)))
        return
    await _show(talk, dialogue, await _of(talk, dialogue, argument))


async def turn(talk: Talk, dialogue: Dialogue, argument: str) -> None:
    """Turn what a button says: `SUBSCRIPTION field value`."""
    of, field, value = _three(argument)
    subscription = await _of(talk, dialogue, of)
    own = _own(talk, subscription)
    if field == "reset":
        await _reset(talk, dialogue, subscription)
    elif field in _GROUPS and value in {"0", "1"}:
        base = own.unwanted if own.unwanted is not None else _wider(talk, subscription).unwanted
        groups = set(base or ()) - {KindGroup(field)} | ({KindGroup(field)} if value == "0" else set())
        unwanted = tuple(group for group in KindGroup if group in groups)
        await _store(talk, dialogue, subscription, replace(own, unwanted=unwanted))
    elif field == "way" and value in {each.value for each in Direction}:
        await _store(talk, dialogue, subscription, replace(own, direction=Direction(value)))
    elif field in SWITCHES and value in {"0", "1"}:
        if subscription is None:
            await _store(talk, dialogue, None, own, **{field: value == "1"})
        else:
            switched: dict[str, bool] = {field: value == "1"}
            await _store(talk, dialogue, subscription, replace(own, **switched))  # type: ignore[arg-type]
    else:
        raise StaleData


async def ask(talk: Talk, dialogue: Dialogue, argument: str) -> None:
    """Ask for what a button lacks."""
    of, _, what = argument.partition(" ")
    if what not in _WORDS - {"reset"}:
        raise StaleData
    subscription = await _of(talk, dialogue, of)
    named = () if subscription is None else (f"#{subscription.id}",)
    if not await dialogue.conversations.ask(talk.contact, "filters", before=(*named, what)):
        await talk.reply(talk.say("filters.usage"))
        return
    await talk.reply(talk.say(f"filters.ask_{what}"), giving_up(talk.say))


async def unlist(talk: Talk, dialogue: Dialogue, argument: str) -> None:
    """Take a token or a sender off a list: `SUBSCRIPTION list name`."""
    of, letter, name = _three(argument)
    if letter not in LISTS:
        raise StaleData
    subscription = await _of(talk, dialogue, of)
    own, field = _own(talk, subscription), LISTS[letter]
    left = tuple(each for each in getattr(own, field) or () if each != name)
    # A list of what is allowed without anything on it would allow nothing.
    value = left or (None if field == "allowed" else ())
    changed: dict[str, tuple[str, ...] | None] = {field: value}
    await _store(talk, dialogue, subscription, replace(own, **changed))  # type: ignore[arg-type]


async def mute_token(talk: Talk, dialogue: Dialogue, asset: str) -> None:
    """Leave a token out."""
    if asset != NATIVE and not is_address(asset):
        raise StaleData
    await need_admin(talk)
    try:
        await dialogue.desk.preferring.mute_token(talk.chat, asset)
    except TooManyListed as error:
        raise Complaint("filters.full") from error
    text = talk.say("muting.token", token=dialogue.views.alerts.symbol(asset, talk.say))
    await talk.reply(text, dialogue.views.filters.undo("b", asset, talk.say))


async def block_sender(talk: Talk, dialogue: Dialogue, address: str) -> None:
    """Leave out what an address sends."""
    if not is_address(address):
        raise StaleData
    await need_admin(talk)
    try:
        await dialogue.desk.preferring.block_sender(talk.chat, address)
    except TooManyListed as error:
        raise Complaint("filters.full") from error
    text = talk.say("muting.sender", address=address)
    await talk.reply(text, dialogue.views.filters.undo("s", address, talk.say))


async def _said(
    talk: Talk, dialogue: Dialogue, subscription: Subscription | None, words: list[str]
) -> Filter:
    """The filter with what the words say.

    Raises:
        Complaint: They say nothing that a filter has.
    """
    own = _own(talk, subscription)
    word, *rest = words
    match word.lower():
        case "min" if rest:
            wider = None if subscription is None else talk.chat.settings.filter
            return await _least(dialogue, own, wider, rest)
        case "block" if rest:
            asset = _asset(rest[0], dialogue)
            return replace(own, blocked=tuple(dict.fromkeys((*own.blocked, asset))))
        case "allow" if rest:
            asset = _asset(rest[0], dialogue)
            return replace(own, allowed=tuple(dict.fromkeys((*(own.allowed or ()), asset))))
        case "sender" if rest:
            address = address_of(rest[0])
            return replace(own, senders=tuple(dict.fromkeys((*own.senders, address))))
        case _:
            raise Complaint("filters.usage")


async def _least(dialogue: Dialogue, own: Filter, wider: Filter | None, words: list[str]) -> Filter:
    """`5 usd`, `10 XNT`, or `0` for no least at all; a wallet's `0` stands before what the chat says."""
    amount, *unit = words[:2]
    is_nothing = amount.lower() in NOTHING
    if is_nothing and not unit:
        amounts = {} if wider is None else dict.fromkeys(wider.min_amounts, 0)
        least = None if wider is None or wider.min_usd is None else Decimal(0)
        return replace(own, min_usd=least, min_amounts=MappingProxyType(amounts))
    worth = usd_of(words[:2])
    if worth is not None:
        return replace(own, min_usd=worth)
    value = number_of(amount)
    if not unit or (value is None and not is_nothing):
        raise Complaint("filters.bad_min")
    asset = _asset(unit[0], dialogue)
    if value is None:
        kept = {each: units for each, units in own.min_amounts.items() if each != asset}
        if wider is not None and asset in wider.min_amounts:
            kept[asset] = 0
        return replace(own, min_amounts=MappingProxyType(kept))
    decimals = decimals_of(asset, dialogue.views.profile)
    if decimals is None:
        identity = await dialogue.desk.rules.token(asset)
        decimals = identity.decimals if identity else None
    units = None if decimals is None else units_of(value, decimals)
    if units is None:
        raise Complaint("addalert.bad_number")
    return replace(own, min_amounts=MappingProxyType({**own.min_amounts, asset: units}))


def _asset(word: str, dialogue: Dialogue) -> str:
    asset = asset_of(word, dialogue.views.profile)
    if asset is None:
        raise Complaint("filters.bad_token")
    return asset


async def _named(talk: Talk, dialogue: Dialogue, words: list[str]) -> tuple[Subscription, list[str]] | None:
    """The wallet that the first words name, and what is behind; None where several are called so."""
    watched = await watched_by(talk, dialogue)
    for taken in range(len(words), 0, -1):
        name = " ".join(words[:taken])
        found = [each for each in watched if name == f"#{each.id}"] or called(name, watched)
        if len(found) > 1:
            talk.meant = found
            return None
        if found:
            return found[0], words[taken:]
    raise Complaint("filters.bad")


async def _store(
    talk: Talk, dialogue: Dialogue, subscription: Subscription | None, wanted: Filter, **switches: bool
) -> None:
    await need_admin(talk)
    preferring = dialogue.desk.preferring
    try:
        if subscription is None:
            talk.meet(await preferring.filter_chat(talk.chat, wanted, **switches))
            await _show(talk, dialogue, None)
            return
        changed = await preferring.filter_wallet(subscription, wanted)
    except TooManyListed as error:
        raise Complaint("filters.full") from error
    if changed is None:
        raise Complaint("error.outdated")
    await _show(talk, dialogue, changed)


async def _reset(talk: Talk, dialogue: Dialogue, subscription: Subscription | None) -> None:
    """Take a filter back; a mute is none, and stays."""
    wanted = Filter(muted_until=_own(talk, subscription).muted_until)
    if subscription is None:
        await _store(talk, dialogue, None, wanted, failed=True, dust=True, spam=True)
    else:
        await _store(talk, dialogue, subscription, wanted)


async def _show(talk: Talk, dialogue: Dialogue, subscription: Subscription | None) -> None:
    now = dialogue.desk.preferring.now()
    await talk.show(dialogue.views.filters.filters(talk.chat, subscription, now, talk.say))


async def _of(talk: Talk, dialogue: Dialogue, text: str) -> Subscription | None:
    """The wallet of a button; None for all of them.

    Raises:
        Complaint: The chat does not watch it, or not any more.
    """
    if text == _WHOLE_CHAT:
        return None
    if not text.isascii() or not text.isdecimal() or len(text) > 18:
        raise StaleData
    return await owned(talk, dialogue, int(text))


def _own(talk: Talk, subscription: Subscription | None) -> Filter:
    return talk.chat.settings.filter if subscription is None else subscription.filter


def _wider(talk: Talk, subscription: Subscription | None) -> Filter:
    return talk.chat.settings.filter if subscription is None else effective(subscription)


def _three(argument: str) -> tuple[str, str, str]:
    words = argument.split(" ")
    if len(words) != 3:
        raise StaleData
    return words[0], words[1], words[2]


AREA: Final = Area(
    Topic.ALERTS,
    commands=(Command("filters", filters, names_wallet=True),),
    buttons={
        Action.AM_FILTERS: lambda talk, dialogue, data: shown(talk, dialogue, data.argument),
        Action.AM_FILTER_SET: lambda talk, dialogue, data: turn(talk, dialogue, data.argument),
        Action.AM_FILTER_ASK: lambda talk, dialogue, data: ask(talk, dialogue, data.argument),
        Action.AM_UNLIST: lambda talk, dialogue, data: unlist(talk, dialogue, data.argument),
        Action.AM_MUTE_TOKEN: lambda talk, dialogue, data: mute_token(talk, dialogue, data.argument),
        Action.AM_BLOCK_SENDER: lambda talk, dialogue, data: block_sender(talk, dialogue, data.argument),
    },
)
