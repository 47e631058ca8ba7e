"""What processes use, as Linux counts it."""

import os
from dataclasses import dataclass
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
PARENT, USER, SYSTEM, CHILDREN_USER, CHILDREN_SYSTEM = 1, 11, 12, 13, 14  # after the name, see proc(5)


@dataclass(frozen=True)
class Used:
    """Processor seconds so far, and the memory of the server in megabytes."""

    server: float
    database: float
    memory: float


def used(server: int, database: int | None) -> Used:
    """What a server and the database (by the process id of its first process) have used."""
    return Used(_seconds(server), family_seconds(database) if database else 0.0, memory(server))


def parent(process: int) -> int:
    """The process that started another."""
    return int(_stat(process)[PARENT])


def memory(process: int) -> float:
    """The resident memory of a process, in megabytes."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    found = {name: value for name, _, value in (line.partition(":") for line in lines)}
    return int(found["VmRSS"].split()[0]) / 1024


def family_memory(process: int) -> float:
    """The memory of a process and its children in megabytes, what they share counted once."""
    return sum(map(_proportional, (process, *_children(process))))


def _proportional(process: int) -> float:
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):  # it has just ended
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


def _seconds(process: int) -> float:
    stat = _stat(process)
    return (int(stat[USER]) + int(stat[SYSTEM])) / TICKS


def family_seconds(process: int) -> float:
    """The processor seconds of a process with its children, those that ended included."""
    stat = _stat(process)
    gone = (int(stat[CHILDREN_USER]) + int(stat[CHILDREN_SYSTEM])) / TICKS
    return _seconds(process) + gone + sum(_seconds(child) for child in _children(process))


def _children(process: int) -> list[int]:
    tasks = Path(f"/proc/{process}/task").iterdir()
    return [int(child) for task in tasks for child in (task / "children").read_text().split()]


def _stat(process: int) -> list[str]:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):  # it has just ended
        return ["0"] * 20
