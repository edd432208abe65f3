"""``python -m tests.bench partners|imports|telephony --rows N``: figures against bare loops."""

import argparse
import json
import tempfile
from pathlib import Path
from typing import Any

from kaw import db
from kaw.services import upgrade
from tests.bench import imports, partners, telephony

Figure = dict[str, Any]


def main() -> None:
    """Measure, print a table, write the figures to a file."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench")
    parser.add_argument("what", choices=("partners", "imports", "telephony"))
    parser.add_argument("--events", type=int, default=1_000_000, help="events of the PBX, for telephony")
    parser.add_argument("--rows", type=int, help="partners; 1,000,000 for telephony, else 100,000")
    parser.add_argument("--database", help="a database of its own for these figures; an SQLite file in /tmp without it")
    parser.add_argument("--json", type=Path, help="where the figures go, as a list of objects")
    parser.add_argument("--fresh", action="store_true", help="build the database anew")
    parser.add_argument("--only", default="", help="only figures with this in their name")
    given = parser.parse_args()
    given.rows = given.rows or (1_000_000 if given.what == "telephony" else 100_000)
    figures = {"partners": _partners, "imports": _imports, "telephony": _telephony}[given.what](given)
    _print(figures)
    if given.json:
        given.json.write_text(json.dumps(figures, ensure_ascii=False, indent=1), encoding="utf-8")


def _partners(given: argparse.Namespace) -> list[Figure]:
    return partners.measure(given.rows, given.database, fresh=given.fresh, only=given.only)


def _telephony(given: argparse.Namespace) -> list[Figure]:
    return telephony.measure(given.events, given.rows, only=given.only)


def _imports(given: argparse.Namespace) -> list[Figure]:
    with tempfile.TemporaryDirectory(prefix="kaw-bench-") as folder:
        db.connect(given.database or f"sqlite:///{folder}/kaw.sqlite")
        upgrade.upgrade()
        return imports.measure(given.rows)


def _print(figures: list[Figure]) -> None:
    width = max((len(figure["name"]) for figure in figures), default=10)
    print(f"{'':{width}} {'KAW':>10} {'raw':>10} {'ratio':>6}")
    for figure in figures:
        raw, ratio = (f"{figure[key]:.2f}" if figure[key] is not None else "-" for key in ("raw", "ratio"))
        unit = figure["unit"] + ("  missed" if _is_missed(figure) else "")
        print(f"{figure['name']:{width}} {figure['value']:10.2f} {raw:>10} {ratio:>6} {unit}")


def _is_missed(figure: Figure) -> bool:
    """Whether a figure that has an aim does not reach it."""
    late = figure.get("most") is not None and figure["value"] > figure["most"]
    much = figure.get("most_ratio") is not None and figure["ratio"] > figure["most_ratio"]
    return late or much or (figure.get("least_ratio") is not None and figure["ratio"] < figure["least_ratio"])


if __name__ == "__main__":
    main()
