"""After-call work in several windows, and with the next call on its heels (R12.8)."""

import pytest
from nicegui import ui
from nicegui.testing import User

from kaw import live
from kaw.components.call_panel.after_call_bar import AfterCallBar
from kaw.components.stopwatch import Stopwatch
from kaw.models import OperatorState
from kaw.services import call_notes
from kaw.services.access import Actor
from tests.calls import finish, insert_call, put_state, take
from tests.conftest import People
from tests.pages.conftest import Visit
from tests.pages.forms import eventually, settled
from tests.pages.test_call_panel import NUMBER, answer, card, hang_up, ring
from tests.pbx import PaperPbx

__all__ = ["card"]  # the fixture

TEXT = "Просил счет до пятницы"


def bar(user: User) -> AfterCallBar:
    return next(iter(user.find(kind=AfterCallBar).elements))


def note(user: User) -> ui.input:
    return next(each for each in bar(user).descendants() if isinstance(each, ui.input))


def time_is_up(user: User) -> None:
    clock = next(each for each in bar(user).descendants() if isinstance(each, Stopwatch))
    for listener in clock._event_listeners.values():
        clock._handle_event({"listener_id": listener.id, "args": []})


@pytest.fixture
async def talked(people: People, card: dict[str, int], pbx: PaperPbx) -> int:
    """Anna has just hung up."""
    call = ring(people.anna)
    answer(call)
    hang_up(call)
    put_state("101", OperatorState.AFTER_CALL)
    return call


async def test_an_idle_window_wipes_no_note(
    visit: Visit, people: People, talked: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R12.8: the timer ends the work in both, and she typed in one of them"""
    written: list[str | None] = []
    save = call_notes.save

    def watched(actor: Actor, call_id: int, note: str | None, outcome: str | None, *, done: bool) -> None:
        written.append(note)
        save(actor, call_id, note, outcome, done=done)

    monkeypatch.setattr(call_notes, "save", watched)
    first, second = await visit(people.anna), await visit(people.anna)
    for user in (first, second):
        await user.should_see("Готово")
    note(first).set_value(TEXT)
    time_is_up(first)
    time_is_up(second)
    await eventually(lambda: call_notes.get(people.anna, talked).note == TEXT)
    for user in (first, second):
        await eventually(lambda user=user: "kaw-hidden" in bar(user).classes)
    await settled()
    assert call_notes.get(people.anna, talked).note == TEXT
    assert set(written) == {None, TEXT}  # hers is kept once more when the other window is quicker to end the work


async def test_what_was_typed_is_kept_when_the_next_talk_is_over(visit: Visit, people: People, talked: int) -> None:
    """R12.8: of two calls that follow each other at once, each has its own note"""
    user = await visit(people.anna)
    await user.should_see("Готово")
    note(user).set_value(TEXT)
    following = insert_call(people.anna, number=NUMBER, stage="ringing", ago=0)
    take(following)
    finish(following)
    live.announce([live.CallEnded(following, "101")])
    await eventually(lambda: note(user).value == "")
    await eventually(lambda: call_notes.get(people.anna, talked).note == TEXT)
    assert call_notes.get(people.anna, following).note == ""


async def test_a_note_taken_away_is_gone(visit: Visit, people: People, talked: int) -> None:
    """R12.8: emptying a note is a change, too"""
    call_notes.save(people.anna, talked, TEXT)
    user = await visit(people.anna)
    await user.should_see("Готово")
    assert note(user).value == TEXT
    note(user).set_value("")
    time_is_up(user)
    await eventually(lambda: call_notes.get(people.anna, talked).note == "")
