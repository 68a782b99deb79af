"""The state of the double: who exists, which chats there are, and what was said."""

import time
from collections.abc import Iterable
from typing import Any

from telegram_double.clock import Clock
from telegram_double.errors import ControlError, bad_request, forbidden
from telegram_double.events import EventLog
from telegram_double.fields import Json
from telegram_double.files import FileStore
from telegram_double.model import Chat, ChatType, MemberStatus, Message, Revision, User
from telegram_double.texts import FormattedText

_FIRST_SUPERGROUP = -1_001_000_000_000
_FIRST_GROUP = -4_000_000
_FIRST_USER = 700_000_001


class World:
    """Users, chats, messages and files.

    Args:
        bot: The bot the token belongs to.
        clock: The double's clock.
        events: Where changes are announced.
    """

    def __init__(self, bot: User, clock: Clock, events: EventLog) -> None:
        self.bot = bot
        self.clock = clock
        self.events = events
        self.files = FileStore()
        self.users: dict[int, User] = {bot.id: bot}
        self.chats: dict[int, Chat] = {}
        self._shared_message_id = 0

    # Users and chats.

    def add_user(self, user_id: int | None, first_name: str, **attributes: Any) -> User:
        """Adds a person; without a number a free one is taken.

        Raises:
            ControlError: The number or the username is taken.
        """
        number = user_id if user_id is not None else max([_FIRST_USER - 1, *self.users]) + 1
        if number in self.users:
            raise ControlError(f"user {number} exists", 409)
        user = User(number, first_name, **attributes)
        self._check_username(user.username)
        self.users[number] = user
        return user

    def add_chat(
        self,
        chat_type: ChatType,
        *,
        chat_id: int | None = None,
        title: str | None = None,
        **attributes: Any,
    ) -> Chat:
        """Adds a chat; without a number a free one of its kind is taken.

        Raises:
            ControlError: The number or the username is taken.
        """
        if chat_id is None:
            first = _FIRST_GROUP if chat_type is ChatType.GROUP else _FIRST_SUPERGROUP
            chat_id = next(number for number in range(first, first - 10**9, -1) if number not in self.chats)
        if chat_id in self.chats:
            raise ControlError(f"chat {chat_id} exists", 409)
        chat = Chat(chat_id, chat_type, title=title, **attributes)
        self._check_username(chat.username)
        self.chats[chat_id] = chat
        self.events.publish("chat", chat_id=chat_id)
        return chat

    def private_chat(self, user: User) -> Chat:
        """The conversation of a person with the bot; made if there is none."""
        chat = self.chats.get(user.id)
        return chat or self.add_chat(ChatType.PRIVATE, chat_id=user.id, username=None)

    def _check_username(self, username: str | None) -> None:
        if username is None:
            return
        taken = [user.username for user in self.users.values()]
        taken += [chat.username for chat in self.chats.values()]
        if username.lower() in {name.lower() for name in taken if name}:
            raise ControlError(f"@{username} is taken", 409)

    def user(self, user_id: int) -> User:
        """A person or the bot.

        Raises:
            ControlError: There is nobody with this number.
        """
        try:
            return self.users[user_id]
        except KeyError:
            raise ControlError(f"no user {user_id}", 404) from None

    def existing_chat(self, chat_id: int) -> Chat:
        """A chat, for people's actions.

        Raises:
            ControlError: There is none with this number.
        """
        try:
            return self.chats[chat_id]
        except KeyError:
            raise ControlError(f"no chat {chat_id}", 404) from None

    # What a bot may address.

    def chat(self, reference: int | str | None) -> Chat:
        """The chat a call names by number or @username.

        Raises:
            ApiError: 400 if it is missing, unknown or became a supergroup.
        """
        if reference is None or reference == "":
            raise bad_request("chat_id is empty")
        chat = self.chats.get(reference) if isinstance(reference, int) else self._by_username(reference)
        if (
            chat is None
            and isinstance(reference, int)
            and reference in self.users
            and reference != self.bot.id
        ):
            chat = self.private_chat(self.users[reference])
        if chat is None:
            raise bad_request("chat not found")
        if chat.migrated_to is not None:
            raise bad_request(
                "group chat was upgraded to a supergroup chat", migrate_to_chat_id=chat.migrated_to
            )
        return chat

    def _by_username(self, reference: str) -> Chat | None:
        if not reference.startswith("@"):
            return None
        name = reference[1:].lower()
        named = (chat for chat in self.chats.values() if chat.username and chat.username.lower() == name)
        return next(named, None)

    def sendable(self, reference: int | str | None) -> Chat:
        """The chat a call wants to write to.

        Raises:
            ApiError: 400 as by ``chat``; 403 where the bot may not write.
        """
        chat = self.chat(reference)
        status = chat.members.get(self.bot.id, MemberStatus.LEFT)
        if chat.is_private:
            if self.users[chat.id].deactivated:
                raise forbidden("user is deactivated")
            if status is MemberStatus.KICKED:
                raise forbidden("bot was blocked by the user")
            if not chat.started:
                raise forbidden("bot can't initiate conversation with a user")
            return chat
        self._check_membership(chat, status)
        if chat.type is ChatType.CHANNEL and not status.privileged:
            raise bad_request("need administrator rights in the channel chat")
        return chat

    def accessible(self, reference: int | str | None) -> Chat:
        """The chat a call wants to know something of.

        Raises:
            ApiError: 400 as by ``chat``; 403 where the bot is no member.
        """
        chat = self.chat(reference)
        if not chat.is_private:
            self._check_membership(chat, chat.members.get(self.bot.id, MemberStatus.LEFT))
        return chat

    def _check_membership(self, chat: Chat, status: MemberStatus) -> None:
        if chat.deleted:
            raise forbidden("the group chat was deleted")
        if status is MemberStatus.KICKED:
            raise forbidden(f"bot was kicked from the {chat.noun}")
        if status is MemberStatus.LEFT:
            raise forbidden(f"bot is not a member of the {chat.noun}")

    def message(self, chat: Chat, message_id: int | None, missing: str) -> Message:
        """A message that is there.

        Raises:
            ApiError: 400 with ``missing`` as its reason.
        """
        message = chat.messages.get(message_id) if message_id is not None else None
        if message is None or message.deleted_at is not None:
            raise bad_request(missing)
        return message

    # Messages.

    def add_message(
        self,
        chat: Chat,
        author: User,
        content: FormattedText,
        *,
        attachment: Json | None = None,
        reply_markup: Json | None = None,
        reply_to: Message | None = None,
        quote: Json | None = None,
        extra: Json | None = None,
    ) -> Message:
        """Puts a message into a chat and tells the watchers."""
        message = Message(
            chat_id=chat.id,
            message_id=self._next_message_id(chat),
            author_id=author.id,
            signed=chat.type is not ChatType.CHANNEL,
            content=content,
            accepted_at=time.time(),
            accepted_clock=self.clock.now(),
            attachment=attachment or {},
            reply_markup=reply_markup,
            reply_to=self.wire_message(reply_to, nested=True) if reply_to else None,
            quote=quote,
            extra=extra or {},
        )
        chat.messages[message.message_id] = message
        if author is self.bot:
            chat.unread += 1
        message.seq = self.events.publish("message", chat_id=chat.id, message_id=message.message_id)
        message.changed_seq = message.seq
        return message

    def _next_message_id(self, chat: Chat) -> int:
        # Private chats and basic groups share one numbering per account, the others have their own.
        if chat.type in {ChatType.PRIVATE, ChatType.GROUP}:
            self._shared_message_id += 1
            return self._shared_message_id
        chat.last_message_id += 1
        return chat.last_message_id

    def edit_message(self, message: Message, content: FormattedText, reply_markup: Json | None) -> None:
        """Changes content or keyboard, keeping what it was."""
        message.revisions.append(
            Revision(message.content, message.reply_markup, message.edited_at or message.accepted_at)
        )
        message.content = content
        message.reply_markup = reply_markup
        message.edited_at = time.time()
        message.changed_seq = self.events.publish(
            "edit", chat_id=message.chat_id, message_id=message.message_id
        )

    def delete_message(self, message: Message) -> None:
        """Takes a message out of its chat; the record stays for the control API."""
        message.deleted_at = time.time()
        chat = self.chats[message.chat_id]
        chat.deleted_messages += 1
        chat.pinned = [number for number in chat.pinned if number != message.message_id]
        message.changed_seq = self.events.publish(
            "delete", chat_id=message.chat_id, message_id=message.message_id
        )

    # Objects of the Bot API.

    def wire_chat(self, chat: Chat) -> Json:
        """The Chat object inside messages."""
        answer: Json = {"id": chat.id, "type": chat.type.value}
        if chat.is_private:
            user = self.users[chat.id]
            answer["first_name"] = user.first_name
            if user.last_name:
                answer["last_name"] = user.last_name
            if user.username:
                answer["username"] = user.username
            return answer
        answer["title"] = chat.title or ""
        if chat.username:
            answer["username"] = chat.username
        if chat.is_forum:
            answer["is_forum"] = True
        if chat.type is ChatType.GROUP:
            answer["all_members_are_administrators"] = False
        return answer

    def wire_message(self, message: Message, *, nested: bool = False) -> Json:
        """The Message object; ``nested`` leaves out what it answers, as Telegram does inside others."""
        chat = self.chats[message.chat_id]
        answer: Json = {"message_id": message.message_id}
        if message.signed:
            answer["from"] = self.users[message.author_id].wire()
        else:
            answer["sender_chat"] = self.wire_chat(chat)
        answer["chat"] = self.wire_chat(chat)
        answer["date"] = int(message.accepted_at)
        if message.edited_at is not None:
            answer["edit_date"] = int(message.edited_at)
        answer.update(message.extra)
        if message.reply_to is not None and not nested:
            answer["reply_to_message"] = message.reply_to
        if message.quote is not None and not nested:
            answer["quote"] = message.quote
        answer.update(message.attachment)
        answer.update(_wire_content(message))
        if message.reply_markup is not None and "inline_keyboard" in message.reply_markup:
            answer["reply_markup"] = message.reply_markup
        return answer

    def wire_members(self, chat: Chat, user_ids: Iterable[int]) -> list[Json]:
        """ChatMember objects."""
        return [self.wire_member(chat, user_id) for user_id in user_ids]

    def wire_member(self, chat: Chat, user_id: int) -> Json:
        """The ChatMember object of a user in a chat."""
        user = self.users[user_id]
        if chat.is_private:
            status = chat.members.get(user_id, MemberStatus.MEMBER)
        else:
            status = chat.members.get(user_id, MemberStatus.LEFT)
        return member_object(user, status, chat.type)


def _wire_content(message: Message) -> Json:
    if not message.content.text:
        return {}
    entities = [entity.wire() for entity in message.content.entities]
    text, listed = ("caption", "caption_entities") if message.has_caption else ("text", "entities")
    answer: Json = {text: message.content.text}
    if entities:
        answer[listed] = entities
    return answer


def member_object(user: User, status: MemberStatus, kind: ChatType) -> Json:
    """The ChatMember object for a status in such a chat, with all fields the Bot API requires of it."""
    answer: Json = {"user": user.wire(), "status": status.value}
    match status:
        case MemberStatus.CREATOR:
            answer["is_anonymous"] = False
        case MemberStatus.ADMINISTRATOR:
            answer.update(
                can_be_edited=False,
                is_anonymous=False,
                can_manage_chat=True,
                can_delete_messages=True,
                can_manage_video_chats=True,
                can_restrict_members=True,
                can_promote_members=False,
                can_change_info=True,
                can_invite_users=True,
                can_post_stories=False,
                can_edit_stories=False,
                can_delete_stories=False,
            )
            if kind is ChatType.CHANNEL:
                answer.update(can_post_messages=True, can_edit_messages=True)
            else:
                answer["can_pin_messages"] = True
        case MemberStatus.KICKED:
            answer["until_date"] = 0
        case _:
            pass
    return answer
