"""The flow analysis: an abstract interpreter that follows untrusted values through code.

See ``docs/flow.md`` for how it works. It knows no library: that knowledge is data in
:mod:`checks.models`; and it reports nothing: the checks in :mod:`checks.security` do.
"""
