"""Telegram's HTML parse mode: what it accepts, what it makes of it, and how it complains.

The rules and the wording follow TDLib's parser (``parse_html`` in MessageEntity.cpp). Offsets in complaints
are bytes of the UTF-8 input.
"""

import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from telegram_double.errors import ApiError, bad_request
from telegram_double.texts import Entity, FormattedText, ordered, utf16_length

_SIMPLE_TAGS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "span": "spoiler",
    "tg-spoiler": "spoiler",
}
_SUPPORTED_TAGS = frozenset(_SIMPLE_TAGS) | {"a", "tg-emoji", "pre", "code", "blockquote"}
_NAMED_REFERENCES = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_REFERENCE = re.compile(r"&(?:#x([0-9a-fA-F]+)|#([0-9]+)|([a-zA-Z]+));?")
_MAX_NUMERIC_REFERENCE = 10  # characters of "&#…" without the semicolon
_MAX_CUSTOM_EMOJI = 2**63 - 1
_SPACE = " \t\r\n\v\f\0"
_NAME_TOKEN = re.compile(r"[0-9a-zA-Z.\-]*")
_ATTRIBUTE_NAME = re.compile(r"[^ \t\r\n\v\f\0=>/\"']*")
_MENTION_LINK = re.compile(r"tg://user\?id=(\d{1,19})")
_HOST = re.compile(r"(?:[^\s./?#@:]+\.)+[^\s./?#@:]{2,}|localhost|\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-fA-F:]+\]")


def parse_html(source: str) -> FormattedText:
    """Parses text sent with ``parse_mode=HTML``.

    Raises:
        ApiError: 400 "can't parse entities: …" in Telegram's words.
    """
    return _Parser(source).run()


@dataclass(slots=True)
class _OpenTag:
    name: str
    argument: str
    offset: int
    start: int


@dataclass(slots=True)
class _Parser:
    source: str
    position: int = 0
    output: list[str] = field(default_factory=list)
    units: int = 0
    entities: list[Entity] = field(default_factory=list)
    open_tags: list[_OpenTag] = field(default_factory=list)
    # Language named by a <code class="language-…">, by the index of its entity: <pre> around it claims it.
    code_languages: dict[int, str] = field(default_factory=dict)

    def run(self) -> FormattedText:
        while self.position < len(self.source):
            character = self.source[self.position]
            if character == "<":
                self._tag()
            elif character == "&":
                self._emit(self._reference())
            else:
                self._emit(character)
                self.position += 1
        if self.open_tags:
            name = self.open_tags[-1].name
            raise _complaint(f'Can\'t find end tag corresponding to start tag "{name}"')
        text = "".join(self.output)
        if any(0xD800 <= ord(character) <= 0xDFFF for character in text):
            raise _complaint(
                "Text contains invalid Unicode characters after decoding HTML entities,"
                " check for unmatched surrogate code units"
            )
        return FormattedText(text, ordered(self.entities))

    def _emit(self, text: str) -> None:
        self.output.append(text)
        self.units += utf16_length(text)

    def _peek(self) -> str:
        return self.source[self.position] if self.position < len(self.source) else ""

    def _bytes_before(self, position: int) -> int:
        return len(self.source[:position].encode("utf-8", "surrogatepass"))

    def _reference(self) -> str:
        """The character a reference at the current position stands for; "&" itself if it stands for none."""
        match = _REFERENCE.match(self.source, self.position)
        character = _referred(match) if match else None
        if match is None or character is None:
            self.position += 1
            return "&"
        self.position = match.end()
        return character

    def _skip_spaces(self) -> None:
        while self._peek() and self._peek() in _SPACE:
            self.position += 1

    def _skip_name(self) -> None:
        while self._peek() and self._peek() not in _SPACE and self._peek() != ">":
            self.position += 1

    def _tag(self) -> None:
        start = self.position
        self.position += 1
        if self._peek() == "/":
            self._end_tag(start)
        else:
            self._start_tag(start)

    def _start_tag(self, start: int) -> None:
        at = self._bytes_before(start)
        self._skip_name()
        if not self._peek():
            raise _complaint(f"Unclosed start tag at byte offset {at}")
        name = self.source[start + 1 : self.position].lower()
        if name not in _SUPPORTED_TAGS:
            raise _complaint(f'Unsupported start tag "{name}" at byte offset {at}')
        argument = ""
        while True:
            self._skip_spaces()
            if self._peek() == ">":
                self.position += 1
                break
            attribute, value = self._attribute(name, at)
            argument = _argument(name, attribute, value) or argument
        if name == "span" and argument != "spoiler":
            raise _complaint(f'Tag "span" must have class "tg-spoiler" at byte offset {at}')
        self.open_tags.append(_OpenTag(name, argument, self.units, len(self.output)))

    def _attribute(self, tag: str, at: int) -> tuple[str, str | None]:
        """One attribute; the value is None where there is no equal sign."""
        match = _ATTRIBUTE_NAME.match(self.source, self.position)
        attribute = match.group() if match else ""
        if not attribute:
            raise _complaint(f'Empty attribute name in the tag "{tag}" at byte offset {at}')
        self.position += len(attribute)
        self._skip_spaces()
        if self._peek() != "=":
            if not self._peek():
                raise _complaint(f'Unclosed start tag "{tag}" at byte offset {at}')
            return attribute, None
        self.position += 1
        self._skip_spaces()
        if not self._peek():
            raise _complaint(f'Unclosed start tag "{tag}" at byte offset {at}')
        value = self._quoted() if self._peek() in "'\"" else self._token()
        if not self._peek():
            raise _complaint(f"Unclosed start tag at byte offset {at}")
        return attribute, value

    def _token(self) -> str:
        start = self.position
        match = _NAME_TOKEN.match(self.source, start)
        token = match.group() if match else ""
        self.position += len(token)
        if self._peek() and self._peek() not in _SPACE and self._peek() != ">":
            raise _complaint(f"Unexpected end of name token at byte offset {self._bytes_before(start)}")
        return token.lower()

    def _quoted(self) -> str:
        quote = self._peek()
        self.position += 1
        value = []
        while self._peek() and self._peek() != quote:
            if self._peek() == "&":
                value.append(self._reference())
            else:
                value.append(self._peek())
                self.position += 1
        if self._peek():
            self.position += 1
        return "".join(value)

    def _end_tag(self, start: int) -> None:
        at = self._bytes_before(start)
        if not self.open_tags:
            raise _complaint(f"Unexpected end tag at byte offset {at}")
        tag = self.open_tags[-1]
        self._skip_name()
        name = self.source[start + 2 : self.position].lower()
        self._skip_spaces()
        if self._peek() != ">":
            raise _complaint(f"Unclosed end tag at byte offset {at}")
        self.position += 1
        if name and name != tag.name:
            raise _complaint(
                f'Unmatched end tag at byte offset {at}, expected "</{tag.name}>", found "</{name}>"'
            )
        self.open_tags.pop()
        if self.units > tag.offset:
            self._close(tag)

    def _close(self, tag: _OpenTag) -> None:
        length = self.units - tag.offset
        match tag.name:
            case "a":
                self._close_link(tag, length)
            case "tg-emoji":
                self._close_emoji(tag, length)
            case "pre" | "code":
                self._close_code(tag, length)
            case "blockquote":
                kind = "expandable_blockquote" if tag.argument else "blockquote"
                self.entities.append(Entity(kind, tag.offset, length))
            case name:
                self.entities.append(Entity(_SIMPLE_TAGS[name], tag.offset, length))

    def _close_emoji(self, tag: _OpenTag, length: int) -> None:
        number = int(tag.argument) if tag.argument.isascii() and tag.argument.isdecimal() else 0
        if not 0 < number <= _MAX_CUSTOM_EMOJI:
            raise _complaint("Invalid custom emoji identifier specified")
        self.entities.append(Entity("custom_emoji", tag.offset, length, custom_emoji_id=tag.argument))

    def _close_link(self, tag: _OpenTag, length: int) -> None:
        target = tag.argument or "".join(self.output[tag.start :])
        mention = _MENTION_LINK.fullmatch(target.strip())
        if mention:
            user = {"id": int(mention.group(1))}
            self.entities.append(Entity("text_mention", tag.offset, length, user=user))
            return
        url = normalised_url(target)
        if url is not None:
            self.entities.append(Entity("text_link", tag.offset, length, url=url))

    def _close_code(self, tag: _OpenTag, length: int) -> None:
        last = self.entities[-1] if self.entities else None
        same_span = last is not None and (last.offset, last.length) == (tag.offset, length)
        index = len(self.entities) - 1
        language: str | None = None
        if same_span and last is not None:
            if tag.name == "pre" and last.type == "code":
                language = self.code_languages.get(index)
            elif tag.name == "code" and last.type == "pre" and last.language is None:
                language = tag.argument or None
        if language:
            self.entities[-1] = Entity("pre", tag.offset, length, language=language)
            return
        self.entities.append(Entity(tag.name, tag.offset, length))
        if tag.name == "code" and tag.argument:
            self.code_languages[index + 1] = tag.argument


def normalised_url(target: str) -> str | None:
    """The URL as Telegram keeps it (scheme added, path at least "/"), or None if it is none.

    Only http, https, tg, ton and tonsite links are links to Telegram.
    """
    target = target.strip()
    if not target or any(character.isspace() for character in target):
        return None
    if re.match(r"(?:tg|ton|tonsite)://", target, re.IGNORECASE):
        return target
    if not re.match(r"[a-zA-Z][a-zA-Z0-9+.\-]*://", target):
        target = f"http://{target}"
    try:
        parts = urlsplit(target)
        port = parts.port
    except ValueError:
        return None
    host = parts.netloc.rpartition("@")[2]
    if port is not None:
        host = host.rpartition(":")[0]
    if parts.scheme.lower() not in {"http", "https"} or not _HOST.fullmatch(host):
        return None
    scheme_and_host, path = target[: len(parts.scheme) + 3] + parts.netloc, parts.path or "/"
    tail = target[len(parts.scheme) + 3 + len(parts.netloc) :]
    rest = tail[len(parts.path) :] if tail.startswith(parts.path) else ""
    return f"{scheme_and_host.lower()}{path}{rest}"


def _referred(match: re.Match[str]) -> str | None:
    hexadecimal, decimal, name = match.groups()
    if name is not None:
        return _NAMED_REFERENCES.get(name)
    code = int(hexadecimal, 16) if hexadecimal is not None else int(decimal)
    length = len(match.group().removesuffix(";"))
    if code == 0 or code >= 0x10FFFF or length >= _MAX_NUMERIC_REFERENCE:
        return None
    return chr(code)


def _argument(tag: str, attribute: str, value: str | None) -> str | None:
    """What an attribute means to its tag; None if it means nothing."""
    match tag, attribute:
        case "blockquote", "expandable":
            return "1"
        case ("a", "href") | ("tg-emoji", "emoji-id"):
            return value
        case "code", "class" if value is not None and value.startswith("language-"):
            return value.removeprefix("language-")
        case "span", "class" if value is not None and value.startswith("tg-"):
            return value.removeprefix("tg-")
        case _:
            return None


def _complaint(reason: str) -> ApiError:
    return bad_request(f"can't parse entities: {reason}")
