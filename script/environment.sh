# Sourced by the other scripts: makes the project's own virtual environment, and keeps it in step
# with a lock file. Sets VENV.
#
#   environment dev    everything that the tests need (requirements/dev.txt)
#   environment demo   the bot and the stand-in GitHub (requirements/demo.txt)

VENV="${ASSAY_VENV:-.venv}"

say() { printf '%s\n' "$*" >&2; }

find_python() {
  local candidate
  for candidate in "${PYTHON:-}" python3 python3.14 python3.13 python3.12 python3.11 python; do
    [ -n "$candidate" ] || continue
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      printf '%s' "$candidate"
      return
    fi
  done
  say "Assay needs Python 3.11 or newer. Install it, or name it: PYTHON=/path/to/python3 $0"
  return 1
}

environment() {
  local lock="requirements/$1.txt" stamp python
  stamp="$(cat "$lock" pyproject.toml | git hash-object --stdin)"
  # The tests' lock holds all that the demo needs, so an environment for tests serves the demo too.
  if [ "$(cat "$VENV/assay-$1" 2>/dev/null)" = "$stamp" ]; then
    return
  fi
  if [ ! -x "$VENV/bin/python" ]; then
    python="$(find_python)"
    say "Making a virtual environment in $VENV …"
    if ! "$python" -m venv "$VENV"; then
      say "Python's venv module is missing. On Debian or Ubuntu: apt-get install python3-venv"
      return 1
    fi
  fi
  say "Installing what $lock names …"
  "$VENV/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r "$lock"
  "$VENV/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --editable .
  printf '%s' "$stamp" > "$VENV/assay-$1"
}
