"""/tx, and signatures that somebody just sends."""

from typing import Final

from walletwatch.bot.commands.command import Area, Command, Topic
from walletwatch.bot.commands.dialogue import Complaint, Dialogue
from walletwatch.bot.pasted import unlinked
from walletwatch.bot.talk import Talk
from walletwatch.bot.views.ways import giving_up
from walletwatch.domain.addresses import decode_signature, is_address
from walletwatch.domain.errors import InvalidAddress, MalformedTransaction, TransactionNotFound


async def tx(talk: Talk, dialogue: Dialogue) -> None:
    """Explain the transaction whose signature, or whose link, was written; or ask for it."""
    if not talk.arguments:
        if not await dialogue.conversations.ask(talk.contact, "tx"):
            raise Complaint("error.no_signature")
        await talk.reply(talk.say("tx.ask"), giving_up(talk.say))
        return
    await explain(talk, dialogue, unlinked(talk.arguments[0]))


async def explain(talk: Talk, dialogue: Dialogue, signature: str) -> None:
    """Explain a transaction.

    Raises:
        Complaint: It is no signature, or nobody knows the transaction, or it cannot be read.
        ChainUnavailable: The chain could not be asked.
    """
    if is_address(signature):
        raise Complaint("error.address_for_signature")
    try:
        decode_signature(signature)
    except InvalidAddress as error:
        raise Complaint("error.not_signature") from error
    try:
        explanation = await dialogue.explaining.explain(talk.chat_id, signature)
    except TransactionNotFound as error:
        raise Complaint("error.transaction_not_found") from error
    except MalformedTransaction as error:
        raise Complaint("error.transaction_unreadable") from error
    zone = talk.chat.settings.timezone
    await talk.send(dialogue.views.explaining.explained(explanation, zone, talk.say))


AREA: Final = Area(Topic.HISTORY, commands=(Command("tx", tx),))
