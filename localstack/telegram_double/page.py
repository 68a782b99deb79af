"""The chat page for people, its files and its event stream."""

from aiohttp import web


def page_routes() -> list[web.AbstractRouteDef]:
    """The routes of the page."""
    return []
