"""Scans of wallets and tokens, open approvals, and the risk of one's wallets."""

import asyncio
from typing import Final

from walletwatch.bot.commands.command import Area, Command, Topic
from walletwatch.bot.commands.dialogue import (
    Dialogue,
    address_of,
    ask_address,
    choose,
    is_first_tap,
    named_wallet,
    owned,
    refusal,
)
from walletwatch.bot.keyboards import Action, StaleData, number_of
from walletwatch.bot.talk import Talk
from walletwatch.bot.views.scan import PAGE_SEPARATOR
from walletwatch.domain.chats import Subscription
from walletwatch.domain.errors import QueueUnavailable
from walletwatch.domain.plans import Quota
from walletwatch.domain.work import SubjectKind


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


async def scan_address(
    talk: Talk, dialogue: Dialogue, text: str, kind: SubjectKind = SubjectKind.AUTO
) -> None:
    """Answer with a scan that is still fresh, or queue one."""
    address = address_of(text)
    # All in one round trip: mostly there is none, and one is taken of those that the sender has left.
    known, refused, first = await asyncio.gather(
        dialogue.reports.recall(address),
        refusal(talk, dialogue, Quota.SCANS, _request(talk)),
        is_first_tap(talk, dialogue, f"scan:{address}"),
    )
    if not first:
        await dialogue.quotas.give_back(talk.chat, Quota.SCANS, _request(talk))
    elif known is not None and known.is_fresh and kind in {SubjectKind.AUTO, known.kind}:
        await dialogue.quotas.give_back(talk.chat, Quota.SCANS, _request(talk))
        await talk.send(dialogue.views.scans.scan(known, talk.say))
    elif refused is not None:
        raise refused
    else:
        await _queue(talk, dialogue, address, kind)


async def scan_verdict(talk: Talk, dialogue: Dialogue, text: str) -> None:
    """Show the verdict of a scan again."""
    address = address_of(text)
    report = await dialogue.reports.recall(address)
    if report is None:
        await _scan_anew(talk, dialogue, address)
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
        await _scan_anew(talk, dialogue, address)
    else:
        await talk.show(dialogue.views.scans.details(report, int(page), talk.say))


async def scan_connections(talk: Talk, dialogue: Dialogue, text: str) -> None:
    """Show with whom a scanned wallet is connected; what is no longer known is scanned anew."""
    address = address_of(text)
    report = await dialogue.reports.recall(address)
    if report is None or report.connections is None:
        await _scan_anew(talk, dialogue, address)
    else:
        found = report.connections
        await talk.show(dialogue.views.connections.connections(report, found, talk.say))


async def scan_token(talk: Talk, dialogue: Dialogue) -> None:
    """/scantoken MINT: scan a token, or ask which."""
    if not talk.arguments:
        await ask_address(talk, dialogue, "scantoken")
        return
    await scan_address(talk, dialogue, talk.arguments[0], SubjectKind.TOKEN)


async def approvals(talk: Talk, dialogue: Dialogue) -> None:
    """/approvals [WALLET]: who may spend from a wallet, or ask from which."""
    found = await named_wallet(talk, dialogue, only_watched=False)
    if found is None:
        await choose(talk, dialogue, "approvals", talk.say("approvals.choose"), Action.APPROVALS)
        return
    address, subscription = found
    await _show_approvals(talk, dialogue, address, subscription)


async def approvals_of(talk: Talk, dialogue: Dialogue, subscription_id: int) -> None:
    """Who may spend from a watched wallet."""
    subscription = await owned(talk, dialogue, subscription_id)
    await _show_approvals(talk, dialogue, subscription.address, subscription)


async def risk(talk: Talk, dialogue: Dialogue) -> None:
    """/risk: how risky the chat's wallets were when they were last looked at."""
    await risk_page(talk, dialogue, 0)


async def risk_page(talk: Talk, dialogue: Dialogue, page: int) -> None:
    """A page of them."""
    known = await dialogue.risks.of_chat(talk.chat_id)
    now = dialogue.watching.now()
    await talk.show(dialogue.views.approvals.risks(known, page, now, talk.say))


async def _show_approvals(
    talk: Talk, dialogue: Dialogue, address: str, subscription: Subscription | None
) -> None:
    held = await dialogue.balances.balance(address)
    await talk.show(dialogue.views.approvals.approvals(held, subscription, talk.say))


async def _scan_anew(talk: Talk, dialogue: Dialogue, address: str) -> None:
    """Where a scan was shown that is not known any more."""
    refused, first = await asyncio.gather(
        refusal(talk, dialogue, Quota.SCANS, _request(talk)), is_first_tap(talk, dialogue, f"scan:{address}")
    )
    if not first:
        await dialogue.quotas.give_back(talk.chat, Quota.SCANS, _request(talk))
    elif refused is not None:
        raise refused
    else:
        await _queue(talk, dialogue, address)


def _request(talk: Talk) -> str:
    # A button can be pressed again; each press is a request of its own, and a repeated delivery is not.
    return talk.query_id or str(talk.message_id)


async def _queue(talk: Talk, dialogue: Dialogue, address: str, kind: SubjectKind = SubjectKind.AUTO) -> None:
    """Queue a scan that was taken, whose message shows how far it is and becomes its result."""
    progress = await talk.send(dialogue.views.scans.queued(address, talk.say))
    try:
        await dialogue.scans.request(
            address,
            request=_request(talk),
            chat_id=talk.chat_id,
            reply_to=talk.message_id,
            requested_by=talk.contact.user_id,
            language=talk.say.language,
            progress=progress,
            topic=talk.topic,
            subject_kind=kind,
        )
    except QueueUnavailable:
        await talk.replace(progress, dialogue.views.scans.not_queued(address, talk.say))


AREA: Final = Area(
    Topic.SECURITY,
    commands=(
        Command("scan", scan, names_wallet=True),
        Command("scantoken", scan_token),
        Command("approvals", approvals, names_wallet=True),
        Command("risk", risk),
    ),
    buttons={
        Action.APPROVALS: lambda talk, dialogue, data: approvals_of(talk, dialogue, data.number),
        Action.RISKS: lambda talk, dialogue, data: risk_page(talk, dialogue, number_of(data.argument or "0")),
        Action.SCAN: lambda talk, dialogue, data: scan_of(talk, dialogue, data.number),
        Action.SCAN_ADDRESS: lambda talk, dialogue, data: scan_address(talk, dialogue, data.argument),
        Action.SCAN_CONNECTIONS: lambda talk, dialogue, data: scan_connections(talk, dialogue, data.argument),
        Action.SCAN_DETAILS: lambda talk, dialogue, data: scan_details(talk, dialogue, data.argument),
        Action.SCAN_VERDICT: lambda talk, dialogue, data: scan_verdict(talk, dialogue, data.argument),
    },
)
