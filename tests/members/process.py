"""A child process that never outlives its parent."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path

# Waits for the end of its input, which comes when the parent closes the pipe or dies, in whatever way.
_GUARD = 'read -r _; kill -KILL "$0"'


class GuardedProcess:
    """A process in a session of its own (a Ctrl-C in the terminal does not reach it), its output in a file.

    A small shell beside it kills it, paused or not, as soon as this process is gone.
    """

    def __init__(self, command: Sequence[str], log: Path) -> None:
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
            )
        self._guard = subprocess.Popen(
            ["/bin/sh", "-c", _GUARD, str(self._process.pid)],
            stdin=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """The exit code (negative: the signal that ended it), None while it lives."""
        code = self._process.poll()
        if code is not None:
            self._dismiss_guard()
        return code

    def send(self, number: signal.Signals) -> None:
        """Send a signal; nothing happens when the process has ended."""
        self._process.send_signal(number)

    def freeze(self) -> None:
        """Stop it (SIGSTOP) and return when it stands still, every thread of it."""
        self._process.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, self.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)

    def wait(self, timeout: float) -> int:
        """Wait for the end. Raises subprocess.TimeoutExpired."""
        code = self._process.wait(timeout)
        self._dismiss_guard()
        return code

    def kill(self) -> None:
        """End it at once, as a power cut would."""
        self._process.kill()
        self._process.wait()
        self._dismiss_guard()

    def _dismiss_guard(self) -> None:
        # The number may soon belong to another process, so the guard must not act on it any more.
        if self._guard.returncode is None:
            self._guard.kill()
            self._guard.wait()
            assert self._guard.stdin is not None
            self._guard.stdin.close()
