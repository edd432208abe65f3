"""Field types: one small file each, found through ``FIELD_TYPES``."""

from kaw.fields.addresses import EmailType, LinkType
from kaw.fields.base import FieldType
from kaw.fields.choices import CheckboxesType, DropdownType, ListType, RadioType
from kaw.fields.dates import DateTimeType, DateType
from kaw.fields.inn import InnType
from kaw.fields.numbers import MoneyType, NumberType
from kaw.fields.phone import PhoneType
from kaw.fields.references import PartnerType, UserType
from kaw.fields.text import LongTextType, TextType
from kaw.fields.yes_no import YesNoType
from kaw.models import FieldKind

FIELD_TYPES: dict[FieldKind, FieldType] = {
    field_type.kind: field_type
    for field_type in (
        TextType(),
        LongTextType(),
        NumberType(),
        DateType(),
        ListType(),
        DropdownType(),
        RadioType(),
        CheckboxesType(),
        PhoneType(),
        EmailType(),
        InnType(),
        LinkType(),
        MoneyType(),
        DateTimeType(),
        YesNoType(),
        UserType(),
        PartnerType(),
    )
}
