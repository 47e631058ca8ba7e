"""The benchmark itself: what it measures side by side has to answer and write the same."""

import subprocess
import sys


def test_the_servers_that_are_compared_agree() -> None:
    command = [sys.executable, "-m", "bench", "--check", "--scale", "0.02"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.count("agreed on") == 8  # four reads, over two databases
    assert "an administrator's 50" in done.stdout
    assert "assignRequest, another pair each time" in done.stdout
