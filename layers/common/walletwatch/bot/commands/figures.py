"""/flows and /top, and what all commands of figures share."""

from collections.abc import Mapping
from typing import Final

from walletwatch.bot.commands.command import Area, ButtonHandler, Command, Topic
from walletwatch.bot.commands.dialogue import Dialogue
from walletwatch.bot.commands.period_words import take_period
from walletwatch.bot.formatting import zone_of
from walletwatch.bot.keyboards import Action, CallbackData, StaleData
from walletwatch.bot.scope_codes import ScopeCode
from walletwatch.bot.talk import Talk
from walletwatch.bot.views.flows import BY_NUMBER, BY_TOKEN
from walletwatch.domain.browsing import WalletChoice
from walletwatch.domain.periods import Period

MONTH: Final = Period(days=30)
EVERYTHING: Final = frozenset({"", "all"})


def read_scope(talk: Talk, dialogue: Dialogue, default: Period) -> tuple[WalletChoice, Period]:
    """The wallet and the period that were written: `[wallet|all] [period]`.

    Raises:
        Complaint: A date is none.
    """
    zone = zone_of(talk.chat.settings.timezone)
    period, left = take_period(talk.arguments, dialogue.clock.now(), zone)
    name = " ".join(left)
    return WalletChoice(name=None if name.lower() in EVERYTHING else name), period or default


async def flows(talk: Talk, dialogue: Dialogue) -> None:
    """What came in and went out."""
    choice, period = read_scope(talk, dialogue, MONTH)
    await _show_flows(talk, dialogue, choice, ScopeCode(None, period, BY_TOKEN))


async def top(talk: Talk, dialogue: Dialogue) -> None:
    """With whom the wallets had to do most."""
    choice, period = read_scope(talk, dialogue, MONTH)
    await _show_top(talk, dialogue, choice, ScopeCode(None, period, BY_NUMBER))


async def _show_flows(talk: Talk, dialogue: Dialogue, choice: WalletChoice, code: ScopeCode) -> None:
    zone = talk.chat.settings.timezone
    told = await dialogue.analysing.flows(talk.chat_id, choice, code.period, zone_of(zone), talk.say.exchange)
    shown = ScopeCode(told.subject.subscription_id, code.period, code.mark, code.page)
    await talk.show(dialogue.views.flows.flows(told, shown, zone, talk.say))


async def _show_top(talk: Talk, dialogue: Dialogue, choice: WalletChoice, code: ScopeCode) -> None:
    zone = talk.chat.settings.timezone
    told = await dialogue.analysing.flows(talk.chat_id, choice, code.period, zone_of(zone), talk.say.exchange)
    shown = ScopeCode(told.subject.subscription_id, code.period, code.mark, code.page)
    await talk.show(dialogue.views.flows.top(told, shown, zone, talk.say))


async def show_flows(talk: Talk, dialogue: Dialogue, data: CallbackData) -> None:
    """Flows of something else."""
    code = ScopeCode.decode(data.argument)
    await _show_flows(talk, dialogue, WalletChoice(code.subscription_id), code)


async def show_top(talk: Talk, dialogue: Dialogue, data: CallbackData) -> None:
    """Counterparties of something else."""
    code = ScopeCode.decode(data.argument)
    await _show_top(talk, dialogue, WalletChoice(code.subscription_id), code)


async def choose_wallet(talk: Talk, dialogue: Dialogue, data: CallbackData) -> None:
    """Ask of which wallet the figures are wanted."""
    action, _, argument = data.argument.partition(".")
    code = ScopeCode.decode(argument)
    if action not in SHOWN:
        raise StaleData
    watched = await dialogue.watching.subscriptions(talk.chat_id)
    await talk.show(dialogue.views.choosing.wallets(watched, SHOWN[action], code, talk.say))


_OF_WALLETS: Final = (Action.FLOWS, Action.TOP, Action.GAINS, Action.STATS, Action.ANOMALIES)
SHOWN: Final[Mapping[str, Action]] = {action.value: action for action in _OF_WALLETS}
"""What shows figures of a wallet that a button names."""
BUTTONS: Final[Mapping[Action, ButtonHandler]] = {
    Action.FLOWS: show_flows,
    Action.TOP: show_top,
    Action.FIGURES_WALLETS: choose_wallet,
}
AREA: Final = Area(Topic.HISTORY, commands=(Command("flows", flows), Command("top", top)), buttons=BUTTONS)
