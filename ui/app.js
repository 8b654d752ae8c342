/* The page: starts, knows which view is shown, and tells it what the URL says. */
import { Adhoc } from "./adhoc.js";
import { forget } from "./api.js";
import { Compare } from "./compare.js";
import { previousPeriod } from "./compare_menu.js";
import { copy, fill, make, tell } from "./dom.js";
import { emptyStore } from "./empty.js";
import { Explore } from "./explore.js";
import { overview, services, types } from "./find.js";
import { Head, VIEWS } from "./head.js";
import { addKeys, showKeys } from "./keyboard.js";
import { explain } from "./loader.js";
import { Look } from "./look.js";
import { makeProfileList } from "./profiles.js";
import { rangeOf, refresh, sourceOf } from "./question.js";
import { change, current, onChange, wholeLink } from "./state.js";
import { Status } from "./status.js";
import { mountTimeline } from "./timeline.js";
import { PANES } from "./figure.js";

const LONG_MS = 30 * 86400e3;

const makers = {
    flame: place => new Look(place), compare: place => new Compare(place), explore: place => new Explore(place), adhoc: place => new Adhoc(place), status: place => new Status(place),
    profiles: place => {
        const list = makeProfileList(place, {});
        return { update: state => list.show({ ...sourceOf(state), ids: "" }, state) };
    }
};
const views = {}, places = {};
const main = document.getElementById("main");
let head = null, timeline = null, starting = false;

function again() {
    refresh();
    forget();
    show(current());
    tell("Asked again");
}

/* --- where to begin -------------------------------------------------------------------------------------------- */

/* The types that one wants to see first. */
const WANTED = ["cpu", "heap", "allocs", "goroutine", "mutex", "block"];

function firstType(list) {
    return WANTED.find(name => list.some(each => each.name === name)) || list.find(each => each.name !== "trace")?.name || list[0]?.name || "";
}

/* The busiest service of the range, or of a longer time if there was none; null: the store is empty. */
async function busiest(state) {
    const range = rangeOf(state) || rangeOf({ from: "-1h", to: "" });
    for (const each of [range, { ...range, from: range.to - LONG_MS }]) {
        const [first] = await overview(each);
        if (first) return first;
    }
    const [service] = await services();
    return service ? { service: service.name } : null;
}

/* Puts a service and a type into the URL where there is none; false: the store is empty. */
async function complete(state) {
    const found = state.service ? { service: state.service } : await busiest(state);
    if (!found) return false;
    const list = found.types?.map(each => ({ name: each.type })) || await types(found.service);
    change({ service: found.service, type: state.service && state.type ? state.type : firstType(list) }, { replace: true });
    return true;
}

function showAlone(...children) {
    for (const name in places) places[name].hidden = true;
    if (timeline) timeline.element.hidden = true;
    main.querySelector(".alone")?.remove();
    main.append(make("div", { class: "alone" }, ...children));
}

async function begin(state) {
    if (starting) return;
    starting = true;
    try {
        if (!await complete(state)) showAlone(emptyStore(() => show(current())));
        else if (!current().type) showAlone(make("div", { class: "state" }, make("h2", {}, "Nothing found"), make("p", {}, `There are no profiles of \u201c${current().service}\u201d.`),
            make("a", { class: "button", href: "?" }, "To the busiest service")));
    } catch (error) {
        const [title, text] = explain(error);
        showAlone(make("div", { class: "state failed", role: "alert" }, make("h2", {}, title), make("p", { class: "text" }, text),
            make("button", { class: "button main", type: "button", onclick: () => show(current()) }, "Try again")));
    } finally {
        starting = false;
    }
}

/* --- what is shown --------------------------------------------------------------------------------------------- */

function titleOf(state) {
    const view = VIEWS.find(([name]) => name === state.view)[1];
    return state.view === "adhoc" || state.view === "status" ? `${view} \u00b7 brazier` : `${state.service} ${state.type} \u00b7 ${view} \u00b7 brazier`;
}

function show(state) {
    const selecting = !["adhoc", "status"].includes(state.view);
    head.update(state);
    if (selecting && (!state.service || !state.type)) return void begin(state);
    main.querySelector(".alone")?.remove();
    document.title = titleOf(state);
    const hasTimeline = selecting && state.view !== "compare";
    if (hasTimeline && !timeline) {
        timeline = mountTimeline(main);
        main.prepend(timeline.element);
    }
    if (timeline) timeline.element.hidden = !hasTimeline;
    if (selecting && !rangeOf(state)) return showAlone(make("div", { class: "state failed", role: "alert" }, make("h2", {}, "This is no range of time"), make("p", {}, `from ${state.from} to ${state.to || "now"}`),
        make("button", { class: "button main", type: "button", onclick: () => change({ from: "-1h", to: "" }) }, "The last hour")));
    for (const name in places) {
        if (name !== state.view && !places[name].hidden) views[name].leave?.();
        places[name].hidden = name !== state.view;
    }
    if (!views[state.view]) {
        places[state.view] = make("div", { class: "view" });
        main.append(places[state.view]);
        views[state.view] = makers[state.view](places[state.view]);
    }
    if (hasTimeline) timeline.update(state);
    views[state.view].update(state);
}

/* --- keys ------------------------------------------------------------------------------------------------------ */

const view = () => views[current().view];
const ifSelecting = run => () => { if (!head.fields.hidden) run(); };
const flip = (key, on, off = "") => () => change({ [key]: current()[key] === on ? off : on });

function zoomBack() {
    const { zoom, search, at } = current();
    if (zoom) change({ zoom: "" });
    else if (search) change({ search: "" }, { replace: true });
    else if (at) change({ at: "" });
}

function setKeys() {
    addKeys("Find", [
        { key: "s", text: "Service", run: ifSelecting(() => head.service.element.focus()) }, { key: "p", text: "Profile type", run: ifSelecting(() => head.type.element.focus()) },
        { key: "l", text: "Add a label", run: ifSelecting(() => head.labels.focus()) }, { key: "t", text: "Range of time", run: ifSelecting(() => head.range.act.open()) },
        { key: "[", text: "One length back", run: ifSelecting(() => head.range.act.back()) }, { key: "]", text: "One length on", run: ifSelecting(() => head.range.act.forward()) },
        { key: "-", text: "Zoom out: twice as long", run: ifSelecting(() => head.range.act.wider()) }, { key: "r", text: "Ask again", run: again },
        { key: "m", text: "To the timeline", run: ifSelecting(() => timeline?.focus()) }]);
    addKeys("Views", [...VIEWS.map(([name, text], i) => ({ key: String(i + 1), text, run: () => change({ view: name }) })),
        { key: "c", text: "Compare with the previous period", run: ifSelecting(previousPeriod) }, { key: "y", text: "Copy the link to this view", run: () => copy(wholeLink(), "Link") }, { key: "?", text: "This list", run: showKeys }]);
    addKeys("Flame graph and table", [
        { key: "/", text: "Search", run: () => view()?.focusSearch?.() }, { key: "Escape", text: "Out: zoom, search, list of profiles", run: zoomBack },
        ...PANES.map(([name, text], i) => ({ key: "!@#$%^"[i], text: `${text} (Shift ${i + 1})`, run: () => change({ pane: name }) })),
        { key: "i", text: "Bottom-up and back", run: flip("inverted", "1") }, { key: "o", text: "Collapse recursion and back", run: flip("collapsed", "1") },
        { key: "f", text: "Icicle and flame", run: flip("shape", "flame", "icicle") },
        { key: "Arrows", text: "From frame to frame" }, { key: "Enter", text: "Zoom into the frame" }, { key: "Menu or Shift F10", text: "Menu of the frame" }]);
    addKeys("Timeline", [{ key: "Left Right", text: "From step to step" }, { key: "Shift Left Right", text: "Choose a range" }, { key: "Enter", text: "List the profiles of the step, or take the range" }]);
}

function start() {
    fill(main);
    head = new Head(document.getElementById("head"), document.getElementById("tabs"), { again });
    setKeys();
    onChange((now, before) => {
        show(now);
        if (now.view !== before.view) tell(document.title, { seen: false });
    });
    show(current());
}

/* What tests look at: numbers of what is drawn. */
window.brazierTest = { view: () => view()?.testState?.(), timeline: () => timeline?.testState() };

start();
