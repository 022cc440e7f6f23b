"""detect-secrets over a folder, one file after another: run by the Python that has it.

Prints JSON: what was found by path, the processor seconds that the search took, and the files on
which it failed. Imports nothing of this project.
"""

from __future__ import annotations

import importlib
import json
import sys
import time
from pathlib import Path
from typing import Any


def main() -> None:
    """Search the files whose names come on standard input, below the folder given."""
    # By name: the program stands in an environment of its own, which type checkers do not see.
    collection: Any = importlib.import_module("detect_secrets").SecretsCollection
    default_settings: Any = importlib.import_module("detect_secrets.settings").default_settings
    root = Path(sys.argv[1])
    names = json.load(sys.stdin)
    found: dict[str, int] = {}
    failed: list[str] = []
    seconds = 0.0
    with default_settings():
        for name in names:
            secrets = collection()
            begun = time.process_time()
            try:
                secrets.scan_file(str(root / name))
            except Exception as error:
                failed.append(f"{name}: {type(error).__name__}")
            seconds += time.process_time() - begun
            found[name] = sum(1 for _ in secrets)
    json.dump({"found": found, "seconds": seconds, "failed": failed}, sys.stdout)


if __name__ == "__main__":
    main()
