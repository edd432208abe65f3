"""Settings of an installation."""

from pathlib import Path

import pytest

from kaw.config import Config

DOCUMENT = Path(__file__).parents[1] / "docs" / "deployment.md"


@pytest.mark.parametrize("name", sorted(Config.model_fields))
def test_every_variable_is_documented_in_both_languages(name: str) -> None:  # R4.1
    assert DOCUMENT.read_text(encoding="utf-8").count(f"| `KAW_{name.upper()}` |") == 2
