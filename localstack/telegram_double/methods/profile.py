"""The bot's name, descriptions, commands and menu button."""

import re
from typing import cast

from telegram_double.arguments import Arguments, Kind
from telegram_double.double import Double
from telegram_double.errors import bad_request
from telegram_double.fields import Fields, Json
from telegram_double.methods.registry import MethodTable
from telegram_double.profile import DEFAULT_SCOPE, ScopeKey
from telegram_double.texts import utf16_length

METHODS = MethodTable()

_COMMAND = re.compile(r"[a-z0-9_]{1,32}")
_LANGUAGE = re.compile(r"[a-z]{2}")
_DESCRIPTION_UNITS = range(1, 257)
_NAME_UNITS, _SHORT_UNITS, _LONG_UNITS = 64, 120, 512
_CHAT_SCOPES = {"chat", "chat_administrators", "chat_member"}
_BROAD_SCOPES = {"default", "all_private_chats", "all_group_chats", "all_chat_administrators"}


@METHODS.method("setMyCommands", commands=Kind.ARRAY, scope=Kind.OBJECT, language_code=Kind.TEXT)
def set_my_commands(double: Double, arguments: Arguments) -> bool:
    """Sets the commands of a scope and language."""
    commands = arguments.array("commands")
    if commands is None:
        raise bad_request("commands are not specified")
    if len(commands) > double.policy.commands:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    parsed = [_command(value) for value in commands]
    key = (_scope(double, arguments), _language(arguments))
    double.profile.commands[key] = parsed
    double.events.publish("commands")
    return True


@METHODS.method("getMyCommands", scope=Kind.OBJECT, language_code=Kind.TEXT)
def get_my_commands(double: Double, arguments: Arguments) -> list[Json]:
    """The commands of exactly this scope and language."""
    return double.profile.commands.get((_scope(double, arguments), _language(arguments)), [])


@METHODS.method("deleteMyCommands", scope=Kind.OBJECT, language_code=Kind.TEXT)
def delete_my_commands(double: Double, arguments: Arguments) -> bool:
    """Takes the commands of a scope and language away."""
    double.profile.commands.pop((_scope(double, arguments), _language(arguments)), None)
    double.events.publish("commands")
    return True


@METHODS.method("setMyName", name=Kind.TEXT, language_code=Kind.TEXT)
def set_my_name(double: Double, arguments: Arguments) -> bool:
    """Sets the bot's name for a language; empty takes it back."""
    _set_text(double.profile.names, arguments, "name", _NAME_UNITS, "BOT_TITLE_INVALID")
    return True


@METHODS.method("getMyName", language_code=Kind.TEXT)
def get_my_name(double: Double, arguments: Arguments) -> Json:
    """The bot's name for a language."""
    return {"name": _get_text(double.profile.names, arguments) or double.bot.first_name}


@METHODS.method("setMyDescription", description=Kind.TEXT, language_code=Kind.TEXT)
def set_my_description(double: Double, arguments: Arguments) -> bool:
    """Sets what an empty chat shows."""
    _set_text(double.profile.descriptions, arguments, "description", _LONG_UNITS, "BOT_DESCRIPTION_INVALID")
    return True


@METHODS.method("getMyDescription", language_code=Kind.TEXT)
def get_my_description(double: Double, arguments: Arguments) -> Json:
    """What an empty chat shows."""
    return {"description": _get_text(double.profile.descriptions, arguments)}


@METHODS.method("setMyShortDescription", short_description=Kind.TEXT, language_code=Kind.TEXT)
def set_my_short_description(double: Double, arguments: Arguments) -> bool:
    """Sets the text of the bot's profile."""
    texts = double.profile.short_descriptions
    _set_text(texts, arguments, "short_description", _SHORT_UNITS, "BOT_SHORT_DESCRIPTION_INVALID")
    return True


@METHODS.method("getMyShortDescription", language_code=Kind.TEXT)
def get_my_short_description(double: Double, arguments: Arguments) -> Json:
    """The text of the bot's profile."""
    return {"short_description": _get_text(double.profile.short_descriptions, arguments)}


@METHODS.method("setChatMenuButton", chat_id=Kind.INTEGER, menu_button=Kind.OBJECT)
def set_chat_menu_button(double: Double, arguments: Arguments) -> bool:
    """Sets the button beside the composer, for one private chat or for all."""
    button = _menu_button(arguments.object("menu_button") or {"type": "default"})
    chat_id = arguments.integer("chat_id")
    if chat_id is None:
        double.profile.menu_button = {"type": "commands"} if button["type"] == "default" else button
    else:
        chat = double.world.chat(chat_id)
        chat.menu_button = None if button["type"] == "default" else button
    double.events.publish("commands")
    return True


@METHODS.method("getChatMenuButton", chat_id=Kind.INTEGER)
def get_chat_menu_button(double: Double, arguments: Arguments) -> Json:
    """The button beside the composer."""
    chat_id = arguments.integer("chat_id")
    own = double.world.chat(chat_id).menu_button if chat_id is not None else None
    return own or double.profile.menu_button


@METHODS.method("setMyDefaultAdministratorRights", rights=Kind.OBJECT, for_channels=Kind.BOOLEAN)
def set_my_default_administrator_rights(double: Double, arguments: Arguments) -> bool:
    """What is ticked when somebody makes the bot an administrator."""
    double.profile.default_rights[arguments.flag("for_channels")] = arguments.object("rights") or {}
    return True


def _command(value: object) -> Json:
    known = ("command", "description")
    fields = Fields(value, known=known, context="can't parse BotCommand")
    command = fields.required("command", fields.text("command")).removeprefix("/")
    description = fields.required("description", fields.text("description")).strip()
    if _COMMAND.fullmatch(command) is None:
        raise bad_request("BOT_COMMAND_INVALID")
    if utf16_length(description) not in _DESCRIPTION_UNITS:
        raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    return {"command": command, "description": description}


def _scope(double: Double, arguments: Arguments) -> ScopeKey:
    value = arguments.object("scope")
    if value is None:
        return DEFAULT_SCOPE
    fields = Fields(value, known=("type", "chat_id", "user_id"), context="can't parse BotCommandScope")
    kind = fields.required("type", fields.text("type"))
    if kind in _BROAD_SCOPES:
        return kind, None, None
    if kind not in _CHAT_SCOPES:
        raise fields.complaint("unsupported type specified")
    if "chat_id" not in fields:
        raise fields.complaint('can\'t find field "chat_id"')
    chat = double.world.chat(cast("int | str", value["chat_id"]))
    if kind == "chat_member":
        return kind, chat.id, fields.required("user_id", fields.integer("user_id"))
    return kind, chat.id, None


def _language(arguments: Arguments) -> str:
    code = arguments.text("language_code") or ""
    if code and _LANGUAGE.fullmatch(code) is None:
        raise bad_request("LANG_CODE_INVALID")
    return code


def _set_text(texts: dict[str, str], arguments: Arguments, name: str, longest: int, complaint: str) -> None:
    text = (arguments.text(name) or "").strip()
    if utf16_length(text) > longest:
        raise bad_request(complaint)
    code = _language(arguments)
    if text:
        texts[code] = text
    else:
        texts.pop(code, None)


def _get_text(texts: dict[str, str], arguments: Arguments) -> str:
    return texts.get(_language(arguments)) or texts.get("", "")


def _menu_button(value: Json) -> Json:
    fields = Fields(value, known=("type", "text", "web_app"), context="can't parse MenuButton")
    kind = fields.required("type", fields.text("type"))
    if kind in {"default", "commands"}:
        return {"type": kind}
    if kind != "web_app":
        raise fields.complaint("unsupported type specified")
    text = fields.required("text", fields.text("text"))
    app = Fields(fields.object("web_app"), known=("url",), context="can't parse MenuButton")
    url = app.required("url", app.text("url"))
    if not url.startswith("https://"):
        raise bad_request(f"menu button Web App URL '{url}' is invalid: Only HTTPS links are allowed")
    return {"type": kind, "text": text, "web_app": {"url": url}}
