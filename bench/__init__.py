"""Benchmarks: each is a program of its own that ends by itself, and says what it measured on.

They are read by people and never decide whether a test passes. ``docs/benchmarks.md`` holds the
last figures and how to get them again.
"""
