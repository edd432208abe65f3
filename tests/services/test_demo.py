"""The demonstration company: everything in it is as a real one would be."""

import random
import time
from datetime import date, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from kaw import db
from kaw.errors import AccessDenied, Conflict
from kaw.fields.inn import InnType
from kaw.models import Access, Attachment, Call, CallDirection, Change, OperatorInterval, OperatorState, User
from kaw.services import (
    access,
    attachments,
    call_history,
    card_schema,
    choices,
    demo,
    fields,
    groups,
    partners,
    passwords,
)
from kaw.services.access import SYSTEM, Actor
from kaw.services.call_history import CallQuery
from kaw.services.demo import calls, card, files, history, pbx, team
from kaw.services.demo import partners as invented
from tests.conftest import People

TODAY = date(2026, 3, 2)


def user_id(login: str) -> int:
    with db.reading() as session:
        return session.execute(sa.select(User.id).where(User.login == login)).scalar_one()


def count(table: type) -> int:
    with db.reading() as session:
        return session.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()


# Issue 2, 2: 2,000 partners with realistic Russian data
def test_partners_are_the_same_every_time_and_varied() -> None:
    some = list(invented.partners(2000, TODAY))
    assert some == list(invented.partners(2000, TODAY))
    assert len({one["name"] for one in some}) > 1500
    texts = " ".join(str(value) for one in some for value in one.values() if value)
    assert "ё" in texts
    assert {"ООО", "ИП", "АО"} <= {one["name"].split()[0] for one in some}
    assert all(one["email"] is None or one["email"].endswith(".example") for one in some)
    assert len({len(one["comment"]) for one in some if one["comment"]}) > 50


def test_inns_have_right_check_digits() -> None:
    dice = random.Random(1)
    for length in (10, 12):
        for _time in range(200):
            number = invented.inn(dice, length)
            assert len(number) == length
            assert InnType().parse(number, card_schema.FieldContext(name="inn")) == number


# Issue 2, 2: users of each kind, groups, the manual's 15 fields and 4 lists, partners, history, files
@pytest.mark.usefixtures("database")
def test_the_company_is_complete(data_dir: Path) -> None:
    told: list[float] = []
    assert demo.is_empty()
    demo.load(SYSTEM, told.append, number=200)
    assert not demo.is_empty()
    assert told == sorted(told)
    assert told[-1] == 1.0

    assert [row.field.unique_name for row in fields.all_fields(SYSTEM)] == [item.unique_name for item in card.FIELDS]
    assert len(card.FIELDS) == 15
    lists = {row.name: row.id for row in choices.all_lists(SYSTEM)}
    assert set(lists) == set(card.LISTS)
    hidden = [item.name for item in choices.get(SYSTEM, lists[card.PARTNERS]).items if item.hidden_by_default]
    assert hidden == ["Отказ"]

    assert {row.name for row in groups.all_groups(SYSTEM)} == {team.LEADERS, team.OPERATORS, team.VIEWERS}
    schema = card_schema.schema()
    viewer = access.rights(Actor(user_id("petrov")))
    assert viewer.level(schema.by_name["name"].id) is Access.VIEW
    assert viewer.level(schema.by_name["comment"].id) is Access.HIDDEN
    assert schema.visible(access.rights(Actor(user_id("orlova")))) == ()

    assert count(Change) > 150
    assert count(Attachment) > files.CARDS_WITH_FILES
    operator = Actor(user_id("kuznetsov"))
    with db.reading() as session:
        partner_id = session.execute(sa.select(sa.func.min(Attachment.partner_id))).scalar_one()
    seen = partners.get(operator, partner_id)
    assert seen.texts["name"]
    assert "dogovorennosty_new" not in seen.texts
    assert attachments.of_partner(operator, partner_id)


def test_history_ends_in_what_the_card_holds() -> None:
    cards = list(invented.partners(300, TODAY))
    stories = history.invent(cards, [Actor(1), Actor(2), Actor(3)])
    assert sum(bool(story.edits) for story in stories) > 80
    for story in stories:
        moments = [story.created_at, *(edit.at for edit in story.edits)]
        assert moments == sorted(moments)
        last: dict[str, object] = {}
        for edit in story.edits:
            for name, (old, new) in edit.changes.items():
                assert old != new
                assert last.get(name, old) == old
                last[name] = new
        assert all(story.values[name] == value for name, value in last.items())
    assert len({edit.author for story in stories for edit in story.edits}) == 3


@pytest.mark.usefixtures("database")
def test_its_sign_ins_work_only_where_kaw_itself_made_them(data_dir: Path, people: People) -> None:
    demo.load(people.oleg, number=10)
    with db.reading() as session:
        hashes = session.execute(sa.select(User.password_hash).where(User.login == "sokolova")).scalars().all()
    assert not passwords.matches(team.PASSWORD, hashes[0])


@pytest.mark.usefixtures("database")
def test_its_sign_ins_are_printed(data_dir: Path) -> None:
    demo.load(SYSTEM, number=10)
    for login, password, who in demo.LOGINS:
        with db.reading() as session:
            stored = session.execute(sa.select(User.password_hash).where(User.login == login)).scalar_one()
        assert passwords.matches(password, stored)
        assert who


@pytest.mark.usefixtures("data_dir")
def test_only_an_empty_installation_is_filled(people: People) -> None:
    for actor in (people.anna, people.boris, people.vera):
        with pytest.raises(AccessDenied):
            demo.load(actor)
    demo.load(people.oleg, number=10)
    with pytest.raises(Conflict):
        demo.load(people.oleg)


@pytest.mark.usefixtures("data_dir", "database")
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_it_loads_in_ten_seconds() -> None:
    begun = time.perf_counter()
    demo.load(SYSTEM)
    assert time.perf_counter() - begun < 10


# R12.6, R12.8: a history to look at before the first call comes
@pytest.mark.usefixtures("database")
def test_the_last_days_had_calls(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calls, "DAYS", 0)
    demo.load(SYSTEM, number=60)
    friday = datetime(2026, 3, 6, 16, 0)  # UTC; 19:00 in Moscow
    numbers, operators = pbx._people()
    made = calls.invent(numbers, operators, data_dir / "monitor", friday)
    assert made == count(Call) > 50
    history = call_history.calls(SYSTEM, CallQuery()).rows
    assert all(row.partner for row in history)
    assert {row.direction for row in history} == {CallDirection.INBOUND, CallDirection.OUTBOUND}
    assert any(row.outcome for row in history)
    with db.reading() as session:
        state = session.execute(sa.select(OperatorInterval.state).where(OperatorInterval.ended_at.is_(None))).scalars()
        assert set(state) == {OperatorState.OFFLINE}
        sounds = session.execute(sa.select(Call.recording).where(Call.recording.is_not(None))).scalars().all()
        first, last = session.execute(sa.select(sa.func.min(Call.started_at), sa.func.max(Call.ended_at))).one()
    assert sounds and all(Path(path).stat().st_size > 44 for path in sounds)
    assert datetime(2026, 3, 6, 6) <= first < last <= datetime(2026, 3, 6, 15, 1)


@pytest.mark.usefixtures("database")
def test_before_the_first_hour_of_work_there_were_none(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calls, "DAYS", 0)
    assert calls.invent(["79161234567"], [("201", "Анна Иванова")], data_dir, datetime(2026, 3, 6, 5)) == 0
