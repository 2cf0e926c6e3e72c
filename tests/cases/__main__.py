"""``python -m tests.cases``: print each row of the tables, and whether what is printed for it is right."""

import argparse
import sys

from tests.cases import cases, wrong


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, epilog="python -m tests.cases D02 Q09")
    parser.add_argument("kind", nargs="*", help="only the rows of these kinds")
    chosen = parser.parse_args().kind
    rows = [case for case in cases() if not chosen or case.id in chosen]
    bad = 0
    for case in rows:
        found = wrong(case)
        bad += bool(found)
        sys.stdout.write(f"{'WRONG' if found else 'right'}  {case.label:24} {case.beginning}\n")
        for each in found:
            sys.stdout.write(f"       {each}\n")
    sys.stdout.write(f"{len(rows) - bad} passed, {bad} failed\n")
    sys.exit(bool(bad))


if __name__ == "__main__":
    main()
