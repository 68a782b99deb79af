"""/quiet, /digest, /mute, /unmute, /snooze."""

from dataclasses import replace
from datetime import timedelta
from typing import Final

from walletwatch.bot.commands.alert_words import quiet_of, time_of
from walletwatch.bot.commands.command import Area, Command, Topic
from walletwatch.bot.commands.dialogue import (
    Complaint,
    Dialogue,
    choose,
    named_wallet,
    need_admin,
    owned,
    watched_by,
)
from walletwatch.bot.formatting import lasting
from walletwatch.bot.keyboards import Action, StaleData
from walletwatch.bot.talk import Talk
from walletwatch.domain.chats import Subscription
from walletwatch.domain.quiet import MAX_SNOOZE, Pace
from walletwatch.domain.work import RenderedMessage

MAX_MUTE: Final = timedelta(days=365)
_OFF: Final = frozenset({"off", "none", "0"})
_FOREVER: Final = frozenset({"on", "forever", "always"})


async def mute(talk: Talk, dialogue: Dialogue) -> None:
    """/mute [WALLET] [TIME, forever or off]: be silent, for a while or for good; which of it, it asks."""
    if not talk.arguments:
        await dialogue.conversations.ask(talk.contact, "mute")
        await talk.show(dialogue.views.silence.ask_mute(talk.chat, dialogue.desk.preferring.now(), talk.say))
        return
    *words, last = talk.arguments
    if not words and last.lower() in _OFF:
        await unmuted(talk, dialogue, 0)
        return
    time = time_of(last)
    if time is not None and not timedelta() < time <= MAX_MUTE:
        raise Complaint("muting.bad")
    says_time = time is not None or last.lower() in _FOREVER
    if not words and says_time:
        await _mute_all(talk, dialogue, time)
        return
    named = replace(talk, arguments=tuple(words) if says_time else talk.arguments)
    try:
        found = await named_wallet(named, dialogue, only_watched=True)
    except Complaint as error:
        raise Complaint("muting.bad") from error
    if found is None:
        talk.meant = named.meant
        await choose(talk, dialogue, "mute", talk.say("filters.choose"), Action.AM_MUTE_WALLET)
        return
    assert found[1] is not None
    await _mute_wallet(talk, dialogue, found[1], time)


async def mute_for(talk: Talk, dialogue: Dialogue, seconds: int) -> None:
    """Be silent for the time of a button; 0 is for good."""
    if seconds > MAX_MUTE.total_seconds():
        raise StaleData
    await _mute_all(talk, dialogue, timedelta(seconds=seconds) if seconds else None)


async def mute_wallet(talk: Talk, dialogue: Dialogue, subscription_id: int) -> None:
    """Be silent about one wallet."""
    await _mute_wallet(talk, dialogue, await owned(talk, dialogue, subscription_id), None)


async def unmute(talk: Talk, dialogue: Dialogue) -> None:
    """/unmute [WALLET]: tell again."""
    found = await named_wallet(talk, dialogue, only_watched=True)
    if found is None and talk.meant:
        await choose(talk, dialogue, "unmute", talk.say("filters.choose"), Action.AM_UNMUTE)
        return
    if found is None:
        await _unmute_all(talk, dialogue)
        return
    assert found[1] is not None
    await _unmute_wallet(talk, dialogue, found[1])


async def _unmute_all(talk: Talk, dialogue: Dialogue) -> None:
    """End the silence; where there is none, it is some wallets' that is meant."""
    await need_admin(talk)
    settings, now = talk.chat.settings, dialogue.desk.preferring.now()
    if settings.is_muted(now) or settings.timing.urgent_until(now) is not None:
        await unmuted(talk, dialogue, 0)
        return
    watched = await watched_by(talk, dialogue)
    muted = [each for each in watched if (each.filter.muted_until or now) > now]
    if muted:
        wallets = dialogue.views.wallets.namesakes(muted, Action.AM_UNMUTE)
        await talk.show(RenderedMessage(talk.say("muting.wallets"), wallets))
        return
    await talk.show(dialogue.views.silence.unmuted(talk.say))


async def unmuted(talk: Talk, dialogue: Dialogue, subscription_id: int) -> None:
    """Tell again of a wallet; 0 is for everything."""
    await need_admin(talk)
    if not subscription_id:
        talk.meet(await dialogue.desk.preferring.unmute(talk.chat))
        await talk.show(dialogue.views.silence.unmuted(talk.say))
        return
    await _unmute_wallet(talk, dialogue, await owned(talk, dialogue, subscription_id))


async def snooze(talk: Talk, dialogue: Dialogue) -> None:
    """/snooze [TIME or off]: hold everything for a while."""
    if not talk.arguments:
        await dialogue.conversations.ask(talk.contact, "snooze")
        await talk.show(
            dialogue.views.silence.ask_snooze(talk.chat, dialogue.desk.preferring.now(), talk.say)
        )
        return
    if talk.arguments[0].lower() in _OFF:
        await need_admin(talk)
        talk.meet(await dialogue.desk.preferring.wake(talk.chat))
        await talk.show(dialogue.views.silence.woken(talk.say))
        return
    await _snooze(talk, dialogue, time_of(talk.arguments[0]))


async def snooze_for(talk: Talk, dialogue: Dialogue, seconds: int) -> None:
    """Hold everything for the time of a button."""
    if seconds > MAX_SNOOZE.total_seconds():
        raise StaleData
    await _snooze(talk, dialogue, timedelta(seconds=seconds))


async def quiet(talk: Talk, dialogue: Dialogue) -> None:
    """/quiet [HOURS [DAYS] or off]: show or change the quiet hours."""
    if not talk.arguments:
        await dialogue.conversations.ask(talk.contact, "quiet")
        await talk.show(dialogue.views.silence.quiet(talk.chat.settings, talk.say))
        return
    hours = None if talk.arguments[0].lower() in _OFF else quiet_of(talk.arguments)
    await need_admin(talk)
    talk.meet(await dialogue.desk.preferring.be_quiet(talk.chat, hours))
    await talk.show(dialogue.views.silence.quiet(talk.chat.settings, talk.say))


async def quiet_button(talk: Talk, dialogue: Dialogue, argument: str) -> None:
    """Change the quiet hours to those of a button: `2200-0700` or `off`."""
    if argument != "off":
        start, _, end = argument.partition("-")
        if len(start) != 4 or len(end) != 4:
            raise StaleData
        argument = f"{start[:2]}:{start[2:]}-{end[:2]}:{end[2:]}"
    talk.arguments = (argument,)
    await quiet(talk, dialogue)


async def digest(talk: Talk, dialogue: Dialogue) -> None:
    """/digest [now, hourly or daily [HOUR]]: show or change how often the chat hears."""
    if not talk.arguments:
        await dialogue.conversations.ask(talk.contact, "digest")
        await talk.show(dialogue.views.silence.digest(talk.chat.settings, talk.say))
        return
    word, *rest = talk.arguments
    try:
        pace = Pace(word.lower())
    except ValueError as error:
        raise Complaint("digest_mode.bad") from error
    hour = _hour(rest[0]) if rest else talk.chat.settings.digest_hour
    await need_admin(talk)
    talk.meet(await dialogue.desk.preferring.pace(talk.chat, pace, hour))
    await talk.show(dialogue.views.silence.digest(talk.chat.settings, talk.say))


async def digest_button(talk: Talk, dialogue: Dialogue, argument: str) -> None:
    """Change how often the chat hears to what a button says."""
    if not argument:
        raise StaleData
    talk.arguments = tuple(argument.split(" "))
    await digest(talk, dialogue)


def _hour(text: str) -> int:
    text = text.removesuffix(":00")
    if not text.isascii() or not text.isdecimal() or len(text) > 2 or int(text) > 23:
        raise Complaint("digest_mode.bad")
    return int(text)


async def _mute_all(talk: Talk, dialogue: Dialogue, time: timedelta | None) -> None:
    await need_admin(talk)
    talk.meet(await dialogue.desk.preferring.mute(talk.chat, time))
    await talk.show(dialogue.views.silence.muted(talk.chat, talk.say))


async def _mute_wallet(
    talk: Talk, dialogue: Dialogue, subscription: Subscription, time: timedelta | None
) -> None:
    await need_admin(talk)
    changed = await dialogue.desk.preferring.mute_wallet(subscription, time)
    if changed is None:
        raise Complaint("error.outdated")
    # Beside the message whose button it was: that still has to be read.
    await talk.send(dialogue.views.silence.wallet_muted(changed, talk.say))


async def _unmute_wallet(talk: Talk, dialogue: Dialogue, subscription: Subscription) -> None:
    await need_admin(talk)
    changed = await dialogue.desk.preferring.unmute_wallet(subscription)
    if changed is None:
        raise Complaint("error.outdated")
    await talk.show(dialogue.views.silence.wallet_muted(changed, talk.say))


async def _snooze(talk: Talk, dialogue: Dialogue, time: timedelta | None) -> None:
    if time is None or not timedelta(minutes=1) <= time <= MAX_SNOOZE:
        raise Complaint("muting.snooze_bad", limit=lasting(MAX_SNOOZE, talk.say))
    await need_admin(talk)
    talk.meet(await dialogue.desk.preferring.snooze(talk.chat, time))
    await talk.show(dialogue.views.silence.snoozed(talk.chat, talk.say))


AREA: Final = Area(
    Topic.ALERTS,
    commands=(
        Command("quiet", quiet),
        Command("digest", digest),
        Command("mute", mute, names_wallet=True),
        Command("unmute", unmute, names_wallet=True),
        Command("snooze", snooze),
    ),
    buttons={
        Action.AM_MUTE: lambda talk, dialogue, data: mute_for(talk, dialogue, data.number),
        Action.AM_MUTE_WALLET: lambda talk, dialogue, data: mute_wallet(talk, dialogue, data.number),
        Action.AM_UNMUTE: lambda talk, dialogue, data: unmuted(talk, dialogue, data.number),
        Action.AM_SNOOZE: lambda talk, dialogue, data: snooze_for(talk, dialogue, data.number),
        Action.AM_QUIET: lambda talk, dialogue, data: quiet_button(talk, dialogue, data.argument),
        Action.AM_DIGEST: lambda talk, dialogue, data: digest_button(talk, dialogue, data.argument),
    },
)
