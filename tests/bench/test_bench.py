"""The benchmark itself runs; its figures are for ``make bench``."""

from pathlib import Path

from tests.bench import partners


def test_partners_are_measured(tmp_path: Path) -> None:
    figures = partners.measure(600, f"sqlite:///{tmp_path / 'bench.sqlite'}", fresh=True)
    names = {figure["name"] for figure in figures}
    assert {"page 1 p95", "search common p95", "look-up by phone p50", "card save p95"} <= names
    assert all(figure["value"] > 0 and figure["raw"] > 0 and figure["unit"] == "ms" for figure in figures)
    again = partners.measure(600, f"sqlite:///{tmp_path / 'bench.sqlite'}", fresh=False, only="page 1")
    assert [figure["name"] for figure in again] == ["page 1 p50", "page 1 p95"]
