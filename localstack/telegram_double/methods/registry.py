"""How a module says which methods it implements."""

from collections.abc import Callable

from telegram_double.arguments import Arguments, Kind, Spec
from telegram_double.double import Double, Method

type Handler = Callable[[Double, Arguments], object]


class MethodTable:
    """The methods of one module, by lower-case name."""

    def __init__(self) -> None:
        self.methods: dict[str, Method] = {}

    def method(self, name: str, /, *specs: Spec, **parameters: Kind) -> Callable[[Handler], Handler]:
        """Registers the decorated function under a Bot API name.

        Args:
            name: The documented name.
            specs: Groups of parameters it shares with others.
            parameters: Its own.
        """
        spec: dict[str, Kind] = {}
        for group in specs:
            spec.update(group)
        spec.update(parameters)

        def register(handler: Handler) -> Handler:
            self.methods[name.lower()] = Method(name, spec, handler)
            return handler

        return register


def collected(*tables: MethodTable) -> dict[str, Method]:
    """All methods of several tables; a name must be implemented once."""
    methods: dict[str, Method] = {}
    for table in tables:
        for name, method in table.methods.items():
            if name in methods:
                raise ValueError(f"{method.name} is implemented twice")
            methods[name] = method
    return methods
