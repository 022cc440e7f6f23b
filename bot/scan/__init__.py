"""The command line without GitHub: scan files, show the rules, check a configuration file.

``cli`` reads arguments, ``files`` finds what to read, ``run`` analyses it; ``terminal``,
``as_json``, ``sarif`` and ``markdown`` each write one format; ``pages`` writes the rules' pages.
"""
