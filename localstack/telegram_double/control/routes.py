"""All routes of the control API."""

from aiohttp import web

from telegram_double.control import inspection_routes, people_routes, switch_routes


def control_routes() -> list[web.AbstractRouteDef]:
    """The routes under ``/control``."""
    return [*people_routes.routes, *inspection_routes.routes, *switch_routes.routes]
