"""Groups, topics and channels: who answers for them, who may change what they hear of, and what is said."""

import json
from dataclasses import replace
from typing import Any

import pytest

from tests.unit.bot.conftest import ANNA, BORIS, GROUP, OTHER, TOKEN, WALLET, Chat
from walletwatch.bot.keyboards import Action, CallbackData
from walletwatch.domain.chats import Chat as KnownChat
from walletwatch.domain.currencies import Currency

BOT = int(TOKEN.partition(":")[0])
CHANNEL, THREAD = -300, 77
ANONYMOUS = 1_087_968_824
"""Telegram's own user @GroupAnonymousBot."""
POSTS = {"can_post_messages": True}


def data(action: Action, argument: object = "") -> str:
    return CallbackData(action, str(argument)).encode()


async def known(chat: Chat, chat_id: int = GROUP) -> KnownChat:
    found = await chat.stores.subscriptions.chat(chat_id)
    assert found is not None
    return found


async def heard(chat: Chat, chat_id: int = GROUP) -> list[str]:
    return [each.address for each in await chat.stores.subscriptions.subscriptions(chat_id)]


async def code(chat: Chat, user: int = ANNA) -> str:
    await chat.send("/link", user=user)
    return chat.last.split("<code>/link ")[1].split("</code>")[0]


def administers(chat: Chat, chat_id: int, *users: int) -> None:
    for user in users:
        chat.request.memberships[chat_id, user] = {"can_manage_chat": True}


async def linked(chat: Chat, user: int = ANNA, chat_id: int = GROUP) -> None:
    """A group that somebody with two wallets has linked."""
    administers(chat, chat_id, user)
    await chat.send(f"/watch {WALLET} Savings", user=user)
    await chat.send(f"/watch {OTHER}", user=user)
    await chat.send(f"/link {await code(chat, user)}", user=user, chat=chat_id)


def channel(chat: Chat, name: str = "@artists", *, posts: bool = True) -> None:
    full = {"id": CHANNEL, "type": "channel", "title": "Art & <Co>"}
    chat.request.chats |= {name: full, str(CHANNEL): full}
    chat.request.memberships[CHANNEL, BOT] = {"can_post_messages": posts}


def member_update(
    chat_id: int, kind: str, before: str, now: str, by: int = ANNA, **rights: Any
) -> dict[str, Any]:
    def member(status: str) -> dict[str, Any]:
        found: dict[str, Any] = {"user": {"id": BOT, "is_bot": True, "first_name": "b"}, "status": status}
        if status == "kicked":
            found["until_date"] = 0
        if status == "administrator":
            names = (
                "can_be_edited is_anonymous can_manage_chat can_delete_messages can_manage_video_chats"
                " can_restrict_members can_promote_members can_change_info can_invite_users"
                " can_post_stories can_edit_stories can_delete_stories"
            )
            found |= dict.fromkeys(names.split(), False) | rights
        return found

    return {
        "update_id": 1,
        "my_chat_member": {
            "chat": {"id": chat_id, "type": kind, "title": "Friends"},
            "from": {"id": by, "is_bot": by == ANONYMOUS, "first_name": "x"},
            "date": 1,
            "old_chat_member": member(before),
            "new_chat_member": member(now),
        },
    }


class TestArriving:
    async def test_who_brings_it_in_answers_for_the_group(self, chat: Chat) -> None:
        await chat.bot.handle(member_update(GROUP, "supergroup", "left", "member"))
        assert "group" in chat.last
        found = await known(chat)
        assert (found.owner.user_id, found.title) == (ANNA, "Friends")

    async def test_an_anonymous_administrator_brings_it_in_for_nobody(self, chat: Chat) -> None:
        await chat.bot.handle(member_update(GROUP, "supergroup", "left", "member", ANONYMOUS))
        assert (await known(chat)).owner.user_id is None

    async def test_a_promotion_changes_nothing(self, chat: Chat) -> None:
        await chat.bot.handle(member_update(GROUP, "supergroup", "left", "member"))
        said = len(chat.request.calls)
        await chat.bot.handle(member_update(GROUP, "supergroup", "member", "administrator", BORIS))
        assert (await known(chat)).owner.user_id == ANNA
        assert len(chat.request.calls) == said

    async def test_of_a_channel_its_bringer_is_asked_in_private(self, chat: Chat) -> None:
        await chat.send("/start")
        await chat.bot.handle(
            member_update(CHANNEL, "channel", "left", "administrator", can_post_messages=True)
        )
        sent = chat.request.of("sendMessage")[-1]
        assert sent["chat_id"] == ANNA
        assert "Which of your wallets" in sent["text"]
        assert chat.buttons == [data(Action.LINK, f"{CHANNEL}.0")]
        assert (await known(chat, CHANNEL)).owner.user_id == ANNA

    async def test_its_owner_is_told_when_others_throw_it_out(self, chat: Chat) -> None:
        await chat.send("/start")
        await chat.bot.handle(member_update(GROUP, "supergroup", "left", "member"))
        await chat.bot.handle(member_update(GROUP, "supergroup", "member", "kicked", BORIS))
        sent = chat.request.of("sendMessage")[-1]
        assert sent["chat_id"] == ANNA
        assert "can't write to 👥 <b>Friends</b>" in sent["text"]
        assert not (await known(chat)).active
        said = len(chat.request.calls)
        await chat.bot.handle(member_update(GROUP, "supergroup", "kicked", "left", BORIS))
        assert len(chat.request.calls) == said

    async def test_who_throws_it_out_knows(self, chat: Chat) -> None:
        await chat.send("/start")
        await chat.bot.handle(member_update(GROUP, "supergroup", "left", "member"))
        said = len(chat.request.calls)
        await chat.bot.handle(member_update(GROUP, "supergroup", "member", "left"))
        assert len(chat.request.calls) == said
        assert not (await known(chat)).active

    async def test_a_channel_that_takes_the_right_to_post_goes_silent(self, chat: Chat) -> None:
        await chat.send("/start")
        able = {"can_post_messages": True}
        await chat.bot.handle(member_update(CHANNEL, "channel", "left", "administrator", **able))
        await chat.bot.handle(member_update(CHANNEL, "channel", "administrator", "administrator", BORIS))
        assert not (await known(chat, CHANNEL)).active
        assert "can't write to 📣" in chat.last


class TestLinkingAGroup:
    async def test_a_code_links_and_the_wallets_are_chosen_in_private(self, chat: Chat) -> None:
        await linked(chat)
        group, private = chat.request.of("sendMessage")[-2:]
        assert (group["chat_id"], private["chat_id"]) == (GROUP, ANNA)
        assert "This group is linked" in group["text"]
        assert "0 of 2 wallets" in private["text"]
        assert (await known(chat)).owner.user_id == ANNA
        await chat.press(chat.buttons[0])
        assert "1 of 2 wallets" in chat.last
        (subscription,) = await chat.stores.subscriptions.subscriptions(GROUP)
        assert (subscription.address, subscription.label) == (WALLET, "Savings")
        await chat.press(chat.buttons[0])
        assert await heard(chat) == []

    async def test_all_and_none(self, chat: Chat) -> None:
        await linked(chat)
        await chat.press(data(Action.LINK_ALL, f"{GROUP}.1"))
        assert await heard(chat) == [WALLET, OTHER]
        await chat.press(data(Action.LINK_ALL, f"{GROUP}.1"))
        assert "2 of 2 wallets" in chat.last
        await chat.press(data(Action.LINK_ALL, f"{GROUP}.0"))
        assert await heard(chat) == []

    async def test_a_link_of_telegrams_brings_the_code_along(self, chat: Chat) -> None:
        administers(chat, GROUP, ANNA)
        await chat.send("/link")
        markup = json.dumps(chat.request.of("sendMessage")[-1]["reply_markup"])
        word = markup.split("startgroup=g_")[1][:10]
        await chat.send(f"/start@testbot g_{word}", chat=GROUP)
        assert (await known(chat)).owner.user_id == ANNA

    async def test_in_a_topic_alerts_go_there(self, chat: Chat) -> None:
        administers(chat, GROUP, ANNA)
        await chat.send(
            f"/link {await code(chat)}", chat=GROUP, message_thread_id=THREAD, is_topic_message=True
        )
        assert (await known(chat)).settings.topic == THREAD
        sent = next(call for call in chat.request.of("sendMessage") if call["chat_id"] == GROUP)
        assert sent["message_thread_id"] == THREAD
        assert "alerts come to this topic" in sent["text"]

    async def test_a_thread_of_replies_is_no_topic(self, chat: Chat) -> None:
        administers(chat, GROUP, ANNA)
        await chat.send(f"/link {await code(chat)}", chat=GROUP, message_thread_id=THREAD)
        assert (await known(chat)).settings.topic is None

    async def test_a_code_works_once(self, chat: Chat) -> None:
        word = await code(chat)
        administers(chat, GROUP, ANNA)
        administers(chat, -101, ANNA)
        await chat.send(f"/link {word}", chat=GROUP)
        await chat.send(f"/link {word}", chat=-101)
        assert "don't know that code" in chat.last
        assert (await known(chat, -101)).owner.user_id is None

    async def test_a_code_ends(self, chat: Chat) -> None:
        word = await code(chat)
        administers(chat, GROUP, ANNA)
        chat.clock.advance(601)
        await chat.send(f"/link {word}", chat=GROUP)
        assert "don't know that code" in chat.last

    async def test_anothers_code_is_none_and_stays_theirs(self, chat: Chat) -> None:
        word = await code(chat, ANNA)
        administers(chat, GROUP, ANNA, BORIS)
        await chat.send(f"/link {word}", user=BORIS, chat=GROUP)
        assert "don't know that code" in chat.last
        await chat.send(f"/link {word}", user=ANNA, chat=GROUP)
        assert (await known(chat)).owner.user_id == ANNA

    async def test_only_administrators_link(self, chat: Chat) -> None:
        word = await code(chat)
        await chat.send(f"/link {word}", chat=GROUP)
        assert "only its administrators" in chat.last
        assert (await known(chat)).owner.user_id is None

    async def test_an_anonymous_administrator_links_with_their_code(self, chat: Chat) -> None:
        anonymous = {"sender_chat": {"id": GROUP, "type": "supergroup", "title": "g"}}
        word = await code(chat)
        await chat.send(f"/link {word}", user=ANONYMOUS, chat=GROUP, **anonymous)
        assert "only its administrators" in chat.last
        administers(chat, GROUP, ANNA)
        await chat.send(f"/link {word}", user=ANONYMOUS, chat=GROUP, **anonymous)
        assert (await known(chat)).owner.user_id == ANNA

    async def test_another_administrator_does_not_take_it_over(self, chat: Chat) -> None:
        await linked(chat, ANNA)
        administers(chat, GROUP, BORIS)
        await chat.send(f"/link {await code(chat, BORIS)}", user=BORIS, chat=GROUP)
        assert "Another administrator looks after" in chat.last
        assert (await known(chat)).owner.user_id == ANNA
        del chat.request.memberships[GROUP, ANNA]
        await chat.send(f"/link {await code(chat, BORIS)}", user=BORIS, chat=GROUP)
        assert (await known(chat)).owner.user_id == BORIS

    @pytest.mark.parametrize("word", ["x", "ABCDEFGHJ0", "A" * 11, "*", "../..", "ÀBCDEFGHJK"])
    async def test_what_is_no_code(self, chat: Chat, word: str) -> None:
        await chat.send(f"/link {word}", chat=GROUP)
        assert "don't know that code" in chat.last

    async def test_it_says_where_to_ask(self, chat: Chat) -> None:
        await chat.send("/link", chat=GROUP)
        assert "in our private chat" in chat.last
        await chat.send(f"/start g_{'A' * 10}")
        assert "in the group" in chat.last

    async def test_without_redis_channels_can_be_linked(self, chat: Chat) -> None:
        chat.codes.outage.down = True
        await chat.send("/link")
        assert "can't make a code" in chat.last


class TestLinkingAChannel:
    @pytest.mark.parametrize("word", ["@artists", "https://t.me/artists", "t.me/artists", str(CHANNEL)])
    async def test_by_its_name(self, chat: Chat, word: str) -> None:
        channel(chat)
        administers(chat, CHANNEL, ANNA)
        await chat.send(f"/watch {WALLET}")
        await chat.send("/link")
        await chat.send(word)
        assert "Art &amp; &lt;Co&gt;" in chat.last
        assert (await known(chat, CHANNEL)).owner.user_id == ANNA
        await chat.press(chat.buttons[0])
        assert await heard(chat, CHANNEL) == [WALLET]

    @pytest.mark.parametrize("extra", [{}, {"text": "a post"}])
    async def test_by_one_of_its_posts(self, chat: Chat, extra: dict[str, Any]) -> None:
        channel(chat)
        administers(chat, CHANNEL, ANNA)
        await chat.send("/link")
        message = chat.message("a picture")["message"]
        del message["text"]
        origin = {
            "type": "channel",
            "date": 1,
            "message_id": 5,
            "chat": {"id": CHANNEL, "type": "channel", "title": "Art"},
        }
        update = {"update_id": 1, "message": message | {"forward_origin": origin} | extra}
        await chat.bot.handle(update)
        assert (await known(chat, CHANNEL)).owner.user_id == ANNA

    async def test_a_forwarded_picture_without_a_question_is_no_command(self, chat: Chat) -> None:
        message = chat.message("")["message"]
        del message["text"]
        origin = {"type": "hidden_user", "date": 1, "sender_user_name": "x"}
        await chat.bot.handle({"update_id": 1, "message": message | {"forward_origin": origin}})
        assert chat.request.calls == []

    async def test_not_by_who_is_no_administrator(self, chat: Chat) -> None:
        channel(chat)
        await chat.send("/link @artists")
        assert "you are none" in chat.last
        assert await chat.stores.subscriptions.chat(CHANNEL) is None

    async def test_not_where_the_bot_may_not_post(self, chat: Chat) -> None:
        channel(chat, posts=False)
        administers(chat, CHANNEL, ANNA)
        await chat.send("/link @artists")
        assert "may not post" in chat.last

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("/link @nobody", "find no such"),
            ("/link -999", "find no such"),
            ("/link hello world", "Which channel"),
            ("/link https://evil.example/@artists", "Which channel"),
            ("/link @a", "Which channel"),
        ],
    )
    async def test_what_cannot_be_linked(self, chat: Chat, text: str, expected: str) -> None:
        channel(chat)
        await chat.send(text)
        assert expected in chat.last

    async def test_a_channel_is_asked_by_its_posts(self, chat: Chat) -> None:
        message = chat.message("/groupsettings", chat=CHANNEL)["message"]
        del message["from"]
        message |= {
            "chat": {"id": CHANNEL, "type": "channel", "title": "Art"},
            "sender_chat": {"id": CHANNEL, "type": "channel", "title": "Art"},
        }
        await chat.bot.handle({"update_id": 1, "channel_post": message})
        assert "This group and I" in chat.last


class TestChanging:
    """Whoever is not an administrator, or not the owner, changes nothing."""

    BUTTONS = (
        (Action.LINK, f"{GROUP}.0"),
        (Action.LINK_WALLET, f"{GROUP}.1.0.1"),
        (Action.LINK_ALL, f"{GROUP}.1"),
        (Action.LINK_ALL, f"{GROUP}.0"),
        (Action.LINK_ALIKE, GROUP),
        (Action.UNLINK, GROUP),
        (Action.UNLINK_CONFIRMED, GROUP),
    )

    @pytest.mark.parametrize("button", BUTTONS)
    async def test_another_reaches_nothing_of_ones_group(
        self, chat: Chat, button: tuple[Action, object]
    ) -> None:
        await linked(chat)
        await chat.press(data(Action.LINK_ALL, f"{GROUP}.1"))
        administers(chat, GROUP, BORIS)
        before = await known(chat), await heard(chat)
        await chat.press(data(*button), user=BORIS)
        assert "outdated" in chat.last
        assert (await known(chat), await heard(chat)) == before

    @pytest.mark.parametrize("button", BUTTONS[1:5])
    async def test_an_owner_who_administers_it_no_longer_changes_nothing(
        self, chat: Chat, button: tuple[Action, object]
    ) -> None:
        await linked(chat)
        await chat.press(data(Action.LINK_ALL, f"{GROUP}.1"))
        del chat.request.memberships[GROUP, ANNA]
        before = await known(chat), await heard(chat)
        await chat.press(data(*button))
        assert "you are none" in chat.last
        assert (await known(chat), await heard(chat)) == before

    @pytest.mark.parametrize(
        "argument", ["", "x", "1", f"{GROUP}", f"{GROUP}.x.0.1", f"{GROUP}.1.0", f"{GROUP}.٣.0.1", "-.1.0.1"]
    )
    async def test_made_up_buttons(self, chat: Chat, argument: str) -> None:
        await linked(chat)
        await chat.press(data(Action.LINK_WALLET, argument))
        assert "outdated" in chat.last

    @pytest.mark.parametrize("action", [Action.GROUP_ADMINS, Action.GROUP_TOPIC, Action.GROUP_GENERAL])
    async def test_members_do_not_change_settings(self, chat: Chat, action: Action) -> None:
        await linked(chat)
        before = await known(chat)
        await chat.press(data(action, "1"), user=BORIS, chat=GROUP)
        assert "only its administrators" in chat.last
        assert await known(chat) == before

    async def test_a_reader_of_a_channel_changes_nothing_by_its_buttons(self, chat: Chat) -> None:
        # What the bot posted to a channel has the channel as its sender, whoever presses a button of it.
        message = chat.message("a card")["message"] | {
            "chat": {"id": CHANNEL, "type": "channel", "title": "Art"},
            "sender_chat": {"id": CHANNEL, "type": "channel", "title": "Art"},
        }
        person = {"id": BORIS, "is_bot": False, "first_name": "x"}
        for action in (Action.GROUP_ADMINS, Action.TOGGLE):
            query = {
                "id": str(next(chat.numbers)),
                "from": person,
                "message": message,
                "chat_instance": "1",
                "data": data(action, "1" if action is Action.GROUP_ADMINS else "muted.1"),
            }
            await chat.bot.handle({"update_id": 1, "callback_query": query})
            assert "only its administrators" in chat.last

    async def test_the_quota_is_the_owners(self, chat: Chat) -> None:
        await linked(chat)
        await chat.press(data(Action.LINK_ALL, f"{GROUP}.1"))
        third, fourth = f"{'1' * 31}2", f"{'1' * 31}3"
        await chat.send(f"/watch {third}", chat=GROUP)
        assert "Now watching" in chat.last
        await chat.send(f"/watch {fourth}", chat=GROUP)
        assert "room for 3 wallets" in chat.last
        chat.plans.let(ANNA, wallets=1)
        await chat.press(data(Action.LINK_ALL, f"{GROUP}.0"))
        await chat.press(data(Action.LINK_ALL, f"{GROUP}.1"))
        assert "room for 1 wallets" in chat.last

    async def test_it_can_be_spoken_to_alike(self, chat: Chat) -> None:
        await linked(chat)
        mine = replace((await known(chat, ANNA)).settings, timezone="Asia/Tokyo", currency=Currency.NATIVE)
        await chat.stores.subscriptions.change_settings(ANNA, mine)
        await chat.press(data(Action.LINK_ALIKE, GROUP))
        settings = (await known(chat)).settings
        assert (settings.timezone, settings.currency) == ("Asia/Tokyo", Currency.NATIVE)

    async def test_a_chat_that_went_silent_is_tried_again(self, chat: Chat) -> None:
        channel(chat)
        administers(chat, CHANNEL, ANNA)
        await chat.send("/link @artists")
        await chat.stores.subscriptions.deactivate(CHANNEL, "no rights")
        channel(chat, posts=False)
        await chat.press(data(Action.LINK, f"{CHANNEL}.0"))
        assert "I can't write there" in chat.last
        channel(chat)
        await chat.press(data(Action.LINK, f"{CHANNEL}.0"))
        assert "can't write" not in chat.last
        assert (await known(chat, CHANNEL)).active


class TestUnlinking:
    async def test_by_its_owner(self, chat: Chat) -> None:
        await linked(chat)
        await chat.press(data(Action.LINK_ALL, f"{GROUP}.1"))
        await chat.send("/unlink")
        await chat.press(chat.buttons[0])
        assert "hears of no wallet" in chat.last
        await chat.press(chat.buttons[0])
        assert "2 wallets" in chat.last
        assert (await heard(chat), (await known(chat)).owner.user_id) == ([], None)
        assert len(await heard(chat, ANNA)) == 2
        await chat.send("/unlink")
        assert "No group or channel" in chat.last

    async def test_it_need_not_be_meant(self, chat: Chat) -> None:
        await linked(chat)
        await chat.press(data(Action.UNLINK, GROUP))
        assert chat.buttons[1] == data(Action.LINK, f"{GROUP}.0")
        await chat.send("/unlink", chat=GROUP)
        assert chat.buttons[1] == data(Action.GROUP_SETTINGS)
        await chat.press(data(Action.UNLINK_CONFIRMED, GROUP))
        assert "not linked any more" in chat.last

    async def test_in_the_group_by_any_administrator_and_nobody_else(self, chat: Chat) -> None:
        await linked(chat)
        await chat.press(data(Action.LINK_ALL, f"{GROUP}.1"))
        for act in (
            chat.send("/unlink", user=BORIS, chat=GROUP),
            chat.press(data(Action.UNLINK_CONFIRMED, GROUP), user=BORIS, chat=GROUP),
        ):
            await act
            assert "only its administrators" in chat.last
        assert len(await heard(chat)) == 2
        administers(chat, GROUP, BORIS)
        administers(chat, -101, BORIS)
        await chat.press(data(Action.UNLINK_CONFIRMED, GROUP), user=BORIS, chat=-101)
        assert "outdated" in chat.last
        await chat.send("/unlink", user=BORIS, chat=GROUP)
        await chat.press(chat.buttons[0], user=BORIS, chat=GROUP)
        assert await heard(chat) == []

    async def test_an_owner_who_administers_it_no_longer_leaves_it_to_itself(self, chat: Chat) -> None:
        await linked(chat)
        await chat.press(data(Action.LINK_ALL, f"{GROUP}.1"))
        del chat.request.memberships[GROUP, ANNA]
        await chat.press(data(Action.UNLINK_CONFIRMED, GROUP))
        assert "you are no administrator" in chat.last.lower()
        assert (len(await heard(chat)), (await known(chat)).owner.user_id) == (2, None)


class TestSettings:
    async def test_who_may_ask(self, chat: Chat) -> None:
        administers(chat, GROUP, ANNA)
        await chat.send("/groupsettings", chat=GROUP)
        assert "Everybody may ask" in chat.last
        await chat.press(chat.buttons[0], chat=GROUP)
        assert "Only administrators may ask" in chat.last
        said = len(chat.request.of("sendMessage"))
        await chat.send("/list", user=BORIS, chat=GROUP)
        assert len(chat.request.of("sendMessage")) == said
        await chat.press(data(Action.LIST, 0), user=BORIS, chat=GROUP)
        assert "only its administrators" in chat.last
        await chat.send("/list", chat=GROUP)
        assert len(chat.request.of("sendMessage")) == said + 1

    async def test_where_alerts_go(self, chat: Chat) -> None:
        administers(chat, GROUP, ANNA)
        forum = {"message_thread_id": THREAD, "is_topic_message": True}
        await chat.send("/groupsettings", chat=GROUP, **forum)
        assert "general topic" in chat.last
        message = chat.message("a menu", chat=GROUP, **forum)["message"]
        for action, topic in ((Action.GROUP_TOPIC, THREAD), (Action.GROUP_GENERAL, None)):
            query = {
                "id": str(next(chat.numbers)),
                "from": {"id": ANNA, "is_bot": False, "first_name": "x"},
                "message": message,
                "chat_instance": "1",
                "data": data(action),
            }
            await chat.bot.handle({"update_id": 1, "callback_query": query})
            assert (await known(chat)).settings.topic == topic

    async def test_a_second_tap_wishes_for_the_same(self, chat: Chat) -> None:
        await linked(chat)
        await chat.press(data(Action.LINK, f"{GROUP}.0"))
        tell = chat.buttons[0]
        for _ in range(2):
            await chat.press(tell)
            assert await heard(chat) == [WALLET]
        await chat.send("/groupsettings", chat=GROUP)
        admins_only = chat.buttons[0]
        for _ in range(2):
            await chat.press(admins_only, chat=GROUP)
            assert (await known(chat)).settings.admins_only

    async def test_in_private_it_says_where(self, chat: Chat) -> None:
        await chat.send("/groupsettings")
        assert "Send me that in the group" in chat.last
        for action in (Action.GROUP_ADMINS, Action.GROUP_TOPIC, Action.GROUP_SETTINGS):
            await chat.press(data(action, "1"))
            assert "Send me that in the group" in chat.last

    async def test_answers_stay_in_their_topic(self, chat: Chat) -> None:
        await chat.send("/list", chat=GROUP, message_thread_id=THREAD, is_topic_message=True)
        assert chat.request.of("sendMessage")[-1]["message_thread_id"] == THREAD
        await chat.send("/list", chat=GROUP)
        assert "message_thread_id" not in chat.request.of("sendMessage")[-1]
