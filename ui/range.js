/* The range of time: quick ones, two times typed, a step back or forward, twice as much; in UTC or local time. */
import { arrow, button, fill, make } from "./dom.js";
import { closePopup, isOpenAt, openPopup } from "./popup.js";
import { now, refresh } from "./question.js";
import { change, current } from "./state.js";
import { describeRange, formatStamp, formatTime, isMoving, parseBack, parseRange, parseWall, QUICK, zoneName } from "./time.js";

/* `keys`: the parameters {from, to}; `range(state)`: what they mean. */
function rangeForm(keys, range, set) {
    const { zone } = current(), shown = range(current());
    const field = (label, ms, empty) => make("input", { class: "field", type: "text", name: label, spellcheck: "false", autocomplete: "off",
        value: ms === null ? empty : formatTime(ms, zone) });
    const from = field("from", shown ? shown.from : null, ""), to = field("to", shown && !shown.open ? shown.to : null, "now");
    const fault = make("p", { role: "alert", class: "grew" });
    const form = make("form", {},
        make("b", {}, `From and to, ${zoneName(zone)}`),
        make("label", { class: "named" }, "From", from), make("label", { class: "named" }, "To", to),
        make("p", { class: "quiet" }, "2026-11-23 02:10, now, -90m, -2d"), fault, make("button", { class: "button main", type: "submit" }, "Show this range"));
    form.addEventListener("submit", event => {
        event.preventDefault();
        const written = [from, to].map(input => {
            const text = input.value.trim();
            if (parseBack(text) !== null || text === "") return text;
            const ms = parseWall(text, zone, now());
            input.setAttribute("aria-invalid", String(ms === null));
            return ms === null ? null : formatStamp(ms);
        });
        if (written.includes(null)) {
            fault.textContent = "This is no time.";
        } else if (!parseRange(written[0], written[1], now())) {
            fault.textContent = "The range ends before it begins.";
        } else {
            closePopup();
            set(written[0], written[1] === "now" ? "" : written[1]);
        }
    });
    return form;
}

function openRange(opener, keys, range, set, again) {
    const zone = current().zone;
    const zones = make("div", { class: "row", role: "radiogroup", "aria-label": "Times are shown in" }, [["utc", "UTC"], ["local", "Local time"]].map(([value, text]) =>
        make("label", { class: "tick" }, make("input", { type: "radio", name: "zone", value, checked: value === zone, onchange: () => {
            closePopup();
            change({ zone: value }, { replace: true });
            opener.focus();
        } }), text)));
    const state = current();
    const quick = make("div", { class: "quick", role: "group", "aria-label": "Quick ranges" }, QUICK.map(([back, text]) =>
        button(text, { class: "plain small", "aria-pressed": String(!state[keys.to] && (state[keys.from] || "-1h") === back), onclick: event => {
            const same = event.currentTarget.getAttribute("aria-pressed") === "true";
            closePopup();
            if (same && again) return again();
            refresh(); /* the last hour from now, not from when the page was opened */
            set(back, "");
        } })));
    openPopup(opener, make("div", { role: "dialog", "aria-label": "Range of time", class: "range" }, quick,
        make("div", {}, rangeForm(keys, range, set), make("div", { class: "zones" }, zones))), { focus: quick.querySelector("[aria-pressed=true]") || quick.firstChild });
}

/* One step back is one length of the range; times that moved stand still then. */
function moved(range, steps) {
    const length = range.to - range.from;
    return [formatStamp(range.from + steps * length), formatStamp(range.to + steps * length)];
}

function widened(range) {
    const length = range.to - range.from;
    return [formatStamp(range.from - length / 2), formatStamp(range.to + length / 2)];
}

export function makeRangeField({ keys = { from: "from", to: "to" }, name = "Time", range, set, again }) {
    const opener = button("", { "aria-haspopup": "dialog", "aria-expanded": "false", class: "when", onclick: () => {
        if (isOpenAt(opener)) closePopup();
        else openRange(opener, keys, range, set, again);
    } });
    const act = {
        back: () => set(...moved(range(current()), -1)),
        forward: () => set(...moved(range(current()), 1)),
        wider: () => set(...widened(range(current()))),
        open: () => opener.click(),
        again
    };
    const arrows = make("span", { class: "group", role: "group", "aria-label": name + ", steps" },
        button("\u2039", { "aria-label": "Step back", title: "One length back  [", onclick: act.back }),
        button("\u203a", { "aria-label": "Step forward", title: "One length on  ]", onclick: act.forward }),
        button("\u2212", { "aria-label": "Zoom out", title: "Twice as long  -", onclick: act.wider }),
        again ? button("\u21bb", { "aria-label": "Refresh", title: "Ask again  r", onclick: again }) : null);
    return {
        element: make("span", { class: "row range-field" }, opener, arrows), act,
        update(state) {
            const moving = isMoving(state[keys.from], state[keys.to]);
            const shown = range(state);
            const words = keys.from !== "from" || !shown ? (shown ? `${formatTime(shown.from, state.zone)} to ${formatTime(shown.to, state.zone)}` : "not a range of time")
                : describeRange(state[keys.from], state[keys.to], state.zone, now());
            fill(opener, words, make("span", { class: "quiet" }, moving && keys.from === "from" ? "" : state.zone === "local" ? "local" : "UTC"), arrow());
            opener.setAttribute("aria-label", `${name}: ${words}, ${zoneName(state.zone)}`);
        }
    };
}
