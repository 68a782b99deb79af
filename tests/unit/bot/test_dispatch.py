"""Commands are found as the library's own `CommandHandler` finds them, by one look."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from telegram import Update, User
from telegram.ext import CommandHandler, ExtBot, filters

from walletwatch.bot.dispatch import CommandsHandler

NAMES = ("watch", "list")


class _Bot(ExtBot[None]):
    @property
    def bot(self) -> User:
        return User(7, "x", is_bot=True, username="TestBot")


BOT = _Bot("7:token-of-the-tests")


async def _nothing(_update: Update, _context: Any) -> None:
    return None


IN_CHANNELS = CommandsHandler(NAMES, _nothing, channels=True)
OURS = CommandsHandler(NAMES, _nothing)
THEIRS = {name: CommandHandler(name, _nothing, filters=filters.UpdateType.MESSAGE) for name in NAMES}


def _update(text: str, *, kind: str = "message", entity: str = "bot_command", offset: int = 0) -> Update:
    length = len(text.split(maxsplit=1)[0]) if text.split() else 1
    body = {
        "message_id": 1,
        "date": 1,
        "text": text,
        "chat": {"id": 1, "type": "private"},
        "entities": [{"type": entity, "offset": offset, "length": length}],
    }
    return Update.de_json({"update_id": 1, kind: body}, BOT)


def _expected(update: Update) -> list[str] | None:
    for name, handler in THEIRS.items():
        found = handler.check_update(update)
        if isinstance(found, tuple):
            return [name, *found[0]]
    return None


@given(
    st.one_of(
        st.text(max_size=30),
        st.builds(
            "/{}{} {}".format,
            st.sampled_from(["watch", "WATCH", "list", "lists", "wat", ""]),
            st.sampled_from(["", "@testbot", "@TestBot", "@otherbot", "@"]),
            st.text(max_size=20),
        ),
    ),
    st.sampled_from(["message", "edited_message", "channel_post"]),
    st.sampled_from(["bot_command", "bold"]),
    st.sampled_from([0, 1]),
)
def test_what_is_found_is_what_the_library_finds(text: str, kind: str, entity: str, offset: int) -> None:
    update = _update(text, kind=kind, entity=entity, offset=offset)
    assert OURS.check_update(update) == _expected(update)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("/watch a  b", ["watch", "a", "b"]),
        ("/Watch@testBOT a", ["watch", "a"]),
        ("/watch@another_bot a", None),
        ("/unknown", None),
    ],
)
def test_examples(text: str, found: list[str] | None) -> None:
    assert OURS.check_update(_update(text)) == found


@pytest.mark.parametrize(
    ("kind", "found"), [("message", True), ("channel_post", True), ("edited_channel_post", False)]
)
def test_posts_to_channels_count_where_that_is_wanted(kind: str, found: bool) -> None:
    update = _update("/watch x", kind=kind)
    assert IN_CHANNELS.check_update(update) == (["watch", "x"] if found else None)
