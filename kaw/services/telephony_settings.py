"""Settings of telephony: the PBX, its records, recordings, the softphone, and how operators work (R7.8).

Those that say where the PBX is (``pbx_…``) can be given by the environment (KAW_PBX_…) for an unattended installation.
"""

from collections.abc import Callable
from typing import Any

from kaw.i18n import N_
from kaw.services.setting_checks import (
    SettingKind,
    address,
    clean,
    context,
    interface,
    lines,
    named_lines,
    one_of,
    pause_names,
    phone_numbers,
    recordings_place,
    whole,
    yes_no,
    zone_or_none,
)

LINE, RECORDS = N_("PBX: connection"), N_("PBX: records and recordings")
SOFTPHONE, OPERATORS = N_("Softphone"), N_("Work of operators")

TALKERS, LEADERS = "talkers", "leaders"
HEARERS = {
    TALKERS: N_("who talked, and who has the right to reports"),
    LEADERS: N_("who has the right to reports, and nobody else"),
}


def _pbx(
    key: str,
    label: str,
    topic: str,
    default: Any,
    check: Callable[[str, Any], Any],
    hint: str = "",
    *,
    unit: str = "",
    secret: bool = False,
    masked: bool = False,
) -> SettingKind:
    key = f"pbx_{key}"
    return SettingKind(key, label, topic, default, check, hint, None, unit, secret, masked, from_environment=True)


_server = clean(255)
_ws = address("ws", "wss", what=N_("Enter an address that begins with wss:// (or ws:// inside the office)."))
_stun = address("stun", "stuns", what=N_("Enter it like stun:host:port."))
_turn = address("turn", "turns", what=N_("Enter it like turn:host:port."))

TELEPHONY_SETTINGS: tuple[SettingKind, ...] = (
    _pbx("host", N_("Address of the PBX"), LINE, "", _server, N_("Asterisk's manager interface (AMI). Empty: none.")),
    _pbx("port", N_("Port"), LINE, 5038, whole(1, 65535)),
    _pbx(
        "tls", N_("TLS to the PBX"), LINE, False, yes_no, N_("The PBX's certificate is checked; its port is then 5039.")
    ),
    _pbx(
        "tls_ca",
        N_("Issuer of its certificate"),
        LINE,
        "",
        clean(500),
        N_("A file. Empty: those KAW's computer trusts."),
    ),
    _pbx("user", N_("User of the manager interface"), LINE, "", clean(80)),
    _pbx("secret", N_("Password of the manager interface"), LINE, "", clean(200), secret=True),
    _pbx(
        "interface",
        N_("Phone of an internal number"),
        LINE,
        "PJSIP/{extension}",
        interface,
        N_("How the PBX calls it; {extension} is the number."),
    ),
    _pbx("dial_context", N_("Context for calls"), LINE, "from-internal", context, N_("Operators dial in it.")),
    _pbx(
        "listen_context",
        N_("Context for listening in"),
        LINE,
        "kaw-listen",
        context,
        N_("kaw-listen, as the guide to the PBX has it."),
    ),
    _pbx("transfer_context", N_("Context for transfers"), LINE, "", context, N_("Empty: the context for calls.")),
    _pbx(
        "trunks",
        N_("Lines outside"),
        LINE,
        [],
        lines,
        N_("Endpoints, one per line. Empty: every endpoint that is not 2 to 6 digits."),
    ),
    _pbx(
        "own_numbers", N_("Own numbers"), LINE, [], phone_numbers, N_("One per line. They never make a partner's card.")
    ),
    _pbx("time_zone", N_("Time zone of the PBX"), RECORDS, "", zone_or_none, N_("Empty: the company's.")),
    _pbx(
        "queue_log",
        N_("Queue log"),
        RECORDS,
        "",
        clean(500),
        N_("A file, or mysql://user:password@host/asterisk#queue_log. What happened while KAW was away is read there."),
        secret=True,
        masked=True,
    ),
    _pbx(
        "cdr",
        N_("CDR"),
        RECORDS,
        "",
        clean(500),
        N_("A csv file, or mysql://user:password@host/asteriskcdrdb#cdr."),
        secret=True,
        masked=True,
    ),
    _pbx(
        "recordings",
        N_("Recordings"),
        RECORDS,
        "",
        recordings_place,
        N_("A directory, or an address that begins with http:// or https://. Empty: no player."),
    ),
    _pbx("recordings_user", N_("User for that address"), RECORDS, "", clean(80)),
    _pbx("recordings_secret", N_("Password for that address"), RECORDS, "", clean(200), secret=True),
    SettingKind(
        "recordings_heard_by",
        N_("Recordings are heard by"),
        RECORDS,
        TALKERS,
        one_of(HEARERS),
        N_("Every listening is in the log."),
        options=HEARERS,
    ),
    SettingKind(
        "recordings_days",
        N_("Keep recordings for"),
        RECORDS,
        0,
        whole(0, 36_500),
        N_("0: for ever. Later KAW offers them no more; the PBX's files stay."),
        unit=N_("days"),
    ),
    _pbx(
        "journal_days",
        N_("Keep the PBX's events for"),
        RECORDS,
        14,
        whole(1, 365),
        N_("Calls are made from them again when something comes late."),
        unit=N_("days"),
    ),
    _pbx(
        "ws_url", N_("WebSocket of the PBX"), SOFTPHONE, "", _ws, N_("Such as wss://pbx:8089/ws. Empty: no softphone.")
    ),
    _pbx("sip_domain", N_("SIP domain"), SOFTPHONE, "", clean(255), N_("Empty: the host of that address.")),
    _pbx("sip_realm", N_("Realm"), SOFTPHONE, "", clean(255), N_("Of SIP passwords. Empty: the domain.")),
    _pbx("stun", N_("STUN server"), SOFTPHONE, "", _stun),
    _pbx("turn", N_("TURN server"), SOFTPHONE, "", _turn),
    _pbx("turn_user", N_("User of TURN"), SOFTPHONE, "", clean(80), N_("Empty: KAW makes accounts for some hours.")),
    _pbx("turn_secret", N_("Password of TURN"), SOFTPHONE, "", clean(200), secret=True),
    SettingKind(
        "pause_types",
        N_("Pause types"),
        OPERATORS,
        ["Перерыв", "Технический сбой", "Пауза"],
        pause_names,
        N_("One per line."),
    ),
    SettingKind(
        "call_outcomes",
        N_("Call outcomes"),
        OPERATORS,
        ["Вопрос решен", "Перезвонить", "Заявка принята", "Не по адресу"],
        named_lines,
        N_("One per line; operators choose one after a call."),
    ),
    SettingKind(
        "after_call_seconds",
        N_("Time for after-call work"),
        OPERATORS,
        30,
        whole(0, 3600),
        N_("0: none; the next call may come at once."),
        unit=N_("s"),
    ),
    SettingKind(
        "auto_pause_lost_seconds",
        N_("Pause when the browser is gone for"),
        OPERATORS,
        30,
        whole(0, 3600),
        N_("0: never."),
        unit=N_("s"),
    ),
    SettingKind(
        "auto_pause_missed",
        N_("Pause after unanswered calls in a row"),
        OPERATORS,
        0,
        whole(0, 100),
        N_("0: never."),
    ),
    SettingKind(
        "supervision_announced",
        N_("Operators see who listens in"),
        OPERATORS,
        False,
        yes_no,
        N_("Every listening is in the log in any case."),
    ),
)
