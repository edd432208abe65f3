"""KAW as NiceGUI's simulated user meets it: all pages, with two small tabs in place of the real contents."""

from nicegui import ui

from kaw import startup
from tests.pages import tabs_under_test

startup.register()
tabs_under_test.register()
ui.run(storage_secret="simulated")
