"""How soon an operator sees that his phone rings: from the line of the PBX to the notice on his screen."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Server, sign_in
from tests.e2e.screens import Screen
from tests.e2e.test_figures import PASSWORD
from tests.ringing import OBSERVE, RingingPbx

CALLS, MORE_PAGES = 30, 6
NOTICE_MS = 100


@pytest.fixture
def pbx() -> Iterator[RingingPbx]:
    made = RingingPbx()
    yield made
    made.close()


def test_a_ringing_phone_is_seen_at_once(
    server: Server, pbx: RingingPbx, browser_of: Callable[..., Page], record_property: Callable[[str, object], None]
) -> None:
    """R12.5: AMI line to notice, with other people's pages open. The bound is four times the target, as machines are
    shared; docs/figures.md has the figure of a quiet one."""
    server.environment.update(pbx.environment)
    server.start("--demo")
    anna = browser_of()
    sign_in(anna, server, "ivanova", PASSWORD)
    expect(Screen(anna).panel.locator(".kaw-cell-title").first).to_be_visible()
    others = browser_of()
    sign_in(others, server, "kuznetsov", PASSWORD)
    for _number in range(MORE_PAGES):
        page = others.context.new_page()
        page.goto(server.url)
        expect(Screen(page).panel.locator(".kaw-cell-title").first).to_be_visible()
    anna.evaluate(OBSERVE)
    took = []
    for _number in range(CALLS):
        began = pbx.ring("201")
        anna.wait_for_function("window.noticed !== null")
        took.append(anna.evaluate("window.noticed") - began * 1000)
        pbx.give_up()
        anna.wait_for_function("window.noticed === null")
    took.sort()
    p95 = took[int(len(took) * 0.95)]
    record_property("notice_p95_ms", round(p95))
    print(f"\nAMI line to notice: median {took[len(took) // 2]:.0f} ms, p95 {p95:.0f} ms")
    assert p95 <= 4 * NOTICE_MS
