/* Files that are dropped onto the page: viewed, merged or compared, in every format that the collector reads. Nothing is
   stored: they are sent with each question and forgotten with its answer. They are no part of the URL, as nobody else has
   them. */
import { Failure, send } from "./api.js";
import { button, fill, make, tell } from "./dom.js";
import { makeFilterChips } from "./filters.js";
import { explain } from "./loader.js";
import { showTree, summary } from "./look.js";
import { optionsOf, urlOf } from "./question.js";
import { change, current } from "./state.js";
import { Tools } from "./tools.js";
import { formatBytes } from "./units.js";

const NODES_MAX = 1000000;
const PICKED = ".pb,.gz,.prof,.pprof,.heap,.txt,.folded,.perf,application/gzip,text/plain";

/* A form: several files of a side are merged. */
function formOf(files, bases) {
    const form = new FormData();
    for (const file of files) form.append("profile", file, file.name);
    for (const file of bases) form.append("base", file, file.name);
    return form;
}

const bytesOf = files => files.reduce((sum, file) => sum + file.size, 0);
const namesOf = files => files.length === 1 ? files[0].name : `${files.length} files`;

export class Adhoc {
    constructor(element) {
        this.files = [];
        this.bases = [];
        this.picker = this.makePicker("Profiles", null);
        this.basePicker = this.makePicker("Profiles to compare with", "base");
        this.drop = make("div", { class: "drop" });
        this.normal = make("input", { type: "checkbox", onchange: () => change({ normalize: this.normal.checked ? "1" : "" }) });
        make("label", { class: "tick", title: "Scales the profile to the base's total" }, this.normal, "Normalise");
        this.notes = make("div");
        this.words = make("span", { class: "quiet summary" });
        this.chips = makeFilterChips();
        this.place = make("div", { class: "place" });
        this.element = make("section", { class: "look", "aria-label": "Ad hoc" }, this.picker, this.basePicker, this.drop);
        this.tools = new Tools(this.element);
        this.rest = [this.tools.element, this.chips.element, this.notes, make("div", { class: "bar thin" }, this.words), this.place];
        this.element.append(...this.rest);
        element.append(this.element);
        this.listen();
        this.describe();
    }

    makePicker(name, side) {
        const picker = make("input", { type: "file", class: "heard", multiple: true, accept: PICKED, "aria-label": name, tabindex: -1, onchange: () => {
            this.take(picker.files, side);
            picker.value = "";
        } });
        return picker;
    }

    listen() {
        const { element } = this;
        for (const name of ["dragenter", "dragover"]) element.addEventListener(name, event => {
            event.preventDefault();
            this.drop.classList.add("over");
        });
        element.addEventListener("dragleave", () => this.drop.classList.remove("over"));
        element.addEventListener("drop", event => {
            event.preventDefault();
            this.drop.classList.remove("over");
            this.take(event.dataTransfer.files, event.target.closest("[data-side]")?.dataset.side);
        });
    }

    /* Two that come together are compared, the older one as the base; more are merged. */
    take(list, side) {
        const files = [...list].sort((a, b) => a.lastModified - b.lastModified);
        if (files.length === 0) return;
        if (side === "base") this.put(this.files, files);
        else if (files.length === 2 && side !== "file") this.put([files[1]], [files[0]]);
        else this.put(files, this.bases);
    }

    describe() {
        const { files, bases } = this, side = list => make("span", {}, make("b", {}, namesOf(list)), make("span", { class: "quiet" }, ` ${formatBytes(bytesOf(list))}`));
        this.drop.classList.toggle("small", files.length > 0);
        for (const each of this.rest) each.hidden = files.length === 0;
        if (files.length === 0) {
            fill(this.drop, make("h2", {}, "Drop a profile here, two to compare them, or more to merge them"),
                make("p", {}, "pprof, perf script, folded stacks, gperftools, jemalloc and Go's text profiles. Nothing is stored."),
                button("Choose files\u2026", { class: "main", onclick: () => this.picker.click() }));
            return;
        }
        const act = (text, run) => button(text, { class: "small", onclick: run });
        fill(this.drop, make("span", { "data-side": "file" }, side(files)), bases.length > 0 ? make("span", { "data-side": "base" }, "compared with ", side(bases)) : null,
            act("Other files\u2026", () => this.picker.click()), act(bases.length > 0 ? "Other base\u2026" : "Compare with\u2026", () => this.basePicker.click()),
            ...(bases.length > 0 ? [act("Swap", () => this.put(bases, files)), act("Merge instead", () => this.put([...bases, ...files], [])), this.normal.parentElement] : []),
            button("Clear", { class: "small plain", onclick: () => this.put([], []) }));
    }

    put(files, bases) {
        Object.assign(this, { files, bases, key: null });
        if (files.length === 0) this.data = null;
        this.describe();
        this.update(current());
        if (files.length === 0) this.drop.querySelector("button").focus();
    }

    update(state) {
        if (this.files.length === 0) return;
        this.normal.checked = state.normalize === "1";
        this.chips.update(state);
        this.tools.update(state, this.data);
        if (this.data) {
            this.figure.update(state);
            this.tell(state);
        }
        const options = { format: "flamegraph", ...optionsOf(state), normalize: this.bases.length > 0 ? state.normalize : "", max_nodes: NODES_MAX }, key = JSON.stringify(options);
        if (key !== this.key) this.ask(options, key);
    }

    async ask(options, key) {
        this.key = key;
        this.controller?.abort();
        const controller = this.controller = new AbortController();
        fill(this.notes, make("p", { class: "notice", role: "status" }, "Reading\u2026 ", button("Cancel", { class: "small", onclick: () => { controller.abort(); fill(this.notes); } })));
        try {
            const { text, facts } = await send(urlOf("api/0/view", options), { method: "POST", body: formOf(this.files, this.bases), signal: controller.signal });
            if (this.key !== key) return;
            showTree(this, { body: JSON.parse(text), facts }, this.place);
        } catch (error) {
            if (controller.signal.aborted) return;
            this.fail(error, () => this.ask(options, key));
        }
    }

    fail(error, retry) {
        const [title, text] = error instanceof Failure && error.status === 400 ? ["This cannot be read", error.message] : explain(error);
        fill(this.notes, make("p", { class: "notice danger", role: "alert" }, make("b", {}, title), ` ${text} `, button("Try again", { class: "small", onclick: retry })));
        tell(`${title}: ${text}`, { seen: false });
    }

    tell(state) {
        this.words.textContent = summary(this.data, this.facts, state);
    }

    focusSearch() { this.tools.focusSearch(); }
    testState() { return this.figure?.testState(); }
}
