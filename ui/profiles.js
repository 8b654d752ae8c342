/* The profiles of a selection one by one: when, from where, how much of how long a time, how large. Each can be opened or
   downloaded, several be merged or two be compared. */
import { button, fill, make } from "./dom.js";
import { makeLoader, notices } from "./loader.js";
import { makeSizes } from "./sizes.js";
import { href } from "./api.js";
import { listUrl, urlOf } from "./question.js";
import { change, current, linkTo } from "./state.js";
import { counted, formatDuration, formatValue } from "./units.js";
import { formatTime } from "./time.js";

const PAGE = 200;

/* pprof under a name that says what it is; what is no profile, as it came. */
const downloadUrl = ({ id, type }) => href(urlOf("api/0/profiles/" + id, { format: type === "trace" ? "" : "pprof" }));

function labelsOf(profile) {
    return (profile.labels || []).map(({ key, value }) => make("span", { class: "tag" }, make("b", {}, key), "=" + value));
}

/* What the key says of the samples: the type that is looked at, or the default one. */
function valueOf(profile, sample) {
    const one = profile.totals?.find(each => each.type === sample) || profile.totals?.[profile.default];
    return one ? formatValue(one.total, one.unit) : "";
}

class ProfileList {
    constructor(element, { close }) {
        this.sizes = makeSizes();
        this.title = make("h2");
        this.merge = button("Merge", { class: "small main", onclick: () => change({ view: "flame", ids: this.ids(), at: "" }) });
        this.compare = button("Compare", { class: "small", onclick: () => {
            const [base, ids] = this.ids().split(",");
            change({ view: "compare", ids, base_ids: base, at: "" });
        } });
        this.words = make("span", { class: "quiet", role: "status" });
        this.notes = make("div");
        this.table = make("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "List of profiles" });
        this.element = make("section", { class: "profiles", "aria-label": "Profiles", hidden: true },
            make("div", { class: "row" }, this.title, this.words, make("span", { class: "spread" }), this.merge, this.compare,
                close ? button("\u2715", { class: "plain small", "aria-label": "Close the list of profiles", onclick: close }) : null), this.notes, this.table);
        element.append(this.element);
        this.loader = makeLoader(this.table, { what: "the list", show: (answer, inner) => this.draw(answer, inner),
            nothing: () => make("p", { class: "quiet" }, "No profile was taken then.") });
    }

    ids() {
        return [...this.element.querySelectorAll("input:checked")].map(box => box.value).sort().join(",");
    }

    hide() {
        this.element.hidden = true;
        this.key = null;
    }

    show(selection, state, cursor = "") {
        this.element.hidden = false;
        const url = listUrl(selection, { limit: PAGE, cursor, facts: 1 });
        if (this.key !== url) {
            this.key = url;
            this.words.textContent = "";
            this.count();
        }
        this.selection = selection;
        this.title.textContent = `Profiles, ${formatTime(selection.range.from, state.zone)} to ${formatTime(selection.range.to, state.zone).slice(11)}`;
        this.loader.load(url);
    }

    count() {
        const count = this.element.querySelectorAll("input:checked").length;
        this.merge.disabled = count === 0;
        this.merge.textContent = count > 1 ? `Merge ${count}` : "Merge";
        this.compare.disabled = count !== 2;
    }

    rowOf(profile) {
        const state = current(), time = formatTime(Date.parse(profile.created_at), state.zone);
        const value = valueOf(profile, state.sample), size = make("td", { class: "number size" });
        this.sizes.watch(size, urlOf("api/0/profiles/" + profile.id, {}));
        return make("tr", {},
            make("td", {}, make("input", { type: "checkbox", value: profile.id, "aria-label": `Choose the profile of ${time}`, onchange: () => this.count() })),
            make("td", { class: "when" }, make("a", { class: "link", href: linkTo({ view: "flame", ids: profile.id, at: "" }), title: "Open" }, time)),
            make("td", { class: "tags" }, labelsOf(profile)),
            make("td", { class: "number" }, value),
            make("td", { class: "number" }, profile.duration_ms ? formatDuration(profile.duration_ms) : ""),
            size,
            make("td", {}, make("a", { class: "link", href: downloadUrl(profile), download: "" }, "Download")));
    }

    draw({ body, facts }, inner) {
        this.sizes.clear();
        const all = make("input", { type: "checkbox", "aria-label": "Choose all", onchange: () => {
            for (const box of inner.querySelectorAll("td input")) box.checked = all.checked;
            this.count();
        } });
        fill(inner, make("table", { class: "table" }, make("thead", {}, make("tr", {}, make("th", { scope: "col" }, all), make("th", { scope: "col" }, "Time"), make("th", { scope: "col" }, "Labels"),
            make("th", { scope: "col", class: "number" }, "Value"), make("th", { scope: "col", class: "number" }, "Covers"), make("th", { scope: "col", class: "number" }, "Size"), make("th", { scope: "col" }, make("span", { class: "heard" }, "Download")))),
        make("tbody", {}, [...body].reverse().map(profile => this.rowOf(profile)))),
        facts.next ? button("Earlier ones", { onclick: () => this.show(this.selection, current(), facts.next) }) : null);
        this.words.textContent = counted(+facts.total || body.length, "profile") + (facts.next ? `, ${body.length} shown` : "");
        fill(this.notes, notices(facts, time => formatTime(Date.parse(time), current().zone)).map(line => make("p", { class: "notice", role: "status" }, line)));
        this.count();
    }
}

/* {show(selection, state), hide} */
export const makeProfileList = (element, options) => new ProfileList(element, options);
