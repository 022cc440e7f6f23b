"""GitHub Actions: workflows and composite actions, read, followed and judged.

One check a file; what they share is read once a file: the tree (:mod:`~checks.workflows.tree`), the
model (:mod:`~checks.workflows.model`), the expressions and the flow of values between steps.
"""
