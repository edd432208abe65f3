// The partner table's side of the browser: rows come from /data/partners in blocks, cells are built as DOM nodes.
// Nothing that a user typed is ever read as HTML.
(() => {
  const NARROW = 700; // pixels of a window that has no room for pinned columns
  const REST_MS = 500; // between two readings of what others change
  const tables = new Map(); // by the id of the table's root element

  const fold = (text) => text.toLowerCase().replaceAll("ё", "е");
  const node = (tag, name, text) => {
    const made = document.createElement(tag);
    if (name) made.className = name;
    if (text !== undefined) made.textContent = text;
    return made;
  };
  const icon = (name) => {
    const made = node("i", "q-icon material-icons-outlined", name);
    made.setAttribute("aria-hidden", "true");
    return made;
  };

  // "+79031545546" as people read it; other countries as they are.
  const phone = (number) => {
    const parts = /^\+7(\d{3})(\d{3})(\d{2})(\d{2})$/.exec(number);
    return parts ? `+7 ${parts[1]} ${parts[2]}-${parts[3]}-${parts[4]}` : number;
  };

  // The text with what was searched for marked in it.
  const marked = (text, words) => {
    const place = node("span", "kaw-clip");
    place.title = text; // a narrow column cuts it off
    const folded = fold(text);
    let at = 0;
    while (at < text.length) {
      const next = words
        .map((word) => [folded.indexOf(word, at), word.length])
        .filter(([start]) => start >= 0)
        .sort((a, b) => a[0] - b[0] || b[1] - a[1])[0];
      if (!next) break;
      place.append(text.slice(at, next[0]), node("mark", "", text.slice(next[0], next[0] + next[1])));
      at = next[0] + next[1];
    }
    place.append(text.slice(at));
    return place;
  };

  const words = (params) => params.context.words || [];
  const empty = () => node("span");

  // How many more numbers there are; a click shows them all.
  const others = (params, count) => {
    const more = node("button", "kaw-more", `+${count}`);
    more.type = "button";
    more.tabIndex = -1;
    more.title = params.context.labels.numbers;
    more.setAttribute("aria-label", `${params.context.labels.numbers}: +${count}`);
    more.addEventListener("click", () => {
      const box = more.getBoundingClientRect();
      const details = { id: params.data.id, column: params.colDef.field };
      params.context.emit("numbers", { ...details, x: Math.round(box.left), y: Math.round(box.bottom) });
    });
    more.addEventListener("dblclick", (event) => event.stopPropagation());
    return more;
  };

  const cells = {
    id: (params) => node("span", "kaw-num", params.data ? String(params.data.id) : ""),
    text: (params) => (params.value ? marked(params.value, words(params)) : empty()),
    title: (params) => {
      if (!params.data) return node("span", "kaw-cell-wait");
      const link = node("a", "kaw-cell-title");
      link.href = `/partner/${params.data.id}`;
      link.tabIndex = -1;
      link.append(marked(params.value || `№ ${params.data.id}`, words(params)));
      link.addEventListener("click", (event) => {
        if (event.ctrlKey || event.metaKey || event.button) return;
        event.preventDefault();
        params.context.emit("open", { id: params.data.id });
      });
      return link;
    },
    choice: (params) => {
      if (!params.value) return empty();
      const place = node("span", "kaw-dots");
      const colours = params.colDef.cellRendererParams.colours;
      const names = params.colDef.cellRendererParams.several ? params.value.split(", ") : [params.value];
      for (const name of names) place.append(node("span", `kaw-dot c${(colours[name] ?? 0) % 7}`), marked(name, words(params)));
      return place;
    },
    phone: (params) => {
      if (!params.value) return empty();
      const numbers = (params.data._p || {})[params.colDef.field] || [];
      const place = node("span", "kaw-phone-cell");
      place.title = params.value;
      if (!numbers.length) {
        place.append(marked(params.value, words(params)));
        return place;
      }
      const call = node("button", "kaw-call-button");
      call.type = "button";
      call.tabIndex = -1;
      call.disabled = !params.context.calls;
      call.title = params.context.calls ? params.context.labels.call : params.context.labels.noPhone;
      call.setAttribute("aria-label", `${params.context.labels.call} ${phone(numbers[0])}`);
      call.append(icon("phone"));
      call.addEventListener("click", (event) => {
        if (event.detail < 2) params.context.emit("call", { id: params.data.id, number: numbers[0] });
      });
      call.addEventListener("dblclick", (event) => event.stopPropagation()); // one call, and the card stays closed
      const shown = node("span", "kaw-clip");
      shown.append(marked(phone(numbers[0]), words(params)));
      place.append(call, shown);
      if (numbers.length > 1) place.append(others(params, numbers.length - 1));
      return place;
    },
    actions: (params) => {
      const place = node("span", "kaw-row-actions");
      if (!params.data) return place;
      const labels = params.context.labels;
      const open = node("button", "kaw-to-card", labels.open);
      open.type = "button";
      open.tabIndex = -1;
      open.addEventListener("click", () => params.context.emit("open", { id: params.data.id }));
      place.append(open);
      if (params.context.mayDelete) {
        const remove = node("button", "kaw-row-remove");
        remove.type = "button";
        remove.tabIndex = -1;
        remove.title = labels.remove;
        remove.setAttribute("aria-label", labels.remove);
        remove.append(icon("close"));
        remove.addEventListener("click", () => params.context.emit("remove", { id: params.data.id }));
        place.append(remove);
      }
      return place;
    },
  };

  // A column's head: its name sorts, its funnel filters.
  class Header {
    init(params) {
      const { context } = params;
      const name = params.column.getColId();
      const sorted = context.sort === name;
      this.gui = node("div", "kaw-col-head");
      if (!params.displayName) return;
      if (!params.column.getColDef().field) return void this.gui.append(node("span", "kaw-clip", params.displayName));
      const sort = node("button", "kaw-col-sort");
      sort.type = "button";
      sort.title = params.displayName;
      sort.append(node("span", "kaw-clip", params.displayName));
      if (sorted) sort.append(icon(context.descending ? "arrow_downward" : "arrow_upward"));
      sort.setAttribute("aria-label", `${params.displayName}: ${context.labels.sort}`);
      sort.addEventListener("click", () => context.emit("sort", { column: name }));
      this.gui.append(sort);
      if (name !== "id") {
        const funnel = node("button", "kaw-funnel" + (context.filtered.includes(name) ? " on" : ""));
        funnel.type = "button";
        funnel.title = context.labels.filter;
        funnel.setAttribute("aria-label", `${params.displayName}: ${context.labels.filter}`);
        funnel.append(icon("filter_alt"));
        funnel.addEventListener("click", () => {
          const box = funnel.getBoundingClientRect();
          context.emit("funnel", { column: name, x: Math.round(box.left), y: Math.round(box.bottom) });
        });
        this.gui.append(funnel);
      }
    }
    getGui() {
      return this.gui;
    }
    refresh() {
      return false;
    }
  }

  // What the server said no to, in the words it gave.
  class Refusal extends Error {}

  class Table {
    constructor(rootId, api, context) {
      this.rootId = rootId;
      this.api = api;
      this.context = context;
      this.aborts = new Set();
      this.again = 0; // a timer: what others changed is about to be read
      this.readAt = -REST_MS;
      this.stale = false;
      context.emit = (what, details) => emitEvent(`kaw_table_${what}`, { table: rootId, ...details });
    }

    source() {
      const table = this;
      const query = this.context.query;
      return {
        getRows(params) {
          const abort = new AbortController();
          table.aborts.add(abort);
          const address = `/data/partners?${query}${query ? "&" : ""}offset=${params.startRow}&limit=${params.endRow - params.startRow}`;
          fetch(address, { signal: abort.signal, headers: { Accept: "application/json" } })
            .then(async (answer) => {
              if (answer.status === 401) return void (location.href = "/login");
              const body = await answer.json().catch(() => ({}));
              if (!answer.ok) throw new Refusal(body.error || "");
              const last = body.rows.length < params.endRow - params.startRow ? params.startRow + body.rows.length : table.context.total;
              params.successCallback(body.rows, last ?? -1);
              table.failure("");
              table.tellRange();
            })
            .catch((error) => {
              params.failCallback(); // also when nobody waits any more: the grid counts what is under way and asks two at most
              if (error.name === "AbortError") return;
              table.failure((error instanceof Refusal && error.message) || table.context.labels.noServer);
            })
            .finally(() => table.aborts.delete(abort));
        },
      };
    }

    // Ask anew: another search, filter or order. Older requests are of no interest any more.
    ask(changes) {
      const heads = ({ sort, descending, filtered }) => JSON.stringify([sort, descending, filtered]);
      const before = heads(this.context);
      Object.assign(this.context, changes);
      this.aborts.forEach((abort) => abort.abort());
      this.aborts.clear();
      if (heads(this.context) !== before) this.api.refreshHeader(); // not under a pointer that is about to click
      this.api.setGridOption("datasource", this.source());
      this.api.ensureIndexVisible(0, "top");
    }

    setTotal(total) {
      this.context.total = total;
      if (total !== null) this.api.setRowCount(total, true);
      this.tellRange();
    }

    // There is a PBX to call by now, or no longer.
    setCalls(on) {
      this.context.calls = on;
      this.api.refreshCells({ force: true });
    }

    // Cards changed somewhere: what is shown is read again in its place, soon but not more often than people look.
    // A table that nobody sees waits until somebody does.
    changed() {
      this.stale = true;
      if (this.again || !this.inSight()) return;
      const rest = this.readAt + REST_MS - performance.now();
      this.again = setTimeout(() => this.readAgain(), Math.max(rest, 30));
    }

    readAgain() {
      this.again = 0;
      if (this.api.isDestroyed() || !this.stale || !this.inSight()) return;
      this.stale = false;
      this.readAt = performance.now();
      this.api.refreshInfiniteCache();
      this.context.emit("count", {});
    }

    // Somebody looks at the table again.
    seen() {
      if (this.stale) this.changed();
    }

    inSight() {
      const root = document.getElementById(this.rootId);
      return !document.hidden && root !== null && root.offsetParent !== null;
    }

    failure(text) {
      const place = document.getElementById(`${this.rootId}-failed`);
      if (!place) return;
      place.hidden = !text;
      place.querySelector("span").textContent = text;
    }

    tellRange() {
      const place = document.getElementById(`${this.rootId}-range`);
      if (!place) return;
      const body = document.querySelector(`#${this.rootId} .ag-body-viewport`);
      const height = this.api.getSizesForCurrentTheme().rowHeight;
      const count = this.api.getDisplayedRowCount();
      if (!body || !count || (this.context.total === 0)) return void (place.textContent = "");
      const first = Math.floor(body.scrollTop / height) + 1;
      const last = Math.min(Math.floor((body.scrollTop + body.clientHeight) / height), this.context.total ?? count);
      place.textContent = ` · ${this.context.labels.shown} ${first.toLocaleString("ru")}–${Math.max(first, last).toLocaleString("ru")}`;
    }
  }

  document.addEventListener("visibilitychange", () => {
    for (const [rootId, table] of tables) {
      if (document.getElementById(rootId)) table.seen();
      else tables.delete(rootId);
    }
  });

  window.kawPartners = {
    cells,
    Header,
    ready(params, rootId) {
      const table = new Table(rootId, params.api, params.context);
      tables.set(rootId, table);
      if (window.innerWidth < NARROW) {
        params.api.setColumnsVisible(["id"], false);
        params.api.setColumnsPinned(params.api.getAllGridColumns(), null);
      }
      params.api.setGridOption("datasource", table.source());
    },
    scrolled: (rootId) => tables.get(rootId)?.tellRange(),
    key(params) {
      if (params.event.target.closest("button")) return; // the key is the button's
      if (params.event.key === "Enter" && params.data) params.context.emit("open", { id: params.data.id });
      if (params.event.key === "Delete" && params.data && params.context.mayDelete)
        params.context.emit("remove", { id: params.data.id });
    },
    opened(params) {
      if (params.data) params.context.emit("open", { id: params.data.id });
    },
    call: (rootId, method, ...details) => tables.get(rootId)?.[method](...details),
    retry(rootId) {
      const table = tables.get(rootId);
      if (table) table.ask({});
    },
  };
})();
