"""The analysis: pure functions from source text to findings and evidence.

Nothing here imports ``bot``, opens a socket, reads a clock or an environment variable. The same
code runs in the GitHub App, in ``assay scan``, in a test and in a benchmark.
"""
