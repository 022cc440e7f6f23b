"""The samples are texts to be analysed, not tests to be run."""

collect_ignore_glob = ["*.py"]
