"""What an administrator types about a field, and what is wrong with it."""

import re
from dataclasses import dataclass, replace

from sqlmodel import Session, col, select

from kaw.errors import InvalidValue, InvalidValues
from kaw.fields.text import clean_line
from kaw.i18n import N_
from kaw.models import ChoiceList, Field, FieldKind, FieldState, Side

LONGEST_NAME = 120
LONGEST_UNIQUE_NAME = 48
LONGEST_HINT = 255
SORT_LIMIT = 1_000_000
# Names that table rows, addresses and forms use beside the fields' own.
RESERVED = frozenset(
    {"id", "v", "version", "state", "title", "in_bin", "import_id", "confirmation"}
    | {"created_at", "created_by", "updated_at", "updated_by", "deleted_at", "deleted_by"}
    | {"search", "sort", "desc", "descending", "offset", "limit", "page"}
)
_UNIQUE_NAME = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True)
class FieldDraft:
    """A field as the form of «Поля» describes it (R7.5.1)."""

    name: str
    unique_name: str
    kind: FieldKind
    section: str = ""
    sort_order: int = 0
    shown: bool = True
    hint: str = ""
    choice_list_id: int | None = None
    side: Side = Side.LEFT
    on_main_page: bool = False
    required: bool = False


def cleaned(draft: FieldDraft) -> FieldDraft:
    """The same without control characters and outer blanks, and without a list where there are no choices."""
    return replace(
        draft,
        name=clean_line(draft.name),
        unique_name=draft.unique_name.strip(),
        section=clean_line(draft.section),
        hint=clean_line(draft.hint),
        choice_list_id=draft.choice_list_id if draft.kind.has_choices else None,
    )


def check_new(session: Session, draft: FieldDraft) -> None:
    """InvalidValue or InvalidValues when a field cannot be made of this draft."""
    _refuse([*_wrong_texts(draft), *_wrong_unique_name(session, draft.unique_name), *_wrong_list(session, draft)])


def check_change(draft: FieldDraft, row: Field) -> None:
    """The same for a field that exists: its unique name stays, and its type has a step of its own."""
    errors = list(_wrong_texts(draft))
    if draft.unique_name != row.unique_name:
        errors.append(InvalidValue("unique_name", N_("The unique name of a field cannot be changed.")))
    if (draft.kind, draft.choice_list_id) != (row.kind, row.choice_list_id):
        errors.append(InvalidValue("kind", N_("The type of a field is changed by its own step, with a preview.")))
    _refuse(errors)


def taken(unique_name: str) -> InvalidValue:
    """The refusal of a unique name that another field has."""
    return InvalidValue("unique_name", N_("There is a field with the unique name “{name}” already."), name=unique_name)


def _refuse(errors: list[InvalidValue]) -> None:
    if len(errors) == 1:
        raise errors[0]
    if errors:
        raise InvalidValues(errors)


def _wrong_texts(draft: FieldDraft) -> list[InvalidValue]:
    errors = []
    if not draft.name:
        errors.append(InvalidValue("name", N_("Enter the name of the field.")))
    for item, limit in (("name", LONGEST_NAME), ("section", LONGEST_NAME), ("hint", LONGEST_HINT)):
        length = len(getattr(draft, item))
        if length > limit:
            text = N_("At most {limit} characters fit here, and this has {length}.")
            errors.append(InvalidValue(item, text, limit=limit, length=length))
    if abs(draft.sort_order) > SORT_LIMIT:
        errors.append(InvalidValue("sort_order", N_("This number is too large.")))
    return errors


def _wrong_unique_name(session: Session, name: str) -> list[InvalidValue]:
    if not name:
        return [InvalidValue("unique_name", N_("Enter a unique name."))]
    if not _UNIQUE_NAME.fullmatch(name):
        text = N_("A unique name begins with a small latin letter and has only small latin letters, digits and “_”.")
        return [InvalidValue("unique_name", text)]
    if len(name) > LONGEST_UNIQUE_NAME:
        text = N_("At most {limit} characters fit here, and this has {length}.")
        return [InvalidValue("unique_name", text, limit=LONGEST_UNIQUE_NAME, length=len(name))]
    if name in RESERVED:
        return [InvalidValue("unique_name", N_("KAW itself uses the name “{name}”. Choose another one."), name=name)]
    other = session.exec(select(Field).where(col(Field.unique_name) == name)).first()
    if other is None:
        return []
    if other.state in (FieldState.DELETED, FieldState.PURGING):
        text = N_("The deleted field «{title}» has the unique name “{name}”. Restore it or choose another name.")
        return [InvalidValue("unique_name", text, title=other.name, name=name)]
    return [taken(name)]


def _wrong_list(session: Session, draft: FieldDraft) -> list[InvalidValue]:
    if not draft.kind.has_choices:
        return []
    if draft.choice_list_id is None:
        return [InvalidValue("choice_list_id", N_("Choose the list whose items the field will hold."))]
    if session.get(ChoiceList, draft.choice_list_id) is None:
        return [InvalidValue("choice_list_id", N_("There is no such list any more."))]
    return []
