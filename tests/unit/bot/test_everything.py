"""Every command and every button in every language, in a world where each has something to do.

A button that is added to the table and not driven here fails `test_each_button_works_in_each_language`.
tests/integration/bot does the same through the double.
"""

from collections.abc import Awaitable, Callable, Sequence

import pytest

from tests.pool_accounts import address as base58
from tests.unit.bot.conftest import ADMIN, ANNA, BORIS, GROUP, OTHER, WALLET, Chat
from tests.unit.bot.furnished import CHARGES, EVIL, MINT, PEER, STARS, furnish, messenger, told, troubles
from tests.unit.bot.test_groups import administers
from tests.unit.bot.visiting import Visitor
from walletwatch.bot.commands.table import ADMIN_COMMANDS, COMMANDS
from walletwatch.bot.keyboards import Action
from walletwatch.bot.texts import LANGUAGES

HOSTILE = "<b>&\u202eevil</b>{x}%s'\"; DROP TABLE users; --"
SIGNATURE = "5" * 88
ARGUMENTS: dict[str, Sequence[str]] = {
    "ack": ["1"],
    "addalert": [
        "balance_below savings XNT 10",
        "transfer_over all any $500",
        "price_above XNT 0.5 once urgent name=moon",
        "cluster 2 15m",
        f"counterparty all {OTHER}",
    ],
    "allow": [f"{OTHER} because"],
    "appeal": [f"{OTHER} because"],
    "approvals": [WALLET],
    "backfill": [f"{WALLET} 3"],
    "balance": [WALLET, OTHER],
    "block": [f"{OTHER} because"],
    "convert": ["10 XNT in USDC.x", "$5 in xnt", "5", f"1 {HOSTILE}", f"3 {OTHER} usd"],
    "currency": ["usd", "xnt"],
    "delalert": ["1"],
    "digest": ["daily 18"],
    "editalert": ["1", f"2 name {HOSTILE[:40]}"],
    "feedback": ["hello"],
    "filters": ["min 5 usd", f"block {OTHER}", f"sender {WALLET}", "savings"],
    "import": [f"{WALLET} Savings\n{OTHER}\n{HOSTILE}"],
    "label": ["Savings", f"{WALLET} Savings", f"{OTHER} {HOSTILE[:40]}"],
    "list": ["balance", "name #main", "#none"],
    "mute": ["2h", "savings"],
    "note": [f"{WALLET} {HOSTILE}"],
    "nfts": [WALLET, OTHER],
    "pause": [WALLET],
    "quiet": ["22:00-07:00 mon-fri"],
    "pools": ["xnt", OTHER, HOSTILE],
    "price": ["xnt", "USDC.x", OTHER, HOSTILE],
    "resume": [WALLET],
    "share": ["main"],
    "tag": [f"{WALLET} main other", f"{WALLET} -other"],
    "wallet": ["savings", OTHER],
    "help": ["wallet", "nothing of ours"],
    "language": ["en"],
    "report_scam": [f"{OTHER} because"],
    "retryfailed": ["all"],
    "scan": [WALLET, OTHER],
    "scantoken": [OTHER],
    "snooze": ["2h"],
    "testalert": ["2"],
    "stakes": [WALLET, OTHER],
    "start": [f"w_{WALLET}", f"t_{OTHER}", f"t_{WALLET}", "t_"],
    "token": [OTHER, WALLET, "XNT", HOSTILE],
    "tokens": [WALLET, OTHER],
    "timezone": ["madrid", "+5:30"],
    "unblock": [OTHER],
    "unmute": ["savings"],
    "watch": [f"{WALLET} Savings", f"{OTHER} {HOSTILE[:40]}"],
    "analytics": ["retention", "wallets", "commands", "delivery", HOSTILE],
    "anomalies": [WALLET, HOSTILE],
    "audit": ["ban", f"{ADMIN}", HOSTILE],
    "ban": [f"{2001} spam {HOSTILE}", HOSTILE],
    "broadcast": [
        "all",
        "all <b>some</b> news",
        "link 9 x https://x.example",
        "show 9",
        "stop 9",
    ],
    "buy": ["30", HOSTILE],
    "chart": [f"{WALLET} flows 7d dark", "portfolio", HOSTILE],
    "clearcache": ["balance", HOSTILE],
    "export": ["csv all 30d", f"koinly {WALLET} all", HOSTILE],
    "flows": [WALLET, "7d", HOSTILE],
    "history": [MINT, "swaps 30d", f"with {PEER}", f"{WALLET} xnt", HOSTILE],
    "limits": [f"{ANNA}", f"{ANNA} alerts 50", HOSTILE],
    "link": ["@nobody", HOSTILE],
    "maintenance": [f"on {HOSTILE}", "off"],
    "metrics": [HOSTILE],
    "payments": [f"{ANNA}", HOSTILE],
    "pnl": [f"{WALLET} xnt", HOSTILE],
    "purge": ["scan", HOSTILE],
    "refundpayment": [f"{ANNA} nothing", HOSTILE],
    "reply": [f"{2001} {HOSTILE}", HOSTILE],
    "report": ["weekly", "daily 9", "off", HOSTILE],
    "stats": [WALLET, HOSTILE],
    "top": [f"{WALLET} 7d", HOSTILE],
    "tx": [SIGNATURE, "4" * 88, HOSTILE],
    "unban": ["2001", HOSTILE],
    "unwatch": [OTHER, HOSTILE],
    "user": [f"{ANNA}", "2001", HOSTILE],
    "users": ["active", f"@{HOSTILE}", f"{ANNA}"],
}
"""What people write behind a command; every command is sent without anything, too."""
ALONE = {
    "about", "admin", "alerts", "blocklist", "cache", "cancel", "deleteme", "exportwallets", "feedbacks",
    "groupsettings", "health", "menu", "mydata", "plan", "portfolio", "privacy", "queues", "refund",
    "reviews", "risk", "rpc", "settings", "stats_all", "status", "sysalerts", "tags", "unlink",
}  # fmt: skip
"""Commands that take nothing, or nothing that they do not ask for by buttons."""
TAKING = ("unwatch", "deleteme", "refund")
MANY = [base58(f"wallet {number}") for number in range(8)]
REPORTERS = range(2001, 2006)


type Visit = Callable[..., Visitor]
"""Somebody in a chat: `(user, chat_id, *, topic)`."""
type Paid = Callable[[str, int], Awaitable[None]]
"""Lets Telegram know of a payment: its charge, and how many Stars."""


async def _in_private(chat: Chat, visit: Visit, paid: Paid) -> tuple[Visitor, Visitor]:
    """Somebody with wallets, alerts, a group and a payment."""
    visitor = visit(ANNA, ANNA)
    await visitor.send("/start")
    chat.plans.let(ANNA, wallets=50)
    await visitor.send("/import " + "\n".join(MANY))
    for wallet in (WALLET, OTHER):
        await visitor.send(f"/watch {wallet} {EVIL[:40]}{wallet[:4]}")
        await visitor.send(f"/tag {wallet} main {wallet[:4]}")
        await visitor.send(f"/note {wallet} {EVIL}")
    await visitor.send(f"/addalert price_below XNT 0.1 name={EVIL}")
    await furnish(chat, ANNA)
    for charge in CHARGES:
        await paid(charge, STARS)
    administers(chat, GROUP, ANNA)
    await visitor.send("/link")
    code = chat.last.split("<code>/link ")[1].split("</code>")[0]
    group = visit(ANNA, GROUP, topic=7)
    await group.send(f"/link {code}")
    for message in await told(chat, ANNA):
        since = len(chat.request.calls)
        await messenger(chat).send(ANNA, message)
        visitor.look(since, "what is told")
    await visitor.press_everything()
    for name in [command.name for command in COMMANDS if command.name not in TAKING]:
        for arguments in ("", *ARGUMENTS.get(name, ())):
            await visitor.send(f"/{name} {arguments}".strip())
            await visitor.press_everything()
    await visitor.send("/refund")
    await visitor.press_everything()
    (given_back,) = [shown for shown in visitor.late if shown.action is Action.REFUND_CONFIRMED]
    await visitor.press(given_back)
    await visitor.press_everything()
    return visitor, group


async def _end(visitor: Visitor) -> None:
    await visitor.send(f"/unwatch {WALLET}")
    await visitor.press_everything()
    await visitor.send("/deleteme")
    await visitor.press_everything()
    await visitor.press_the_rest()


async def _stranger(chat: Chat, visit: Visit) -> Visitor:
    """Somebody who follows a link to another's list."""
    visitor = visit(BORIS, BORIS)
    for share in list(chat.stores.tables.shares.values()):
        await visitor.send(f"/start s_{share.token}")
        await visitor.press_everything()
    return visitor


async def _in_a_forum(visitor: Visitor) -> None:
    for name in [command.name for command in COMMANDS if command.name not in TAKING]:
        await visitor.send(f"/{name}@testbot {WALLET}")
        await visitor.send(f"/{name}@testbot")
        await visitor.press_everything()


async def _as_administrator(chat: Chat, visit: Visit) -> Visitor:
    visitor = visit(ADMIN, ADMIN)
    await visitor.send(f"/watch {WALLET} {EVIL[:40]}")
    since = len(chat.request.calls)
    for person in REPORTERS:
        await chat.send(f"/report_scam {PEER} {EVIL}", user=person)
    visitor.look(since, "what is reported")
    await troubles(chat, REPORTERS)
    for command in ADMIN_COMMANDS:
        for arguments in ("", *ARGUMENTS.get(command.name, ())):
            await visitor.send(f"/{command.name} {arguments}".strip())
            await visitor.press_everything()
    await visitor.send("/broadcast all <b>one</b>")
    await visitor.press_the_rest()
    await visitor.send("/broadcast all two")
    await visitor.press_everything()
    visitor.late = [shown for shown in visitor.late if shown.action is not Action.BROADCAST_DISCARDED]
    await visitor.press_the_rest()
    await visitor.send("/broadcast")
    await visitor.press_everything()
    return visitor


async def drive(chat: Chat, visit: Visit, paid: Paid) -> set[Action]:
    """All commands and buttons, by all whom they are for; the actions of which a button did something."""
    anna, group = await _in_private(chat, visit, paid)
    boris = await _stranger(chat, visit)
    await _in_a_forum(group)
    admin = await _as_administrator(chat, visit)
    await group.press_the_rest()
    await boris.press_the_rest()
    await _end(anna)
    return anna.worked | boris.worked | group.worked | admin.worked


@pytest.mark.parametrize("language", LANGUAGES)
async def test_each_button_works_in_each_language(chat: Chat, language: str) -> None:
    def visit(user: int, chat_id: int, *, topic: int | None = None) -> Visitor:
        return Visitor(chat, language, user, chat_id, topic)

    async def paid(_charge: str, _stars: int) -> None:
        """This Telegram gives back whatever it is asked for."""

    missing = sorted(action.name for action in set(Action) - await drive(chat, visit, paid))
    assert not missing, " ".join(missing)


def test_a_new_command_is_driven_with_what_people_write_behind_it() -> None:
    names = {command.name for command in (*COMMANDS, *ADMIN_COMMANDS)}
    assert len(names) >= 60
    assert ARGUMENTS.keys() | ALONE == names
    assert not ARGUMENTS.keys() & ALONE
