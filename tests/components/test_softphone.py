"""The softphone's Python side: what a browser may send, and words for everything it can say (R12.2)."""

import re
from pathlib import Path
from typing import Any

import pytest

from kaw.components.softphone import (
    CallStage,
    DeviceList,
    EventKind,
    Microphone,
    PhoneCall,
    PhoneDevices,
    Quality,
    Registration,
    element,
    words,
)
from kaw.components.softphone.state import PhoneState
from kaw.pages.http import softphone_origin

HOME = Path(element.__file__).parent
TALK = {"id": "a", "incoming": True, "number": "102", "stage": "talking", "heldThere": True, "answeredAt": 12.5}


def test_a_call_is_read() -> None:
    call = PhoneCall.read(TALK)
    assert call == PhoneCall("a", True, "102", stage=CallStage.TALKING, held_there=True, answered_at=12.5)
    assert call.is_heard
    assert len(PhoneCall.read({**TALK, "name": "я" * 10_000}).name) == 200


@pytest.mark.parametrize(
    "nonsense", [{}, {"registration": "on", "microphone": "ready"}, {"registration": "off", "microphone": 1}]
)
def test_nonsense_is_refused(nonsense: dict[str, Any]) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        PhoneState.read(nonsense)


def test_devices_come_back_as_they_were_sent() -> None:
    chosen = PhoneDevices(speaker="s", ring="r", microphone="m", echo_cancellation=False)
    assert PhoneDevices.read(chosen.for_browser()) == chosen
    assert DeviceList.read({"microphones": [{"id": "m", "label": ""}]}).microphones == {"m": ""}


def test_everything_has_words() -> None:
    """R12.2, R4.3: every failure says what happened and what to do."""
    for registration in Registration:
        assert words.registration_words(PhoneState(registration=registration))[0]
    for microphone in set(Microphone) - {Microphone.UNKNOWN, Microphone.READY}:
        assert words.microphone_words(microphone)
    for quality in set(Quality) - {Quality.UNKNOWN}:
        assert words.quality_words(quality)


def test_the_browser_says_no_reason_without_words() -> None:
    endings = (HOME / "browser" / "endings.js").read_text(encoding="utf-8")
    given = "".join((HOME / "browser" / name).read_text(encoding="utf-8") for name in ("phone.js", "talk.js"))
    said = set(re.findall(r': "(\w+)"', endings)) | set(re.findall(r'(?:return|fail\(talk,|Reason =) "(\w+)"', given))
    assert {"busy", "no_sound", "too_many", "microphone", "not_registered"} <= said
    assert said <= set(words._ENDINGS)
    registration = (HOME / "browser" / "registration.js").read_text(encoding="utf-8")
    reasons = set(re.findall(r'(?:become\("\w+", |return |\? |: )"([a-z_]+)"', registration)) - {
        "registered",
        "unregistered",
    }
    assert {"rejected", "realm", "timeout", "settings", "unreachable", "failed"} <= reasons
    assert reasons <= set(words._REASONS)


def test_the_browser_tells_no_unknown_event() -> None:
    sources = "".join(path.read_text(encoding="utf-8") for path in (HOME / "browser").glob("*.js"))
    told = set(re.findall(r'(?:tell|tellAll|say|happened)\("(\w+)"', sources))
    assert {"incoming", "answered", "ended", "transferred"} <= told
    assert told <= set(EventKind)


@pytest.mark.parametrize(
    ("address", "origin"),
    [
        ("wss://pbx.example:8089/ws", "wss://pbx.example:8089"),
        ("ws://127.0.0.1:8088", "ws://127.0.0.1:8088"),
        ("wss://[2001:db8::1]:8089/ws", "wss://[2001:db8::1]:8089"),
        ("https://pbx.example", ""),
        ("wss://pbx.example; script-src *", ""),
        ("wss://pbx.example\r\nX: y", ""),
        ("wss://*", ""),
        ("", ""),
    ],
)
def test_only_an_address_gets_into_the_policy(address: str, origin: str) -> None:
    assert softphone_origin(address) == origin
