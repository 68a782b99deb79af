"""/stats and /anomalies."""

from typing import Final

from walletwatch.bot.commands.command import Area, Command, Topic
from walletwatch.bot.commands.dialogue import Dialogue
from walletwatch.bot.commands.figures import MONTH, read_scope, unknown_wallet
from walletwatch.bot.formatting import zone_of
from walletwatch.bot.keyboards import Action, CallbackData
from walletwatch.bot.scope_codes import ScopeCode
from walletwatch.bot.talk import Talk
from walletwatch.domain.browsing import WalletChoice
from walletwatch.domain.errors import UnknownWallet
from walletwatch.domain.periods import Period

WEEK: Final = Period(days=7)


async def stats(talk: Talk, dialogue: Dialogue) -> None:
    """What the wallets did, and what was told of it."""
    choice, period = read_scope(talk, dialogue, MONTH)
    await _show_stats(talk, dialogue, choice, ScopeCode(None, period))


async def anomalies(talk: Talk, dialogue: Dialogue) -> None:
    """What was unusual lately."""
    choice, period = read_scope(talk, dialogue, WEEK)
    await _show_anomalies(talk, dialogue, choice, ScopeCode(None, period))


async def show_stats(talk: Talk, dialogue: Dialogue, data: CallbackData) -> None:
    """Of something else."""
    code = ScopeCode.decode(data.argument)
    await _show_stats(talk, dialogue, WalletChoice(code.subscription_id), code)


async def show_anomalies(talk: Talk, dialogue: Dialogue, data: CallbackData) -> None:
    """Of something else."""
    code = ScopeCode.decode(data.argument)
    await _show_anomalies(talk, dialogue, WalletChoice(code.subscription_id), code)


async def _show_stats(talk: Talk, dialogue: Dialogue, choice: WalletChoice, code: ScopeCode) -> None:
    zone = talk.chat.settings.timezone
    try:
        usage = await dialogue.analysing.usage(talk.chat_id, choice, code.period, zone_of(zone))
    except UnknownWallet as error:
        raise unknown_wallet(error) from error
    only = usage.chosen[0].subscription_id if len(usage.chosen) == 1 < len(usage.wallets) else None
    shown = ScopeCode(only, code.period)
    await talk.show(dialogue.views.insights.stats(usage, shown, zone, talk.say))


async def _show_anomalies(talk: Talk, dialogue: Dialogue, choice: WalletChoice, code: ScopeCode) -> None:
    zone = talk.chat.settings.timezone
    try:
        oddities = await dialogue.analysing.anomalies(talk.chat_id, choice, code.period, zone_of(zone))
    except UnknownWallet as error:
        raise unknown_wallet(error) from error
    shown = ScopeCode(oddities.subject.subscription_id, code.period, page=code.page)
    await talk.show(dialogue.views.insights.anomalies(oddities, shown, zone, talk.say))


AREA: Final = Area(
    Topic.HISTORY,
    commands=(Command("stats", stats), Command("anomalies", anomalies)),
    buttons={Action.STATS: show_stats, Action.ANOMALIES: show_anomalies},
)
