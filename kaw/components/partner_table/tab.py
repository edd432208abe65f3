"""The tab «Партнеры»: search, filters as chips, the grid, and a line that says how many there are."""

import asyncio
import json
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from nicegui import background_tasks, ui
from nicegui.events import GenericEventArguments

from kaw import db, live
from kaw.components import buttons, chips, dialogs, icons, inputs, layout, states
from kaw.components.call_button import call_partner, follow_telephony, may_call
from kaw.components.errors import shown
from kaw.components.partner_table import columns, words
from kaw.components.partner_table.funnel import Funnel
from kaw.components.partner_table.numbers import show_numbers
from kaw.components.tabs import TabContext, here
from kaw.components.toasts import toast
from kaw.errors import InvalidValue, KawError
from kaw.i18n import _
from kaw.models import Right
from kaw.services import access, card_schema, partner_table, partners
from kaw.services.access import Rights
from kaw.services.card_schema import CardField, CardSchema
from kaw.services.partner_table import ColumnFilter, Count, TableQuery
from kaw.services.table_query import LONGEST_SEARCH

EXACT_AFTER = 0.4  # seconds; who types on does not need the exact number of a word half typed


async def build(tab: TabContext) -> None:
    """Called when the tab is first shown."""
    await PartnerTable(tab, here()).build()


class PartnerTable:
    """One user's view of the table. The query lives here; the rows go straight from /data/partners to the grid."""

    def __init__(self, tab: TabContext, place: ui.element) -> None:
        self._tab, self._place = tab, place
        try:
            self._query = TableQuery.from_params(tab.query)
        except InvalidValue:
            self._query = TableQuery()
        self._wanted = self._query  # what was asked for last; ``_query`` once it is known to make sense
        self._counting: asyncio.Task[None] | None = None

    async def build(self) -> None:
        """Draw it and follow what happens."""
        await self._read()
        self._draw()
        tab = self._tab
        tab.on(live.PartnersChanged, self._partners_changed)
        tab.on(live.FieldsChanged, self._built_anew)
        tab.on(live.RightsChanged, self._rights_changed)
        tab.on_show = self._seen
        follow_telephony(tab, lambda on: self._call("setCalls", on))
        for name, handler in (
            ("open", self._open),
            ("remove", self._remove),
            ("sort", self._sort),
            ("funnel", self._funnel),
            ("count", self._count_again),
            ("call", self._call_number),
            ("numbers", self._show_numbers),
        ):
            ui.on(f"kaw_table_{name}", handler)

    async def _read(self) -> None:
        self._rights, self._schema = await db.in_thread(_what_he_sees, self._tab.actor)
        self._fields = self._schema.columns(self._rights)
        known = {field.unique_name for field in self._fields}
        filters = {name: column for name, column in self._query.filters.items() if name in known}
        sort = self._query.sort if self._query.sort in known else "id"
        self._query = self._wanted = replace(self._query, filters=filters, sort=sort)

    def _draw(self) -> None:
        self._place.clear()
        with self._place, ui.element("div").classes("kaw-partners") as root:
            self._root_id = root.html_id
            if not self._schema.visible(self._rights):
                self._nothing_to_see()
                return
            self._toolbar()
            with ui.element("div").classes("kaw-partners-grid"):
                self._grid = ui.aggrid(self._options(), theme="quartz").classes("kaw-grid")
                self._empty = ui.element("div").classes("kaw-partners-empty")
                self._empty.set_visibility(False)
                self._failure()
            self._footer()
        self._count_anew()

    def _toolbar(self) -> None:
        with layout.bar():
            hint = _("Type a word to find a partner")
            self._search = inputs.search_box(hint, self._searched, value=self._query.search)
            self._search.props["maxlength"] = LONGEST_SEARCH
            self._chips = ui.element("div").classes("kaw-chips")
            self._reset = buttons.quiet(_("Reset"), self._reset_all)
            layout.space()
            if self._rights.has(Right.CONTACTS):
                buttons.primary(_("New partner"), lambda: self._tab.open("new_partner"), icon=icons.ADD)
        self._draw_chips()

    def _draw_chips(self) -> None:
        self._chips.clear()
        with self._chips:
            for name, column in self._query.filters.items():
                field = self._schema.by_name[name]
                chips.chip(words.chip(field, column), on_remove=self._remover(name))
        self._reset.set_visibility(bool(self._query.filters or self._query.search))

    def _footer(self) -> None:
        with ui.element("div").classes("kaw-partners-foot"):
            self._total = ui.label("…")
            inputs.TextElement("span", "").props(f"id={self._root_id}-range")
            self._hidden = ui.label("")
            self._show_hidden = inputs.TextElement("button", _("show")).classes("kaw-foot-link")
            self._show_hidden.on("click", self._show_hidden_ones)
            self._show_hidden.set_visibility(False)

    def _failure(self) -> None:
        with ui.element("div").classes("kaw-partners-failed").props(f"id={self._root_id}-failed hidden role=alert"):
            ui.icon(icons.ERROR)
            inputs.TextElement("span", "")
            again = inputs.TextElement("button", _("Try again")).classes("kaw-foot-link")
            again.on("click", js_handler=f'() => kawPartners.retry("{self._root_id}")')

    def _nothing_to_see(self) -> None:
        if self._rights.is_admin:
            text = _("The card has no fields yet. Create the first one: what do you want to know of a partner?")
            action = (_("Create a field"), lambda: self._tab.open("field"))
            states.empty_state(_("Here will be your partners"), text, icon=icons.PARTNERS, action=action)
            return
        text = _("No field of the card is open to you. Ask your administrator to add you to a group.")
        states.empty_state(_("Nothing is open to you here yet"), text, icon=icons.NO_ACCESS)

    def _options(self) -> dict[str, Any]:
        title = self._schema.title_field(self._rights)
        may_delete = self._rights.has(Right.CONTACTS)
        return {
            "columnDefs": columns.definitions(self._schema, self._fields, title, may_delete=may_delete),
            **columns.behaviour(self._root_id),
            "context": {
                **self._grid_context(),
                "mayDelete": may_delete,
                "calls": may_call(),
                "labels": columns.labels(),
                "total": None,
            },
        }

    def _grid_context(self) -> dict[str, Any]:
        return {
            "query": urlencode(self._query.to_params()),
            "words": [word.casefold().replace("ё", "е") for word in self._query.search.split()],
            "sort": self._query.sort,
            "descending": self._query.descending,
            "filtered": list(self._query.filters),
        }

    async def _change(self, query: TableQuery) -> None:
        """Ask the table something else; a query that makes no sense is refused before anything changes."""
        self._wanted = query
        try:
            await db.in_thread(partner_table.check, self._tab.actor, query)
        except KawError:
            if self._wanted is query:
                self._wanted = self._query
            raise
        if self._wanted is not query:
            return  # he wants something else by now
        self._query = query
        self._draw_chips()
        self._tab.set_query(query.to_params())
        self._call("ask", {**self._grid_context(), "total": None})
        self._count_anew()

    async def _searched(self, text: str) -> None:
        search = text.strip()[:LONGEST_SEARCH]
        if search != self._wanted.search:
            with shown():
                await self._change(replace(self._wanted, search=search))

    async def _reset_all(self) -> None:
        self._search.set_value("")
        await self._change(replace(self._wanted, search="", filters={}))

    def _remover(self, name: str) -> Any:
        async def remove() -> None:
            with shown():
                await self._change(self._without(name))

        return remove

    def _without(self, name: str) -> TableQuery:
        filters = {key: column for key, column in self._wanted.filters.items() if key != name}
        return replace(self._wanted, filters=filters)

    async def _sort(self, event: GenericEventArguments) -> None:
        name = str(event.args.get("column", ""))
        if event.args.get("table") != self._root_id:
            return
        descending = self._wanted.sort == name and not self._wanted.descending
        with shown():
            await self._change(replace(self._wanted, sort=name, descending=descending))

    async def _funnel(self, event: GenericEventArguments) -> None:
        field = self._schema.by_name.get(str(event.args.get("column", "")))
        if event.args.get("table") != self._root_id or field not in self._fields or field is None:
            return

        async def apply(column: ColumnFilter) -> None:
            query = self._without(field.unique_name)
            if column.is_set:
                query = replace(query, filters={**query.filters, field.unique_name: column})
            await self._change(query)

        with self._place.client.layout:
            await Funnel(self._tab.actor, field, self._query, apply).open(int(event.args["x"]), int(event.args["y"]))

    async def _show_hidden_ones(self) -> None:
        """Choosing every value of a field switches off what it hides by default."""
        filters = dict(self._wanted.filters)
        for field in self._hiding_fields():
            filters[field.unique_name] = ColumnFilter(values=(None, *(item.id for item in field.choices)))
        with shown():
            await self._change(replace(self._wanted, filters=filters))

    def _hiding_fields(self) -> list[CardField]:
        return [
            field
            for field in self._fields
            if self._schema.hiding_choices(field) and field.unique_name not in self._query.filters
        ]

    def _open(self, event: GenericEventArguments) -> None:
        if event.args.get("table") == self._root_id:
            self._tab.open("partner", str(int(event.args["id"])))

    async def _call_number(self, event: GenericEventArguments) -> None:
        if event.args.get("table") == self._root_id:
            with self._place, shown():
                await call_partner(self._tab.actor, int(event.args["id"]), str(event.args["number"]))

    async def _show_numbers(self, event: GenericEventArguments) -> None:
        sent = event.args
        if sent.get("table") == self._root_id:
            with self._place.client.layout, shown():
                place = int(sent["x"]), int(sent["y"])
                await show_numbers(self._tab.actor, int(sent["id"]), str(sent["column"]), *place)

    async def _remove(self, event: GenericEventArguments) -> None:
        if event.args.get("table") != self._root_id:
            return
        partner_id, actor = int(event.args["id"]), self._tab.actor
        with self._place, shown():
            title = (await db.in_thread(partners.titles, actor, [partner_id])).get(partner_id, f"№ {partner_id}")
            text = _("The card goes to the bin and can be restored for 30 days.")
            question = _("Delete “{title}”?").format(title=title)
            if not await dialogs.confirm(question, text, action=_("Delete"), dangerous=True):
                return
            await db.in_thread(partners.delete, actor, [partner_id])
            done = _("“{title}” is in the bin.").format(title=title)
            toast(done, undo=lambda: db.in_thread(partners.restore, actor, partner_id))

    def _partners_changed(self, _event: live.PartnersChanged) -> None:
        """The browser reads again when somebody looks at the table, and asks for the count then."""
        self._call("changed")

    def _seen(self) -> None:
        self._call("seen")

    def _count_again(self, event: GenericEventArguments) -> None:
        if event.args.get("table") == self._root_id:
            self._count_anew()

    async def _rights_changed(self, event: live.RightsChanged) -> None:
        if not event.user_ids or self._tab.actor.user_id in event.user_ids:
            await self._built_anew()

    async def _built_anew(self) -> None:
        before = (self._rights, self._schema)
        await self._read()
        if (self._rights, self._schema) != before:
            self._draw()

    def _count_anew(self) -> None:
        if self._counting is not None:
            self._counting.cancel()
        self._counting = background_tasks.create(self._count(), context=self._place)

    async def _count(self) -> None:
        """How many: bounded at once, exactly a little later; not more often than a person reads."""
        actor, query = self._tab.actor, self._query
        with shown():
            count = await db.in_thread(partner_table.count, actor, query)
            self._show_count(count)
            hidden = await db.in_thread(partner_table.hidden_by_default, actor, query)
            self._show_hidden_count(hidden)
            if not count.exact:
                await asyncio.sleep(EXACT_AFTER)
                self._show_count(await db.in_thread(partner_table.count, actor, query, True))

    def _show_count(self, count: Count) -> None:
        self._total.set_text(words.counted(count))
        self._call("setTotal", count.number if count.exact else None)
        self._empty.set_visibility(count.exact and count.number == 0)
        if count.exact and count.number == 0:
            self._draw_empty()

    def _show_hidden_count(self, number: int) -> None:
        hiding = self._hiding_fields()
        self._hidden.set_visibility(bool(number and hiding))
        self._show_hidden.set_visibility(bool(number and hiding))
        names = [item.name for field in hiding for item in field.choices if item.hidden_by_default]
        self._hidden.set_text(f"\u00a0· {words.hidden(number, names)}")

    def _draw_empty(self) -> None:
        self._empty.clear()
        with self._empty:
            if self._query.filters or self._query.search:
                action = (_("Reset the filters"), self._reset_all)
                text = _("No partner fits the search and the filters.")
                states.empty_state(_("Nothing found"), text, icon=icons.NOT_FOUND, action=action, main=False)
            elif self._rights.is_admin:
                action = (_("Load a base"), lambda: self._tab.open("imports"))
                text = _("Load them from a file (xls, xlsx, csv), or create the first one by hand.")
                states.empty_state(_("There are no partners yet"), text, icon=icons.PARTNERS, action=action)
            else:
                text = _("Create the first one with the button above.")
                if not self._rights.has(Right.CONTACTS):
                    text = _("They will be here as soon as somebody adds them.")
                states.empty_state(_("There are no partners yet"), text, icon=icons.PARTNERS)

    def _call(self, method: str, *arguments: Any) -> None:
        details = "".join(f", {_json(argument)}" for argument in arguments)
        with self._place:
            ui.run_javascript(f'kawPartners.call("{self._root_id}", "{method}"{details})')


def _what_he_sees(actor: access.Actor) -> tuple[Rights, CardSchema]:
    return access.rights(actor), card_schema.schema()


def _json(value: Any) -> str:
    """For a script: no character of it can end the script or the string."""
    return json.dumps(value).replace("<", "\\u003c")
