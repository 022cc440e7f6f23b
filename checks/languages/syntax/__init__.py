"""What the front ends of languages other than Python share: grammar, tree, scopes, events.

A language is a package beside this one that says which node kinds open a scope and how names are
bound (:class:`~checks.languages.syntax.walk.Handlers`), and a subclass of
:class:`~checks.languages.syntax.source_file.SourceFile` that finds its calls and its tests.
"""
