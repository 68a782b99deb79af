"""/scan, and what is below its answers."""

from typing import Final

from walletwatch.bot.commands.command import Area, Command, Topic
from walletwatch.bot.commands.dialogue import Dialogue, address_of, choose, named_wallet, owned
from walletwatch.bot.keyboards import Action, StaleData
from walletwatch.bot.talk import Talk
from walletwatch.bot.views.scan import PAGE_SEPARATOR


async def scan(talk: Talk, dialogue: Dialogue) -> None:
    """Queue a scan of the address that was named, or ask which."""
    found = await named_wallet(talk, dialogue, only_watched=False)
    if found is None:
        await choose(talk, dialogue, "scan", talk.say("scan.choose"), Action.SCAN)
        return
    await scan_address(talk, dialogue, found[0])


async def scan_of(talk: Talk, dialogue: Dialogue, subscription_id: int) -> None:
    """Queue a scan of a watched wallet."""
    subscription = await owned(talk, dialogue, subscription_id)
    await scan_address(talk, dialogue, subscription.address)


async def scan_address(talk: Talk, dialogue: Dialogue, text: str) -> None:
    """Answer with a scan that is still fresh, or queue one; its result comes as a message of its own."""
    address = address_of(text)
    known = await dialogue.reports.recall(address)
    if known is not None and known.is_fresh:
        await talk.send(dialogue.views.scans.scan(known, talk.say))
    else:
        await _queue(talk, dialogue, address)


async def scan_verdict(talk: Talk, dialogue: Dialogue, text: str) -> None:
    """Show the verdict of a scan again."""
    address = address_of(text)
    report = await dialogue.reports.recall(address)
    if report is None:
        await _queue(talk, dialogue, address)
    else:
        await talk.show(dialogue.views.scans.scan(report, talk.say))


async def scan_details(talk: Talk, dialogue: Dialogue, argument: str) -> None:
    """Show a page of what a scan found; what is no longer known is scanned anew.

    Raises:
        StaleData: The argument is no address and page.
    """
    text, separator, page = argument.partition(PAGE_SEPARATOR)
    if not separator or not (page.isascii() and page.isdecimal()):
        raise StaleData
    address = address_of(text)
    report = await dialogue.reports.recall(address)
    if report is None:
        await _queue(talk, dialogue, address)
    else:
        await talk.show(dialogue.views.scans.details(report, int(page), talk.say))


async def scan_connections(talk: Talk, dialogue: Dialogue, text: str) -> None:
    """Show with whom a scanned wallet is connected; what is no longer known is scanned anew."""
    address = address_of(text)
    report = await dialogue.reports.recall(address)
    if report is None or report.connections is None:
        await _queue(talk, dialogue, address)
    else:
        found = report.connections
        await talk.show(dialogue.views.connections.connections(report, found, talk.say))


async def _queue(talk: Talk, dialogue: Dialogue, address: str) -> None:
    # A button can be pressed again; each press is a request of its own, and a repeated delivery is not.
    request = talk.query_id or str(talk.message_id)
    await dialogue.scans.request(
        address,
        request=request,
        chat_id=talk.chat_id,
        reply_to=talk.message_id,
        requested_by=talk.contact.user_id,
        language=talk.say.language,
    )
    await talk.reply(talk.say("scan.started", address=address))


AREA: Final = Area(
    Topic.SECURITY,
    commands=(Command("scan", scan),),
    buttons={
        Action.SCAN: lambda talk, dialogue, data: scan_of(talk, dialogue, data.number),
        Action.SCAN_ADDRESS: lambda talk, dialogue, data: scan_address(talk, dialogue, data.argument),
        Action.SCAN_CONNECTIONS: lambda talk, dialogue, data: scan_connections(talk, dialogue, data.argument),
        Action.SCAN_DETAILS: lambda talk, dialogue, data: scan_details(talk, dialogue, data.argument),
        Action.SCAN_VERDICT: lambda talk, dialogue, data: scan_verdict(talk, dialogue, data.argument),
    },
)
