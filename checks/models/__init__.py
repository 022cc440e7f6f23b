"""What is known of libraries, as data: one file a library or a family of them.

See :mod:`checks.models.facts` for what a fact can say.
"""
