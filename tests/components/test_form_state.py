"""Unsaved edits of the administration's forms."""

from typing import Any

from kaw.components.form_state import FormState


class Tab:
    """Remembers as a tab does."""

    def __init__(self, draft: dict[str, Any] | None = None) -> None:
        self.draft = draft or {}
        self.dirty = False

    def set_dirty(self, dirty: bool) -> None:
        self.dirty = dirty

    def save_draft(self, content: dict[str, Any]) -> None:
        self.draft = content


ANNA = {"name": "Анна", "login": "anna", "right.tasks": False, "password": ""}


def test_edits_come_back_without_the_password() -> None:  # R6.2
    tab = Tab()
    form = FormState(tab, ANNA, secrets=["password"])
    form.edit_many({"name": "Анна Иванова", "password": "secret word"})
    assert tab.dirty
    assert "secret word" not in str(tab.draft)

    again = FormState(Tab(tab.draft), ANNA, secrets=["password"])
    assert again.values == {**ANNA, "name": "Анна Иванова"}
    assert again.changed == {"name"}


def test_typing_the_old_value_again_leaves_nothing_unsaved() -> None:
    tab = Tab()
    form = FormState(tab, ANNA)
    form.edit("name", "Анна И")
    form.edit("name", "Анна")
    assert not tab.dirty
    assert tab.draft == {}


def test_somebody_elses_edit_of_another_value_is_taken_over() -> None:
    form = FormState(Tab(), ANNA)
    form.edit("name", "Анна Иванова")
    assert form.merge({**ANNA, "right.tasks": True}) == {"right.tasks"}
    assert form.values == {**ANNA, "name": "Анна Иванова", "right.tasks": True}
    assert not form.conflicts


def test_two_edits_of_one_value_ask() -> None:
    form = FormState(Tab(), ANNA)
    form.edit("name", "Анна Иванова")
    form.merge({**ANNA, "name": "Анна Петрова"})
    assert form.conflicts == {"name"}
    assert form.values["name"] == "Анна Иванова"
    assert form.take_theirs() == {"name"}
    assert form.values["name"] == "Анна Петрова"
    assert not form.changed


def test_keeping_mine_leaves_it_to_be_saved() -> None:
    form = FormState(Tab(), ANNA)
    form.edit("name", "Анна Иванова")
    form.merge({**ANNA, "name": "Анна Петрова"})
    form.keep_mine()
    assert form.changed == {"name"}
    assert not form.conflicts


def test_the_same_edit_by_both_is_no_conflict() -> None:
    form = FormState(Tab(), ANNA)
    form.edit("name", "Анна Иванова")
    form.merge({**ANNA, "name": "Анна Иванова"})
    assert not form.conflicts
    assert not form.changed


def test_an_edit_made_meanwhile_is_found_when_the_draft_comes_back() -> None:
    tab = Tab()
    FormState(tab, ANNA).edit("name", "Анна Иванова")
    again = FormState(Tab(tab.draft), {**ANNA, "name": "Анна Петрова"})
    assert again.conflicts == {"name"}


def test_a_conflict_is_not_forgotten_by_a_reload() -> None:
    tab = Tab()
    form = FormState(tab, ANNA)
    form.edit("name", "Анна Иванова")
    form.merge({**ANNA, "name": "Анна Петрова"})
    again = FormState(Tab(tab.draft), {**ANNA, "name": "Анна Петрова"})
    assert again.conflicts == {"name"}


def test_each_conflict_is_decided_by_itself() -> None:
    form = FormState(Tab(), ANNA)
    form.edit_many({"name": "Анна Иванова", "login": "aivanova"})
    form.merge({**ANNA, "name": "Анна Петрова", "login": "apetrova"})
    assert form.take_theirs(["name"]) == {"name"}
    form.keep_mine(["login"])
    assert form.values["name"] == "Анна Петрова"
    assert form.changed == {"login"}
    assert not form.conflicts


def test_what_is_typed_while_a_save_runs_stays_an_edit() -> None:
    form = FormState(Tab(), ANNA)
    form.edit_many({"name": " Анна  Иванова ", "login": "aivanova"})
    sent = dict(form.values)
    form.edit("login", "aivanova2")
    refreshed = form.sent_saved(sent, {**ANNA, "name": "Анна Иванова", "login": "aivanova"})
    assert refreshed == {"name"} | (set(ANNA) - {"name", "login"})
    assert form.changed == {"login"}
    assert not form.conflicts


def test_all_edits_are_taken_back() -> None:
    tab = Tab()
    form = FormState(tab, ANNA)
    form.edit("name", "Анна Иванова")
    assert form.cancel() == {"name"}
    assert form.values == ANNA
    assert not tab.dirty


def test_saving_forgets_the_password() -> None:
    tab = Tab()
    form = FormState(tab, ANNA, secrets=["password"])
    form.edit("password", "secret word")
    form.saved_now()
    assert form.values["password"] == ""
    assert not tab.dirty
