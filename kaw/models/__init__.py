"""Tables and enums, without logic. Times are UTC without a zone mark."""

from kaw.models.attachment import Attachment
from kaw.models.audit import AuditAction, AuditEntry
from kaw.models.change import Change, ChangeKind
from kaw.models.choice import Choice, ChoiceList
from kaw.models.field import Field, FieldKind, FieldState, Side
from kaw.models.group import Access, Group, GroupAccess, GroupMember
from kaw.models.imports import Import, ImportState
from kaw.models.partner import CardState, PartnerCard, PartnerChoice, PartnerPhone, PartnerWord
from kaw.models.session import SignInFailure, UserSession
from kaw.models.setting import Setting
from kaw.models.user import QueueMembership, Right, User
from kaw.models.workspace import Draft, OpenTabs

__all__ = [
    "Access",
    "Attachment",
    "AuditAction",
    "AuditEntry",
    "CardState",
    "Change",
    "ChangeKind",
    "Choice",
    "ChoiceList",
    "Draft",
    "Field",
    "FieldKind",
    "FieldState",
    "Group",
    "GroupAccess",
    "GroupMember",
    "Import",
    "ImportState",
    "OpenTabs",
    "PartnerCard",
    "PartnerChoice",
    "PartnerPhone",
    "PartnerWord",
    "QueueMembership",
    "Right",
    "Setting",
    "Side",
    "SignInFailure",
    "User",
    "UserSession",
]
