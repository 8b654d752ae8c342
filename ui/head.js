/* The top of the page: what is looked at, the views, and how the page itself looks. */
import { arrow, button, fill, icon, make } from "./dom.js";
import { makeLabelsField, makeServiceField, makeTypeField } from "./find.js";
import { showKeys } from "./keyboard.js";
import { logout, whoami } from "./login.js";
import { menuButton } from "./popup.js";
import { rangeOf, sourceOf } from "./question.js";
import { makeRangeField } from "./range.js";
import { change, linkAnew, linkTo } from "./state.js";

export const VIEWS = [["flame", "Flame graph"], ["compare", "Compare"], ["explore", "Explore labels"], ["profiles", "Profiles"], ["adhoc", "Ad hoc"], ["status", "Status"]];
const OF_SELECTION = ["flame", "compare", "explore", "profiles"];

const FLAME = "M8 1.5c.6 2.4 3.6 3.6 3.6 7a3.6 3.6 0 0 1-7.2 0c0-1.6 1-2.2 1.6-3.8.4 1 1 1 1.4 1 .6-1.4.2-2.6.6-4.2zM2.5 9.5l1.5 5h8l1.5-5";

const themeItems = () => [["system", "As the system"], ["light", "Light"], ["dark", "Dark"]].map(([value, text]) => ({ text, checked: window.brazierTheme.chosen() === value, run: () => window.brazierTheme.choose(value) }));

export class Head {
    constructor(head, tabs, { again }) {
        this.tabs = tabs;
        this.service = makeServiceField("service", "Service", state => state.service);
        this.type = makeTypeField();
        this.labels = makeLabelsField("Labels", sourceOf, labels => change({ labels }));
        this.range = makeRangeField({ range: rangeOf, set: (from, to) => change({ from, to }), again });
        this.fields = make("div", { class: "row fields", role: "group", "aria-label": "What is looked at" }, this.service.element, this.type.element, this.labels.element, make("span", { class: "spread" }), this.range.element);
        this.user = make("span", { class: "row" });
        this.brand = make("a", { class: "brand", href: "?" }, icon(FLAME, 20), "brazier");
        this.title = make("h1", { class: "heard" });
        fill(head, this.brand, this.title, this.fields, this.user);
        this.links = VIEWS.map(([view, text]) => make("a", { "data-view": view }, text));
        const tools = make("span", { class: "row tab-tools" }, menuButton(["Theme", arrow()], "Light or dark", themeItems, { class: "plain small" }),
            button("?", { class: "plain small", "aria-label": "Keyboard", title: "Keyboard  ?", onclick: showKeys }));
        fill(tabs, this.links, make("span", { class: "spread" }), tools);
        this.tellUser();
        document.addEventListener("brazier-session", () => this.tellUser());
    }

    async tellUser() {
        const who = await whoami();
        fill(this.user, who?.expires_at ? button(`Sign out ${who.name || ""}`, { class: "plain small", onclick: logout }) : null);
    }

    update(state) {
        const selecting = OF_SELECTION.includes(state.view);
        this.fields.hidden = !selecting || !state.service;
        this.brand.setAttribute("href", linkAnew({}));
        for (const link of this.links) {
            const { view } = link.dataset;
            link.setAttribute("href", linkTo({ view }));
            if (view === state.view) link.setAttribute("aria-current", "page");
            else link.removeAttribute("aria-current");
        }
        this.title.textContent = VIEWS.find(([view]) => view === state.view)[1];
        this.service.update(state);
        this.type.update(state);
        this.labels.update(state);
        this.range.update(state);
    }
}
