/* One call tree in every form: flame graph, table, sandwich, tree, call graph. The forms are mounted when they are first
   seen and are given the same data; what is asked of the server is asked once for all of them. */
import { copy, make, tell } from "./dom.js";
import { filterBy } from "./filters.js";
import { mountFlame } from "./flame.js";
import { mountGraph } from "./graph.js";
import { formatPath, parsePath } from "./path.js";
import { mountSandwich } from "./sandwich.js";
import { change, current } from "./state.js";
import { mountTable } from "./table.js";
import { mountTree } from "./tree.js";

export const PANES = [["both", "Both"], ["flame", "Flame"], ["table", "Table"], ["sandwich", "Sandwich"], ["tree", "Tree"], ["graph", "Graph"]];

const FORMS = ["flame", "table", "sandwich", "tree", "graph"];

/* The index of the sample type that the URL names; what the server shows when it names none, or one that is not here. */
export function typeIndex(data, state) {
    const at = data.types.findIndex(each => each.type === state.sample);
    return at >= 0 ? at : data.shown;
}

/* "total" falls, "-total" rises; without it the table decides. */
const sortOf = ({ sort }) => sort ? { sort: sort.replace(/^-/, ""), descending: !sort.startsWith("-") } : {};

export function optionsOf(data, state) {
    return { type: typeIndex(data, state), inverted: state.inverted === "1", collapsed: state.collapsed === "1", colour: data.diff ? "diff" : state.colour,
        palette: state.palette, icicle: state.shape === "icicle", diff: data.diff, ...sortOf(state) };
}

function act(node, action, stack) {
    if (action === "sandwich") change({ pane: "sandwich", function: node.name });
    else if (action === "copy-name") copy(node.name, "Name");
    else if (action === "copy-stack") copy((stack || node.path || [node.name]).join("\n"), "Stack");
    else filterBy(action, node.name);
}

export class Figure {
    /* `hover(frame)` and `found(result)` for those who follow; `only`: the form that is shown whatever the URL says. */
    constructor(element, { hover, found, only } = {}) {
        this.only = only;
        this.tellFound = found;
        this.on = {
            zoom: path => {
                this.zoomed = formatPath(path || []);
                change({ zoom: this.zoomed });
            },
            hover: node => hover?.(node),
            select: name => change({ pane: "sandwich", function: name }),
            sort: (key, descending) => change({ sort: descending ? key : "-" + key }, { replace: true }),
            menu: act
        };
        this.parts = {};
        this.places = {};
        this.element = make("div", { class: "figure" });
        for (const [name, text] of PANES.slice(1)) {
            this.places[name] = make("section", { class: `pane pane-${name}`, "aria-label": text, hidden: true });
            this.element.append(this.places[name]);
        }
        element.append(this.element);
    }

    setData(data) {
        this.data = data;
        const options = optionsOf(data, current()), kind = JSON.stringify([data.types, data.diff]);
        for (const name of FORMS) {
            if (!this.parts[name]) continue;
            if (kind === this.kind) {
                this.parts[name].setOptions(options);
                this.parts[name].setData(data);
            } else { /* other columns, other types: nothing of it can stay */
                this.parts[name].destroy();
                delete this.parts[name];
            }
        }
        this.kind = kind;
        this.element.classList.toggle("diff", data.diff);
        this.searched = this.zoomed = null;
        this.update(current());
    }

    seen(state) {
        const pane = this.only || state.pane;
        return pane === "both" ? ["table", "flame"] : [pane];
    }

    update(state) {
        if (!this.data) return;
        const options = optionsOf(this.data, state), key = JSON.stringify(options), names = this.seen(state);
        this.element.dataset.pane = this.only || state.pane;
        for (const name in this.places) this.places[name].hidden = !names.includes(name);
        for (const name of names) this.mount(name, options, state);
        if (key !== this.optionsKey) for (const name of FORMS) this.parts[name]?.setOptions(options);
        this.optionsKey = key;
        if (names.includes("sandwich")) this.showSandwich(state);
        this.follow(state, names);
    }

    mount(name, options, state) {
        const element = this.places[name], { data, on } = this;
        if (this.parts[name]) return;
        /* A click on a frame zooms; the table is what leads to callers and callees. */
        if (name === "flame") this.parts.flame = mountFlame(element, { data, options, on: { ...on, select: null } });
        if (name === "table") this.parts.table = mountTable(element, { data, options, on: { ...on, hover: frame => this.parts.flame?.highlight(frame ? frame.name : null) } });
        if (name === "graph") this.parts.graph = mountGraph(element, { data, options, on });
        if (name === "tree") this.parts.tree = mountTree(element, { data, options, on });
        if (name === "sandwich") {
            this.parts.sandwich = mountSandwich(element, { data, options, name: state.function, on });
            this.sandwiched = state.function;
        }
        this.searched = this.zoomed = null;
    }

    showSandwich(state) {
        if (this.sandwiched === state.function) return;
        this.sandwiched = state.function;
        this.parts.sandwich.setName(state.function);
    }

    /* What has matched: of the flame graph if it is there, for it knows shares. */
    async search(text, names) {
        const given = names.map(name => this.parts[name]?.search?.(text)).filter(Boolean), at = names.indexOf("flame");
        const all = await Promise.all(given);
        if (this.searched?.text !== text) return;
        this.found = text ? all[at >= 0 ? Math.min(at, all.length - 1) : 0] || null : null;
        this.tellFound?.(this.found, at >= 0);
    }

    /* Search and zoom of the URL, told to whoever is there. */
    follow(state, names) {
        const key = state.search + "\n" + names;
        if (key !== this.searched?.key) {
            this.searched = { key, text: state.search };
            this.search(state.search, names);
        }
        if (state.zoom !== this.zoomed && this.parts.flame) {
            this.zoomed = state.zoom;
            if (state.zoom) this.parts.flame.zoom(parsePath(state.zoom));
            else this.parts.flame.resetZoom();
        }
    }

    async png() {
        if (!this.parts.flame) return tell("Only the flame graph can be had as PNG: show it first");
        const url = URL.createObjectURL(await this.parts.flame.png());
        make("a", { href: url, download: "flamegraph.png" }).click();
        setTimeout(() => URL.revokeObjectURL(url), 60e3);
    }

    highlight(name) {
        this.parts.flame?.highlight(name);
    }

    testState() {
        return this.parts.flame?.testState();
    }
}
