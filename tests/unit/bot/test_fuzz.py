"""Whatever strangers write, press, send or name: nothing fails, misleads, or is refused by Telegram."""

import copy
import json
import string
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.unit.bot.answers import flaws
from tests.unit.bot.conftest import ADMIN, ANNA, BORIS, GROUP, OTHER, WALLET, Chat
from tests.unit.bot.furnished import EVIL, MINT, furnish, told
from tests.unit.bot.test_application import CORPUS, SHIPPED
from tests.unit.bot.visiting import Visitor
from walletwatch.bot.commands.table import ADMIN_COMMANDS, COMMANDS
from walletwatch.bot.keyboards import MAX_DATA_BYTES, VERSION, Action
from walletwatch.domain.errors import TransientError

OFTEN: Final = settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
PEOPLE: Final = st.sampled_from([ANNA, BORIS, ADMIN])
SIGNATURE: Final = "5" * 88
BAD_WORDS: Final = (
    EVIL, "<b>", "</b>", "&", "\u202e", "{0}", "%s", "'; DROP TABLE users; --", "\x00", "🦊" * 70,
    "٣", "²", "½", "-1", "0", "1e999", "NaN", "Infinity", "1.0.0", "0x10", "1,5", "$", "$5", "5%", f"{2**31}",
    f"{2**63}", f"{2**64}", "9" * 40, "@", "@testbot", "#", "#main", "#none", "/", "//", "..", ".", ":",
    "..:..", "_", "all", "now", "off", "30d", "99999d", "24:00", "-1h", "22:00-07:00", "mon-sun",
    "2026-13-45", "9999-12-31", "0001-01-01..9999-12-31", "xnt", "usd", "a" * 33, "a" * 5000, "\n" * 5,
    WALLET, OTHER, MINT, WALLET[:-1], f"{WALLET}x", WALLET.lower(), SIGNATURE, f"https://x.y/tx/{SIGNATURE}",
    "\u200b", "\u0645\u062d\u0645\u062f", "\u4f60\u597d", "\U000e0041", "\u0301" * 60,
)  # fmt: skip
KNOWN_WORDS: Final = (
    "savings", "main", "balance_below", "transfer_over", "price_above", "cluster", "counterparty", "min",
    "block", "allow", "sender", "link", "show", "stop", "premium", "wallets", "plan", "csv", "koinly", "1",
    "daily", "weekly", "name=x", "once", "urgent", "2", "10", "flows", "dark", "swaps", "sent", "with",
)  # fmt: skip
CHARACTERS: Final = st.characters(exclude_categories=["Cs"])
"""JSON with half a character is refused before it reaches the bot."""
WORDS: Final = st.sampled_from(
    [*(word for word in BAD_WORDS if "\ud83d" not in word), *KNOWN_WORDS]
) | st.text(CHARACTERS, max_size=20)
LINES: Final = st.lists(WORDS, max_size=6).map(" ".join)
PREFIXES: Final = ("w_", "t_", "s_", "x_", "")


PIECES: Final = st.lists(
    st.integers(0, 99) | st.text(CHARACTERS, max_size=8) | st.integers(-2, 2**64).map(str), max_size=4
)
"""Of a button's argument: numbers stand for what is known by an id."""


@pytest.fixture
async def world(chat: Chat) -> Chat:
    """Two people who watch wallets in which a lot has happened."""
    for user in (ANNA, BORIS, ADMIN):
        visitor = Visitor(chat, "en", user, user)
        await visitor.send(f"/watch {WALLET} {EVIL[:40]}{user}")
        await visitor.send(f"/watch {OTHER} Other")
        await visitor.send("/addalert price_above XNT 0.5")
    await furnish(chat, ANNA)
    await told(chat, ANNA)
    return chat


class Outcome:
    """What came of it: nothing that failed, and nothing that Telegram would not take."""

    def __init__(self, chat: Chat) -> None:
        self.chat = chat
        self.since = len(chat.request.calls)

    def check(self, what: object) -> None:
        for name in ("HandlerErrors", "AnswersRefused", "AnswersIncomplete", "InlineQueriesUnanswered"):
            assert self.chat.metrics.counts.get(name, 0) == 0, (name, what)
        for text in self.chat.request.refused:
            # What an administrator broadcasts is their own HTML, of which Telegram is the judge.
            assert "can't parse entities" in text, (text, what)
            assert "broadcast" in str(what), (text, what)
        self.chat.request.refused.clear()
        for _, arguments in self.chat.request.calls[self.since :]:
            if not (found := list(flaws(arguments, "en"))):
                continue
            assert "broadcast" in str(what), (found, what)


@OFTEN
@given(st.sampled_from(sorted(command.name for command in (*COMMANDS, *ADMIN_COMMANDS))), LINES, PEOPLE)
@example("convert", "1e999999 xnt in usd", ANNA)
@example("timezone", "%s" * 50, ANNA)
@example("deleteme", "yes", BORIS)
async def test_behind_a_command(world: Chat, name: str, text: str, user: int) -> None:
    outcome = Outcome(world)
    await world.send(f"/{name} {text}"[:4096].strip(), user=user)
    assert len(world.request.calls) > outcome.since
    outcome.check((name, text, user))


@OFTEN
@given(st.sampled_from(sorted(command.name for command in COMMANDS)), LINES)
async def test_as_an_answer_to_what_is_asked(world: Chat, name: str, text: str) -> None:
    outcome = Outcome(world)
    await world.send(f"/{name}", user=BORIS)
    await world.send(text[:4096] or "x", user=BORIS)
    outcome.check((name, text))


ODD: Final = ("-1", str(2**70), "..", "a:b", "²", "٣", "")


def _ids(world: Chat) -> tuple[str, ...]:
    tables = world.stores.tables
    return (
        *(str(number) for number in (*tables.subscriptions, *tables.wallets, *tables.shares)),
        *tables.deliveries,
        *("1", "0", WALLET, OTHER, MINT, "csv", "all", "x", "30d", "XNT", "native"),
    )


@settings(OFTEN, max_examples=600)
@given(st.sampled_from(sorted(Action)), PIECES, st.sampled_from(".-_, "), PEOPLE)
async def test_from_a_button(
    world: Chat, action: Action, pieces: list[int | str], between: str, user: int
) -> None:
    ids = (*_ids(world), *ODD)
    argument = between.join(each if isinstance(each, str) else ids[each % len(ids)] for each in pieces)
    data = f"{VERSION}:{action.value}:{argument}"
    if len(data.encode()) > MAX_DATA_BYTES:
        return
    outcome = Outcome(world)
    await world.press(data, user=user)
    answers = [name for name, _ in world.request.calls[outcome.since :] if name == "answerCallbackQuery"]
    assert len(answers) == 1
    outcome.check((data, user))


@OFTEN
@given(LINES, st.sampled_from(["", "0", "10", "-1", "x", "9" * 60]), PEOPLE)
async def test_in_inline_mode(world: Chat, text: str, offset: str, user: int) -> None:
    outcome = Outcome(world)
    person = {"id": user, "is_bot": False, "first_name": EVIL, "language_code": "en"}
    query = {"id": f"i{next(world.numbers)}", "from": person, "query": text[:256], "offset": offset}
    await world.bot.handle({"update_id": 1, "inline_query": query})
    (answer,) = [
        arguments for name, arguments in world.request.calls[outcome.since :] if name == "answerInlineQuery"
    ]
    outcome.check((text, offset))
    for result in answer["results"]:
        shown = {**result["input_message_content"], "text": result["input_message_content"]["message_text"]}
        assert list(flaws(shown, "en")) == []


LINK_CHARACTERS: Final = f"{string.ascii_letters}{string.digits}_-"


@OFTEN
@given(
    st.sampled_from(PREFIXES),
    st.text(LINK_CHARACTERS, max_size=62) | st.sampled_from([WALLET, OTHER, "1" * 44, "x" * 62]) | WORDS,
)
async def test_behind_a_deep_link(world: Chat, prefix: str, payload: str) -> None:
    outcome = Outcome(world)
    await world.send(f"/start {prefix}{payload}"[:4096].strip(), user=BORIS)
    outcome.check((prefix, payload))


CELLS: Final = st.lists(st.lists(WORDS, max_size=4).map(",".join), max_size=6).map("\n".join)


@OFTEN
@given(
    st.binary(max_size=200) | CELLS.map(str.encode) | st.sampled_from([b"", b"\xff\xfe", b"\xef\xbb\xbf,"]),
    st.sampled_from(["/import", "/import@testbot", "/import@other", "", "/watch", "/nonsense", EVIL]),
    st.sampled_from([ANNA, GROUP]),
    st.booleans(),
)
async def test_in_a_file(world: Chat, content: bytes, caption: str, chat_id: int, asked: bool) -> None:
    outcome = Outcome(world)
    if asked:
        await world.send("/import")
    world.request.files["f"] = content
    document = {"file_id": "f", "file_unique_id": "u", "file_name": f"{EVIL}.csv", "file_size": len(content)}
    message = world.message("", chat=chat_id)["message"]
    del message["text"]
    message |= {"document": document} | ({"caption": caption} if caption else {})
    await world.bot.handle({"update_id": 1, "message": message})
    outcome.check((content, caption))


KINDS: Final = ("message", "edited_message", "channel_post", "edited_channel_post", "business_message")
TEXTS: Final = {
    "text", "caption", "data", "query", "title", "first_name", "last_name", "username", "file_name", "offset",
    "language_code", "invoice_payload", "telegram_payment_charge_id", "new_chat_title", "author_signature",
}  # fmt: skip
HERE: Final = {"id": ANNA, "type": "private"}


ALL_COMMANDS: Final = st.sampled_from([f"/{command.name}" for command in (*COMMANDS, *ADMIN_COMMANDS)])


def _recorded() -> list[Any]:
    found = sorted((CORPUS if CORPUS.exists() else SHIPPED).glob("*.json"))
    return [json.loads(Path(file).read_text()) for file in found]


def _strings(value: Any) -> Iterator[tuple[dict[str, Any], str]]:
    """Where a stranger's texts are in an update."""
    for part in value if isinstance(value, list) else value.values() if isinstance(value, dict) else ():
        yield from _strings(part)
    if isinstance(value, dict):
        yield from ((value, key) for key in value if key in TEXTS and isinstance(value[key], str))


@settings(OFTEN, max_examples=300)
@given(
    st.sampled_from(_recorded()),
    st.sampled_from(KINDS),
    st.lists(LINES | st.tuples(ALL_COMMANDS, LINES).map(" ".join), min_size=1, max_size=8),
    st.sampled_from([None, ANNA, GROUP]),
    st.booleans(),
)
async def test_in_recorded_updates_of_all_kinds(
    world: Chat, recorded: Any, kind: str, texts: list[str], chat_id: int | None, forwarded: bool
) -> None:
    outcome = Outcome(world)
    update = copy.deepcopy(recorded)
    update["update_id"] = 1
    for (holder, key), text in zip(list(_strings(update)), cycle(texts), strict=False):
        holder[key] = text[:4096] or "x"
    if "callback_query" in update:
        update["callback_query"]["id"] = f"q{next(world.numbers)}"
    if "message" in update:
        message = update.pop("message")
        if chat_id is not None:
            message["chat"] = {"id": chat_id, "type": "private" if chat_id > 0 else "supergroup"}
        if str(message.get("text", "")).startswith("/"):
            length = len(message["text"].split()[0])
            message["entities"] = [{"type": "bot_command", "offset": 0, "length": length}]
        if forwarded:
            person = {"id": BORIS, "is_bot": False, "first_name": EVIL}
            message["forward_origin"] = {"type": "user", "date": 1, "sender_user": person}
        update[kind] = message
    try:
        await world.bot.handle(update)
    except TransientError:
        pytest.fail(f"to be delivered again: {update}")
    outcome.check((kind, update, "broadcast" if "broadcast" in str(update) else ""))
    if kind.startswith("edited") and kind in update:
        assert len(world.request.calls) == outcome.since, "what is edited is not answered anew"
