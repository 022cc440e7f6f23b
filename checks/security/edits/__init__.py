"""Edits that mend a finding, written from the code as it stands.

Each gives an empty list where it is not certain; the engine proves what it is given, see
:mod:`checks.suggestion`.
"""
