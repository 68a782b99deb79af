"""What people do: write, press buttons, send files, edit. Each act makes the Update Telegram would make."""

from telegram_double.arguments import Upload
from telegram_double.double import Double
from telegram_double.errors import ApiError, ControlError
from telegram_double.fields import Json
from telegram_double.formatting import with_automatic_entities
from telegram_double.model import Chat, ChatType, MemberStatus, Message, User
from telegram_double.queries import CallbackQuery, InlineQuery
from telegram_double.texts import Entity, FormattedText
from telegram_double.updates import UPDATE_KINDS


def send_text(
    double: Double,
    *,
    chat_id: int,
    user_id: int,
    text: str,
    entities: tuple[Entity, ...] = (),
    reply_to_message_id: int | None = None,
) -> Message:
    """A person writes.

    Raises:
        ControlError: They are not in the chat, or the text is empty or too long for one message.
    """
    chat, user = _writer(double, chat_id, user_id)
    content = with_automatic_entities(FormattedText(text, entities)).trimmed()
    if not content.text:
        raise ControlError("a message has text")
    if content.units > double.policy.text_units:
        raise ControlError("a client would split so long a text")
    reply_to = None if reply_to_message_id is None else _visible(chat, reply_to_message_id)
    return _say(double, chat, user, content, reply_to=reply_to)


def send_file(
    double: Double,
    *,
    chat_id: int,
    user_id: int,
    upload: Upload,
    photo: bool = False,
    caption: str = "",
) -> Message:
    """A person sends a document or a photo.

    Raises:
        ControlError: They are not in the chat, the file is no picture, or the caption is too long.
    """
    chat, user = _writer(double, chat_id, user_id)
    try:
        stored = double.world.files.add(upload, photo=photo)
    except ApiError as error:
        raise ControlError(error.description) from error
    content = with_automatic_entities(FormattedText(caption)).trimmed()
    if content.units > double.policy.caption_units:
        raise ControlError("the caption is too long")
    attachment = {"photo": [stored.photo_size()]} if photo else {"document": stored.document()}
    return _say(double, chat, user, content, attachment=attachment)


def edit_text(double: Double, *, chat_id: int, message_id: int, text: str) -> Message:
    """A person edits what they wrote.

    Raises:
        ControlError: The message is not there or not theirs.
    """
    chat = double.world.existing_chat(chat_id)
    message = _visible(chat, message_id)
    if message.author_id == double.bot.id or message.is_service:
        raise ControlError("only the author can edit a message")
    double.world.edit_message(message, with_automatic_entities(FormattedText(text)).trimmed(), None)
    kind = "edited_channel_post" if chat.type is ChatType.CHANNEL else "edited_message"
    double.updates.add(kind, double.world.wire_message(message), queue_of(chat.id))
    return message


def press_button(
    double: Double,
    *,
    chat_id: int,
    user_id: int,
    message_id: int,
    data: str | None = None,
    text: str | None = None,
) -> CallbackQuery:
    """A person presses an inline button, named by its callback data or its label.

    Raises:
        ControlError: The message or the button is not there, or the button makes no callback.
    """
    chat, user = _member(double, chat_id, user_id)
    message = _visible(chat, message_id)
    wanted = [
        button
        for button in message.inline_buttons()
        if (data is None or button.get("callback_data") == data) and (text is None or button["text"] == text)
    ]
    if not wanted or (data is None and text is None):
        raise ControlError("there is no such button under this message", 409)
    pressed = wanted[0].get("callback_data")
    if not isinstance(pressed, str):
        raise ControlError(f"the button {wanted[0]['text']!r} makes no callback", 409)
    lifetime = double.policy.callback_lifetime_s
    query = CallbackQuery(
        id=double.questions.new_id(),
        user_id=user.id,
        chat_id=chat.id,
        message_id=message.message_id,
        data=pressed,
        expires_at=double.clock.now() + lifetime,
    )
    double.questions.callbacks[query.id] = query
    payload = {
        "id": query.id,
        "from": user.wire(),
        "message": double.world.wire_message(message),
        "chat_instance": str(abs(chat.id) * 7919),
        "data": pressed,
    }
    double.updates.add("callback_query", payload, queue_of(chat.id), lifetime)
    return query


def ask_inline(
    double: Double, *, user_id: int, query: str, offset: str = "", chat_type: str = "sender"
) -> InlineQuery:
    """A person types behind the bot's name."""
    user = double.world.user(user_id)
    lifetime = double.policy.inline_query_lifetime_s
    asked = InlineQuery(double.questions.new_id(), user_id, query, offset, double.clock.now() + lifetime)
    double.questions.inline[asked.id] = asked
    payload = {
        "id": asked.id,
        "from": user.wire(),
        "query": query,
        "offset": offset,
        "chat_type": chat_type,
    }
    double.updates.add("inline_query", payload, f"inline:{user_id}", lifetime)
    return asked


def choose_inline(double: Double, *, query_id: str, result_id: str, chat_id: int) -> Message:
    """A person posts one of the results of an inline query.

    Raises:
        ControlError: There is no such result, or they may not write there.
    """
    query = double.questions.inline.get(query_id)
    results = (query.answer or {}).get("results", []) if query else []
    result = next((result for result in results if result["id"] == result_id), None)
    if query is None or result is None:
        raise ControlError("there is no such result", 404)
    chat, user = _writer(double, chat_id, query.user_id)
    content = FormattedText(result["text"], tuple(Entity(**entity) for entity in result["entities"]))
    extra = {"via_bot": double.bot.wire()}
    message = double.world.add_message(chat, user, content, reply_markup=result["reply_markup"], extra=extra)
    chosen = {"result_id": result_id, "from": user.wire(), "query": query.query}
    double.updates.add("chosen_inline_result", chosen, f"inline:{user.id}")
    return message


def forge_update(double: Double, update: Json) -> int | None:
    """Queues any Update object as it is, with the next number; None if the bot does not want its kind.

    Raises:
        ControlError: It does not have exactly one field of a known kind.
    """
    kinds = [name for name in update if name != "update_id"]
    if len(kinds) != 1 or kinds[0] not in UPDATE_KINDS:
        raise ControlError("an Update has exactly one field beside update_id")
    payload = update[kinds[0]]
    message = payload.get("message", payload) if isinstance(payload, dict) else {}
    chat = message.get("chat") if isinstance(message, dict) else None
    chat_id = chat.get("id") if isinstance(chat, dict) else None
    queued = double.updates.add(kinds[0], payload, queue_of(chat_id or 0))
    return queued.id if queued else None


def queue_of(chat_id: int) -> str:
    """Updates of one chat are delivered one at a time."""
    return f"chat:{chat_id}"


def announce(double: Double, chat: Chat, message: Message) -> None:
    """Queues the update for a message somebody put into a chat where the bot can read it."""
    bot_status = chat.members.get(double.bot.id, MemberStatus.LEFT)
    if not (chat.is_private or bot_status.present):
        return
    kind = "channel_post" if chat.type is ChatType.CHANNEL else "message"
    double.updates.add(kind, double.world.wire_message(message), queue_of(chat.id))


def _say(
    double: Double,
    chat: Chat,
    user: User,
    content: FormattedText,
    *,
    attachment: Json | None = None,
    reply_to: Message | None = None,
) -> Message:
    if chat.is_private:
        chat.started = True
        chat.members[double.bot.id] = MemberStatus.MEMBER
    message = double.world.add_message(chat, user, content, attachment=attachment, reply_to=reply_to)
    announce(double, chat, message)
    return message


def _member(double: Double, chat_id: int, user_id: int) -> tuple[Chat, User]:
    user = double.world.user(user_id)
    if chat_id == user_id:
        return double.world.private_chat(user), user
    chat = double.world.existing_chat(chat_id)
    if chat.is_private:
        raise ControlError("only its owner is in a private chat", 409)
    if not chat.members.get(user_id, MemberStatus.LEFT).present:
        raise ControlError(f"user {user_id} is no member of chat {chat_id}", 409)
    return chat, user


def _writer(double: Double, chat_id: int, user_id: int) -> tuple[Chat, User]:
    chat, user = _member(double, chat_id, user_id)
    if chat.migrated_to is not None or chat.deleted:
        raise ControlError("nobody can write to this chat any more", 409)
    if chat.is_private and chat.members.get(double.bot.id) is MemberStatus.KICKED:
        raise ControlError("the person must unblock the bot first", 409)
    if chat.type is ChatType.CHANNEL and not chat.members[user_id].privileged:
        raise ControlError("only administrators post in a channel", 409)
    if user.deactivated:
        raise ControlError("the account is deactivated", 409)
    return chat, user


def _visible(chat: Chat, message_id: int) -> Message:
    message = chat.messages.get(message_id)
    if message is None or message.deleted_at is not None:
        raise ControlError(f"no message {message_id} in chat {chat.id}", 404)
    return message
