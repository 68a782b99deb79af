"""`python -m walletwatch.bot.commands` prints docs/commands.md, made from the command table."""

import sys

from walletwatch.bot.commands.table import COMMANDS
from walletwatch.bot.texts import texts
from walletwatch.domain.chats import DEFAULT_LANGUAGE


def document() -> str:
    """The commands as a Markdown table."""
    say = texts(DEFAULT_LANGUAGE)
    rows = [f"| `/{command.name}` | {say(f'command.{command.name}')} |" for command in COMMANDS]
    head = ["# Commands", "", "Made by `python -m walletwatch.bot.commands` from the command table.", ""]
    return "\n".join([*head, "| Command | What it does |", "|---|---|", *rows]) + "\n"


if __name__ == "__main__":
    sys.stdout.write(document())
