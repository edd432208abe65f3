"""A database for traces, one per run of tests that use it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.services.calls.streams import Bench


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    yield Bench(tmp_path)
