"""Runs inside a function's process: ends it with its parent, then hands over to AWS's runtime client.

Standard input is a pipe whose other end only LocalStack holds. However LocalStack ends, `kill -9` included,
the pipe closes, and the whole process group of the function goes with it. The function itself gets an empty
standard input, as on Lambda.
"""

import os
import signal
import sys
import threading


def _end_with_parent(lifeline: int) -> None:
    while os.read(lifeline, 1):
        pass
    os.killpg(os.getpgid(0), signal.SIGKILL)


def _take_lifeline() -> int:
    # A duplicate is not inherited, so that what the function starts does not hold the pipe.
    lifeline = os.dup(0)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    return lifeline


if __name__ == "__main__":
    threading.Thread(target=_end_with_parent, args=(_take_lifeline(),), daemon=True).start()
    from awslambdaric.__main__ import main  # type: ignore[import-not-found]

    main(["awslambdaric", sys.argv[1]])
