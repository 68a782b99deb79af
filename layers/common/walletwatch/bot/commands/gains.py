"""/pnl."""

from typing import Final

from walletwatch.bot.commands.command import Area, Command, Topic
from walletwatch.bot.commands.dialogue import Dialogue
from walletwatch.bot.commands.figures import EVERYTHING
from walletwatch.bot.commands.history_words import asset_of
from walletwatch.bot.keyboards import Action, CallbackData
from walletwatch.bot.scope_codes import ScopeCode
from walletwatch.bot.talk import Talk
from walletwatch.domain.browsing import WalletChoice
from walletwatch.domain.periods import ALL_TIME


async def pnl(talk: Talk, dialogue: Dialogue) -> None:
    """What was gained and lost: `/pnl [wallet|all] [token]`."""
    asset: str | None = None
    name: list[str] = []
    for word in talk.arguments:
        token = asset_of(word, dialogue.views.profile)
        if token is not None and asset is None:
            asset = token
        elif word.lower() not in EVERYTHING:
            name.append(word)
    await _show(talk, dialogue, WalletChoice(name=" ".join(name) or None), asset, ScopeCode(None, ALL_TIME))


async def show(talk: Talk, dialogue: Dialogue, data: CallbackData) -> None:
    """Another page, or another wallet."""
    code = ScopeCode.decode(data.argument)
    await _show(talk, dialogue, WalletChoice(code.subscription_id), None, code)


async def _show(
    talk: Talk, dialogue: Dialogue, choice: WalletChoice, asset: str | None, code: ScopeCode
) -> None:
    gains = await dialogue.analysing.gains(talk.chat_id, choice, asset, talk.say.exchange)
    shown = ScopeCode(gains.subject.subscription_id, ALL_TIME, page=code.page)
    await talk.show(dialogue.views.gains.gains(gains, shown, talk.chat.settings.timezone, talk.say))


AREA: Final = Area(Topic.HISTORY, commands=(Command("pnl", pnl),), buttons={Action.GAINS: show})
