/* Values over time, as columns of a stack (sums) or as lines (averages). Axes, grid and coordinates are dygraphs'; columns,
   gaps, selection and keyboard are drawn and handled here. dygraphs is given no text that comes from a profile, for it
   makes markup of labels. Where there were no profiles the ground is darker: nothing known is not zero. */
import { fill, make } from "./dom.js";
import { formatTick, formatTime } from "./time.js";
import { formatValue } from "./units.js";

export const hasLibrary = () => typeof window.Dygraph === "function";

/* Its legend writes styles into markup, which the page's policy forbids; ours is beside the chart. */
if (hasLibrary()) window.Dygraph.PLUGINS = window.Dygraph.PLUGINS.filter(plugin => plugin !== window.Dygraph.Plugins.Legend);

const style = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const WIDEST_GAP = 1; /* pixels between columns */

/* [first, end) of the runs of steps without profiles that are longer than usual: where profiles come every other step,
   one empty step is none. */
function gapsIn(profiles) {
    const runs = [], lengths = [];
    let begin = -1, seen = false;
    profiles.forEach((count, i) => {
        if (count === 0 && begin < 0) begin = i;
        if (count === 0) return;
        if (begin >= 0) runs.push([begin, i]);
        if (seen) lengths.push(begin >= 0 ? i - begin : 0);
        begin = -1;
        seen = true;
    });
    if (begin >= 0) runs.push([begin, profiles.length]);
    lengths.sort((a, b) => a - b);
    const usual = lengths.length > 0 ? lengths[lengths.length >> 1] : 0;
    return runs.filter(([first, end]) => end - first > usual * 2);
}

class Chart {
    constructor(element, on) {
        this.on = on;
        this.host = make("div", { class: "chart-host" });
        this.tip = make("div", { class: "chart-tip", hidden: true });
        this.band = make("div", { class: "chart-band", hidden: true });
        this.mark = make("div", { class: "chart-mark", hidden: true });
        this.element = make("div", { class: "chart", role: "slider", tabindex: 0, "aria-label": "Timeline", "aria-valuemin": 0,
            "aria-orientation": "horizontal" }, this.host, this.band, this.mark, this.tip);
        element.append(this.element);
        this.at = -1;
        this.from = -1;
        this.drawn = 0;
        this.listen();
        this.resized = new ResizeObserver(() => { if (this.graph) this.graph.resize(); });
        this.resized.observe(this.element);
        document.addEventListener("brazier-theme", () => this.draw());
    }

    /* data: {start, step, points, series: [{name, colour, values}], profiles: [count], unit, stacked, zone} */
    setData(data) {
        this.data = data;
        this.at = this.from = -1;
        this.element.setAttribute("aria-valuemax", Math.max(0, data.points - 1));
        this.element.setAttribute("aria-valuenow", 0);
        this.sums = [];
        for (let i = 0; i < data.points; i++) {
            const values = data.series.map(each => each.values[i]).filter(value => value !== null);
            this.sums.push(values.length === 0 ? null : data.stacked ? values.reduce((a, b) => a + b, 0) : Math.max(...values));
        }
        this.gaps = gapsIn(data.profiles);
        this.draw();
        this.say();
    }

    options() {
        const { data } = this;
        const most = Math.max(...this.sums.map(value => value ?? 0), 0) || 1;
        const label = { axisLabelFontSize: 11, axisLineColor: style("--line"), gridLineColor: style("--line") };
        return {
            file: [...this.sums.map((value, i) => [data.start + i * data.step, value]), [data.start + data.points * data.step, null]],
            dateWindow: [data.start, data.start + data.points * data.step],
            valueRange: [0, most * 1.08],
            labels: ["t", "v"],  showLabelsOnHighlight: false, highlightCircleSize: 0, interactionModel: {},
            plotter: event => this.plot(event.drawingContext, event.dygraph),
            underlayCallback: (context, area, graph) => this.plotGaps(context, area, graph),
            axes: {
                x: { ...label, drawGrid: false, pixelsPerLabel: 70, ticker: (from, to, pixels) => this.ticks(from, to, pixels) },
                y: { ...label, axisLabelWidth: 58, pixelsPerLabel: 26, axisLabelFormatter: value => value === 0 ? "0" : formatValue(value, data.unit) }
            }
        };
    }

    /* Steps of clocks and calendars, in the zone that is shown. */
    ticks(from, to, pixels) {
        const lengths = [1e3, 5e3, 10e3, 30e3, 60e3, 120e3, 300e3, 600e3, 900e3, 1800e3, 3600e3, 7200e3, 10800e3, 21600e3, 43200e3, 86400e3,
            2 * 86400e3, 7 * 86400e3, 30 * 86400e3, 90 * 86400e3, 365 * 86400e3];
        const length = lengths.find(each => (to - from) / each <= Math.max(2, pixels / 75)) || lengths.at(-1);
        const shift = this.data.zone === "local" ? -new Date(from).getTimezoneOffset() * 60e3 : 0;
        const found = [];
        for (let t = Math.ceil((from + shift) / length) * length - shift; t <= to; t += length) found.push({ v: t, label: formatTick(t, this.data.zone, length) });
        return found;
    }

    draw() {
        if (!this.data) return;
        if (!this.graph) {
            const { file, ...options } = this.options();
            this.graph = new window.Dygraph(this.host, file, options);
            /* Its canvases stand for nothing to those who do not see. */
            this.host.setAttribute("aria-hidden", "true");
        } else {
            this.graph.updateOptions(this.options());
        }
        this.place();
    }

    plot(context, graph) {
        const { data } = this;
        this.drawn++;
        if (!data.stacked) return this.plotLines(context, graph);
        const zero = graph.toDomYCoord(0);
        for (let i = 0; i < data.points; i++) {
            const left = graph.toDomXCoord(data.start + i * data.step), right = graph.toDomXCoord(data.start + (i + 1) * data.step);
            const gap = Math.min(WIDEST_GAP, (right - left) / 6);
            let sum = 0, below = zero;
            for (const series of data.series) {
                if (!series.values[i]) continue;
                sum += series.values[i];
                const top = graph.toDomYCoord(sum);
                context.fillStyle = style(series.colour);
                context.fillRect(left + gap / 2, top, Math.max(right - left - gap, 0.6), below - top);
                below = top;
            }
        }
    }

    plotLines(context, graph) {
        const { data } = this, zero = graph.toDomYCoord(0);
        context.lineWidth = 1.6;
        for (const series of data.series) {
            context.strokeStyle = context.fillStyle = style(series.colour);
            let before = false;
            context.beginPath();
            series.values.forEach((value, i) => {
                if (value !== null) {
                    const x = graph.toDomXCoord(data.start + (i + 0.5) * data.step), y = graph.toDomYCoord(value);
                    if (before) context.lineTo(x, y);
                    else context.moveTo(x, y);
                    context.rect(x - 1, y - 1, 2, 2);
                    context.moveTo(x, y);
                }
                before = value !== null;
            });
            context.stroke();
            if (data.series.length > 1) continue;
            context.globalAlpha = 0.18;
            series.values.forEach((value, i) => {
                if (value === null) return;
                const left = graph.toDomXCoord(data.start + i * data.step), right = graph.toDomXCoord(data.start + (i + 1) * data.step), top = graph.toDomYCoord(value);
                context.fillRect(left, top, right - left, zero - top);
            });
            context.globalAlpha = 1;
        }
    }

    plotGaps(context, area, graph) {
        const { data } = this;
        context.fillStyle = style("--gap");
        for (const [first, end] of this.gaps) {
            const left = graph.toDomXCoord(data.start + first * data.step), right = graph.toDomXCoord(data.start + end * data.step);
            context.fillRect(left, area.y, right - left, area.h);
        }
    }

    /* --- pointing --- */

    indexAt(event) {
        const x = event.clientX - this.host.getBoundingClientRect().left;
        return Math.floor((this.graph.toDataXCoord(x) - this.data.start) / this.data.step);
    }

    inside(i) { return Math.max(0, Math.min(this.data.points - 1, i)); }

    listen() {
        const { element } = this;
        let begun = -1, dragged = false;
        element.addEventListener("pointerdown", event => {
            if (!this.graph || event.button !== 0) return;
            begun = this.inside(this.indexAt(event));
            dragged = false;
            element.setPointerCapture(event.pointerId);
        });
        element.addEventListener("pointermove", event => {
            if (!this.graph) return;
            const i = this.indexAt(event);
            if (begun >= 0 && (dragged || this.inside(i) !== begun)) {
                dragged = true;
                this.from = begun;
            }
            if (begun < 0) this.from = -1;
            this.at = begun >= 0 ? this.inside(i) : i >= 0 && i < this.data.points ? i : -1;
            this.place();
        });
        element.addEventListener("pointerup", () => {
            if (begun < 0) return;
            const i = begun;
            begun = -1;
            if (dragged) this.select();
            else this.on.point?.(this.timeAt(i), this.timeAt(i + 1));
        });
        element.addEventListener("pointercancel", () => { begun = -1; this.clear(); });
        element.addEventListener("pointerleave", () => { if (begun < 0) this.clear(); });
        element.addEventListener("blur", () => this.clear());
        element.addEventListener("keydown", event => this.press(event));
    }

    press(event) {
        if (!this.data || event.ctrlKey || event.metaKey || event.altKey) return;
        const before = this.at, last = this.data.points - 1, page = Math.max(1, Math.round(this.data.points / 10));
        const moves = { ArrowLeft: before - 1, ArrowRight: before + 1, PageUp: before - page, PageDown: before + page, Home: 0, End: last };
        if (event.key in moves) {
            this.from = event.shiftKey ? (this.from < 0 ? this.inside(before) : this.from) : -1;
            this.at = this.inside(before < 0 ? (event.key === "ArrowLeft" ? last : moves[event.key]) : moves[event.key]);
            this.place();
            this.say();
        } else if (event.key === "Enter" && this.at >= 0) {
            if (this.from >= 0) this.select();
            else this.on.point?.(this.timeAt(this.at), this.timeAt(this.at + 1));
        } else if (event.key === "Escape" && this.at >= 0) {
            this.clear();
        } else {
            return;
        }
        event.preventDefault();
        event.stopPropagation();
    }

    timeAt(i) { return this.data.start + i * this.data.step; }

    select() {
        const [first, last] = [this.from, this.at].sort((a, b) => a - b);
        this.clear();
        this.on.select?.(this.timeAt(first), this.timeAt(last + 1));
    }

    clear() {
        this.at = this.from = -1;
        this.place();
    }

    words(i) {
        const { data } = this, time = formatTime(this.timeAt(i), data.zone);
        return [time, ...data.series.filter(each => each.values[i] !== null && each.values[i] !== undefined)
            .map(each => `${each.name ? each.name + ": " : ""}${formatValue(each.values[i], data.unit)}`),
        data.profiles[i] > 0 ? `${data.profiles[i]} profile${data.profiles[i] === 1 ? "" : "s"}` : "no profiles"];
    }

    say() {
        const i = Math.max(0, this.at);
        this.element.setAttribute("aria-valuenow", i);
        this.element.setAttribute("aria-valuetext", this.words(i).slice(0, 12).join(", "));
    }

    /* The band of a selection, the mark of a step, and the words for it. */
    place() {
        const { data, graph } = this;
        this.mark.hidden = this.band.hidden = this.tip.hidden = true;
        if (!graph || this.at < 0) return;
        const x = i => graph.toDomXCoord(data.start + i * data.step);
        const box = this.from >= 0 ? this.band : this.mark;
        const first = this.from >= 0 ? Math.min(this.from, this.at) : this.at, last = this.from >= 0 ? Math.max(this.from, this.at) : this.at;
        box.hidden = this.tip.hidden = false;
        box.style.left = x(first) + "px";
        box.style.width = Math.max(x(last + 1) - x(first), 1) + "px";
        const lines = this.from >= 0
            ? [`${formatTime(this.timeAt(first), data.zone)} to ${formatTime(this.timeAt(last + 1), data.zone).slice(11)}`] : this.words(this.at).slice(0, 14);
        fill(this.tip, lines.map(line => make("p", {}, line)));
        const width = this.tip.offsetWidth, room = this.element.clientWidth, right = x(last + 1) + 10;
        this.tip.style.left = Math.max(0, right + width > room ? x(first) - width - 10 : right) + "px";
    }

    testState() {
        const { data, graph } = this;
        return { gaps: this.gaps, drawn: this.drawn, points: data?.points, step: data?.step, start: data?.start, sums: this.sums, series: data?.series.map(each => each.name),
            x: graph && data ? this.sums.map((_, i) => graph.toDomXCoord(data.start + (i + 0.5) * data.step)) : [] };
    }
}

/* on: {select(from, to), point(from, to)}, in milliseconds. Gives {setData, testState}. */
export const mountChart = (element, on) => new Chart(element, on);

/* The same numbers as a table, where the library is not part of the build. */
export function showNumbers(element, data, on) {
    const rows = [];
    for (let i = 0; i < data.points; i++) {
        if (data.profiles[i] === 0) continue;
        const begin = data.start + i * data.step;
        rows.push(make("tr", {}, make("td", {}, make("button", { class: "link", type: "button", onclick: () => on.point(begin, begin + data.step) }, formatTime(begin, data.zone))),
            data.series.map(each => make("td", { class: "number" }, formatValue(each.values[i], data.unit)))));
    }
    fill(element, make("div", { class: "numbers", tabindex: 0, role: "region", "aria-label": "Values over time" }, make("table", { class: "table" },
        make("thead", {}, make("tr", {}, make("th", { scope: "col" }, "Time"), data.series.map(each => make("th", { scope: "col", class: "number" }, each.name || "Value")))), make("tbody", {}, rows))));
}
