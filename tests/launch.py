"""`python -I -S launch.py ADDRESS ARGUMENT …`: runs `python ARGUMENT …` in a forked process.

This process stands for the forked one: it passes on its standard files, its directory, its
environment and the signals that it gets, and ends like the forked one. It imports little.
"""

import marshal
import os
import signal
import socket
import sys

FORWARDED = (signal.SIGHUP, signal.SIGINT, signal.SIGTERM, signal.SIGUSR1, signal.SIGUSR2)


def main() -> None:
    """Run the forked process; end as it ends."""
    with socket.socket(socket.AF_UNIX) as server:
        server.connect(sys.argv[1].replace("@", "\0"))
        wanted = marshal.dumps((sys.argv[2:], os.getcwd(), dict(os.environ)))  # noqa: PTH109
        socket.send_fds(server, [len(wanted).to_bytes(4, "big")], [0, 1, 2])
        server.sendall(wanted)
        for forwarded in FORWARDED:
            signal.signal(forwarded, lambda number, _: server.sendall(bytes([number])))
        ended = server.recv(4)
    if not ended:
        sys.exit("the fork server has ended")
    status = int.from_bytes(ended, "big", signed=True)
    if status < 0:
        signal.signal(-status, signal.SIG_DFL)
        os.kill(os.getpid(), -status)
    os._exit(status)


if __name__ == "__main__":
    main()
