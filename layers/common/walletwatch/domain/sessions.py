"""What the bot waits for in a conversation, wherever its next message is taken in."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

SESSION_TTL: Final = timedelta(minutes=10)
"""After so much silence a text is not an answer any more."""
MAX_ARGUMENTS: Final = 12
"""Before and behind the answer, together."""
MAX_ARGUMENT_LENGTH: Final = 128


@dataclass(frozen=True, slots=True)
class Session:
    """An open question of the bot to one person in one chat.

    Attributes:
        command: The name of the command whose argument was asked for.
        before: What was said already and comes before the answer, in short words.
        started_at: When the question was asked.
        behind: What was said already and comes behind the answer.
        version: Names what is stored, and changes with every `Sessions.save`; empty before the first.
    """

    chat_id: int
    user_id: int
    command: str
    before: tuple[str, ...]
    started_at: datetime
    behind: tuple[str, ...] = ()
    version: str = ""
