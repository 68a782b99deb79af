"""Many wallets at once: pasted, in a file, taken away, and shared with others."""

import re
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.bot.conftest import ANNA, BORIS, GROUP, OTHER, WALLET, Chat
from tests.unit.bot.test_wallets import address, button_texts, data, watched
from walletwatch.bot import talk
from walletwatch.bot.keyboards import Action
from walletwatch.domain.errors import DeliveryUnavailable, TransientError
from walletwatch.domain.wallet_book import SHARED_FOR, tag_key
from walletwatch.domain.wallet_files import MAX_BYTES, MAX_LINES
from walletwatch.domain.work import CheckReason
from walletwatch.services.importing import IMPORTS

UNKNOWN = "no such list"


async def labels(chat: Chat, user: int = ANNA) -> dict[str, str | None]:
    return {each.address: each.label for each in await chat.stores.subscriptions.subscriptions(user)}


def document(chat: Chat, content: bytes, size: int | None = None) -> dict[str, Any]:
    chat.request.files["file-1"] = content
    return {
        "document": {
            "file_id": "file-1",
            "file_unique_id": "u",
            "file_name": "list.csv",
            "file_size": len(content) if size is None else size,
        }
    }


async def send_file(
    chat: Chat, content: bytes, caption: str = "", size: int | None = None, /, **where: Any
) -> None:
    update = chat.message("", **where)
    message = update["message"]
    del message["text"]
    await chat.bot.handle(
        update
        | {"message": message | document(chat, content, size) | ({"caption": caption} if caption else {})}
    )


class TestImport:
    async def test_a_pasted_list_is_reported_line_by_line(self, chat: Chat) -> None:
        await watched(chat, "known")
        chat.chain.calls.clear()
        await chat.send(
            f"/import {WALLET} Anna's\n{address(0)}\nhello\n{OTHER},Boris\n{WALLET}\n{address(7)} too many"
        )
        for part in ("2 wallets added", "One was watched already", "One line names a wallet again"):
            assert part in chat.last
        assert "One wallet is too many: you can watch 3" in chat.last
        assert "3: <code>hello</code>" in chat.last
        assert await labels(chat) == {address(0): "known", WALLET: "Anna's", OTHER: "Boris"}
        assert chat.chain.calls == ["slot"]
        started = {each.wallet for each in chat.queues.checks if each.reason is CheckReason.WATCH_STARTED}
        assert started == {WALLET, OTHER, address(0)}
        assert chat.metrics.counts["WalletsImported"] == 2

    @pytest.mark.parametrize("command", ["/import", "/watch"])
    @pytest.mark.parametrize("between", [" ", "\n", ", "])
    async def test_several_of_a_line_are_several_wallets(
        self, chat: Chat, command: str, between: str
    ) -> None:
        await chat.send(f"/watch {WALLET} Mine")
        link = f"https://explorer.mainnet.x1.xyz/address/{OTHER}?tab=tokens"
        await chat.send(f"{command} {WALLET}{between}{link}")
        assert await labels(chat) == {WALLET: "Mine", OTHER: None}

    async def test_as_the_answer(self, chat: Chat) -> None:
        await chat.send("/import")
        assert "one address a line" in chat.last
        await chat.send(f"{WALLET}\tone\n{OTHER}\ttwo")
        assert await labels(chat) == {WALLET: "one", OTHER: "two"}
        assert chat.sessions.stored == {}

    async def test_a_file_with_its_caption(self, chat: Chat) -> None:
        content = f"Wallet;Name;Tags;Note\r\n{WALLET};one;DeFi;a note\r\n".encode("utf-8-sig")
        await send_file(chat, content, "/import")
        assert "One wallet added" in chat.last
        (entry,) = await chat.stores.book.entries(ANNA)
        assert (entry.subscription.label, entry.tags, entry.note) == ("one", ("defi",), "a note")

    async def test_a_file_as_the_answer(self, chat: Chat) -> None:
        await chat.press(data(Action.IMPORT))
        await send_file(chat, b"\xff\xfe" + f"{WALLET} имя".encode("utf-16-le"))
        assert await labels(chat) == {WALLET: "имя"}
        assert chat.sessions.stored == {}

    async def test_after_a_file_that_cannot_be_read_the_question_stands(self, chat: Chat) -> None:
        await chat.send("/import")
        await send_file(chat, "имя".encode("cp1251"))
        assert "UTF-8" in chat.last
        await send_file(chat, WALLET.encode())
        assert await labels(chat) == {WALLET: None}

    async def test_a_file_that_nobody_asked_for(self, chat: Chat) -> None:
        await send_file(chat, WALLET.encode())
        assert "/import as its caption" in chat.last
        await send_file(chat, WALLET.encode(), "/help")
        assert "/import as its caption" in chat.last
        await chat.send("/watch")
        await send_file(chat, WALLET.encode())
        assert "/import as its caption" in chat.last
        assert await labels(chat) == {}

    async def test_in_a_group_only_with_its_command(self, chat: Chat) -> None:
        chat.request.admins.add(ANNA)
        await send_file(chat, WALLET.encode(), chat=GROUP)
        await send_file(chat, WALLET.encode(), "/import@otherbot", chat=GROUP)
        assert chat.request.calls == []
        await send_file(chat, WALLET.encode(), "/import@testbot", chat=GROUP, user=BORIS)
        assert "administrators" in chat.last
        assert chat.request.of("getFile") == []
        await send_file(chat, WALLET.encode(), "/import@TestBot", chat=GROUP)
        assert await labels(chat, GROUP) == {WALLET: None}

    @pytest.mark.parametrize("size", [None, 5])
    async def test_a_file_that_is_too_large(self, chat: Chat, size: int | None) -> None:
        await send_file(chat, b"x" * (MAX_BYTES + 1), "/import", size)
        assert "64 KB" in chat.last
        assert len(chat.request.of("getFile")) == (0 if size is None else 1)
        assert chat.metrics.counts["FilesRefused"] == 1

    async def test_a_file_that_telegram_does_not_have(self, chat: Chat) -> None:
        chat.request.failures.append((400, "Bad Request: wrong file_id or the file is temporarily gone", {}))
        await send_file(chat, WALLET.encode(), "/import")
        assert chat.metrics.counts["FilesRefused"] == 1
        assert await labels(chat) == {}

    async def test_a_file_that_does_not_come_is_a_redelivery(
        self, chat: Chat, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(talk, "DOWNLOAD_SECONDS", 0.01)
        chat.request.hangs.add("getFile")
        with pytest.raises(DeliveryUnavailable):
            await send_file(chat, WALLET.encode(), "/import")

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("\n".join([WALLET] * (MAX_LINES + 1)), "at most 500 lines"),
            (",;", "nothing in it"),
            ("hello", "no new wallet"),
        ],
    )
    async def test_what_is_no_list(self, chat: Chat, text: str, expected: str) -> None:
        await chat.send(f"/import {text}")
        assert expected in chat.last
        assert await labels(chat) == {}

    async def test_without_the_chain_it_waits(self, chat: Chat) -> None:
        chat.chain.down = True
        await chat.send(f"/import {WALLET}")
        assert "watching begins as soon as I can" in chat.last
        (subscription,) = await chat.stores.subscriptions.subscriptions(ANNA)
        assert subscription.from_slot is None

    async def test_a_delivery_that_was_cut_off_is_made_up_for(self, chat: Chat) -> None:
        chat.queues.down = True
        message = chat.message(f"/import {WALLET}")
        with pytest.raises(TransientError):
            await chat.bot.handle(message)
        chat.queues.down = False
        await chat.bot.handle(message)
        assert [each.wallet for each in chat.queues.checks] == [WALLET]

    async def test_not_too_often(self, chat: Chat) -> None:
        for _ in range(IMPORTS + 1):
            await chat.send(f"/import {WALLET}")
        assert "in an hour" in chat.last
        await chat.send(f"/import {WALLET}", user=BORIS)
        assert "One wallet added" in chat.last

    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(st.text(max_size=200) | st.text(max_size=60).map(lambda text: f"{WALLET},{text}\n{OTHER} {text}"))
    async def test_any_list_is_answered(self, chat: Chat, text: str) -> None:
        chat.metrics.counts.clear()
        chat.clock.advance(3601)
        await chat.send(f"/import {text}")
        await send_file(chat, text.encode(errors="replace"), "/import")
        assert chat.metrics.counts["HandlerErrors"] == chat.metrics.counts["AnswersRefused"] == 0


class TestExport:
    async def test_what_is_taken_away_can_be_brought_back(self, chat: Chat) -> None:
        first, _ = await watched(chat, "=cmd|x", "plain")
        await chat.send(f"/tag {address(0)} defi whale")
        await chat.stores.book.annotate(ANNA, first, '+1 "note"\nof two lines')
        await chat.press(data(Action.EXPORT))
        ((name, content),) = chat.request.uploads
        assert name == "wallets.csv"
        assert b"'=cmd|x" in content
        assert b"\n=cmd" not in content
        await send_file(chat, content, "/import", user=BORIS)
        (one, two) = await chat.stores.book.entries(BORIS)
        assert (one.subscription.label, one.tags, one.note) == (
            "=cmd|x",
            ("defi", "whale"),
            '+1 "note"\nof two lines',
        )
        assert two.subscription.label == "plain"

    async def test_nothing_to_take_away(self, chat: Chat) -> None:
        await chat.send("/exportwallets")
        assert "no wallet" in chat.last
        assert chat.request.uploads == []


class TestSharing:
    async def _link(self, chat: Chat, naming: str = "y", key: str = "-") -> str:
        await chat.press(data(Action.SHARE_MADE, f"{naming}.{key}"))
        found = re.search(r"https://t\.me/testbot\?start=s_([A-Za-z0-9_-]{24})<", chat.last)
        assert found, chat.last
        return found[1]

    async def test_whoever_opens_the_link_sees_the_list_and_can_watch_it(self, chat: Chat) -> None:
        await watched(chat, "first <b>", None, "third")
        await chat.send("/share")
        assert "Share your 3 wallets" in chat.last
        assert chat.buttons[:2] == [data(Action.SHARE_MADE, "y.-"), data(Action.SHARE_MADE, "n.-")]
        token = await self._link(chat)
        await chat.send(f"/watch {address(2)} my own name", user=BORIS)
        await chat.send(f"/start s_{token}", user=BORIS)
        assert "shares 3 wallets with you" in chat.last
        assert "first &lt;b&gt;" in chat.last
        assert "➕ first <b>" in button_texts(chat)
        await chat.press(data(Action.SHARED_ADD, f"{token}.0"), user=BORIS)
        assert "watching one wallet more" in chat.last
        await chat.press(data(Action.SHARED_ADD, f"{token}.0"), user=BORIS)
        assert "You watch them already" in chat.last
        await chat.press(data(Action.SHARED_ADD_ALL, token), user=BORIS)
        assert await labels(chat, BORIS) == {
            address(2): "my own name",
            address(0): "first <b>",
            address(1): None,
        }

    async def test_without_names(self, chat: Chat) -> None:
        await watched(chat, "secret", "hidden")
        token = await self._link(chat, "n")
        await chat.send(f"/start s_{token}", user=BORIS)
        assert "secret" not in chat.last
        assert not any("secret" in text for text in button_texts(chat))
        await chat.press(data(Action.SHARED_ADD_ALL, token), user=BORIS)
        assert set((await labels(chat, BORIS)).values()) == {None}

    async def test_nothing_else_of_the_owner_is_shown(self, chat: Chat) -> None:
        numbers = await watched(chat, "one", "two")
        await chat.stores.book.retag(ANNA, numbers[0], add=["privatetag"])
        await chat.stores.book.annotate(ANNA, numbers[0], "privatenote")
        token = await self._link(chat, key=tag_key("privatetag"))
        await chat.send(f"/watch {WALLET} later")
        before = len(chat.request.calls)
        await chat.send(f"/start s_{token}", user=BORIS)
        await chat.press(data(Action.SHARED, f"{token}.0"), user=BORIS)
        said = str(chat.request.calls[before:])
        for secret in ("privatetag", "privatenote", "two", "later", WALLET):
            assert secret not in said
        assert "one" in said

    async def test_the_list_turns_its_pages(self, chat: Chat) -> None:
        await watched(chat, *(f"w{number:02}" for number in range(20)))
        token = await self._link(chat)
        await chat.send(f"/start s_{token}", user=BORIS)
        assert data(Action.SHARED, f"{token}.1") in chat.buttons
        await chat.press(data(Action.SHARED, f"{token}.2"), user=BORIS)
        assert "w19" in chat.last
        await chat.press(data(Action.SHARED_ADD, f"{token}.19"), user=BORIS)
        assert "✅ <b>w19" in chat.last
        await chat.press(data(Action.SHARED_ADD_ALL, token), user=BORIS)
        assert "too many: you can watch 3" in chat.last
        assert len(await labels(chat, BORIS)) == 3

    async def test_it_is_revoked(self, chat: Chat) -> None:
        await watched(chat, "zebra", "yak")
        token = await self._link(chat)
        _, (share,) = await chat.stores.book.shares(ANNA, chat.clock.now())
        await chat.press(data(Action.SHARE_REVOKED, share.id), user=BORIS)
        assert "outdated" in chat.last
        await chat.send("/share")
        assert "One link is open" in chat.last
        assert token not in str(chat.request.calls[-1])
        await chat.press(data(Action.SHARE_REVOKED, share.id))
        assert "no longer works" in chat.last
        await self._reveals_nothing(chat, token)
        await chat.press(data(Action.SHARE_REVOKED, share.id))
        assert "outdated" in chat.last

    async def test_it_ends(self, chat: Chat) -> None:
        await watched(chat, "zebra", "yak")
        token = await self._link(chat)
        chat.clock.advance(SHARED_FOR.total_seconds() - 1)
        await chat.send(f"/start s_{token}", user=BORIS)
        assert "zebra" in chat.last
        chat.clock.advance(1)
        await self._reveals_nothing(chat, token)

    @pytest.mark.parametrize("token", ["x" * 24, "", "short", "x" * 60, "ж" * 24, "%" * 24])
    async def test_another_token(self, chat: Chat, token: str) -> None:
        await watched(chat, "one", "two")
        await self._link(chat)
        await chat.send(f"/start s_{token}", user=BORIS)
        assert UNKNOWN in chat.last

    async def _reveals_nothing(self, chat: Chat, token: str) -> None:
        before = len(chat.request.calls)
        await chat.send(f"/start s_{token}", user=BORIS)
        assert UNKNOWN in chat.last
        for action, argument in (
            (Action.SHARED, f"{token}.0"),
            (Action.SHARED_ADD, f"{token}.0"),
            (Action.SHARED_ADD_ALL, token),
        ):
            await chat.press(data(action, argument), user=BORIS)
            assert UNKNOWN in chat.last
        said = str(chat.request.calls[before:])
        assert "zebra" not in said
        assert address(0)[:4] not in said
        assert await labels(chat, BORIS) == {}

    @pytest.mark.parametrize(
        ("action", "argument"),
        [
            (Action.SHARE_MADE, ""),
            (Action.SHARE_MADE, "y"),
            (Action.SHARE_MADE, "q.-"),
            (Action.SHARE_MADE, "y.ffffffffff"),
            (Action.SHARE, "ffffffffff"),
            (Action.SHARE_REVOKED, "x"),
            (Action.SHARE_REVOKED, "9" * 30),
        ],
    )
    async def test_data_that_mean_nothing(self, chat: Chat, action: Action, argument: str) -> None:
        await watched(chat, "one")
        await chat.press(data(action, argument))
        assert "outdated" in chat.last
        assert chat.stores.tables.shares == {}

    @pytest.mark.parametrize("number", ["20", "-1", "x", ""])
    async def test_a_wallet_that_is_not_in_the_list(self, chat: Chat, number: str) -> None:
        await watched(chat, "one")
        token = await self._link(chat)
        await chat.press(data(Action.SHARED_ADD, f"{token}.{number}"), user=BORIS)
        assert "outdated" in chat.last

    async def test_tokens_are_never_the_same_and_long(self, chat: Chat) -> None:
        await watched(chat, "one")
        tokens = {await self._link(chat) for _ in range(10)}
        assert len(tokens) == 10

    async def test_a_single_wallet_is_shared_by_its_address(self, chat: Chat) -> None:
        (number,) = await watched(chat, "secret")
        await chat.press(data(Action.SHARE_WALLET, number))
        assert f"?start=w_{address(0)}" in chat.last
        assert "secret" not in chat.last

    async def test_nothing_to_share(self, chat: Chat) -> None:
        await chat.send("/share")
        assert "no wallet" in chat.last
        await watched(chat, "one")
        await chat.send("/share #none")
        assert "No wallet has the tag" in chat.last

    async def test_in_a_group_administrators_add_a_list(self, chat: Chat) -> None:
        await watched(chat, "one", "two")
        token = await self._link(chat)
        await chat.send(f"/start s_{token}", user=BORIS, chat=GROUP)
        await chat.press(data(Action.SHARED_ADD_ALL, token), user=BORIS, chat=GROUP)
        assert "administrators" in chat.last
        chat.request.admins.add(BORIS)
        await chat.press(data(Action.SHARED_ADD_ALL, token), user=BORIS, chat=GROUP)
        assert len(await labels(chat, GROUP)) == 2
