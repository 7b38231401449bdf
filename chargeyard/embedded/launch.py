"""Becomes a server that cannot outlive the program which started it.

Run as a file, never imported: `python -I -S launch.py PARENT_PID GUARD DEATH_SIGNAL UID GID FOLDER COMMAND…`.

The order matters. The folder is entered while still root, so the server reaches its data even below a folder that
only root may enter; the privileges go next; the death signal is asked for last, because changing the uid clears it.

GUARD `pdeathsig` asks the Linux kernel for the signal; `pipe` leaves a watcher behind that reads standard input,
whose other end the parent holds open, until it ends.
"""

import ctypes
import os
import select
import sys

PR_SET_PDEATHSIG = 1
WATCH_INTERVAL_S = 1.0


def main(argv: list[str]) -> None:
    parent_pid, guard, death_signal, uid, gid, folder, *command = argv
    os.chdir(folder)
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(int(gid))
        os.setuid(int(uid))
    os.umask(0o077)
    if guard == "pdeathsig":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(death_signal))
    else:
        _leave_watcher(int(death_signal))
    if os.getppid() != int(parent_pid):
        sys.exit("the program that started this server is gone already")
    os.execv(command[0], command)  # noqa: S606 - becoming the server is the purpose


def _leave_watcher(death_signal: int) -> None:
    server_pid = os.getpid()
    if os.fork() == 0:
        _watch_parent(server_pid, death_signal)
        os._exit(0)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)


def _watch_parent(server_pid: int, death_signal: int) -> None:
    while os.getppid() == server_pid:
        readable, _, _ = select.select([0], [], [], WATCH_INTERVAL_S)
        if readable and not os.read(0, 1):
            os.kill(server_pid, death_signal)
            return


if __name__ == "__main__":
    main(sys.argv[1:])
