"""Which rows of the requirements the tests cover: `python -m tests.requirements` lists the others."""

import sys
from collections.abc import Iterable

import pytest

ROWS = range(1, 117)


def covered(items: Iterable[pytest.Item]) -> dict[int, int]:
    """How many tests bear each row's mark."""
    found = dict.fromkeys(ROWS, 0)
    for item in items:
        for mark in item.iter_markers("requirement"):
            for number in mark.args:
                found[number] += 1
    return found


def told(found: dict[int, int]) -> str:
    """The sentence of the summary."""
    missing = [number for number, tests in found.items() if not tests]
    words = f"{len(found) - len(missing)} of {len(found)} rows are marked in these tests"
    return f"{words}; not: {spans(missing)}" if missing else words


def spans(numbers: Iterable[int]) -> str:
    """Numbers as people write them: 1-3, 7."""
    runs: list[list[int]] = []
    for number in sorted(numbers):
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(f"{run[0]}-{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)


class Collector:
    """Sees what was collected, once nothing is left out any more."""

    found: dict[int, int]

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Counts the marks."""
        self.found = covered(session.items)


if __name__ == "__main__":
    collector = Collector()
    code = pytest.main(["--collect-only", "-p", "no:terminal", "-o", "addopts=", "tests"], plugins=[collector])
    sys.stdout.write(told(collector.found) + "\n")
    sys.exit(code)
