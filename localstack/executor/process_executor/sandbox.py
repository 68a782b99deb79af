"""Runs inside a function's process: ends it with its parent, then hands over to AWS's runtime client.

Standard input is a pipe whose other end only LocalStack holds. However LocalStack ends, `kill -9` included,
the pipe closes, and the whole process group of the function goes with it.
"""

import os
import signal
import sys
import threading


def _end_with_parent() -> None:
    while os.read(0, 1):
        pass
    os.killpg(os.getpgid(0), signal.SIGKILL)


if __name__ == "__main__":
    threading.Thread(target=_end_with_parent, daemon=True).start()
    from awslambdaric.__main__ import main

    main(["awslambdaric", sys.argv[1]])
