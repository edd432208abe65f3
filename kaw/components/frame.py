"""The frame around the work: tab bar with menu and telephony button, work area, call panel (R6.1)."""

from collections.abc import Callable

from nicegui import background_tasks, ui

from kaw import db
from kaw.components import errors
from kaw.components.call_panel import CallPanel
from kaw.components.menu import Menu
from kaw.components.phone_desk import PhoneDesk
from kaw.components.tab_bar import TabBar
from kaw.components.telephony_block import TelephonyBlock
from kaw.services import sessions
from kaw.services.access import Actor, Rights


class Frame:
    """The five zones, always in place. It costs 78 px of height."""

    def __init__(self, rights: Rights, actor: Actor, on_open: Callable[..., None]) -> None:
        client = ui.context.client
        client.content.classes("kaw-frame")
        with ui.element("header").classes("kaw-tabbar") as head:
            self.menu = Menu(rights, on_open)
        self.desk = PhoneDesk(actor, on_open)
        self.work = ui.element("main").classes("kaw-work")
        self.telephony = TelephonyBlock(self.desk, head, self.work, for_administrator=rights.is_admin)
        with head:
            self.tab_bar = TabBar()

        async def sign_out() -> None:
            await self.desk.leave_queues()
            await db.in_thread(sessions.sign_out, actor)
            client.open(errors.SIGN_IN_ADDRESS)

        self.call_panel = CallPanel(self.desk, rights.full_name, sign_out)
        background_tasks.create(self.desk.start(), name="telephony of a page", context=self.work)

    def show_rights(self, rights: Rights) -> None:
        """The user got other rights or another name."""
        self.menu.show(rights)
        self.call_panel.set_name(rights.full_name)

    def mark(self, kind: str) -> None:
        """Tell the menu which tab is shown."""
        self.menu.mark(kind)
