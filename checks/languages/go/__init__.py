"""Go, read: names through imports and types, calls, constants, tests."""
