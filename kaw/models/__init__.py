"""Tables and enums, without logic. Times are UTC without a zone mark."""

from kaw.models.attachment import Attachment
from kaw.models.audit import AuditAction, AuditEntry
from kaw.models.call import (
    Call,
    CallDirection,
    CallLeg,
    CallResult,
    HungUpBy,
    LegResult,
    QueueVisit,
    VisitOutcome,
    VisitRing,
)
from kaw.models.change import Change, ChangeKind
from kaw.models.choice import Choice, ChoiceList
from kaw.models.field import Field, FieldKind, FieldState, Side
from kaw.models.group import Access, Group, GroupAccess, GroupMember
from kaw.models.imports import Import, ImportState
from kaw.models.operator import OperatorInterval, OperatorState
from kaw.models.partner import CardState, PartnerCard, PartnerChoice, PartnerPhone, PartnerWord
from kaw.models.pbx import PbxJournal, PbxReconciliation, TelephonyLease
from kaw.models.session import SignInFailure, UserSession
from kaw.models.setting import Setting
from kaw.models.user import QueueMembership, Right, User
from kaw.models.workspace import Draft, OpenTabs

__all__ = [
    "Access",
    "Attachment",
    "AuditAction",
    "AuditEntry",
    "Call",
    "CallDirection",
    "CallLeg",
    "CallResult",
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
    "HungUpBy",
    "Import",
    "ImportState",
    "LegResult",
    "OpenTabs",
    "OperatorInterval",
    "OperatorState",
    "PartnerCard",
    "PartnerChoice",
    "PartnerPhone",
    "PartnerWord",
    "PbxJournal",
    "PbxReconciliation",
    "QueueMembership",
    "QueueVisit",
    "Right",
    "Setting",
    "Side",
    "SignInFailure",
    "TelephonyLease",
    "User",
    "UserSession",
    "VisitOutcome",
    "VisitRing",
]
