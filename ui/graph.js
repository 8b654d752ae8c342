/* The call graph: mountGraph(element, {data, options, on}). Boxes are functions, larger the more they take themselves, redder
   the more they take in all; arrows are calls, as thick as what flows through them, dashed where functions in between were
   left out. Drag to move, wheel or + and - to zoom, 0 for all of it, arrows go from box to box.

     options  {type, palette, nodes, nodeFraction, edgeFraction}
     on       {select(name), hover(frame or null), menu(frame, action)} */
import { button, make, only } from "./dom.js";
import { STEPS, changeStep, heatOf, inkOn, mix, paletteOf } from "./flame_colour.js";
import { themeOf } from "./flame_draw.js";
import { openActions } from "./flame_input.js";
import { modelOf } from "./flame_model.js";
import { search } from "./flame_search.js";
import { lastPart, withoutPath } from "./flame_symbols.js";
import { callGraph } from "./graph_model.js";
import { layOutGraph } from "./graph_layout.js";
import { PanZoom } from "./graph_pan.js";
import { formatChange, formatCount, formatShare, formatValue } from "./units.js";

const SVG = "http://www.w3.org/2000/svg", LEAST_FONT = 11, MOST_FONT = 22, PAD = 9, LONGEST = 44, MOST_LINE = 9, ROUND = 5;

function draw(name, attributes, ...children) {
    const element = document.createElementNS(SVG, name);
    for (const key in attributes) if (attributes[key] !== null) element.setAttribute(key, attributes[key]);
    element.append(...children);
    return element;
}

const cut = text => text.length > LONGEST ? text.slice(0, LONGEST - 1) + "\u2026" : text;

/* A smooth line through the points, straight down at both ends. */
function pathOf(points) {
    let d = `M${points[0].x.toFixed(1)} ${points[0].y.toFixed(1)}`;
    for (let i = 1; i < points.length; i++) {
        const a = points[i - 1], b = points[i], middle = (a.y + b.y) / 2;
        d += `C${a.x.toFixed(1)} ${middle.toFixed(1)} ${b.x.toFixed(1)} ${middle.toFixed(1)} ${b.x.toFixed(1)} ${b.y.toFixed(1)}`;
    }
    return d;
}

class Graph {
    constructor(element, options, on) {
        this.options = options;
        this.on = on;
        this.inner = draw("g", {});
        this.svg = draw("svg", { class: "graph-picture", role: "group", "aria-label": "Call graph" }, this.inner);
        this.note = make("p", { class: "table-note quiet", "aria-live": "polite" });
        this.pan = new PanZoom(this.svg, this.inner);
        const tools = make("div", { class: "graph-tools group" }, button("+", { "aria-label": "Larger", onclick: () => this.pan.scale(1.3) }),
            button("\u2212", { "aria-label": "Smaller", onclick: () => this.pan.scale(1 / 1.3) }), button("Fit", { onclick: () => this.pan.fit() }));
        this.element = make("div", { class: "graph-view" }, this.svg, tools, this.note);
        element.replaceChildren(this.element);
        this.dressed = () => this.data && this.paint();
        document.addEventListener("brazier-theme", this.dressed);
        this.listen();
    }

    setData(data) {
        this.data = data;
        this.model = modelOf(data);
        this.result = null;
        this.build();
        if (this.asks) this.search(this.asks);
    }

    setOptions(options) {
        this.options = { ...this.options, ...options };
        if (this.data) this.build();
    }

    build() {
        const tree = this.model.tree({ type: this.options.type });
        this.whole = this.model.whole(this.options);
        this.unit = this.model.unit(this.options);
        this.graph = callGraph(tree, this.model.functions(this.options), this.options);
        this.tree = tree;
        this.current = 0;
        this.measure();
        this.layout = layOutGraph(this.graph.nodes, this.graph.edges);
        this.paint();
        const tops = this.layout.places.filter(place => place.layer === 0);
        this.pan.bounds(this.layout.width, this.layout.height, tops.length > 0 ? tops.reduce((sum, place) => sum + place.x, 0) / tops.length : undefined);
        this.tell();
    }

    /* Texts and sizes of boxes. */
    measure() {
        const context = document.createElement("canvas").getContext("2d"), family = getComputedStyle(this.element).fontFamily;
        const most = Math.max(1e-9, ...this.graph.nodes.map(node => node.ownSize));
        for (const node of this.graph.nodes) {
            const short = withoutPath(node.name), last = lastPart(short), where = short.slice(0, short.length - last.length).replace(/(\.|::)$/, "");
            node.font = LEAST_FONT + (MOST_FONT - LEAST_FONT) * Math.sqrt(node.ownSize / most);
            node.lines = [...(where !== "" ? [[cut(where), node.font * 0.82, "graph-where"]] : []), [cut(last), node.font, "graph-name"],
                ...this.values(node).map(text => [text, Math.max(10, node.font * 0.74), "graph-value"])];
            let width = 0, height = 0;
            for (const line of node.lines) {
                context.font = `${line[2] === "graph-name" ? "600 " : ""}${line[1]}px ${family}`;
                width = Math.max(width, context.measureText(line[0]).width);
                height += line[1] * 1.24;
            }
            node.w = width + 2 * PAD;
            node.h = height + PAD;
        }
    }

    values(node) {
        const value = number => formatValue(number, this.unit), share = number => formatShare(number, this.whole.total);
        if (this.tree.isDiff) return [`${value(node.baseTotal)} \u2192 ${value(node.total)} (${node.baseTotal && !node.total ? "gone" : formatChange(node.baseTotal, node.total)})`];
        if (node.self === node.total) return [`${value(node.self)} (${share(node.self)})`];
        return [...(node.self !== 0 ? [`${value(node.self)} (${share(node.self)})`] : []), `${node.self !== 0 ? "of " : ""}${value(node.total)} (${share(node.total)})`];
    }

    sentence(node) {
        return `${node.name.slice(0, 200)}, total ${this.values(node).join(", ")}`;
    }

    paint() {
        this.theme = themeOf(this.element);
        this.palette = paletteOf(this.options.palette, this.theme.isDark);
        const arrows = draw("defs", {}, draw("marker", { id: "graph-arrow", viewBox: "0 0 8 8", refX: 7, refY: 4, markerWidth: 8, markerHeight: 8, markerUnits: "userSpaceOnUse", orient: "auto" },
            draw("path", { d: "M0 0L8 4L0 8z", class: "graph-tip" })));
        const edges = draw("g", { "aria-hidden": "true" }), nodes = draw("g", {});
        this.edgeElements = this.graph.edges.map((edge, i) => this.paintEdge(edge, this.layout.routes[i]));
        this.nodeElements = this.graph.nodes.map((node, i) => this.paintNode(node, i));
        edges.append(...this.edgeElements);
        nodes.append(...this.nodeElements);
        this.inner.replaceChildren(arrows, edges, nodes);
        this.mark();
    }

    paintEdge(edge, points) {
        const a = this.graph.nodes[edge.from], b = this.graph.nodes[edge.to], place = this.layout.places[edge.from];
        const x = place.x + a.w / 2, title = draw("title", {});
        title.textContent = `${a.name.slice(0, 200)} \u2192 ${b.name.slice(0, 200)}\n${this.tree.isDiff ? `${formatValue(edge.base, this.unit)} \u2192 ` : ""}${formatValue(edge.value, this.unit)}`;
        const d = points ? pathOf(points) : `M${x} ${place.y - 8}C${x + 34} ${place.y - 26} ${x + 34} ${place.y + 26} ${x} ${place.y + 8}`;
        const line = draw("path", { d, class: "graph-line", "stroke-width": (0.8 + Math.sqrt(edge.size) * MOST_LINE).toFixed(1), "stroke-dasharray": edge.direct ? null : "5 5", "marker-end": "url(#graph-arrow)" });
        const middle = points ? points[Math.floor(points.length / 2)] : { x: x + 30, y: place.y }, before = points ? points[Math.floor(points.length / 2) - 1] : middle;
        const label = draw("text", { class: "graph-flow", x: (middle.x + before.x) / 2 + 5, y: (middle.y + before.y) / 2 });
        label.textContent = edge.size > 0.004 ? formatValue(this.tree.isDiff ? edge.value - edge.base : edge.value, this.unit) : "";
        const group = draw("g", { class: "graph-edge" }, title, line, label);
        if (this.tree.isDiff) line.style.stroke = this.palette.change[changeStep(edge.base, edge.value) + STEPS];
        else line.style.opacity = Math.min(1, 0.35 + edge.size);
        return group;
    }

    fillOf(node) {
        if (this.tree.isDiff) return this.palette.change[changeStep(node.baseTotal, node.total) + STEPS];
        return mix(this.theme.paper, this.palette.heat[Math.max(1, heatOf(node.size))], 0.85);
    }

    paintNode(node, i) {
        const { x, y } = this.layout.places[i], colour = this.fillOf(node), ink = inkOn(colour);
        const box = draw("rect", { x: x - node.w / 2, y: y - node.h / 2, width: node.w, height: node.h, rx: ROUND, class: "graph-box" });
        box.style.fill = colour;
        const group = draw("g", { class: "graph-node", role: "button", tabindex: i === 0 ? 0 : -1, "aria-label": this.sentence(node), "data-node": i }, box);
        let top = y - node.h / 2 + PAD / 2;
        for (const [text, size, kind] of node.lines) {
            const line = draw("text", { x, y: top + size * 0.95, "font-size": size.toFixed(1), class: kind, "text-anchor": "middle" });
            line.style.fill = ink;
            line.textContent = text;
            group.append(line);
            top += size * 1.24;
        }
        return group;
    }

    info(i) {
        const node = this.graph.nodes[i], { symbols } = this.model;
        return { name: node.name, path: null, file: symbols.file(node.frame), line: symbols.line(node.frame), module: symbols.module(node.frame), self: node.self, total: node.total,
            baseSelf: node.baseSelf, baseTotal: node.baseTotal, share: node.total / (this.whole.total || 1) };
    }

    /* --- events ------------------------------------------------------------------------------------------- */

    listen() {
        const at = event => {
            const node = event.target.closest?.(".graph-node");
            return node ? Number(node.dataset.node) : -1;
        };
        this.svg.addEventListener("click", event => {
            if (at(event) >= 0 && !this.pan.moved) this.on.select?.(this.graph.nodes[at(event)].name);
        });
        this.svg.addEventListener("pointerover", event => this.light(at(event)));
        this.svg.addEventListener("focusin", event => this.reach(at(event)));
        this.svg.addEventListener("keydown", event => this.key(event, at(event)));
        this.svg.addEventListener("contextmenu", event => {
            const i = at(event);
            if (i < 0) return;
            event.preventDefault();
            openActions(this.on, this.info(i), { left: event.clientX, right: event.clientX, top: event.clientY, bottom: event.clientY }, this.nodeElements[i]);
        });
    }

    /* What calls it and what it calls stands out. */
    light(i) {
        if (i === this.lit) return;
        this.lit = i;
        this.graph.edges.forEach((edge, k) => this.edgeElements[k].classList.toggle("graph-lit", i >= 0 && (edge.from === i || edge.to === i)));
        this.on.hover?.(i >= 0 ? this.info(i) : null);
    }

    reach(i) {
        if (i < 0) return;
        this.nodeElements[this.current]?.setAttribute("tabindex", -1);
        this.current = i;
        this.nodeElements[i].setAttribute("tabindex", 0);
        this.light(i);
        if (this.nodeElements[i].matches(":focus-visible")) this.pan.reveal(this.layout.places[i]);
    }

    /* The nearest box that way. */
    toward(i, key) {
        const { places } = this.layout, from = places[i], way = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] }[key];
        let best = i, least = Infinity;
        places.forEach((place, k) => {
            const along = (place.x - from.x) * way[0] + (place.y - from.y) * way[1], across = Math.abs((place.x - from.x) * way[1]) + Math.abs((place.y - from.y) * way[0]);
            if (along < 1 || along + 2 * across >= least) return;
            least = along + 2 * across;
            best = k;
        });
        return best;
    }

    key(event, i) {
        if (event.ctrlKey || event.metaKey || event.altKey) return;
        if (event.key === "+" || event.key === "=") this.pan.scale(1.3);
        else if (event.key === "-") this.pan.scale(1 / 1.3);
        else if (event.key === "0") this.pan.fit();
        else if (i < 0) return;
        else if (event.key.startsWith("Arrow")) this.nodeElements[this.toward(i, event.key)].focus({ preventScroll: true });
        else if (event.key === "Enter" || event.key === " ") this.on.select?.(this.graph.nodes[i].name);
        else if (event.key === "ContextMenu" || event.key === "F10" && event.shiftKey) openActions(this.on, this.info(i), this.nodeElements[i].getBoundingClientRect(), this.nodeElements[i]);
        else return;
        event.preventDefault();
        event.stopPropagation();
    }

    /* --- search ------------------------------------------------------------------------------------------- */

    async search(text) {
        this.asks = text;
        const result = await search(this.model, text);
        if (this.asks !== text) return null;
        this.problem = result;
        this.result = result && !result.error ? result : null;
        this.mark();
        this.tell();
        return result;
    }

    mark() {
        this.graph.nodes.forEach((node, i) => {
            const hit = this.result ? this.result.hits[node.frame] === 1 : null;
            this.nodeElements[i].classList.toggle("graph-hit", hit === true);
            this.nodeElements[i].classList.toggle("graph-miss", hit === false);
        });
    }

    tell() {
        const { nodes, edges, left } = this.graph, parts = [nodes.length === 0 ? "No sample has a value of this type" : `${formatCount(nodes.length)} functions, ${formatCount(edges.length)} calls`];
        if (left > 0) parts.push(`${formatCount(left)} smaller functions are left out; dashed calls go over some of them`);
        if (this.result) parts.push(`${formatShare(this.tree.matched(this.result.hits), 1)} matched`);
        if (this.problem?.error) parts.push("the search is no regular expression");
        this.note.textContent = parts.join(" \u00b7 ");
    }

    highlight(name) {
        this.graph?.nodes.forEach((node, i) => this.nodeElements[i].classList.toggle("graph-same", node.name === name));
    }

    testState() {
        return { nodes: this.graph.nodes.map(({ name, self, total }, i) => ({ name, self, total, ...this.layout.places[i] })),
            edges: this.graph.edges.map(edge => ({ from: this.graph.nodes[edge.from].name, to: this.graph.nodes[edge.to].name, value: edge.value, direct: edge.direct })), zoom: this.pan.zoom };
    }

    destroy() {
        document.removeEventListener("brazier-theme", this.dressed);
        this.pan.destroy();
        this.element.remove();
    }
}

export function mountGraph(element, { data, options = {}, on = {} }) {
    const graph = new Graph(element, options, on);
    if (data) graph.setData(data);
    return only(graph, ["setData", "setOptions", "search", "highlight", "testState", "destroy"]);
}
