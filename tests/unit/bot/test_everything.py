"""Every command and every button: answered, valid for Telegram, and harmless.

tests/integration/bot does the same through the double, in every language.
"""

from collections import deque
from collections.abc import Sequence
from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.unit.bot.conftest import ADMIN, ANNA, BORIS, GROUP, OTHER, WALLET, Chat
from walletwatch.bot.commands.table import ADMIN_COMMANDS, COMMANDS
from walletwatch.bot.keyboards import VERSION, Action

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
}
"""What people write behind a command; every command is sent without anything, too."""
FORGET = f"{VERSION}:{Action.FORGET_CONFIRMED.value}:"
LAST = ("unwatch", "deleteme")
"""They take away what the others are about."""
MAX_PRESSES = 400
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)
"""JSON with half a character is refused before it reaches the bot."""


def _said(chat: Chat, since: int) -> list[tuple[str, dict[str, Any]]]:
    return chat.request.calls[since:]


class Visitor:
    """A person who sends everything, and presses every button there is."""

    def __init__(self, chat: Chat, language: str, user: int = ANNA, chat_id: int | None = None) -> None:
        self.chat = chat
        self.user = user
        self.chat_id = chat_id
        self.sender = {"id": user, "is_bot": False, "first_name": "x", "language_code": language}
        self.seen: set[str] = set()
        self.new: deque[str] = deque()

    async def send(self, text: str) -> None:
        since = len(self.chat.request.calls)
        await self.chat.send(text, user=self.user, chat=self.chat_id, **{"from": self.sender})
        assert _said(self.chat, since), f"{text} was not answered"
        self._check(text)

    async def press(self, data: str) -> None:
        since = len(self.chat.request.calls)
        await self.chat.press(data, user=self.user, chat=self.chat_id)
        answers = [name for name, _ in _said(self.chat, since) if name == "answerCallbackQuery"]
        assert len(answers) == 1, f"{data} was answered {len(answers)} times"
        self._check(data)

    async def press_everything(self) -> None:
        presses = 0
        while self.new and presses < MAX_PRESSES:
            presses += 1
            await self.press(self.new.popleft())

    def _check(self, what: str) -> None:
        assert self.chat.metrics.counts.get("HandlerErrors", 0) == 0, what
        assert self.chat.metrics.counts.get("AnswersRefused", 0) == 0, what
        for data in self.chat.buttons:
            # Whoever is forgotten has nothing left to press.
            if data not in self.seen and data != FORGET:
                self.seen.add(data)
                self.new.append(data)


def _in_order(names: Sequence[str]) -> list[str]:
    return ["watch", *(name for name in names if name not in {"watch", *LAST}), *LAST]


async def test_every_command_and_every_button_that_follows(chat: Chat) -> None:
    visitor = Visitor(chat, "en")
    for name in _in_order([command.name for command in COMMANDS]):
        for arguments in ("", *ARGUMENTS.get(name, ())):
            await visitor.send(f"/{name} {arguments}".strip())
            if name not in LAST:
                await visitor.press_everything()
    await visitor.press_everything()
    await visitor.press(FORGET)


async def test_every_command_of_administrators_and_their_buttons(chat: Chat) -> None:
    visitor = Visitor(chat, "en", user=ADMIN)
    for command in ADMIN_COMMANDS:
        for arguments in ("", *ARGUMENTS.get(command.name, ())):
            await visitor.send(f"/{command.name} {arguments}".strip())
            await visitor.press_everything()


async def test_every_command_in_a_group(chat: Chat) -> None:
    chat.request.admins.add(ANNA)
    visitor = Visitor(chat, "en", chat_id=GROUP)
    for name in _in_order([command.name for command in COMMANDS]):
        for arguments in ("", *ARGUMENTS.get(name, ())):
            await visitor.send(f"/{name}@testbot {arguments}".strip())
            await visitor.press_everything()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(sorted(command.name for command in COMMANDS)), TEXTS)
@example("watch", HOSTILE)
@example("help", "\x00\uffff")
@example("timezone", "%s" * 50)
async def test_whatever_is_written_behind_a_command(chat: Chat, name: str, text: str) -> None:
    await Visitor(chat, "en").send(f"/{name} {text}".replace("\n", " ").strip())


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(sorted(Action)), st.text(st.characters(exclude_categories=["Cs"]), max_size=40))
@example(Action.CARD, "-1")
@example(Action.CARD, str(2**70))
@example(Action.SCAN_DETAILS, "..")
async def test_whatever_comes_back_from_a_button(chat: Chat, action: Action, text: str) -> None:
    await Visitor(chat, "en", user=BORIS).press(f"{VERSION}:{action.value}:{text}")


def _rows_of(chat: Chat, chat_id: int) -> dict[str, list[str]]:
    """Everything that is stored of a chat, as text."""
    found: dict[str, list[str]] = {}
    for name, rows in vars(chat.stores.tables).items():
        if isinstance(rows, dict):
            found[name] = [repr(item) for item in rows.items() if _is_of(item, chat_id)]
    return found


def _is_of(item: tuple[Any, Any], chat_id: int) -> bool:
    key, row = item
    owners = [row, *(getattr(row, part, None) for part in ("chat", "entry", "rule"))]
    return key == chat_id or any(getattr(owner, "chat_id", None) == chat_id for owner in owners)


async def test_what_one_person_is_shown_tells_another_nothing(chat: Chat) -> None:
    anna, boris = Visitor(chat, "en", user=ANNA), Visitor(chat, "en", user=BORIS)
    await boris.send(f"/watch {OTHER} Mine")
    for name in _in_order([command.name for command in COMMANDS]):
        if name in LAST:
            continue
        await anna.send(f"/{name}")
        for arguments in ARGUMENTS.get(name, ()):
            await anna.send(f"/{name} {arguments.replace('Savings', 'Secret')}")
        await anna.press_everything()
    # She has taken some of it back by her own buttons.
    await anna.send(f"/watch {WALLET} Secret")
    await anna.send(f"/note {WALLET} Secret thoughts")
    await anna.send("/addalert balance_below Secret XNT 5")
    kept = _rows_of(chat, ANNA)
    assert kept["subscriptions"]
    assert kept["rules"]
    tables = chat.stores.tables
    names = [*tables.subscriptions, *tables.rules, *tables.shares, *tables.deliveries, 1, 2, 3]
    guessed = [f"{VERSION}:{action.value}:{name}" for action in Action for name in names]
    since = len(chat.request.calls)
    for data in sorted({*anna.seen, *(each for each in guessed if len(each) <= 64)}):
        if not data.startswith(FORGET):
            await boris.press(data)
    for number in range(1, 4):
        await boris.send(f"/editalert {number}")
        await boris.send(f"/delalert {number}")
    for _, said in _said(chat, since):
        assert "Secret" not in str(said)
    for command in ("wallet", "unwatch", "label", "note", "pause", "history", "pnl", "chart"):
        # Her name for it means nothing here, but that it is what was written.
        await boris.send(f"/{command} Secret")
        assert "thoughts" not in chat.last
    assert _rows_of(chat, ANNA) == kept
