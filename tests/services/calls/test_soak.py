"""``make soak``, short: every simulated call is recorded once and right, whatever fails meanwhile (R12.7)."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from kaw import db
from tests import soak
from tests.services.calls.streams import Bench

CALLS = 1_000


@pytest.mark.timeout(300)
@pytest.mark.parametrize("seed", [7, 8])
def test_no_call_is_lost_double_or_wrong(seed: int, bench: Bench, tmp_path: Path) -> None:
    """R12.7: lost lines, restarts of either side, kill -9 of the PBX, events doubled, out of order and cut anywhere."""
    verdict = soak.judge(*soak.live(CALLS, seed, tmp_path))
    assert verdict.calls >= CALLS
    assert (verdict.lost, verdict.double, verdict.wrong) == ([], [], [])
    assert {"restart of KAW", "restart of the PBX", "line lost"} <= set(verdict.faults)


CHANGES = {
    "direction": "UPDATE call SET direction = 'internal' WHERE id = :id",
    "number": "UPDATE call SET number = '79990000000' WHERE id = :id",
    "dialled": "UPDATE call SET dialled = '911' WHERE id = :id",
    "result": "UPDATE call SET result = 'failed' WHERE id = :id",
    "operator": "UPDATE call SET operator = NULL WHERE id = :id",
    "hung up by": "UPDATE call SET hung_up_by = 'pbx' WHERE id = :id",
    "started": "UPDATE call SET started_at = datetime(started_at, '-2 seconds') WHERE id = :id",
    "answered unknown": "UPDATE call SET answered_at = NULL WHERE id = :id",
    "ended": "UPDATE call SET ended_at = datetime(ended_at, '+2 seconds') WHERE id = :id",
    "talk": "UPDATE call SET talk_ms = talk_ms + 9000 WHERE id = :id",
    "waited": "UPDATE call SET wait_ms = wait_ms + 9000 WHERE id = :id",
    "closed by KAW": "UPDATE call SET closed_by_kaw = 1 WHERE id = :id",
    "recovered": "UPDATE call SET recovered = 1 WHERE id = :id",
    "a talk of": "UPDATE call_leg SET operator = '1099' WHERE call_id = :id AND operator IS NOT NULL",
    "0 visits": "DELETE FROM queue_visit WHERE call_id = :id",
    "queue": "UPDATE queue_visit SET queue = 'nobody' WHERE call_id = :id",
    "outcome": "UPDATE queue_visit SET outcome = 'timeout' WHERE call_id = :id",
    "operator of a visit": "UPDATE queue_visit SET operator = NULL WHERE call_id = :id",
    "joined": "UPDATE queue_visit SET joined_at = datetime(joined_at, '+2 seconds') WHERE call_id = :id",
    "left": "UPDATE queue_visit SET left_at = NULL WHERE call_id = :id",
}


def test_the_judge_sees_whatever_is_wrong(bench: Bench, tmp_path: Path) -> None:
    """R12.7: in calls that were right, one thing each."""
    ledger, faults = soak.live(120, 3, tmp_path)
    assert soak.judge(ledger, faults).right
    whole = sa.text(
        "SELECT call.id, linkedid FROM call JOIN queue_visit AS visit ON visit.call_id = call.id"
        " WHERE hung_up_by != 'pbx' AND outcome = 'answered' AND NOT call.recovered"
        " GROUP BY call.id HAVING count(*) = 1 ORDER BY linkedid"
    )
    with db.transaction() as tx:
        connection = tx.session.connection()
        connection.execute(sa.text("DELETE FROM visit_ring"))
        calls = connection.execute(whole).all()[: len(CHANGES) + 1]
        for statement, call in zip(CHANGES.values(), calls, strict=False):
            connection.execute(sa.text(statement), {"id": call.id})
        connection.execute(sa.text("UPDATE call SET linkedid = 'other' WHERE id = :id"), {"id": calls[-1].id})
        first = "SELECT min(id) FROM operator_interval WHERE operator = '1001'"
        connection.execute(sa.text(f"DELETE FROM operator_interval WHERE id = ({first}) + 1"))

    verdict = soak.judge(ledger, faults)
    assert (verdict.lost, verdict.double) == ([calls[-1].linkedid], ["other"])
    said = dict(line.split(": ", 1) for line in verdict.wrong)
    unseen = [word for word, call in zip(CHANGES, calls, strict=False) if word not in said.get(call.linkedid, "")]
    assert unseen == []
    assert set(said) == {call.linkedid for call in calls[:-1]} | {"operator 1001"}
