"""Start a command, wait for it, and write what it took: seconds, of them at work, peak memory, exit code.

    python -I -S launch.py RESULT OUTPUT ERRORS COMMAND [ARGUMENT ...]

A process's peak memory counts from what its parent had when it was started, so this stays small: it imports
only what Python has loaded anyway.
"""

import os
import sys
import time

result, output, errors, *command = sys.argv[1:]
write = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
actions = [
    (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0o600),
    (os.POSIX_SPAWN_OPEN, 1, output, write, 0o600),
    (os.POSIX_SPAWN_OPEN, 2, errors, write, 0o600),
]
begin = time.perf_counter()
child = os.posix_spawn(command[0], command, os.environ, file_actions=actions)
_, status, usage = os.wait4(child, 0)
seconds = time.perf_counter() - begin
with open(result, "w", encoding="utf-8") as file:
    file.write(
        f"{seconds} {usage.ru_utime + usage.ru_stime} {usage.ru_maxrss} {os.waitstatus_to_exitcode(status)}"
    )
