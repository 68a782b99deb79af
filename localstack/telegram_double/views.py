"""What the control API and the chat page show of the double's state."""

import html as html_text
from typing import Any

from telegram_double.double import Double
from telegram_double.fields import Json
from telegram_double.model import Chat, MemberStatus, Message
from telegram_double.texts import Entity, FormattedText, utf16_slice

_TAGS = {
    "bold": ("<b>", "</b>"),
    "italic": ("<i>", "</i>"),
    "underline": ("<u>", "</u>"),
    "strikethrough": ("<s>", "</s>"),
    "spoiler": ("<tg-spoiler>", "</tg-spoiler>"),
    "code": ("<code>", "</code>"),
    "blockquote": ("<blockquote>", "</blockquote>"),
    "expandable_blockquote": ("<blockquote expandable>", "</blockquote>"),
}


def message_view(double: Double, message: Message) -> Json:
    """A message with everything the double knows of it. Times are wall-clock seconds since 1970."""
    return {
        "chat_id": message.chat_id,
        "message_id": message.message_id,
        "from_id": message.author_id,
        "from_bot": message.author_id == double.bot.id,
        "text": message.content.text,
        "html": as_html(message.content),
        "entities": [entity.wire() for entity in message.content.entities],
        "attachment": message.attachment,
        "reply_markup": message.reply_markup,
        "reply_to_message_id": (message.reply_to or {}).get("message_id"),
        "accepted_at": message.accepted_at,
        "edited_at": message.edited_at,
        "deleted_at": message.deleted_at,
        "revisions": [
            {
                "text": revision.content.text,
                "html": as_html(revision.content),
                "reply_markup": revision.reply_markup,
                "at": revision.at,
            }
            for revision in message.revisions
        ],
        "reactions": [reaction for listed in message.reactions.values() for reaction in listed],
        "extra": message.extra,
        "seq": message.seq,
        "changed_seq": message.changed_seq,
    }


def chat_view(double: Double, chat: Chat) -> Json:
    """A chat with its members and its latest message."""
    world = double.world
    visible = (message for message in reversed(chat.messages.values()) if message.deleted_at is None)
    latest = next(visible, None)
    status = chat.members.get(double.bot.id, MemberStatus.LEFT)
    person = world.users[chat.id] if chat.is_private else None
    return {
        "id": chat.id,
        "type": chat.type.value,
        "title": person.name if person else chat.title,
        "username": person.username if person else chat.username,
        "started": chat.started,
        "blocked": status is MemberStatus.KICKED,
        "bot_status": status.value,
        "members": [
            {"user": world.users[user_id].wire(), "status": member.value}
            for user_id, member in chat.members.items()
        ],
        "pinned": chat.pinned,
        "migrated_to": chat.migrated_to,
        "unread": chat.unread,
        "last_message": message_view(double, latest) if latest else None,
        "message_count": len(chat.messages) - chat.deleted_messages,
    }


def user_view(double: Double, user_id: int) -> Json:
    """A user with what the Bot API does not show."""
    user = double.world.users[user_id]
    return {**user.wire(), "deactivated": user.deactivated}


def counters(double: Double) -> Json:
    """Numbers of everything that was counted since the start or the last reset."""
    messages = [message for chat in double.world.chats.values() for message in chat.messages.values()]
    return {
        "calls_by_method": dict(double.journal.by_method),
        "calls_by_status": dict(double.journal.by_status),
        "messages_from_bot": sum(1 for message in messages if message.author_id == double.bot.id),
        "messages": len(messages),
        "edits": sum(len(message.revisions) for message in messages),
        "updates_created": double.updates.created,
        "updates_pending": len(double.updates.pending()),
        "updates_delivered": double.delivery.delivered,
        "updates_expired": double.updates.expired,
        "webhook_attempts": len(double.delivery.log),
        "webhook_failures": sum(1 for attempt in double.delivery.log if attempt.error),
    }


def as_html(content: FormattedText) -> str:
    """The HTML a bot would have to send for this text: entities nested, everything else escaped.

    Automatic entities (URLs, commands …) need no tags and have none here.
    """
    marks: list[tuple[int, int, int, str]] = []
    for order, entity in enumerate(content.entities):
        tags = _tags(entity)
        if tags is None:
            continue
        # At one offset ends come before beginnings; inner tags end first and begin last.
        marks.append((entity.offset, 1, order, tags[0]))
        marks.append((entity.end, 0, -order, tags[1]))
    marks.sort()
    parts: list[str] = []
    position = 0
    for offset, _, _, tag in marks:
        parts.append(html_text.escape(utf16_slice(content.text, position, offset - position), quote=False))
        parts.append(tag)
        position = offset
    rest = utf16_slice(content.text, position, content.units - position)
    parts.append(html_text.escape(rest, quote=False))
    return "".join(parts)


def _tags(entity: Entity) -> tuple[str, str] | None:
    match entity.type:
        case "text_link":
            return f'<a href="{html_text.escape(entity.url or "")}">', "</a>"
        case "text_mention":
            return f'<a href="tg://user?id={_user_id(entity.user)}">', "</a>"
        case "pre" if entity.language:
            language = html_text.escape(entity.language)
            return f'<pre><code class="language-{language}">', "</code></pre>"
        case "pre":
            return "<pre>", "</pre>"
        case "custom_emoji":
            return f'<tg-emoji emoji-id="{entity.custom_emoji_id}">', "</tg-emoji>"
        case kind:
            return _TAGS.get(kind)


def _user_id(user: dict[str, Any] | None) -> int:
    return int((user or {}).get("id", 0))
