"""Field types: one small file each, found through ``FIELD_TYPES``."""

from kaw.fields.base import FieldType
from kaw.fields.text import TextType
from kaw.models import FieldKind

FIELD_TYPES: dict[FieldKind, FieldType] = {field_type.kind: field_type for field_type in (TextType(),)}
