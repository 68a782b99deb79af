"""The control API: what tests and the chat page use to play the people and to look inside."""

from telegram_double.control.routes import control_routes

__all__ = ["control_routes"]
