"""Functions that answer requests: views, routes, handlers of the web frameworks.

Judged by decorators, base classes and parameters; what a framework does at run time is not known.
"""

from __future__ import annotations

import functools

from checks.events import Class, Function
from checks.languages.python import grammar

VERBS = frozenset({"get", "post", "put", "patch", "delete", "head", "options"})

_DECORATORS = VERBS | {"route", "api_route", "websocket", "view_config", "api_view", "action",
                       "errorhandler", "app_errorhandler", "exception_handler", "expose",
                       "login_required", "view"}  # fmt: skip
_BARE = frozenset({"api_view", "action", "errorhandler", "app_errorhandler", "exception_handler",
                   "expose", "view_config", "login_required"})  # fmt: skip
_METHODS = VERBS | {"dispatch", "list", "create", "retrieve", "update", "partial_update", "destroy",
                    "form_valid", "handle_exception", "on_get", "on_post", "on_put", "on_patch",
                    "on_delete", "dispatch_request", "write_error"}  # fmt: skip
_BASES = ("View", "ViewSet", "Handler", "Resource", "Endpoint", "HTTPEndpoint", "APIView",
          "MethodView", "Controller")  # fmt: skip
_REQUESTS = frozenset({"request", "req"})


@functools.lru_cache(maxsize=256)
def is_handler(function: Function) -> bool:
    """Whether a framework calls the function to answer a request."""
    if any(_is_route(function, index) for index in range(len(function.decorators))):
        return True
    cls = function.cls
    names = [one.name for one in function.parameters[:3]]
    if function.is_method and cls is not None:
        return function.name in _METHODS and (
            is_handler_class(cls) or bool(_REQUESTS & set(names[1:]))
        )
    if names[:2] == ["event", "context"]:
        return function.name.endswith("handler")
    return bool(names) and names[0] in _REQUESTS and not function.name.startswith("_")


def is_handler_class(cls: Class) -> bool:
    """Whether the methods of a class answer requests, by the names of its bases."""
    for base in cls.bases:
        name = (base.name or base.text).removesuffix("[]").replace(":", ".").rpartition(".")[2]
        if name.endswith(_BASES):
            return True
    return False


def _is_route(function: Function, index: int) -> bool:
    value = function.decorators[index]
    node = value.node
    called = node.child_by_field_id(grammar.FUNCTION) if node.type == "call" else node
    if called is None:
        return False
    name = function.module.text_of(called).rpartition(".")[2]
    if name not in _DECORATORS:
        return False
    if name in _BARE:
        return True
    arguments = node.child_by_field_id(grammar.ARGUMENTS) if node.type == "call" else None
    first = arguments.named_children[0] if arguments and arguments.named_children else None
    if first is None:
        return False
    return first.type in ("string", "concatenated_string", "keyword_argument", "binary_operator",
                          "identifier", "attribute")  # fmt: skip
