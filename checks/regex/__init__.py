"""Regular expressions as Python's :mod:`re` reads them, and how long they may take.

Patterns are read, never run by an engine that backtracks without a bound: ``syntax`` makes a tree
of a pattern, ``automaton`` looks for words that it can match in several ways, ``matcher`` counts
the steps of a backtracking match up to a bound, and ``slow`` puts the three together.
"""
