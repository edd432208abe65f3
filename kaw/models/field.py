"""Fields of the partner card, designed by an administrator."""

from datetime import datetime
from enum import StrEnum

from sqlmodel import Field as Column
from sqlmodel import SQLModel

from kaw.models.columns import UtcDateTime, enum_column


class FieldKind(StrEnum):
    """The type of a field (R7.5.2); behaviour is in kaw/fields, one file each."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    NUMBER = "number"
    DATE = "date"
    LIST = "list"  # several values, list box
    DROPDOWN = "dropdown"  # one value, drop-down
    RADIO = "radio"  # one value, radio buttons
    CHECKBOXES = "checkboxes"  # several values, check boxes
    PHONE = "phone"
    EMAIL = "email"
    INN = "inn"
    LINK = "link"
    MONEY = "money"
    DATETIME = "datetime"
    YES_NO = "yes_no"
    USER = "user"
    PARTNER = "partner"

    @property
    def has_choices(self) -> bool:
        """Whether its values come from a choice list."""
        return self in (FieldKind.LIST, FieldKind.DROPDOWN, FieldKind.RADIO, FieldKind.CHECKBOXES)

    @property
    def is_multiple(self) -> bool:
        """Whether a card may hold several choices."""
        return self in (FieldKind.LIST, FieldKind.CHECKBOXES)


class FieldState(StrEnum):
    """Where a field is between metadata and its column, so that a crash in between is mended at the next start."""

    CREATING = "creating"  # row committed, column perhaps not there yet
    READY = "ready"
    DELETED = "deleted"  # restorable; the column keeps its values
    PURGING = "purging"  # values are being emptied in batches


class Side(StrEnum):
    LEFT = "left"
    RIGHT = "right"


class Field(SQLModel, table=True):
    __tablename__ = "field"
    __table_args__ = {"sqlite_autoincrement": True}  # a purged field's id is in the history and never given again

    id: int | None = Column(default=None, primary_key=True)
    name: str = Column(max_length=120)
    unique_name: str = Column(max_length=48, unique=True)  # latin; of a deleted field it stays taken until purged
    section: str = Column(default="", max_length=120)  # «название группы»
    kind: FieldKind = Column(sa_column=enum_column(FieldKind))
    sort_order: int = 0
    shown: bool = True
    hint: str = Column(default="", max_length=255)  # placeholder
    choice_list_id: int | None = Column(default=None, foreign_key="choice_list.id")
    side: Side = Column(default=Side.LEFT, sa_column=enum_column(Side))
    on_main_page: bool = False
    required: bool = False
    generation: int = 1  # a type change moves the values to a new column: f12_1 becomes f12_2
    former_kind: str | None = Column(default=None, max_length=32)  # set while values of the former column are retired
    former_list_id: int | None = None
    former_generation: int = 0
    phones_stale: bool = False  # its rows of partner_phone are being made anew
    state: FieldState = Column(default=FieldState.CREATING, sa_column=enum_column(FieldState))
    deleted_at: datetime | None = Column(default=None, sa_type=UtcDateTime)
    version: int = 1
