"""/balance."""

from typing import Final

from walletwatch.bot.commands.command import Area, Command, Topic
from walletwatch.bot.commands.dialogue import Dialogue, address_of, choose, named_wallet, owned
from walletwatch.bot.keyboards import Action, button
from walletwatch.bot.talk import Talk
from walletwatch.domain.chats import Subscription


async def balance(talk: Talk, dialogue: Dialogue) -> None:
    """Show what the wallet that was named holds, or ask which."""
    found = await named_wallet(talk, dialogue, only_watched=False)
    if found is None:
        await choose(talk, dialogue, "balance", talk.say("balance.choose"), Action.BALANCE)
        return
    address, subscription = found
    if subscription is None:
        await balance_of_address(talk, dialogue, address)
    else:
        await _show(talk, dialogue, subscription)


async def balance_of(talk: Talk, dialogue: Dialogue, subscription_id: int) -> None:
    """Show what a watched wallet holds."""
    await _show(talk, dialogue, await owned(talk, dialogue, subscription_id))


async def _show(talk: Talk, dialogue: Dialogue, subscription: Subscription) -> None:
    held = await dialogue.balances.balance(subscription.address)
    refresh = button(talk.say("button.refresh"), Action.BALANCE, subscription.id)
    await talk.show(dialogue.views.money.balance(held, subscription.label, refresh, talk.say))


async def balance_of_address(talk: Talk, dialogue: Dialogue, text: str) -> None:
    """Show what any wallet holds."""
    address = address_of(text)
    held = await dialogue.balances.balance(address)
    refresh = button(talk.say("button.refresh"), Action.BALANCE_ADDRESS, address)
    await talk.show(dialogue.views.money.balance(held, None, refresh, talk.say))


AREA: Final = Area(
    Topic.MONEY,
    commands=(Command("balance", balance, names_wallet=True),),
    buttons={
        Action.BALANCE: lambda talk, dialogue, data: balance_of(talk, dialogue, data.number),
        Action.BALANCE_ADDRESS: lambda talk, dialogue, data: balance_of_address(
            talk, dialogue, data.argument
        ),
    },
)
