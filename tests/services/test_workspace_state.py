"""Open tabs and unsaved text (R6.2)."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from kaw.errors import InvalidValue, SignedOut
from kaw.services import sessions, workspace_state
from kaw.services.access import Actor
from kaw.services.workspace_state import MAX_DRAFT_BYTES, MAX_DRAFTS, MAX_TABS, TabRef, Workspace
from tests.conftest import People
from tests.sign_ins import Clock, enter

TABS = (TabRef("partners"), TabRef("partner", "15"), TabRef("user", "new"))


def test_tabs_come_back_in_their_order(with_passwords: People) -> None:
    anna = enter("anna").actor
    assert workspace_state.load(anna) == Workspace()
    workspace_state.save_tabs(anna, TABS, "partner/15")
    assert workspace_state.load(anna) == Workspace(TABS, "partner/15")
    workspace_state.save_tabs(anna, TABS[:1], "partners")
    assert workspace_state.load(anna) == Workspace(TABS[:1], "partners")


def test_a_new_sign_in_begins_with_the_last_ones_tabs(with_passwords: People, clock: Clock) -> None:
    first, second = enter("anna").actor, enter("anna").actor
    workspace_state.save_tabs(first, TABS, "partners")
    clock.pass_(minutes=1)
    workspace_state.save_tabs(second, TABS[1:], "user/new")
    sessions.sign_out(second)
    assert workspace_state.load(enter("anna").actor) == Workspace(TABS[1:], "user/new")
    assert workspace_state.load(first) == Workspace(TABS, "partners")  # another browser keeps its own


def test_others_tabs_and_drafts_are_not_seen(with_passwords: People) -> None:
    anna, boris = enter("anna").actor, enter("boris").actor
    workspace_state.save_tabs(anna, TABS, "partners")
    workspace_state.save_draft(anna, "partner/15", {"name": "тайна"})
    assert workspace_state.load(boris) == Workspace()
    assert workspace_state.drafts(boris) == {}
    workspace_state.drop_draft(boris, "partner/15")
    assert workspace_state.drafts(anna) == {"partner/15": {"name": "тайна"}}


def test_nothing_is_kept_for_who_is_signed_out(with_passwords: People) -> None:
    anna = enter("anna").actor
    sessions.sign_out(anna)
    for call in (
        lambda: workspace_state.load(anna),
        lambda: workspace_state.save_tabs(anna, TABS, ""),
        lambda: workspace_state.save_draft(anna, "partners", {}),
        lambda: workspace_state.drafts(anna),
    ):
        with pytest.raises(SignedOut):
            call()


@pytest.mark.parametrize(
    "tab", [TabRef("Partner"), TabRef("../x"), TabRef(""), TabRef("partner", "1/2"), TabRef("partner", "x" * 41)]
)
def test_what_is_no_tab_is_refused(people: People, tab: TabRef) -> None:
    with pytest.raises(InvalidValue):
        workspace_state.save_tabs(people.anna, [tab], "")
    with pytest.raises(InvalidValue):
        workspace_state.save_draft(people.anna, tab.name, {})


def test_too_many_tabs_are_refused_and_the_former_stay(people: People) -> None:
    tabs = tuple(TabRef("partner", str(number)) for number in range(MAX_TABS))
    workspace_state.save_tabs(people.anna, tabs, "")
    with pytest.raises(InvalidValue):
        workspace_state.save_tabs(people.anna, (*tabs, TabRef("users")), "")
    assert workspace_state.load(people.anna).tabs == tabs


def test_a_draft_is_kept_replaced_and_dropped(people: People) -> None:
    content = {"name": "ООО «Ёлочка» 🎄 \0 <b>", "tags": [1, 2], "version": 7, "sum": None}
    workspace_state.save_draft(people.anna, "partner/15", {"name": "old"})
    workspace_state.save_draft(people.anna, "partner/15", content)
    assert workspace_state.drafts(people.anna) == {"partner/15": content}
    workspace_state.drop_draft(people.anna, "partner/15")
    workspace_state.drop_draft(people.anna, "partner/15")
    assert workspace_state.drafts(people.anna) == {}


def test_half_an_emoji_is_no_reason_to_lose_the_rest(people: People) -> None:
    workspace_state.save_draft(people.anna, "partner/15", {"name": "до \ud83d после"})
    assert workspace_state.drafts(people.anna)["partner/15"]["name"] == "до ? после"


def test_a_draft_is_bounded(people: People) -> None:
    fits = {"text": "я" * ((MAX_DRAFT_BYTES - 20) // 2)}
    workspace_state.save_draft(people.anna, "partner/15", fits)
    with pytest.raises(InvalidValue):
        workspace_state.save_draft(people.anna, "partner/15", {"text": "я" * (MAX_DRAFT_BYTES // 2)})
    assert workspace_state.drafts(people.anna) == {"partner/15": fits}


def test_of_too_many_drafts_the_oldest_go(people: People, clock: Clock) -> None:
    for number in range(MAX_DRAFTS + 5):
        workspace_state.save_draft(people.anna, f"partner/{number}", {"number": number})
        clock.pass_(seconds=1)
    kept = {draft["number"] for draft in workspace_state.drafts(people.anna).values()}
    assert kept == set(range(5, MAX_DRAFTS + 5))


def test_two_windows_of_a_browser_save_at_once(with_passwords: People) -> None:
    anna = enter("anna").actor

    def save(number: int) -> None:
        workspace_state.save_tabs(anna, TABS[: number % 3 + 1], "")
        workspace_state.save_draft(Actor(anna.user_id), "partner/15", {"number": number})

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(save, range(24)))
    assert workspace_state.load(anna).tabs[0] == TABS[0]
    assert workspace_state.drafts(anna).keys() == {"partner/15"}
