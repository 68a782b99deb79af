"""A Bot API server that behaves as Telegram does, with a control API for tests and a chat page for people.

Run it with ``python -m telegram_double --port P --token T``. State is in memory and ends with the process.
"""
