"""A world in which every button of the bot has something to do; what strangers named in it is hostile."""

from datetime import timedelta
from decimal import Decimal
from typing import Final

from tests.contract.things import activity, address, candidates_of, tell_all
from tests.pool_accounts import address as base58
from tests.unit.bot.conftest import OTHER, TOKEN, WALLET, Chat
from walletwatch.bot.library import KnownBot
from walletwatch.bot.messenger import TelegramMessenger
from walletwatch.bot.rendering import HtmlRenderer
from walletwatch.bot.views.broadcasts import message as news
from walletwatch.bot.views.pictures import PicturesView
from walletwatch.domain.activities import Activity, ActivityKind, Leg
from walletwatch.domain.alerts import AlertLevel, Condition, Finding
from walletwatch.domain.annotations import Annotation, AssetNote
from walletwatch.domain.broadcasts import Audience, Broadcast, BroadcastState, Segment
from walletwatch.domain.chain import TokenHolding
from walletwatch.domain.digests import DigestPolicy, plan_deliveries
from walletwatch.domain.inspection.network import Contact, Network
from walletwatch.domain.lookalikes import readable
from walletwatch.domain.lookback import Lookback
from walletwatch.domain.money import NATIVE
from walletwatch.domain.pictures import DrawRequest, PictureKind, Theme
from walletwatch.domain.plans import Offer, Payment
from walletwatch.domain.profile import PROFILES
from walletwatch.domain.tokens import IdentitySource, TokenIdentity
from walletwatch.domain.wallets import AccountKind
from walletwatch.domain.work import RenderedMessage, SubjectKind

EVIL: Final = "<tg-spoiler>&\u202e{x}</i>%s'\""
"""A name that would be a spoiler, an end tag too many, a place of a text, and turn the line around."""
NAME: Final = readable(EVIL, 40)
"""What is stored of it where a token is read."""
RENDERER: Final = HtmlRenderer(PROFILES["x1-mainnet"])
PEER: Final = address("peer")
MINT: Final = base58("a token of strangers")
MINTS: Final = (MINT, *(base58(f"token {number}") for number in range(12)))
CHARGES: Final = ("stx" + "1" * 60, "stx" + "2" * 60)
"""One that is given back by whoever paid, and one by an administrator."""
STARS: Final = 250
DAY: Final = 86_400


async def furnish(chat: Chat, user: int) -> None:
    """What the watched wallets hold, did and risk; what somebody paid, and what operators have to see to."""
    _holdings(chat)
    await _lives(chat)
    for charge in CHARGES:
        await chat.plans.paid(Payment(charge, user, Offer(30, STARS), chat.clock.now()), "")
    contact = Contact(OTHER, 0, 2 * 10**9, 0, 0, "signature", 5)
    chat.inspector.facts = {Network: Network(WALLET, (contact,), (), (), None, complete=True)}
    chat.judge.score, chat.judge.rules_found = 27, ("mint_authority_kept",)
    for subject in (WALLET, OTHER):
        await chat.scans.report(subject, SubjectKind.AUTO)


def _holdings(chat: Chat) -> None:
    chat.chain.lamports[WALLET] = 3 * 10**9
    chat.prices.usd = {NATIVE: Decimal("0.5"), MINT: Decimal("0.001")}
    for mint in MINTS:
        account = TokenHolding(base58(f"account {mint}"), AccountKind.TOKEN, mint, 10**9, 6, 1)
        chat.chain.holdings.setdefault(WALLET, []).append(account)
        chat.tokens.known[mint] = TokenIdentity(mint, 6, NAME, NAME, None, IdentitySource.METAPLEX)
    chat.inspector.tokens[OTHER] = chat.tokens.known[MINT]


def acts(chat: Chat, wallet: str, letter: str = "5") -> list[Activity]:
    """What a wallet did lately, newest last."""
    now = int(chat.clock.now().timestamp())
    note = Annotation({MINT: AssetNote(NAME, NAME, 6, listed=False)})
    swap = (Leg(NATIVE, -5, 9), Leg(MINT, 7_000_000, 6))
    return [
        *(
            activity(f"{letter}{number:02}" + letter * 85, number, wallet, block_time=now - number * DAY,
                     legs=(Leg(NATIVE, 10**8 + number, 9, PEER),))
            for number in range(40, 20, -1)
        ),
        activity(letter * 87 + "4", 50, wallet, block_time=now - DAY, kind=ActivityKind.TRANSFER_OUT,
                 legs=(Leg(NATIVE, -(10**9), 9, PEER),)),
        activity(letter * 88, 60, wallet, block_time=now - 60, kind=ActivityKind.SWAP, legs=swap,
                 annotation=note),
    ]  # fmt: skip


async def _lives(chat: Chat) -> None:
    for wallet, letter in ((WALLET, "5"), (OTHER, "6")):
        row = chat.stores.tables.wallet_at(wallet)
        assert row is not None
        await chat.stores.ledger.keep(row.id, acts(chat, wallet, letter))


async def told(chat: Chat, chat_id: int) -> list[RenderedMessage]:
    """The messages that other functions send to a chat, with the buttons below them."""
    known = await chat.stores.subscriptions.chat(chat_id)
    assert known is not None
    language = known.spoken_language
    messages = [await _alone(chat, chat_id), await _together(chat, chat_id)]
    draft = Broadcast(
        1, 1, Audience(Segment.ALL), "<b>News</b>", None, 20, BroadcastState.RUNNING,
        1, 0, None, None, None, chat.clock.now(), None, None, None,
    )  # fmt: skip
    messages.append(news(draft, language))
    (one, *_) = await chat.stores.subscriptions.subscriptions(chat_id)
    drawing = DrawRequest(
        "r" * 32,
        chat_id,
        PictureKind.BALANCE,
        one.id,
        None,
        Lookback.MONTH,
        Theme.LIGHT,
        language,
        "UTC",
        None,
    )
    messages.append(PicturesView(PROFILES["x1-mainnet"]).nothing("empty", drawing))
    report = await chat.scans.report(WALLET, SubjectKind.AUTO)
    messages.append(RENDERER.scan(report, language))
    return messages


async def _alone(chat: Chat, chat_id: int) -> RenderedMessage:
    (subscription,) = [
        each for each in await chat.stores.subscriptions.subscriptions(chat_id) if each.address == WALLET
    ]
    note = Annotation({MINT: AssetNote(NAME, NAME, 6, listed=False)})
    did = activity("7" * 88, 2_000_000_000, WALLET, legs=(Leg(MINT, 7, 6, PEER),), annotation=note)
    outgoing = await chat.stores.ledger.record(
        subscription.wallet_id,
        [did],
        candidates_of([did], subscription),
        lambda candidates, _bursts: tell_all(candidates),
        since=chat.clock.now(),
    )
    (pending,) = outgoing.pending
    return RENDERER.delivery(pending)


async def _together(chat: Chat, chat_id: int) -> RenderedMessage:
    (subscription,) = [
        each for each in await chat.stores.subscriptions.subscriptions(chat_id) if each.address == OTHER
    ]
    did = [activity(letter * 88, 2_000_000_010 + place, OTHER) for place, letter in enumerate("89")]
    now = chat.clock.now()
    outgoing = await chat.stores.ledger.record(
        subscription.wallet_id,
        did,
        candidates_of(did, subscription),
        lambda new, bursts: plan_deliveries(new, bursts, policy=DigestPolicy(), now=now, oldest=now),
        since=now,
    )
    (pending,) = outgoing.pending
    return RENDERER.delivery(pending)


async def troubles(chat: Chat, reporters: range = range(2001, 2006)) -> None:
    """What administrators have to see to."""
    lost = Finding(Condition.REDIS_LOST, "", AlertLevel.CRITICAL, {"error": "StoreUnavailable"})
    await chat.alerts.raised(lost, chat.clock.now())
    chat.system.queues.dead |= {"scan": ["x"], "balance": ["y"]}
    for number in range(30):
        said_at = chat.clock.now() - timedelta(seconds=number)
        chat.people.hear(reporters[number % len(reporters)], EVIL, said_at)


def messenger(chat: Chat) -> TelegramMessenger:
    """What the other functions send with."""
    return TelegramMessenger(KnownBot(TOKEN, "http://telegram", "testbot", chat.request))
