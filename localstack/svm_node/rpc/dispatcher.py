"""From the text of a request to the text of its response."""

import json
import logging
from collections.abc import Callable
from typing import Any

from svm_node.errors import RpcError, internal_error, invalid_params, invalid_request, parse_error
from svm_node.rpc import accounts, blocks, cluster, sending, tokens, transactions  # noqa: F401 - register methods
from svm_node.rpc.params import Params
from svm_node.rpc.registry import RpcContext, find_method

_LOGGER = logging.getLogger(__name__)

type Invoke = Callable[[str, Params], Any]
"""Runs a method by its name."""


def parse_body(body: bytes) -> Any:
    """The JSON of a request.

    Raises:
        RpcError: It is none.
    """
    try:
        return json.loads(body)
    except ValueError as error:
        raise parse_error() from error


def respond(request: Any, invoke: Invoke) -> Any:
    """Answer one request or a batch; None where nothing is to be answered.

    Args:
        request: The parsed body.
        invoke: Runs a method; raises `RpcError` for an answer that is an error.
    """
    if isinstance(request, list):
        if not request:
            return error_response(None, invalid_request())
        responses = [_respond_one(item, invoke) for item in request]
        return [response for response in responses if response is not None] or None
    return _respond_one(request, invoke)


def method_invoker(context: RpcContext) -> Invoke:
    """Runs the methods of the registry."""
    return lambda name, params: find_method(name)(context, params)


def requested_methods(request: Any) -> list[str]:
    """The methods a body asks for, as far as it is well-formed."""
    items = request if isinstance(request, list) else [request]
    names = [item.get("method") for item in items if isinstance(item, dict)]
    return [name for name in names if isinstance(name, str)]


def error_response(request_id: Any, error: RpcError) -> dict[str, Any]:
    """A response that is an error."""
    return {"jsonrpc": "2.0", "error": error.to_json(), "id": request_id}


def _respond_one(request: Any, invoke: Invoke) -> dict[str, Any] | None:
    if not isinstance(request, dict) or not isinstance(request.get("method"), str):
        return error_response(None, invalid_request())
    if request.get("jsonrpc") != "2.0":
        return error_response(request.get("id"), invalid_request())
    request_id = request.get("id")
    try:
        result = invoke(request["method"], Params(_positional(request.get("params"))))
    except RpcError as error:
        return error_response(request_id, error)
    except Exception:
        _LOGGER.exception("method %s failed", request["method"])
        return error_response(request_id, internal_error())
    # A request without an id is a notification, which nobody waits for.
    if "id" not in request:
        return None
    return {"jsonrpc": "2.0", "result": result, "id": request_id}


def _positional(params: Any) -> list[Any]:
    if params is None:
        return []
    if not isinstance(params, list):
        raise invalid_params("Invalid params: params should be an array")
    return params
