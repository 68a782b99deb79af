"""What the bot waits for in a conversation, wherever its next message is taken in."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

SESSION_TTL: Final = timedelta(minutes=10)
"""After so much silence a text is not an answer any more."""
MAX_ARGUMENTS: Final = 4
MAX_ARGUMENT_LENGTH: Final = 64


@dataclass(frozen=True, slots=True)
class Session:
    """An open question of the bot to one person in one chat.

    Attributes:
        command: The name of the command whose argument was asked for.
        arguments: What was said behind the command already, at most `MAX_ARGUMENTS` short words.
        started_at: When the question was asked.
        version: Names what is stored, and changes with every `Sessions.save`; empty before the first.
    """

    chat_id: int
    user_id: int
    command: str
    arguments: tuple[str, ...]
    started_at: datetime
    version: str = ""
