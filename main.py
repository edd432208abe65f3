"""Start KAW: ``python main.py``, or ``python main.py --demo`` for a demonstration company in a directory of its own."""

import argparse
import sys

from kaw import startup


def main() -> int:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(prog="kaw", description="KAW, a workplace for people who talk to partners all day")
    parser.add_argument(
        "--demo", action="store_true", help="a demonstration company in data/demo; other data untouched"
    )
    return startup.run(demonstration=parser.parse_args().demo)


if __name__ in ("__main__", "__mp_main__"):
    sys.exit(main())
