"""`python -m walletwatch.bot.commands` prints docs/commands.md, made from the command table."""

import sys
from collections.abc import Iterator

from walletwatch.bot.commands.command import Topic
from walletwatch.bot.commands.table import AREAS
from walletwatch.bot.texts import texts
from walletwatch.domain.chats import DEFAULT_LANGUAGE


def document() -> str:
    """The commands as Markdown, a table for each topic."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    say = texts(DEFAULT_LANGUAGE)
    yield "# Commands"
    yield ""
    yield "Made by `python -m walletwatch.bot.commands` from the command table."
    for topic in Topic:
        commands = [command for area in AREAS if area.topic is topic for command in area.commands]
        if commands:
            yield from (
                "",
                f"## {say(f'topic.{topic.value}')}",
                "",
                "| Command | What it does |",
                "|---|---|",
            )
            yield from (f"| `/{command.name}` | {say(f'command.{command.name}')} |" for command in commands)


if __name__ == "__main__":
    sys.stdout.write(document())
