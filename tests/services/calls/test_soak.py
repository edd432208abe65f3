"""``make soak``, short: every simulated call is recorded once and right, whatever fails meanwhile (R12.7)."""

import pytest

from tests import soak
from tests.services.calls.streams import Bench

CALLS = 2_000


@pytest.mark.timeout(600)
def test_no_call_is_lost_double_or_wrong(bench: Bench) -> None:
    """R12.7: lost lines, restarts of either side, kill -9 of the PBX, events doubled, out of order and cut anywhere."""
    verdict = soak.run(CALLS, seed=7)
    assert verdict.calls >= CALLS
    assert (verdict.lost, verdict.double, verdict.wrong) == ([], [], [])
    assert {"restart of KAW", "restart of the PBX", "line lost"} <= set(verdict.faults)
