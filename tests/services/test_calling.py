"""Calls placed, ended, given away and listened to through the PBX (R12.2b, R12.4, R12.8)."""

import pytest

from kaw.errors import AccessDenied, Conflict, InvalidValue, NotFound
from kaw.models import Access, AuditAction
from kaw.services import audit, calling, partners, settings
from kaw.services import bin as bin_
from kaw.services.dialling import partner_of_origin
from kaw.telephony.port import Link, LinkState, PbxUnavailable
from tests.calls import give_extension, insert_call
from tests.cards import make_card
from tests.conftest import People, allow
from tests.pbx import PaperPbx

NUMBER = "+7 903 154-55-46"


@pytest.fixture
def card(people: People) -> dict[str, int]:
    made = make_card(people.oleg)
    allow(people.editors, {field_id: Access.EDIT for name, field_id in made.items() if name != "secret"})
    give_extension(people.oleg, "100")
    give_extension(people.anna, "101")
    return made


# R12.4: one click rings the operator's phone and dials
async def test_a_call_rings_his_own_phone_first(people: People, card: dict[str, int], pbx: PaperPbx) -> None:
    await calling.call(people.anna, NUMBER)
    ((name, values),) = pbx.asked
    assert (name, values["interface"], values["number"], values["context"]) == (
        "originate",
        "PJSIP/101",
        "79031545546",
        "from-internal",
    )
    assert partner_of_origin(values["origin"]) is None


async def test_a_call_from_a_card_remembers_whose_it_is(people: People, card: dict[str, int], pbx: PaperPbx) -> None:
    known = partners.create(people.anna, {"name": "Ромашка", "phone": NUMBER})
    await calling.call(people.anna, NUMBER, known)
    await calling.call(people.anna, "+7 909 641-42-10", known)  # typed, and not on the card
    assert [partner_of_origin(values["origin"]) for _name, values in pbx.asked] == [known, None]


async def test_nobody_calls_in_the_name_of_a_card_he_does_not_see(
    people: People, card: dict[str, int], pbx: PaperPbx
) -> None:
    known = partners.create(people.anna, {"name": "Ромашка", "phone": NUMBER})
    give_extension(people.vera, "103")
    with pytest.raises(NotFound):
        await calling.call(people.vera, NUMBER, known)
    bin_.delete(people.anna, [known])
    with pytest.raises(NotFound):
        await calling.call(people.anna, NUMBER, known + 1)
    assert pbx.asked == []


async def test_without_an_internal_number_it_says_so(people: People, card: dict[str, int], pbx: PaperPbx) -> None:
    with pytest.raises(InvalidValue, match="no internal number"):
        await calling.call(people.boris, NUMBER)
    with pytest.raises(InvalidValue, match="your own number"):
        await calling.call(people.anna, "101")
    assert pbx.asked == []


# R4.3: no line, and nothing is kept for later
async def test_without_a_line_nothing_is_dialled_later(people: People, card: dict[str, int], pbx: PaperPbx) -> None:
    pbx.link = Link(LinkState.LOST)
    with pytest.raises(PbxUnavailable):
        await calling.call(people.anna, NUMBER)
    pbx.link = Link(LinkState.READY)
    assert pbx.asked == []


# R12.2b: hang up and transfer drive the desk phone
async def test_the_phone_on_the_desk_is_driven(people: People, card: dict[str, int], pbx: PaperPbx) -> None:
    insert_call(people.anna, stage="talking", ago=60)
    insert_call(people.anna, stage="ringing", ago=1)
    await calling.transfer(people.anna, "102")
    settings.change(people.oleg, {"pbx_transfer_context": "give-away"})
    await calling.transfer(people.anna, "102")
    await calling.hang_up(people.anna)
    names = {values["name"] for _name, values in pbx.asked}
    assert len(names) == 1  # the talk, not what rings beside it
    assert names.pop().startswith("PJSIP/101-")
    assert all(pbx.asked[-1][1][each] for each in ("call", "channel"))  # who ended it is known
    assert [values.get("context") for _name, values in pbx.asked] == ["from-internal", "give-away", None]


async def test_there_must_be_a_talk_to_give_away(people: People, card: dict[str, int], pbx: PaperPbx) -> None:
    insert_call(people.anna, stage="ringing", ago=1)
    with pytest.raises(Conflict):
        await calling.transfer(people.anna, "102")
    with pytest.raises(InvalidValue):
        await calling.transfer(people.anna, "102&103")
    with pytest.raises(Conflict):
        await calling.hang_up(people.oleg)
    assert pbx.asked == []


# R12.8: listening is for supervisors, and always in the audit log
class TestListening:
    async def test_a_supervisor_listens_and_it_is_written_down(
        self, people: People, card: dict[str, int], pbx: PaperPbx
    ) -> None:
        insert_call(people.anna, stage="talking")
        await calling.listen_in(people.oleg, "101", "whisper")
        assert pbx.asked == [("listen_in", {"interface": "PJSIP/100", "target": "101", "mode": "whisper"})]
        (line,) = audit.search(people.oleg, action=AuditAction.LISTENED_IN)
        assert (line.user_name, line.subject, line.details["mode"]) == ("Олег Админов", "Анна Иванова", "whisper")

    async def test_it_is_in_the_log_though_the_pbx_did_not_do_it(
        self, people: People, card: dict[str, int], pbx: PaperPbx
    ) -> None:
        insert_call(people.anna, stage="talking")
        pbx.link = Link(LinkState.LOST)
        with pytest.raises(PbxUnavailable):
            await calling.listen_in(people.oleg, "101", "listen")
        assert len(audit.search(people.oleg, action=AuditAction.LISTENED_IN)) == 1

    async def test_nobody_else_listens(self, people: People, card: dict[str, int], pbx: PaperPbx) -> None:
        insert_call(people.oleg, extension="100", stage="talking")
        with pytest.raises(AccessDenied):
            await calling.listen_in(people.anna, "100", "listen")
        assert pbx.asked == []

    async def test_only_a_colleague_who_talks(self, people: People, card: dict[str, int], pbx: PaperPbx) -> None:
        with pytest.raises(Conflict):
            await calling.listen_in(people.oleg, "101", "listen")
        with pytest.raises(Conflict):
            await calling.listen_in(people.oleg, "100", "listen")
        with pytest.raises(NotFound):
            await calling.listen_in(people.oleg, "999", "listen")
        with pytest.raises(InvalidValue):
            await calling.listen_in(people.oleg, "101", "shout")  # type: ignore[arg-type]
        assert pbx.asked == []
