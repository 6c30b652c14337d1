"""The program under test, and the folders that the tests were given."""

import os
import subprocess
import time
from pathlib import Path

PROGRAM = Path(os.environ["TRIBUTARY_TEST_PROGRAM"])
DATA = Path(os.environ["TRIBUTARY_TEST_DATA"])
MAPPINGS = Path(__file__).parents[2] / "docs" / "mappings"


def tributary(*arguments, warehouse, cwd=None, text=None):
    """What the program printed to both outputs; a failure raises with its message."""
    command = [PROGRAM, "--warehouse", warehouse, *arguments]
    return run(command, cwd=cwd, input=text)


def run(command, **options):
    begin = time.monotonic()
    done = subprocess.run(command, capture_output=True, **options)
    seconds = time.monotonic() - begin
    words = " ".join(str(word) for word in command[:1] + command[3:])
    print(f"{seconds:7.2f} s  {words[:110]!r}")
    if done.returncode != 0:
        raise AssertionError(f"{words}\n{done.stderr.decode()}")
    return done


def save(path, done):
    """Writes what was printed to stdout to a file, for DuckDB to read."""
    path.write_bytes(done.stdout)
    return path
