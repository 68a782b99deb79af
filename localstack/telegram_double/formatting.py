"""From the parameters of a call to the text and entities that are shown."""

import re

from telegram_double.errors import bad_request
from telegram_double.fields import Fields
from telegram_double.html_mode import normalised_url, parse_html
from telegram_double.texts import Entity, FormattedText, ordered, utf16_length

_PLAIN_TYPES = frozenset(
    {
        "mention",
        "hashtag",
        "cashtag",
        "bot_command",
        "url",
        "email",
        "phone_number",
        "bold",
        "italic",
        "underline",
        "strikethrough",
        "spoiler",
        "blockquote",
        "expandable_blockquote",
        "code",
    }
)
_ENTITY_FIELDS = (
    "type",
    "offset",
    "length",
    "url",
    "user",
    "language",
    "custom_emoji_id",
    "unix_time",
    "date_time_format",
)
_CONTEXT = "can't parse MessageEntity"
_MAX_CUSTOM_EMOJI = 2**63 - 1
_AUTOMATIC = re.compile(
    r"(?P<url>\bhttps?://[^\s<>\"']+[^\s<>\"'.,:;!?)\]}])"
    r"|(?P<email>\b[A-Za-z0-9._%+\-]+@[A-Za-z0-9\-]+(?:\.[A-Za-z0-9\-]+)*\.[A-Za-z]{2,}\b)"
    r"|(?<![\w/@<>])(?P<bot_command>/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?)(?![\w/])"
    r"|(?<![\w@/])(?P<mention>@[A-Za-z][A-Za-z0-9_]{2,31})\b"
    r"|(?<![\w#])(?P<hashtag>#\w*[^\W\d]\w*)"
    r"|(?<![\w$])(?P<cashtag>\$[A-Z]{1,8})\b"
)
_OPAQUE = frozenset({"code", "pre", "text_link", "text_mention"})


def formatted(text: str, parse_mode: str | None, entities: list[object] | None) -> FormattedText:
    """Applies a parse mode or explicit entities, finds links and commands, and cuts blank ends.

    Raises:
        ApiError: 400 for markup or entities Telegram would refuse.
    """
    if entities is not None and parse_mode is None:
        content = FormattedText(text, _explicit(text, entities))
    else:
        match (parse_mode or "").lower():
            case "html":
                content = parse_html(text)
            case "" | "none":
                content = FormattedText(text)
            case "markdown" | "markdownv2":
                raise bad_request(f"the double does not parse {parse_mode}; send parse_mode=HTML")
            case _:
                raise bad_request("unsupported parse_mode")
    return with_automatic_entities(content).trimmed()


def with_automatic_entities(content: FormattedText) -> FormattedText:
    """Adds the entities Telegram finds by itself: commands, mentions, hashtags, cashtags, URLs, addresses."""
    opaque = [(entity.offset, entity.end) for entity in content.entities if entity.type in _OPAQUE]
    found = []
    for match in _AUTOMATIC.finditer(content.text):
        start = utf16_length(content.text[: match.start()])
        end = start + utf16_length(match.group())
        if not any(start < stop and begin < end for begin, stop in opaque):
            assert match.lastgroup is not None
            found.append(Entity(match.lastgroup, start, end - start))
    known = {(entity.type, entity.offset, entity.length) for entity in content.entities}
    fresh = [entity for entity in found if (entity.type, entity.offset, entity.length) not in known]
    return FormattedText(content.text, ordered([*content.entities, *fresh]))


def _explicit(text: str, entities: list[object]) -> tuple[Entity, ...]:
    units = utf16_length(text)
    parsed = []
    for value in entities:
        entity = _entity(value)
        if entity.offset < 0:
            raise bad_request(f"receive an entity with incorrect offset {entity.offset}")
        if entity.length < 0:
            raise bad_request(f"receive an entity with incorrect length {entity.length}")
        if entity.length == 0:
            continue
        if entity.offset >= units:
            raise bad_request(f"entity begins after the end of the text at UTF-16 offset {entity.offset}")
        if entity.end > units:
            raise bad_request(
                f"entity beginning at UTF-16 offset {entity.offset} ends after the end of the text"
                f" at UTF-16 offset {entity.end}"
            )
        parsed.append(entity)
    return ordered(parsed)


def _entity(value: object) -> Entity:
    fields = Fields(value, known=_ENTITY_FIELDS, context=_CONTEXT)
    kind = fields.required("type", fields.text("type"))
    offset = fields.required("offset", fields.integer("offset"))
    length = fields.required("length", fields.integer("length"))
    match kind:
        case _ if kind in _PLAIN_TYPES:
            return Entity(kind, offset, length)
        case "pre":
            return Entity(kind, offset, length, language=fields.text("language") or None)
        case "text_link":
            return Entity(kind, offset, length, url=_link(fields.required("url", fields.text("url"))))
        case "text_mention":
            user = fields.required("user", fields.object("user"))
            return Entity(kind, offset, length, user=user)
        case "custom_emoji":
            emoji = fields.required("custom_emoji_id", fields.text("custom_emoji_id"))
            if not emoji.isdecimal() or int(emoji) > _MAX_CUSTOM_EMOJI:
                raise fields.complaint('field "custom_emoji_id" must be a valid Number')
            return Entity(kind, offset, length, custom_emoji_id=emoji)
        case _:
            raise fields.complaint("unsupported type specified")


def _link(url: str) -> str:
    if not url:
        raise bad_request("entity URL '' is invalid: URL host is empty")
    checked = normalised_url(url)
    if checked is None:
        raise bad_request(f"entity URL '{url}' is invalid: Wrong HTTP URL")
    return checked
