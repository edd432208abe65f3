"""Calls between real browsers over a real SIP proxy (R12.2)."""

import re
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Dialog, Playwright, expect

from tests.e2e.conftest import CHROMIUM, IN_CI, free_port
from tests.e2e.softphones import Kamailio, Office, Program, in_talk

FAKE_MEDIA = ["--no-sandbox", "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"]


@pytest.fixture(scope="module")
def kamailio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kamailio]:
    if shutil.which("kamailio") is None:
        if IN_CI:
            pytest.fail("CI requires Kamailio")
        pytest.skip("no Kamailio; packages kamailio and kamailio-websocket-modules")
    made = Kamailio(free_port(), tmp_path_factory.mktemp("kamailio") / "log")
    made.start()
    yield made
    made.stop()


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    made = Program(free_port(), tmp_path_factory.mktemp("program") / "log")
    made.start()
    yield made
    made.stop()


@pytest.fixture(scope="module")
def chromium(driver: Playwright) -> Iterator[Browser]:
    """With microphones that beep."""
    browser = driver.chromium.launch(executable_path=CHROMIUM, args=FAKE_MEDIA)
    yield browser
    browser.close()


@pytest.fixture
def office(kamailio: Kamailio, program: Program, chromium: Browser) -> Iterator[Office]:
    contexts: list[BrowserContext] = []

    def new_context() -> BrowserContext:
        contexts.append(chromium.new_context(permissions=["microphone"], locale="ru-RU"))
        return contexts[-1]

    made = Office(f"http://127.0.0.1:{program.port}", kamailio.port, new_context)
    yield made
    for context in contexts:
        context.close()
    made.close()


def test_two_people_talk_and_either_hangs_up(office: Office) -> None:
    """R12.2: call, answer, hear each other, hang up."""
    anna, boris = office.people("101", "102")
    in_talk(anna, boris)
    anna.is_heard()
    anna.hears()
    boris.hears()
    anna.press("hang up")
    anna.sees()
    boris.sees()
    in_talk(boris, anna)
    anna.press("hang up")
    boris.was_told("ended 101")
    boris.sees()


def test_a_call_is_rejected_or_stopped(office: Office) -> None:
    """R12.2: reject; the caller learns why, and may give up himself."""
    anna, boris = office.people("101", "102")
    anna.call("102")
    boris.sees("from 101 ringing")
    boris.press("reject")
    anna.was_told("ended 102 busy")
    anna.call("102")
    boris.sees("from 101 ringing")
    anna.press("hang up")
    boris.was_told("ended 101")
    boris.sees()
    anna.call("8 (999) 000-00-00")
    anna.was_told("ended 89990000000 not_found")
    anna.call("нет")
    anna.was_told("ended нет bad_number")


def test_hold_and_mute(office: Office) -> None:
    """R12.2: hold, mute, and back; both sides know."""
    anna, boris = office.people("101", "102")
    in_talk(anna, boris)
    anna.press("hold")
    anna.sees("to 102 talking held")
    boris.sees("from 101 talking held_there")
    anna.press("unhold")
    anna.sees("to 102 talking")
    boris.sees("from 101 talking")
    boris.hears()
    anna.press("mute")
    anna.sees("to 102 talking muted")
    anna.press("unmute")
    anna.sees("to 102 talking")


def test_tones_are_sent_as_telephone_events(office: Office) -> None:
    """R12.2: DTMF."""
    anna, boris = office.people("101", "102")
    anna.page.evaluate(
        "() => { window.sent = ''; const insert = RTCDTMFSender.prototype.insertDTMF;"
        " RTCDTMFSender.prototype.insertDTMF = function (tones, ...rest)"
        " { window.sent += tones; return insert.call(this, tones, ...rest); } }"
    )
    in_talk(anna, boris)
    anna.type("12#")
    anna.press("tones")
    anna.page.wait_for_function("window.sent === '12#'")


def test_blind_transfer(office: Office) -> None:
    """R12.2: Anna sends Boris to Vera without asking; a number that is not there brings nothing apart."""
    anna, boris, vera = office.people("101", "102", "103")
    in_talk(anna, boris)
    anna.type("77")
    anna.press("transfer")
    anna.was_told("transfer_failed 102 not_found")
    anna.sees("to 102 talking")
    anna.type("103")
    anna.press("transfer")
    vera.sees("from 102 ringing")
    vera.press("answer")
    anna.was_told("transferred 102")
    anna.sees()
    boris.sees("to 103 talking")
    vera.sees("from 102 talking")
    vera.hears()


def test_attended_transfer(office: Office) -> None:
    """R12.2: Anna asks Vera first, then connects her with Boris and leaves."""
    anna, boris, vera = office.people("101", "102", "103")
    in_talk(anna, boris)
    anna.type("103")
    anna.press("consult")
    vera.sees("from 101 ringing")
    anna.sees("to 102 talking held", "to 103 progress")
    vera.press("answer")
    anna.sees("to 102 talking held", "to 103 talking")
    anna.press("swap")
    anna.sees("to 102 talking", "to 103 talking held")
    anna.press("swap")
    anna.press("complete")
    anna.was_told("transferred 102")
    anna.sees()
    boris.sees("to 103 talking")
    vera.sees("from 102 talking")
    boris.hears()
    vera.hears()


def test_a_consultation_that_comes_to_nothing(office: Office) -> None:
    """R12.2: back to the first call when the colleague declines, or Anna changes her mind."""
    anna, boris, vera = office.people("101", "102", "103")
    in_talk(boris, anna)
    for end in (lambda: vera.press("reject"), lambda: anna.press("cancel")):
        anna.type("103")
        anna.press("consult")
        vera.sees("from 101 ringing")
        end()
        anna.sees("from 102 talking")
        boris.sees("to 101 talking")
        vera.sees()


def test_a_second_call_waits(office: Office) -> None:
    """R12.2: it is shown; taking it holds the first; a third one finds the line busy."""
    anna, boris, vera = office.people("101", "102", "103")
    in_talk(boris, anna)
    vera.call("101")
    anna.sees("from 102 talking", "from 103 ringing")
    [oleg] = office.people("104")
    oleg.call("101")
    oleg.was_told("ended 101 busy")
    anna.press("answer")
    anna.sees("from 102 talking held", "from 103 talking")
    vera.press("hang up")
    anna.sees("from 102 talking held")
    anna.press("unhold")
    anna.sees("from 102 talking")
    boris.hears()


def test_a_wrong_password_is_named(office: Office) -> None:
    """R12.2: not registered, and why."""
    anna = office.person("101", password="wrong")
    expect(anna.part("state")).to_have_text("Не зарегистрирован")
    expect(anna.part("reason")).to_contain_text("АТС не принимает")
    anna.call("102")
    anna.was_told("ended 102 not_registered")


def test_a_talk_outlives_the_line(office: Office) -> None:
    """R12.2: the WebSocket breaks and comes back; the talk goes on, and can be ended from both sides."""
    anna, boris = office.people("101", "102")
    in_talk(anna, boris)
    anna.wire.cut()
    expect(anna.part("state")).to_have_text("Соединение с АТС…")
    anna.sees("to 102 talking")
    anna.hears()
    anna.wire.mend()
    anna.is_registered()
    anna.hears()
    boris.press("hold")
    anna.sees("to 102 talking held_there")
    boris.press("unhold")
    anna.sees("to 102 talking")
    boris.press("hang up")
    anna.was_told("ended 102")
    anna.sees()


def test_a_line_that_died_silently_is_noticed(office: Office) -> None:
    """R12.2: no connection is closed when a network goes away; the PBX is asked, and the line made anew."""
    anna, boris = office.people("101", "102")
    in_talk(anna, boris)
    anna.wire.freeze()
    anna.page.evaluate("dispatchEvent(new Event('offline'))")
    expect(anna.part("state")).to_have_text("Соединение с АТС…")
    anna.sees("to 102 talking")
    anna.wire.mend()
    anna.is_registered()
    anna.press("hold")
    boris.sees("from 101 talking held_there")


def test_sound_that_broke_off_is_mended(office: Office) -> None:
    """R12.2: when the way for the sound fails, another is looked for instead of ending the talk."""
    anna, boris = office.people("101", "102")
    anna.page.evaluate(
        """() => {
          const Real = RTCPeerConnection, offer = Real.prototype.createOffer;
          window.restarts = 0;
          window.RTCPeerConnection = class extends Real {
            constructor(...details) { super(...details); window.connection = this; }
          };
          Real.prototype.createOffer = function (options) {
            if (options?.iceRestart) restarts += 1;
            return offer.call(this, options);
          };
          window.fail = () => {
            const states = ["iceConnectionState", "connectionState"];
            const real = states.map((name) => Object.getOwnPropertyDescriptor(Real.prototype, name));
            const failed = { configurable: true, get: () => "failed" };
            for (const name of states) Object.defineProperty(Real.prototype, name, failed);
            connection.dispatchEvent(new Event("iceconnectionstatechange"));
            connection.dispatchEvent(new Event("connectionstatechange"));
            states.forEach((name, at) => Object.defineProperty(Real.prototype, name, real[at]));
          };
        }"""
    )
    in_talk(anna, boris)
    anna.page.evaluate("fail()")
    anna.page.wait_for_function("restarts === 1")
    boris.hears()
    anna.sees("to 102 talking")


@pytest.mark.parametrize(
    ("failure", "state"), [("NotAllowedError", "denied"), ("NotFoundError", "missing"), ("NotReadableError", "busy")]
)
def test_no_microphone(office: Office, failure: str, state: str) -> None:
    """R12.2: each failure has its name; a call that comes in rings on until there is a microphone."""
    anna, boris = office.people("101", "102")
    anna.page.evaluate(
        """(failure) => {
          const media = navigator.mediaDevices, real = media.getUserMedia.bind(media);
          media.getUserMedia = () => Promise.reject(new DOMException("", failure));
          window.plugIn = () => { media.getUserMedia = real; };
        }""",
        failure,
    )
    anna.call("102")
    anna.was_told("ended 102 microphone")
    expect(anna.part("microphone")).to_have_text(state)
    boris.call("101")
    anna.sees("from 102 ringing")
    anna.press("answer")
    boris.sees("to 101 progress")
    anna.page.evaluate("plugIn()")
    anna.press("answer")
    boris.sees("to 101 talking")
    expect(anna.part("microphone")).to_have_text("ready")


def test_a_headset_is_pulled_out_in_a_talk(office: Office) -> None:
    """R12.2: the talk goes on over what is left, and over the headset again when it is back."""
    anna, boris = office.people("101", "102")
    anna.choose_microphone("Fake.* 2")
    in_talk(anna, boris)
    anna.page.evaluate(
        """() => {
          const media = navigator.mediaDevices, all = media.enumerateDevices.bind(media);
          const capture = media.getUserMedia.bind(media);
          window.captured = [];
          media.getUserMedia = (wanted) => (captured.push(Boolean(wanted.audio.deviceId)), capture(wanted));
          media.enumerateDevices = async () => (await all()).filter((device) => !/Fake.* 2/.test(device.label));
          window.plugIn = () => { media.enumerateDevices = all; };
          media.dispatchEvent(new Event("devicechange"));
        }"""
    )
    anna.page.wait_for_function("captured.join() === 'false'")
    boris.hears()
    anna.page.evaluate("plugIn(); navigator.mediaDevices.dispatchEvent(new Event('devicechange'))")
    anna.page.wait_for_function("captured.join() === 'false,true'")
    boris.hears()


def test_a_second_tab_follows_and_takes_over(office: Office) -> None:
    """R12.2: one tab leads; the other shows the same, its buttons work, and it leads when the first is closed."""
    anna, boris = office.people("101", "102")
    second = office.person("101", beside=anna)
    second.is_registered()
    expect(anna.part("role")).to_have_text("leads")
    expect(second.part("role")).to_have_text("follows")
    boris.call("101")
    second.sees("from 102 ringing")
    second.press("answer")
    anna.sees("from 102 talking")
    boris.sees("to 101 talking")
    second.hears()
    second.press("hang up")
    boris.was_told("ended 101")
    anna.page.close()
    expect(second.part("role")).to_have_text("leads")
    second.is_registered()
    in_talk(boris, second)


def test_closing_the_page_ends_the_talk_and_warns(office: Office) -> None:
    """R12.2: the browser asks before a page with a talk is left; when it is left, the other side does not wait."""
    anna, boris = office.people("101", "102")
    in_talk(anna, boris)
    questions = []

    def stay_at_first(dialog: Dialog) -> None:
        questions.append(dialog.type)
        if len(questions) == 1:
            dialog.dismiss()
        else:
            dialog.accept()

    anna.page.on("dialog", stay_at_first)
    anna.page.evaluate("location.href = 'about:blank'")
    anna.sees("to 102 talking")
    boris.hears()
    anna.page.evaluate("location.href = 'about:blank'")
    boris.was_told("ended 101")
    assert questions == ["beforeunload", "beforeunload"]


def test_a_restart_of_kaw_leaves_the_talk_alone(office: Office, program: Program) -> None:
    """R12.2: NiceGUI reloads pages that its server forgot; not while there is a talk, which can be ended meanwhile."""
    anna, boris = office.people("101", "102")
    in_talk(anna, boris)
    for each in (anna, boris):
        each.page.evaluate("window.old = true")
    program.stop()
    bar = anna.page.get_by_role("alertdialog")
    expect(bar).to_contain_text("Нет связи с KAW")
    expect(bar).to_contain_text("102")
    bar.get_by_role("button", name="Выключить микрофон").click()
    program.start()
    expect(bar.get_by_role("button", name="Включить микрофон")).to_be_visible()
    bar.get_by_role("button", name="Завершить").click()
    for each in (anna, boris):
        each.page.wait_for_function("!window.old")
        each.is_registered()
    in_talk(anna, boris)


def test_the_headset_is_chosen_in_the_browser(office: Office) -> None:
    """R12.2: speaker, ring device, microphone, gain, echo, noise; kept by «Save», not by «Cancel»."""
    [anna] = office.people("101")
    anna.press("settings")
    dialog = anna.page.get_by_role("dialog")
    expect(dialog).to_contain_text("Настройки добавочного номера")
    dialog.get_by_role("switch", name="Подавление шума").click()
    dialog.get_by_role("button", name="Отмена").click()
    anna.press("settings")
    expect(dialog.get_by_role("switch", name="Подавление шума")).to_be_checked()
    dialog.get_by_role("switch", name="Подавление шума").click()
    dialog.get_by_role("button", name="Сохранить").click()
    anna.choose_microphone("Fake.* 2")
    anna.page.reload()
    anna.is_registered()
    anna.press("settings")
    expect(dialog.get_by_role("switch", name="Подавление шума")).not_to_be_checked()
    expect(dialog).to_contain_text(re.compile("Fake.* 2"))
