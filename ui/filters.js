/* The options that leave something out, as chips: pprof's names, pprof's meaning. Patterns are RE2's and are checked by the
   server, which says what is wrong with them. */
import { arrow, button, fill, make } from "./dom.js";
import { labelNames } from "./find.js";
import { closePopup, menuButton, openPopup } from "./popup.js";
import { sourceOf } from "./question.js";
import { change, current } from "./state.js";

export const FILTERS = [
    { name: "focus", text: "focus", says: "only stacks with a frame that matches" },
    { name: "ignore", text: "ignore", says: "no stacks with a frame that matches" },
    { name: "hide", text: "hide", says: "leave frames out that match; values stay" },
    { name: "show", text: "show", says: "only frames that match" },
    { name: "show_from", text: "show from", says: "begin stacks at the topmost frame that matches" },
    { name: "tagfocus", text: "tag focus", says: "only samples whose labels match: REGEX, KEY=REGEX, 4kb:64kb" },
    { name: "tagignore", text: "tag ignore", says: "no samples whose labels match" },
    { name: "group_by", text: "group by", says: "put a label's values of samples at the root; its name" }
];

const escape = text => text.replace(/[\\.+*?()|[\]{}^$]/g, "\\$&");

/* A function's name out of what stands on a frame: lines and addresses stand around it. */
function nameIn(text, granularity) {
    if (granularity === "addresses") text = text.replace(/^[0-9a-f]{8,} /, "");
    return granularity === "functions" || granularity === "files" ? text : text.replace(/ \S+$/, "");
}

/* What the menu of a frame asks for: 'hide' and the like of its name. Several names to hide, ignore or show are
   alternatives; a new focus takes the place of the old. */
export function filterBy(action, name) {
    const state = current(), pattern = `^${escape(nameIn(name, state.granularity))}$`, old = state[action];
    const joins = action === "hide" || action === "ignore" || action === "show";
    change({ [action]: joins && old ? `${old}|${pattern}` : pattern });
}

function openEditor(anchor, filter) {
    const input = make("input", { class: "field", type: "text", value: current()[filter.name], spellcheck: "false", autocomplete: "off", "aria-label": filter.text });
    const form = make("form", { "aria-label": filter.text }, make("b", {}, filter.text), make("p", { class: "quiet" }, filter.says), input,
        make("div", { class: "row" }, make("button", { class: "button main", type: "submit" }, "Apply"),
            current()[filter.name] ? button("Remove", { onclick: () => { closePopup(); change({ [filter.name]: "" }); } }) : null));
    form.addEventListener("submit", event => {
        event.preventDefault();
        closePopup();
        change({ [filter.name]: input.value.trim() });
    });
    openPopup(anchor, form, { focus: input });
    input.select();
    if (filter.name === "group_by") suggest(form, input);
}

/* Labels of samples are not in the index, but often the names are those of profiles. */
async function suggest(form, input) {
    try {
        const names = await labelNames(sourceOf(current()));
        const list = make("datalist", { id: "group-names" }, names.map(({ name }) => make("option", { value: name })));
        input.setAttribute("list", list.id);
        form.append(list);
    } catch { /* then nothing is suggested */ }
}

export const makeFilterMenu = () => {
    const opener = menuButton(["Filter", arrow()], "Filter", () => FILTERS.map(filter => ({ text: filter.text, more: filter.says, run: () => openEditor(opener, filter) })));
    return opener;
};

export function makeFilterChips() {
    const element = make("div", { class: "bar chips", role: "group", "aria-label": "Filters" });
    let drawn = null;
    return {
        element,
        update(state) {
            const set = FILTERS.filter(filter => state[filter.name]), key = JSON.stringify(set.map(filter => [filter.name, state[filter.name]]));
            element.hidden = set.length === 0;
            if (key === drawn) return;
            drawn = key;
            fill(element, set.map(filter => {
                const value = state[filter.name];
                const edit = make("button", { type: "button", title: `${filter.text}: ${value}`, "aria-label": `Change ${filter.text}: ${value}` }, make("b", {}, filter.text), " ", value);
                edit.addEventListener("click", () => openEditor(edit, filter));
                return make("span", { class: "chip" }, edit,
                    make("button", { type: "button", "aria-label": `Remove ${filter.text}: ${value}`, onclick: () => change({ [filter.name]: "" }) }, "\u2715"));
            }), set.length > 1 ? button("Remove all", { class: "plain small", onclick: () => change(Object.fromEntries(set.map(filter => [filter.name, ""]))) }) : null);
        }
    };
}
