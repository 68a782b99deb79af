"""What the bot shows of itself: names, descriptions, commands, menu button."""

from dataclasses import dataclass, field

from telegram_double.fields import Json

type ScopeKey = tuple[str, int | None, int | None]

DEFAULT_SCOPE: ScopeKey = ("default", None, None)


@dataclass(slots=True)
class Profile:
    """Texts and commands by language code ("" is everybody without an own text)."""

    names: dict[str, str] = field(default_factory=dict)
    descriptions: dict[str, str] = field(default_factory=dict)
    short_descriptions: dict[str, str] = field(default_factory=dict)
    commands: dict[tuple[ScopeKey, str], list[Json]] = field(default_factory=dict)
    menu_button: Json = field(default_factory=lambda: {"type": "commands"})
    default_rights: dict[bool, Json] = field(default_factory=dict)

    def described(self, language: str) -> str:
        """What an empty chat says of the bot."""
        return self.descriptions.get(language) or self.descriptions.get("", "")

    def commands_for(
        self, *, chat_id: int, private: bool, user_id: int, administrator: bool, language: str
    ) -> list[Json]:
        """The commands a person sees in a chat: the narrowest scope that has some, own language first."""
        if private:
            scopes: list[ScopeKey] = [
                ("chat", chat_id, None),
                ("all_private_chats", None, None),
                DEFAULT_SCOPE,
            ]
        else:
            administrators: list[ScopeKey] = [
                ("chat_administrators", chat_id, None),
                ("chat", chat_id, None),
                ("all_chat_administrators", None, None),
            ]
            scopes = [
                ("chat_member", chat_id, user_id),
                *(administrators if administrator else [("chat", chat_id, None)]),
                ("all_group_chats", None, None),
                DEFAULT_SCOPE,
            ]
        for scope in scopes:
            for code in dict.fromkeys((language, "")):
                if found := self.commands.get((scope, code)):
                    return found
        return []
