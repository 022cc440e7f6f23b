"""The one table of routes that all resources register with."""

from tests.github.call import Routes

ROUTES = Routes()
