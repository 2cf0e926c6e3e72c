"""``python -m tests.cases``: print each row of the tables, and whether what is printed for it is right."""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.cases import cases, served, wrong
from tests.whole.conftest import eventually, running


def main() -> None:
    """Check the rows, the served ones on servers of their own."""
    parser = argparse.ArgumentParser(description=__doc__, epilog="python -m tests.cases D02 Q09")
    parser.add_argument("kind", nargs="*", help="only the rows of these kinds")
    parser.add_argument("--offline", action="store_true", help="leave out the rows that need servers")
    arguments = parser.parse_args()
    counts = [0, 0]
    for label, beginning, found in _rows(set(arguments.kind), offline=arguments.offline):
        counts[bool(found)] += 1
        sys.stdout.write(f"{'WRONG' if found else 'right'}  {label:24} {beginning}\n")
        sys.stdout.writelines(f"       {each}\n" for each in found)
        sys.stdout.flush()
    sys.stdout.write(f"{counts[0]} passed, {counts[1]} failed\n")
    sys.exit(bool(counts[1]))


def _rows(kinds: set[str], *, offline: bool) -> Iterator[tuple[str, str, list[str]]]:
    for case in cases():
        if not kinds or case.id in kinds:
            yield case.label, case.beginning, wrong(case)
    chosen = [case for case in served.served_cases() if not offline and (not kinds or case.id in kinds)]
    if not chosen:
        return
    with TemporaryDirectory() as folder, running(Path(folder), "--port", "0") as wire:
        served.feed(chosen, wire)
        for row in chosen:
            yield row.label, row.beginning, served.wrong(row, wire, eventually)


if __name__ == "__main__":
    main()
