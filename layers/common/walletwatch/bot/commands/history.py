"""/history."""

from typing import Final

from walletwatch.bot.commands.command import Area, Command, Topic
from walletwatch.bot.commands.dialogue import Complaint, Dialogue, watched_by
from walletwatch.bot.commands.history_words import names_party, read_words
from walletwatch.bot.filter_codes import FilterCode
from walletwatch.bot.formatting import zone_of
from walletwatch.bot.keyboards import Action, CallbackData
from walletwatch.bot.talk import Talk
from walletwatch.domain.browsing import HistoryFilter, WalletChoice


async def history(talk: Talk, dialogue: Dialogue) -> None:
    """The newest activities that the words ask for; of all wallets where none is named."""
    zone = zone_of(talk.chat.settings.timezone)
    now = dialogue.clock.now()
    watched = await watched_by(talk, dialogue) if names_party(talk.arguments) else ()
    choice, wanted = read_words(talk.arguments, dialogue.views.profile, now, zone, watched)
    page = await dialogue.browsing.page(talk.chat_id, choice, wanted, zone)
    if page.unknown is not None and page.found.wallets:
        raise Complaint("error.nothing_called", name=page.unknown[:64])
    await talk.show(dialogue.views.history.page(page, talk.chat, talk.say))


async def turn(talk: Talk, dialogue: Dialogue, data: CallbackData) -> None:
    """Another page, or another filter."""
    code = FilterCode.decode(data.argument)
    zone = zone_of(talk.chat.settings.timezone)
    page = await dialogue.browsing.page(
        talk.chat_id, WalletChoice(code.subscription_id), code.wanted, zone, place=code.place
    )
    if not page.found.chosen:
        raise Complaint("error.outdated")
    await talk.show(dialogue.views.history.page(page, talk.chat, talk.say))


async def details(talk: Talk, dialogue: Dialogue, data: CallbackData) -> None:
    """One activity."""
    code = FilterCode.decode(data.argument)
    found = await dialogue.browsing.record(talk.chat_id, code.activity_id or 0)
    if found is None:
        raise Complaint("error.outdated")
    await talk.show(dialogue.views.history.details(*found, code, talk.chat, talk.say))


async def kinds(talk: Talk, dialogue: Dialogue, data: CallbackData) -> None:
    """Ask which kind is wanted."""
    await talk.show(dialogue.views.history.kinds(FilterCode.decode(data.argument), talk.say))


async def periods(talk: Talk, dialogue: Dialogue, data: CallbackData) -> None:
    """Ask which time is wanted."""
    code = FilterCode.decode(data.argument)
    await talk.show(dialogue.views.history.periods(code, talk.chat.settings.timezone, talk.say))


async def tokens(talk: Talk, dialogue: Dialogue, data: CallbackData) -> None:
    """Ask which token is wanted."""
    code = FilterCode.decode(data.argument)
    seen = await dialogue.browsing.assets(talk.chat_id, WalletChoice(code.subscription_id))
    if not seen:
        raise Complaint("error.no_tokens")
    await talk.show(dialogue.views.history.tokens(seen, code, talk.say))


async def wallets(talk: Talk, dialogue: Dialogue, data: CallbackData) -> None:
    """Ask which wallet is wanted."""
    code = FilterCode.decode(data.argument)
    everything = HistoryFilter()
    page = await dialogue.browsing.page(
        talk.chat_id, WalletChoice(), everything, zone_of(talk.chat.settings.timezone)
    )
    await talk.show(dialogue.views.history.wallets(page.found.wallets, code, talk.say))


AREA: Final = Area(
    Topic.HISTORY,
    commands=(Command("history", history, names_wallet=True),),
    buttons={
        Action.HISTORY: turn,
        Action.HISTORY_DETAILS: details,
        Action.HISTORY_KINDS: kinds,
        Action.HISTORY_PERIODS: periods,
        Action.HISTORY_TOKENS: tokens,
        Action.HISTORY_WALLETS: wallets,
    },
)
