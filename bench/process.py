"""A process under measurement, and what /proc says of it."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

PATIENCE = 30.0  # seconds that a start may take before we give up
_TICKS = os.sysconf("SC_CLK_TCK")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Process:
    """Started at once; ``ready_after`` is how long it took to answer /readyz with 200."""

    def __init__(self, words: Sequence[str], *, port: int, log: Path) -> None:
        self.port = port
        self._log = log
        began = time.perf_counter()
        with log.open("wb") as output:
            command = [sys.executable, *words]
            self._process = subprocess.Popen(command, stdout=output, stderr=output)
        self._wait_until_ready(began)
        self.ready_after = time.perf_counter() - began

    def cpu_seconds(self) -> float:
        """User and system time so far."""
        stat = Path(f"/proc/{self._process.pid}/stat").read_text(encoding="utf-8")
        fields = stat.rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS

    def peak_megabytes(self) -> float:
        status = Path(f"/proc/{self._process.pid}/status").read_text(encoding="utf-8")
        line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024

    def stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(15)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _wait_until_ready(self, began: float) -> None:
        while not _answers(self.port):
            late = time.perf_counter() - began > PATIENCE
            if late or self._process.poll() is not None:
                self.stop()
                raise RuntimeError(f"no start:\n{self._log.read_text(encoding='utf-8')[-2000:]}")
            time.sleep(0.01)


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
            connection.sendall(b"GET /readyz HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n")
            return connection.recv(64).split(b" ", 2)[1:2] == [b"200"]
    except OSError:
        return False
