"""Errors of the Bot API as Telegram words them."""

from typing import Any


class ApiError(Exception):
    """A refusal that goes back to the caller as ``{"ok": false, …}``.

    Attributes:
        code: HTTP status and ``error_code`` of the answer.
        description: Telegram's sentence, with its class in front ("Bad Request: …").
        parameters: ResponseParameters (``retry_after`` or ``migrate_to_chat_id``).
    """

    def __init__(self, code: int, description: str, parameters: dict[str, Any] | None = None) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters or {}

    def body(self) -> dict[str, Any]:
        """The JSON object of the answer."""
        answer: dict[str, Any] = {"ok": False, "error_code": self.code, "description": self.description}
        if self.parameters:
            answer["parameters"] = self.parameters
        return answer


def bad_request(reason: str, **parameters: int) -> ApiError:
    """400, ``Bad Request: <reason>``."""
    return ApiError(400, f"Bad Request: {reason}", parameters)


def forbidden(reason: str) -> ApiError:
    """403, ``Forbidden: <reason>``."""
    return ApiError(403, f"Forbidden: {reason}")


def unauthorized() -> ApiError:
    """401, the answer to a wrong token."""
    return ApiError(401, "Unauthorized")


def not_found() -> ApiError:
    """404, the answer to an unknown method."""
    return ApiError(404, "Not Found")


def conflict(reason: str) -> ApiError:
    """409, ``Conflict: <reason>``."""
    return ApiError(409, f"Conflict: {reason}")


def too_many_requests(retry_after: int) -> ApiError:
    """429 with the seconds to wait."""
    return ApiError(429, f"Too Many Requests: retry after {retry_after}", {"retry_after": retry_after})


class ControlError(Exception):
    """The control API was asked for something impossible (pressing a button that is not there …)."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status
