"""The `gonogo` command's entry point.

Nothing is imported before it is needed: importing click costs more than starting Python, and a
script that asks for the version (an editor, an action's cache key) should not pay for it. So
`--version` is answered here, and everything else by `checker.cli.root`.
"""

from __future__ import annotations

import gc
import os
import sys
from contextlib import suppress

from checker import __version__


def main() -> int:
    """Run the command line and end the process with its exit code (0 to 4, see docs/commands.md)."""
    if sys.argv[1:] == ["--version"]:
        # Unbuffered, so that a closed pipe is noticed here; then the other way knows what to say.
        with suppress(OSError):
            os.write(1, f"gonogo {__version__}\n".encode())
            return 0

    # A run is short and makes hundreds of thousands of objects without cycles: looking for cycles among them
    # again and again costs a quarter of the time and frees nothing.
    gc.disable()
    try:
        from checker.cli import root  # noqa: PLC0415 - see above

        code = root.main()
    except KeyboardInterrupt:  # while modules were loaded; later, `root.main` takes it
        with suppress(OSError):
            os.write(2, b"gonogo: interrupted\n")
        code = 130
    for stream in filter(None, (sys.stdout, sys.stderr)):
        with suppress(OSError, ValueError):  # a pipe that the reader closed has been dealt with
            stream.flush()
    # Nothing is left to do, and taking all objects apart one by one would take a tenth of the run.
    os._exit(code)


if __name__ == "__main__":
    raise SystemExit(main())
