"""Every method through python-telegram-bot, as the bot uses it."""

import io

import pytest
from telegram import (
    Bot,
    BotCommand,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
    ChatMemberAdministrator,
    ChatMemberOwner,
    CopyTextButton,
    ForceReply,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InlineQueryResultArticle,
    InputMediaDocument,
    InputMediaPhoto,
    InputTextMessageContent,
    KeyboardButton,
    LabeledPrice,
    LinkPreviewOptions,
    MenuButtonCommands,
    MenuButtonDefault,
    MenuButtonWebApp,
    MessageEntity,
    MessageOriginUser,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
    ReplyParameters,
    WebAppInfo,
)
from telegram.constants import ChatAction, ParseMode
from telegram.error import BadRequest, Conflict, EndPointNotFound, Forbidden, InvalidToken

from telegram_double.testing import RunningDouble

pytestmark = pytest.mark.integration

PNG = (
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89"
    b"\0\0\0\rIDATx\x9cc\xf8\xcf\xc0\xf0\x1f\0\x05\0\x01\xff\x89\x99=\x1d\0\0\0\0IEND\xaeB`\x82"
)
KEYS = InlineKeyboardMarkup(
    [
        [InlineKeyboardButton("Details", callback_data="details:1")],
        [InlineKeyboardButton("Explorer", url="https://explorer.mainnet.x1.xyz/tx/1")],
        [InlineKeyboardButton("Copy", copy_text=CopyTextButton("9Dpjw2pB"))],
    ]
)


async def test_the_bot_knows_itself(double: RunningDouble, bot: Bot) -> None:
    me = await bot.get_me()
    assert me.is_bot
    assert me.id == int(double.token.split(":", maxsplit=1)[0])
    assert me.username == "x1_wallet_watcher_bot"


async def test_a_wrong_token_and_an_unknown_method(double: RunningDouble, bot: Bot) -> None:
    stranger = Bot("1:wrong", base_url=double.base_url)
    with pytest.raises(InvalidToken, match="rejected by the server"):
        await stranger.initialize()
    await stranger.shutdown()
    with pytest.raises(EndPointNotFound):
        await bot.do_api_request("sendTelegram")


async def test_a_message_with_everything(double: RunningDouble, bot: Bot) -> None:
    ana = await double.control.add_user("Ana", last_name="Tester", username="ana", language_code="pt")
    sent = await bot.send_message(
        ana.id,
        "<b>+5 XNT</b> from <code>9Dpj</code> &amp; <a href='https://x1.xyz'>more</a>",
        parse_mode=ParseMode.HTML,
        reply_markup=KEYS,
        disable_notification=True,
        protect_content=True,
        link_preview_options=LinkPreviewOptions(is_disabled=True),
    )
    assert sent.text == "+5 XNT from 9Dpj & more"
    assert sent.text_html == '<b>+5 XNT</b> from <code>9Dpj</code> &amp; <a href="https://x1.xyz/">more</a>'
    assert sent.reply_markup == KEYS
    assert sent.chat.id == ana.id
    assert sent.chat.first_name == "Ana"
    assert sent.has_protected_content
    assert sent.link_preview_options == LinkPreviewOptions(is_disabled=True)
    (seen,) = await double.control.messages(ana.id)
    assert seen.html == sent.text_html
    assert seen.button_texts == ["Details", "Explorer", "Copy"]
    assert sent.date.timestamp() == int(seen.accepted_at)


async def test_explicit_entities(double: RunningDouble, bot: Bot) -> None:
    ana = await double.control.add_user("Ana")
    entity = MessageEntity(MessageEntity.BOLD, offset=2, length=3)
    sent = await bot.send_message(ana.id, "🏟abc", entities=[entity])
    assert sent.entities == (entity,)


async def test_a_reply_and_its_quote(double: RunningDouble, bot: Bot) -> None:
    ana = await double.control.add_user("Ana")
    said = await double.control.send_text(ana.id, "watch this wallet")
    reply = await bot.send_message(
        ana.id, "I do", reply_parameters=ReplyParameters(said.message_id, quote="this wallet")
    )
    assert reply.reply_to_message is not None
    assert reply.reply_to_message.text == "watch this wallet"
    assert reply.quote is not None
    assert (reply.quote.text, reply.quote.position) == ("this wallet", 6)


async def test_a_reply_to_nothing(double: RunningDouble, bot: Bot) -> None:
    ana = await double.control.add_user("Ana")
    with pytest.raises(BadRequest, match="Message to be replied not found"):
        await bot.send_message(ana.id, "x", reply_to_message_id=999)
    sent = await bot.send_message(ana.id, "x", reply_to_message_id=999, allow_sending_without_reply=True)
    assert sent.reply_to_message is None


async def test_other_keyboards(double: RunningDouble, bot: Bot) -> None:
    ana = await double.control.add_user("Ana")
    keyboard = ReplyKeyboardMarkup(
        [[KeyboardButton("Yes"), KeyboardButton("My number", request_contact=True)]],
        resize_keyboard=True,
        input_field_placeholder="Choose",
    )
    for markup in (keyboard, ForceReply(selective=True), ReplyKeyboardRemove()):
        await bot.send_message(ana.id, "x", reply_markup=markup)
    shown = [message.reply_markup or {} for message in await double.control.messages(ana.id)]
    assert [next(iter(sorted(markup))) for markup in shown] == [
        "input_field_placeholder",
        "force_reply",
        "remove_keyboard",
    ]


async def test_editing(double: RunningDouble, bot: Bot) -> None:
    ana = await double.control.add_user("Ana")
    sent = await bot.send_message(ana.id, "scanning", reply_markup=KEYS)
    edited = await bot.edit_message_text("<i>done</i>", ana.id, sent.message_id, parse_mode="HTML")
    assert not isinstance(edited, bool)
    assert edited.text == "done"
    assert edited.edit_date is not None
    assert edited.reply_markup is None
    again = await bot.edit_message_reply_markup(ana.id, sent.message_id, reply_markup=KEYS)
    assert not isinstance(again, bool)
    assert again.reply_markup == KEYS
    (seen,) = await double.control.messages(ana.id)
    assert [revision.text for revision in seen.revisions] == ["scanning", "done"]
    assert seen.html == "<i>done</i>"


async def test_edits_that_are_refused(double: RunningDouble, bot: Bot) -> None:
    ana = await double.control.add_user("Ana")
    sent = await bot.send_message(ana.id, "same", reply_markup=KEYS)
    theirs = await double.control.send_text(ana.id, "mine")
    with pytest.raises(BadRequest, match="Message is not modified: specified new message content"):
        await bot.edit_message_text("same", ana.id, sent.message_id, reply_markup=KEYS)
    with pytest.raises(BadRequest, match="Message to edit not found"):
        await bot.edit_message_text("x", ana.id, 999)
    with pytest.raises(BadRequest, match="Message can't be edited"):
        await bot.edit_message_text("x", ana.id, theirs.message_id)
    with pytest.raises(BadRequest, match="There is no caption in the message to edit"):
        await bot.edit_message_caption(ana.id, sent.message_id, caption="x")
    with pytest.raises(BadRequest, match=r"MESSAGE_ID_INVALID|Message_id_invalid"):
        await bot.edit_message_text("x", inline_message_id="abc")


async def test_documents_and_photos(double: RunningDouble, bot: Bot) -> None:
    ana = await double.control.add_user("Ana")
    content = b"date,amount\n2026-11-01,5\n"
    sent = await bot.send_document(
        ana.id,
        io.BytesIO(content),
        filename="history.csv",
        caption="<b>1</b> row",
        parse_mode="HTML",
        reply_markup=KEYS,
    )
    assert sent.document is not None
    assert (sent.document.file_name, sent.document.file_size) == ("history.csv", len(content))
    assert sent.document.mime_type == "text/csv"
    assert sent.caption_html == "<b>1</b> row"
    file = await bot.get_file(sent.document.file_id)
    assert bytes(await file.download_as_bytearray()) == content
    again = await bot.send_document(ana.id, sent.document.file_id)
    assert again.document == sent.document
    photo = await bot.send_photo(ana.id, PNG, caption="chart", has_spoiler=True)
    assert [(size.width, size.height) for size in photo.photo] == [(1, 1)]
    assert photo.has_media_spoiler
    captioned = await bot.edit_message_caption(ana.id, photo.message_id, caption="better chart")
    assert not isinstance(captioned, bool)
    assert captioned.caption == "better chart"
    replaced = await bot.edit_message_media(
        InputMediaDocument(b"text", filename="a.txt", caption="now text"), ana.id, photo.message_id
    )
    assert not isinstance(replaced, bool)
    assert replaced.document is not None
    assert replaced.caption == "now text"


async def test_an_album(double: RunningDouble, bot: Bot) -> None:
    ana = await double.control.add_user("Ana")
    messages = await bot.send_media_group(ana.id, [InputMediaPhoto(PNG), InputMediaPhoto(PNG, caption="two")])
    assert [message.caption for message in messages] == [None, "two"]
    assert len({message.media_group_id for message in messages}) == 1
    with pytest.raises(BadRequest, match="can't be mixed"):
        await bot.send_media_group(ana.id, [InputMediaPhoto(PNG), InputMediaDocument(b"x", filename="x")])


async def test_files_that_are_refused(double: RunningDouble, bot: Bot) -> None:
    ana = await double.control.add_user("Ana")
    with pytest.raises(BadRequest, match=r"(?i)wrong file_id or the file is temporarily unavailable"):
        await bot.get_file("nonsense")
    with pytest.raises(BadRequest, match=r"(?i)image_process_failed"):
        await bot.send_photo(ana.id, b"no picture")
    with pytest.raises(BadRequest, match="File must be non-empty"):
        await bot.send_document(ana.id, io.BytesIO(b""), filename="empty.txt")
    with pytest.raises(BadRequest, match="caption is too long"):
        await bot.send_photo(ana.id, PNG, caption="x" * 1025)
    await double.control.set_policy(upload_bytes=1000)
    with pytest.raises(BadRequest, match="File is too big"):
        await bot.send_document(ana.id, io.BytesIO(b"x" * 1001), filename="big.bin")


async def test_forwarding_and_copying(double: RunningDouble, bot: Bot) -> None:
    ana, ben = await double.control.add_user("Ana"), await double.control.add_user("Ben")
    said = await double.control.send_text(ana.id, "look")
    more = await double.control.send_text(ana.id, "and this")
    forwarded = await bot.forward_message(ben.id, ana.id, said.message_id)
    assert forwarded.text == "look"
    assert isinstance(forwarded.forward_origin, MessageOriginUser)
    assert forwarded.forward_origin.sender_user.id == ana.id
    copy = await bot.copy_message(ben.id, ana.id, said.message_id, reply_markup=KEYS)
    both = await bot.copy_messages(ben.id, ana.id, [said.message_id, more.message_id, 999])
    assert len(await bot.forward_messages(ben.id, ana.id, [said.message_id])) == 1
    texts = {message.message_id: message.text for message in await double.control.messages(ben.id)}
    assert texts[copy.message_id] == "look"
    assert [texts[item.message_id] for item in both] == ["look", "and this"]
    with pytest.raises(BadRequest, match="Message to forward not found"):
        await bot.forward_message(ben.id, ana.id, 999)
    with pytest.raises(BadRequest, match="There are no messages to copy"):
        await bot.copy_messages(ben.id, ana.id, [999])


async def test_deleting(double: RunningDouble, bot: Bot) -> None:
    ana = await double.control.add_user("Ana")
    numbers = [(await bot.send_message(ana.id, str(number))).message_id for number in range(3)]
    assert await bot.delete_message(ana.id, numbers[0])
    assert await bot.delete_messages(ana.id, [numbers[1], 999])
    with pytest.raises(BadRequest, match="Message to delete not found"):
        await bot.delete_message(ana.id, numbers[0])
    await double.control.advance_clock(49 * 3600)
    with pytest.raises(BadRequest, match="Message can't be deleted"):
        await bot.delete_message(ana.id, numbers[2])
    deleted = [message.deleted_at is not None for message in await double.control.messages(ana.id)]
    assert deleted == [True, True, False]


async def test_callback_queries(double: RunningDouble, bot: Bot) -> None:
    ana = await double.control.add_user("Ana")
    await bot.send_message(ana.id, "choose", reply_markup=KEYS)
    (message,) = await double.control.messages(ana.id)
    pressed = await double.control.press(message, text="Details")
    (update,) = await bot.get_updates()
    assert update.callback_query is not None
    assert update.callback_query.id == pressed
    assert update.callback_query.data == "details:1"
    assert update.callback_query.from_user.id == ana.id
    assert update.callback_query.message is not None
    assert update.callback_query.message.message_id == message.message_id
    assert await bot.answer_callback_query(pressed, "Here you are", show_alert=True)
    answer = await double.control.callback_answer(pressed)
    assert answer.answer == {"text": "Here you are", "show_alert": True, "url": None}
    with pytest.raises(
        BadRequest, match="Query is too old and response timeout expired or query id is invalid"
    ):
        await bot.answer_callback_query("123")
    late = await double.control.press(message, data="details:1")
    await double.control.advance_clock(151)
    with pytest.raises(BadRequest, match="Query is too old"):
        await bot.answer_callback_query(late)


async def test_inline_mode(double: RunningDouble, bot: Bot) -> None:
    ana = await double.control.add_user("Ana")
    asked = await double.control.ask_inline(ana.id, "9Dpj")
    (update,) = await bot.get_updates()
    assert update.inline_query is not None
    assert update.inline_query.query == "9Dpj"
    article = InlineQueryResultArticle(
        "1", "Savings", InputTextMessageContent("<b>Savings</b>", parse_mode="HTML"), reply_markup=KEYS
    )
    assert await bot.answer_inline_query(asked, [article], cache_time=10, is_personal=True)
    answer = await double.control.inline_answer(asked)
    assert answer.answer is not None
    assert [result["title"] for result in answer.answer["results"]] == ["Savings"]
    posted = await double.control.choose_inline(asked, "1", ana.id)
    assert posted.html == "<b>Savings</b>"
    late = await double.control.ask_inline(ana.id, "x")
    await double.control.advance_clock(31)
    with pytest.raises(BadRequest, match="Query is too old"):
        await bot.answer_inline_query(late, [])


async def test_commands_by_scope_and_language(double: RunningDouble, bot: Bot) -> None:
    ana = await double.control.add_user("Ana", language_code="pt")
    english, portuguese = [BotCommand("list", "My wallets")], [BotCommand("list", "Minhas carteiras")]
    assert await bot.set_my_commands(english)
    assert await bot.set_my_commands(portuguese, scope=BotCommandScopeAllPrivateChats(), language_code="pt")
    assert await bot.get_my_commands() == tuple(english)
    assert await bot.get_my_commands(BotCommandScopeAllPrivateChats(), "pt") == tuple(portuguese)
    assert await bot.get_my_commands(BotCommandScopeChat(ana.id)) == ()
    shown = double.double.profile.commands_for(
        chat_id=ana.id, private=True, user_id=ana.id, administrator=False, language="pt"
    )
    assert [item["description"] for item in shown] == ["Minhas carteiras"]
    assert await bot.delete_my_commands(BotCommandScopeAllPrivateChats(), "pt")
    assert await bot.get_my_commands(BotCommandScopeAllPrivateChats(), "pt") == ()
    with pytest.raises(BadRequest, match=r"(?i)bot_command_invalid"):
        await bot.set_my_commands([BotCommand("Bad-Name", "x")])
    with pytest.raises(BadRequest, match=r"(?i)bot_command_description_invalid"):
        await bot.set_my_commands([BotCommand("good", "x" * 257)])


async def test_name_descriptions_and_menu_button(double: RunningDouble, bot: Bot) -> None:
    ana = await double.control.add_user("Ana")
    assert await bot.set_my_name("Watcher")
    assert (await bot.get_my_name()).name == "Watcher"
    assert await bot.set_my_description("Watches wallets")
    assert await bot.set_my_description("Beobachtet Wallets", language_code="de")
    assert (await bot.get_my_description("de")).description == "Beobachtet Wallets"
    assert (await bot.get_my_description("fr")).description == "Watches wallets"
    assert await bot.set_my_short_description("Short")
    assert (await bot.get_my_short_description()).short_description == "Short"
    with pytest.raises(BadRequest):
        await bot.set_my_short_description("x" * 121)
    assert await bot.get_chat_menu_button() == MenuButtonCommands()
    app = MenuButtonWebApp("Open", WebAppInfo("https://x1.xyz/app"))
    assert await bot.set_chat_menu_button(ana.id, app)
    assert await bot.get_chat_menu_button(ana.id) == app
    assert await bot.set_chat_menu_button(ana.id, MenuButtonDefault())
    assert await bot.get_chat_menu_button(ana.id) == MenuButtonCommands()


async def test_chats_and_members(double: RunningDouble, bot: Bot) -> None:
    ana, ben = await double.control.add_user("Ana"), await double.control.add_user("Ben")
    group = await double.control.add_chat(
        "supergroup", "Desk", members={ana.id: "creator", ben.id: "member"}, bot_status="administrator"
    )
    info = await bot.get_chat(group.id)
    assert (info.title, info.type) == ("Desk", "supergroup")
    assert await bot.get_chat_member_count(group.id) == 3
    owner, me = await bot.get_chat_administrators(group.id)
    assert isinstance(owner, ChatMemberOwner)
    assert isinstance(me, ChatMemberAdministrator)
    assert (await bot.get_chat_member(group.id, ben.id)).status == "member"
    assert (await bot.get_chat(ana.id)).first_name == "Ana"
    assert await bot.leave_chat(group.id)
    with pytest.raises(Forbidden, match="bot is not a member of the supergroup chat"):
        await bot.send_message(group.id, "x")
    with pytest.raises(BadRequest, match="Invalid user_id specified"):
        await bot.get_chat_member(ana.id, 5)


async def test_pinning(double: RunningDouble, bot: Bot) -> None:
    ana = await double.control.add_user("Ana")
    first, second = [await bot.send_message(ana.id, text) for text in ("one", "two")]
    assert await bot.pin_chat_message(ana.id, first.message_id, disable_notification=True)
    assert await bot.pin_chat_message(ana.id, second.message_id)
    pinned = (await bot.get_chat(ana.id)).pinned_message
    assert pinned is not None
    assert pinned.message_id == second.message_id
    assert await bot.unpin_chat_message(ana.id)
    assert (await double.control.chat(ana.id)).pinned == (first.message_id,)
    assert await bot.unpin_all_chat_messages(ana.id)
    assert (await double.control.chat(ana.id)).pinned == ()
    with pytest.raises(BadRequest, match="Message to pin not found"):
        await bot.pin_chat_message(ana.id, 999)


async def test_actions_and_reactions(double: RunningDouble, bot: Bot) -> None:
    ana = await double.control.add_user("Ana")
    said = await double.control.send_text(ana.id, "thanks")
    assert await bot.send_chat_action(ana.id, ChatAction.TYPING)
    with pytest.raises(BadRequest, match=r"(?i)wrong parameter action in request"):
        await bot.send_chat_action(ana.id, "dancing")
    assert await bot.set_message_reaction(ana.id, said.message_id, "👍")
    (seen,) = await double.control.messages(ana.id)
    assert seen.reactions == ({"type": "emoji", "emoji": "👍"},)
    assert await bot.set_message_reaction(ana.id, said.message_id)
    (seen,) = await double.control.messages(ana.id)
    assert seen.reactions == ()


async def test_stars(double: RunningDouble, bot: Bot) -> None:
    ana = await double.control.add_user("Ana")
    await bot.send_invoice(
        ana.id,
        "Premium",
        "A month of premium",
        "premium:1",
        currency="XTR",
        prices=[LabeledPrice("Month", 250)],
    )
    (invoice,) = await double.control.messages(ana.id)
    assert invoice.button_texts == ["Pay ⭐️250"]
    paying = await double.control.pay(ana.id, message=invoice)
    (update,) = await bot.get_updates()
    assert update.pre_checkout_query is not None
    assert update.pre_checkout_query.invoice_payload == "premium:1"
    assert await bot.answer_pre_checkout_query(update.pre_checkout_query.id, ok=True)
    state = await double.control.payment(paying)
    assert state.approved
    (paid,) = await bot.get_updates(offset=update.update_id + 1)
    assert paid.message is not None
    assert paid.message.successful_payment is not None
    charge = paid.message.successful_payment.telegram_payment_charge_id
    assert charge == state.charge_id
    assert (await bot.get_my_star_balance()).amount == 250
    assert await bot.refund_star_payment(ana.id, charge)
    assert (await bot.get_my_star_balance()).amount == 0
    assert len((await bot.get_star_transactions()).transactions) == 2
    with pytest.raises(BadRequest, match=r"(?i)charge_already_refunded"):
        await bot.refund_star_payment(ana.id, charge)


async def test_an_invoice_link_and_a_refusal(double: RunningDouble, bot: Bot) -> None:
    ana = await double.control.add_user("Ana")
    link = await bot.create_invoice_link(
        "Premium", "A month", "premium:2", currency="XTR", prices=[LabeledPrice("Month", 1)]
    )
    paying = await double.control.pay(ana.id, link=link)
    assert await bot.answer_pre_checkout_query(paying, ok=False, error_message="Sold out")
    state = await double.control.payment(paying)
    assert (state.approved, state.error) == (False, "Sold out")
    with pytest.raises(BadRequest, match=r"(?i)payment_provider_invalid"):
        await bot.send_invoice(ana.id, "P", "D", "p", currency="EUR", prices=[LabeledPrice("x", 1)])


async def test_polling(double: RunningDouble, bot: Bot) -> None:
    ana = await double.control.add_user("Ana")
    for number in range(3):
        await double.control.send_text(ana.id, f"message {number}")
    updates = await bot.get_updates(limit=2)
    assert [update.message and update.message.text for update in updates] == ["message 0", "message 1"]
    (last,) = await bot.get_updates(offset=updates[-1].update_id + 1)
    assert last.update_id == updates[-1].update_id + 1
    assert await bot.get_updates(offset=last.update_id + 1) == ()
    await bot.set_webhook("http://127.0.0.1:9/telegram")
    with pytest.raises(Conflict, match="can't use getUpdates method while webhook is active"):
        await bot.get_updates()


async def test_a_person_sends_files(double: RunningDouble, bot: Bot) -> None:
    ana = await double.control.add_user("Ana")
    await double.control.send_file(ana.id, "wallets.csv", b"address\n", caption="/import")
    await double.control.send_file(ana.id, "shot.png", PNG, photo=True)
    document, photo = await bot.get_updates()
    assert document.message is not None
    assert document.message.document is not None
    assert document.message.caption == "/import"
    file = await bot.get_file(document.message.document.file_id)
    assert bytes(await file.download_as_bytearray()) == b"address\n"
    assert photo.message is not None
    assert photo.message.photo[0].width == 1
