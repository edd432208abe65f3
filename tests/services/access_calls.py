"""How to call every public service function, and who may: the table that ``test_access_walk.py`` walks.

A new service function needs an entry in ``CALLS``; one that takes no actor needs a reason in ``WITHOUT_ACTOR``.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kaw.errors import AccessDenied, Conflict, InvalidValue, InvalidValues, KawError, NotFound
from kaw.models import Access, FieldKind, Right
from kaw.services import attachments, choices, fields, groups, history, imports, partners, users
from kaw.services import bin as partner_bin
from kaw.services.account import AccountDraft
from kaw.services.call_history import CallQuery
from kaw.services.choices import ItemDraft
from kaw.services.fields import FieldDraft
from kaw.services.operator_day import DayCalls
from kaw.services.partner_table import TableQuery
from kaw.services.users import UserDraft
from kaw.services.workspace_state import TabRef
from tests.calls import insert_call
from tests.cards import make_card
from tests.conftest import People, allow
from tests.sign_ins import PASSWORD, enter, give_passwords


class World:
    """A small company: Anna's group may edit every field but "secret", Boris's may see them, Vera has no group."""

    def __init__(self, people: People, directory: Path) -> None:
        self.people, self._directory, self._number = give_passwords(people), directory, 0
        self.fields = make_card(people.oleg)
        common = [number for name, number in self.fields.items() if name != "secret"]
        allow(people.editors, dict.fromkeys(common, Access.EDIT))
        allow(people.viewers, dict.fromkeys(common, Access.VIEW))
        self.card = self.partner()

    def next(self) -> int:
        """A number not used before."""
        self._number += 1
        return self._number

    def partner(self) -> int:
        return partners.create(self.people.oleg, {"name": f"ООО «Ёлочка» {self.next()}"})

    def partner_with_phone(self) -> int:
        return partners.create(self.people.oleg, {"name": f"Лютик {self.next()}", "phone": "+79031112233"})

    def partner_in_bin(self) -> int:
        card = self.partner()
        partner_bin.delete(self.people.oleg, [card])
        return card

    def attachment(self) -> int:
        return attachments.add(self.people.oleg, self.card, "договор.txt", [b"text"])

    def change(self) -> int:
        """A change of a card that can be taken back."""
        card = partners.get(self.people.oleg, self.partner())
        partners.save(self.people.oleg, card.id, {"name": f"Другое имя {self.next()}"}, card.version)
        return history.entries(self.people.oleg, card.id)[0].lines[0].change_id

    def field(self) -> int:
        number = self.next()
        return fields.create(self.people.oleg, FieldDraft(f"Поле {number}", f"field_{number}", FieldKind.TEXT))

    def deleted_field(self) -> int:
        number = self.field()
        fields.delete(self.people.oleg, number, "удалить")
        return number

    def choice_list(self) -> int:
        return choices.save(self.people.oleg, None, f"Список {self.next()}", [ItemDraft(None, "Да", 0, False)])

    def user(self) -> int:
        return users.create(self.people.oleg, self.user_draft(), PASSWORD)

    def user_draft(self) -> UserDraft:
        number = self.next()
        return UserDraft(f"Пользователь {number}", f"user{number}")

    def group(self) -> int:
        return groups.create(self.people.oleg, f"Группа {self.next()}")

    def session(self) -> int:
        """A signed-in browser of somebody else."""
        draft = self.user_draft()
        users.create(self.people.oleg, draft, PASSWORD)
        return enter(draft.login).actor.session_id

    def file(self) -> Path:
        path = self._directory / f"{self.next()}.csv"
        path.write_text(f"Название\nООО «Из файла {self.next()}»\n", encoding="utf-8")
        return path

    def load(self) -> int:
        return imports.start(self.people.oleg, self.file(), "партнеры.csv")

    def talk(self) -> int:
        """A call that Anna answered."""
        return insert_call(self.people.anna, number="+79031112233", extension="101")

    def missed_call(self) -> int:
        """A call that rang at Anna's phone in vain."""
        return insert_call(self.people.anna, number=f"+7903{self.next():07d}", stage="missed")

    def ambiguous_talk(self) -> tuple[int, int]:
        """A call that Anna answered from a number that several partners have, and one of those."""
        number = f"+7903{self.next():07d}"
        first, _second = (partners.create(self.people.oleg, {"name": name, "phone": number}) for name in ("А", "Б"))
        return insert_call(self.people.anna, number=number, extension="101"), first


Arguments = Callable[[World], tuple[Any, ...]]

ADMIN = frozenset({"oleg"})
EDITORS = frozenset({"oleg", "anna"})  # Anna has the contacts right, too
VIEWERS = frozenset({"oleg", "anna", "boris"})
EVERYBODY = frozenset({"oleg", "anna", "boris", "vera"})
OWN_CALLS = frozenset({"oleg", "anna"})  # the calls of this world are Anna's; Oleg sees everybody's


@dataclass(frozen=True)
class Call:
    """One function: who may call it, with which arguments after the actor.

    Those who may not meet ``refusal``. ``ends_with`` is what even those who may meet, given these arguments.
    """

    who: frozenset[str]
    arguments: Arguments = field(default=lambda _world: ())
    refusal: type[KawError] | tuple[type[KawError], ...] = AccessDenied
    ends_with: type[KawError] | None = None
    named: Mapping[str, Any] = field(default_factory=dict)
    only_refusals: bool = False  # too much would happen


HIDDEN = (AccessDenied, NotFound)  # who sees no field of the card does not know the card
QUERY = TableQuery(search="елочка")
NAME = FieldDraft("Название", "name", FieldKind.TEXT)


def _list_items(_world: World) -> list[ItemDraft]:
    return [ItemDraft(None, "Один", 0, False)]


CALLS: dict[str, Call] = {
    "access.require": Call(ADMIN, lambda w: (Right.ADMIN,)),
    "access.require_admin": Call(ADMIN),
    "access.require_field": Call(EDITORS, lambda w: (w.fields["name"], Access.EDIT), HIDDEN),
    "access.require_file_change": Call(EDITORS, lambda w: ([w.fields["name"]],)),
    "access.rights": Call(EVERYBODY),
    "account.get": Call(EVERYBODY),
    "account.update": Call(EVERYBODY, lambda w: (AccountDraft("Новое Имя", "ru", "auto"),)),
    "attachments.Upload": Call(EDITORS, lambda w: (w.card, "файл.txt"), HIDDEN),
    "attachments.add": Call(EDITORS, lambda w: (w.card, "файл.txt", [b"text"]), HIDDEN),
    "attachments.delete": Call(EDITORS, lambda w: (w.attachment(),), HIDDEN),
    "attachments.may_change": Call(EVERYBODY),
    "attachments.of_partner": Call(VIEWERS, lambda w: (w.card,), NotFound),
    "attachments.open": Call(VIEWERS, lambda w: (w.attachment(),), NotFound),
    "audit.search": Call(ADMIN),
    "bin.bin_page": Call(EDITORS),
    "bin.delete": Call(EDITORS, lambda w: ([w.partner()],)),
    "bin.restore": Call(EDITORS, lambda w: (w.partner_in_bin(),)),
    "call_notes.get": Call(OWN_CALLS, lambda w: (w.talk(),), NotFound),
    "call_history.calls": Call(EVERYBODY, lambda w: (CallQuery(),)),
    "partner_calls.calls": Call(VIEWERS, lambda w: (w.partner(),), NotFound),
    "partner_calls.concerns": Call(VIEWERS, lambda w: (w.partner(), {w.talk()}), NotFound),
    "partner_calls.totals": Call(VIEWERS, lambda w: (w.partner(),), NotFound),
    "partner_phones.to_call": Call(VIEWERS, lambda w: (w.partner_with_phone(), "+79031112233"), NotFound),
    "recordings.note_listening": Call(OWN_CALLS, lambda w: (w.talk(),), NotFound),
    "recordings.open": Call(OWN_CALLS, lambda w: (w.talk(),), NotFound, ends_with=NotFound),  # its file is not there
    "call_notes.save": Call(OWN_CALLS, lambda w: (w.talk(), "Просит счет"), NotFound),
    "call_partners.assign": Call(OWN_CALLS, lambda w: w.ambiguous_talk(), NotFound),
    "call_partners.caller": Call(OWN_CALLS, lambda w: (w.talk(),), NotFound),
    "calling.call": Call(EVERYBODY, lambda w: ("+7 903 123-45-67",), ends_with=InvalidValue),  # nobody has a phone
    "calling.hang_up": Call(EVERYBODY, ends_with=InvalidValue),
    "calling.listen_in": Call(ADMIN, lambda w: ("101", "listen"), ends_with=InvalidValue),
    "calling.transfer": Call(EVERYBODY, lambda w: ("102",), ends_with=InvalidValue),
    "choices.all_lists": Call(ADMIN),
    "choices.delete": Call(ADMIN, lambda w: (w.choice_list(), "удалить")),
    "choices.get": Call(ADMIN, lambda w: (w.choice_list(),)),
    "choices.save": Call(ADMIN, lambda w: (None, f"Новый {w.next()}", _list_items(w))),
    "demo.load": Call(ADMIN, ends_with=Conflict),
    "demo.card.create": Call(ADMIN, only_refusals=True),
    "demo.team.create": Call(ADMIN, lambda w: (w.fields,), named={"open_sign_ins": True}, only_refusals=True),
    "demo_offer.answered": Call(ADMIN),
    "demo_offer.is_due": Call(EVERYBODY),
    "field_kinds.change_kind": Call(ADMIN, lambda w: (w.field(), FieldKind.LONG_TEXT)),
    "field_kinds.preview_kind": Call(ADMIN, lambda w: (w.fields["visits"], FieldKind.TEXT)),
    "fields.all_fields": Call(ADMIN),
    "fields.create": Call(ADMIN, lambda w: (FieldDraft("Новое", f"new_{w.next()}", FieldKind.TEXT),)),
    "fields.delete": Call(ADMIN, lambda w: (w.field(), "удалить")),
    "fields.deleted": Call(ADMIN),
    "fields.filled_count": Call(ADMIN, lambda w: (w.fields["name"],)),
    "fields.get": Call(ADMIN, lambda w: (w.fields["name"],)),
    "fields.restore": Call(ADMIN, lambda w: (w.deleted_field(),)),
    "fields.sections": Call(ADMIN),
    "fields.update": Call(ADMIN, lambda w: (w.fields["name"], NAME, 1)),
    "groups.all_groups": Call(ADMIN),
    "groups.create": Call(ADMIN, lambda w: (f"Новая {w.next()}",)),
    "groups.delete": Call(ADMIN, lambda w: (w.group(), "удалить")),
    "groups.get": Call(ADMIN, lambda w: (w.people.editors,)),
    "groups.update": Call(ADMIN, lambda w: (w.group(), f"Другая {w.next()}", {w.people.vera.user_id}, {})),
    "history.entries": Call(VIEWERS, lambda w: (w.card,), NotFound),
    "history.restore_value": Call(EDITORS, lambda w: (w.change(),), HIDDEN),
    "import_list.all_imports": Call(ADMIN),
    "import_list.status": Call(ADMIN, lambda w: (w.load(),)),
    "import_list.wrong_rows": Call(ADMIN, lambda w: (w.load(),)),
    "import_removal.removable": Call(ADMIN, lambda w: (w.load(),)),
    "import_removal.remove": Call(ADMIN, lambda w: (w.load(), "удалить")),
    "import_uploads.ImportUpload": Call(ADMIN),
    "import_uploads.drop": Call(ADMIN, lambda w: ("0" * 32,)),
    "import_uploads.path_of": Call(ADMIN, lambda w: ("0" * 32,), ends_with=NotFound),
    "imports.cancel": Call(ADMIN, lambda w: (w.load(),), ends_with=Conflict),
    "imports.inspect": Call(ADMIN, lambda w: (w.file(), "партнеры.csv")),
    "imports.start": Call(ADMIN, lambda w: (w.file(), "партнеры.csv")),
    "missed_calls.claim": Call(OWN_CALLS, lambda w: (w.missed_call(),), NotFound),
    "missed_calls.close": Call(OWN_CALLS, lambda w: (w.missed_call(),), NotFound),
    "missed_calls.closed": Call(EVERYBODY),
    "missed_calls.count_open": Call(EVERYBODY),
    "missed_calls.missed": Call(EVERYBODY),
    "missed_calls.release": Call(OWN_CALLS, lambda w: (w.missed_call(),), NotFound),
    "operator_day.calls": Call(EVERYBODY, lambda w: (DayCalls.ACCEPTED,)),
    "operator_day.recent": Call(EVERYBODY),
    "operator_day.waiting": Call(EVERYBODY),
    "operators.arrive": Call(EVERYBODY),
    "operators.end_after_call": Call(EVERYBODY, ends_with=InvalidValue),
    "operators.own": Call(EVERYBODY),
    "operators.pause": Call(EVERYBODY, lambda w: ("Перерыв",), ends_with=InvalidValue),
    "operators.pause_lost": Call(EVERYBODY),
    "operators.resume": Call(EVERYBODY, ends_with=InvalidValue),
    "operators.sign_in": Call(EVERYBODY, ends_with=InvalidValue),
    "operators.sign_out": Call(EVERYBODY, ends_with=InvalidValue),
    "operators.states": Call(EVERYBODY),
    "partner_table.check": Call(EVERYBODY, lambda w: (QUERY,)),
    "partner_table.count": Call(EVERYBODY, lambda w: (QUERY,)),
    "partner_table.hidden_by_default": Call(EVERYBODY, lambda w: (QUERY,)),
    "partner_table.page": Call(EVERYBODY, lambda w: (QUERY,)),
    "partner_table.rows": Call(EVERYBODY, lambda w: ([w.card],)),
    "partners.blank": Call(EDITORS),
    "partners.create": Call(EDITORS, lambda w: ({"name": f"Новый {w.next()}"},)),
    "partners.find_by_phone": Call(EVERYBODY, lambda w: ("+7 903 123-45-67",)),
    "partners.get": Call(VIEWERS, lambda w: (w.card,), NotFound),
    "partners.save": Call(EDITORS, lambda w: (w.partner(), {"name": "Другое"}, 1), (NotFound, InvalidValues)),
    "partners.titles": Call(EVERYBODY, lambda w: ([w.card],)),
    "sessions.change_password": Call(EVERYBODY, lambda w: (PASSWORD, "another-word-2")),
    "sessions.end": Call(ADMIN, lambda w: (w.session(),), NotFound),
    "sessions.must_change_password": Call(EVERYBODY),
    "sessions.open_sessions": Call(ADMIN),
    "sessions.sign_out": Call(EVERYBODY),
    "settings.all_settings": Call(ADMIN),
    "settings.change": Call(ADMIN, lambda w: ({"company_name": f"ООО {w.next()}"},)),
    "settings.drafted": Call(ADMIN, lambda w: ({"pbx_host": "pbx"}, "pbx_")),
    "softphone_login.login": Call(EVERYBODY),
    "telephony_check.check": Call(ADMIN, lambda w: ({},)),
    "telephony_check.state": Call(ADMIN),
    "users.all_users": Call(ADMIN),
    "users.create": Call(ADMIN, lambda w: (w.user_draft(), PASSWORD)),
    "users.delete": Call(ADMIN, lambda w: (w.user(), "удалить")),
    "users.find": Call(EVERYBODY, lambda w: ("анна",)),
    "users.get": Call(ADMIN, lambda w: (w.people.anna.user_id,)),
    "users.names": Call(EVERYBODY, lambda w: ([w.people.anna.user_id],)),
    "users.update": Call(ADMIN, lambda w: (w.user(), w.user_draft())),
    "value_counts.value_counts": Call(VIEWERS, lambda w: ("status", QUERY), InvalidValue),
    "workspace_state.drafts": Call(EVERYBODY),
    "workspace_state.drop_draft": Call(EVERYBODY, lambda w: ("partner/1",)),
    "workspace_state.load": Call(EVERYBODY),
    "workspace_state.save_draft": Call(EVERYBODY, lambda w: ("partner/1", {"name": "x"})),
    "workspace_state.save_tabs": Call(EVERYBODY, lambda w: ([TabRef("partners")], "partners")),
}

PURE = "computes; reads and writes nothing stored"
INNER = "works inside a transaction or with a scope of rights that its caller has asked for"
MAINTENANCE = "at the start or by the clock; nobody calls it from a browser"
BEFORE = "before anybody is signed in"
FOLLOWS = "the recorder's: KAW itself follows what the PBX told"

# By function, or by module where one reason holds for all of its functions that take no actor.
WITHOUT_ACTOR: dict[str, str] = {
    "access.may_change_files": PURE,
    "attachments.drop_all_of": INNER,
    "attachments.size_limit": "a limit, shown to everybody",
    "attachments.sweep": MAINTENANCE,
    "audit.purge_old": MAINTENANCE,
    "audit.record": INNER,
    "bin.purge_old": MAINTENANCE,
    "after_call": INNER,
    "call_cards.answered": FOLLOWS,
    "call_cards.over": FOLLOWS,
    "call_cards.ringing": FOLLOWS,
    "call_follow_up": INNER,
    "call_history.last_queues": INNER,
    "call_history.page": INNER,
    "call_notes.may_note": PURE,
    "calls": FOLLOWS,
    "call_owners": INNER,
    "call_partners.caller_of": INNER,
    "call_partners.callers_of": INNER,
    "call_partners.hears_own": INNER,
    "call_partners.may_hear": INNER,
    "call_partners.may_know": INNER,
    "call_partners.number_key": PURE,
    "call_partners.shown_number": PURE,
    "call_partners.with_number": INNER,
    "call_scope": INNER,
    "card_schema": "the fields alone: who gets them filters with CardSchema.visible(rights)",
    "card_state": INNER,
    "choice_replacing": INNER,
    "confirmation": PURE,
    "demo.calls.invent": MAINTENANCE,
    "demo.files": INNER,
    "demo.history": INNER,
    "demo.is_empty": MAINTENANCE,
    "demo.partners": PURE,
    "demo.pbx": MAINTENANCE,
    "dialling": PURE,
    "field_columns": INNER,
    "field_conversion": INNER,
    "field_drafts": INNER,
    "field_phones": INNER,
    "field_recovery": MAINTENANCE,
    "field_retirement": INNER,
    "field_steps": INNER,
    "file_names": PURE,
    "first_run": BEFORE,
    "housekeeping": MAINTENANCE,
    "import_columns": PURE,
    "import_files": "reads a file that imports has been given",
    "import_list": PURE,
    "import_names": INNER,
    "import_rows": INNER,
    "import_uploads.size_limit": "a limit, shown to everybody",
    "import_uploads.sweep": MAINTENANCE,
    "import_uploads.too_large": PURE,
    "imports.finish_interrupted": MAINTENANCE,
    "imports.sha256_of": PURE,
    "operator_day.count_waiting": INNER,
    "operator_day.counts": INNER,
    "operator_day.midnight": PURE,
    "operator_day.queues_of": INNER,
    "operator_day.sum_waiting": PURE,
    "operator_day.waiting_by_queue": INNER,
    "operator_day.watched": INNER,
    "operator_legs": INNER,
    "partner_cards": INNER,
    "partner_changes": INNER,
    "partner_names": INNER,
    "partner_rows": INNER,
    "partner_values": INNER,
    "passwords": PURE,
    "phones": INNER,
    "search_index": INNER,
    "search_mariadb": INNER,
    "search_sqlite": INNER,
    "search_terms": PURE,
    "recordings.is_offered": PURE,
    "recordings.mended": PURE,
    "secrets": "encrypts and decrypts for services; what comes out goes to no browser",
    "sessions.actor_for": BEFORE,
    "sessions.end_all_of": INNER,
    "sessions.end_sessions": INNER,
    "sessions.hash_of": PURE,
    "sessions.lately_here": "KAW itself asks at its start",
    "sessions.sign_in": BEFORE,
    "sessions.touch": "a page notes that its own sign-in is still there",
    "setting_checks": PURE,
    "settings.default_of": "for services; a secret is encrypted in it",
    "settings.plain": "for services that talk to the PBX; goes to no browser",
    "settings.secret": "for services that talk to the PBX; goes to no browser",
    "settings.value": "for services; a secret is encrypted in it",
    "table_counts": INNER,
    "table_marks": INNER,
    "table_order": INNER,
    "table_scope": INNER,
    "table_search": INNER,
    "table_walk": INNER,
    "telephony_past": FOLLOWS,
    "telephony": "the line alone: who may say what on it is asked by calling and operators",
    "throttle": BEFORE,
    "upgrade": MAINTENANCE,
    "upsert": INNER,
    "users.extension_taken": PURE,
    "users.names_in": INNER,
    "users.rights_of": PURE,
    "workspace_state.is_tab": PURE,
}

# They take an actor first and ask for no right: the name of the deed in the log, or nothing to protect.
NOT_ASKING: dict[str, str] = {
    "field_steps.complete": "a step of fields.create, which asks; the actor is for the log",
}

# An ended sign-in meets no SignedOut here.
QUIET_WHEN_ENDED: dict[str, str] = {"sessions.sign_out": "signing out twice is no error"}
