/* The flame graph: mountFlame(element, {data, options, on}) shows the JSON of docs/API.md and stays in the element.

     options  {type, inverted, collapsed, colour: "package" | "value" | "file" | "diff", palette: "default" | "colourblind",
              icicle: roots on top (yes, unless false)}
     on       {zoom(path), hover(frame or null), select(name), menu(frame, action)}; a path is the names below the root, a frame
              {name, path, file, line, module, self, total, baseSelf, baseTotal, share}

   This file puts the parts together: a model and its tree, a lens that says what is seen, a layout, a painter. */
import { make, only } from "./dom.js";
import { Crumbs } from "./flame_crumbs.js";
import { Painter, ROW, countHits, themeOf } from "./flame_draw.js";
import { listen } from "./flame_input.js";
import { Boxes, THIN, THIN_COARSE, layOut } from "./flame_layout.js";
import { Legend } from "./flame_legend.js";
import { Lens } from "./flame_lens.js";
import { Minimap } from "./flame_minimap.js";
import { Mirror } from "./flame_mirror.js";
import { modelOf } from "./flame_model.js";
import { pictureOf, stateOf } from "./flame_picture.js";
import { search } from "./flame_search.js";
import { Tip, Words } from "./flame_tip.js";

const MIRROR_MS = 60, LIVELY_MS = 100, BESIDE_MS = 30, ABOVE = 3, MOST_BOXES = 18000;

export class Flame {
    constructor(element, { options = {}, on = {}, bare = false } = {}) {
        this.on = on;
        this.options = {};
        this.boxes = new Boxes();
        this.lens = new Lens(() => this.moved());
        this.hover = this.current = -1;
        this.nameId = -1;
        this.canvas = make("canvas", { class: "flame-canvas", "aria-hidden": "true" });
        this.overlay = make("canvas", { class: "flame-overlay", "aria-hidden": "true" });
        this.mirror = new Mirror(options.label || "Flame graph");
        this.space = make("div", { class: "flame-space" }, make("div", { class: "flame-stick" }, this.mirror.element, this.canvas, this.overlay));
        this.scroller = make("div", { class: "flame-scroll" }, this.space);
        this.crumbs = new Crumbs(node => this.zoomTo(node));
        this.map = new Minimap((x0, x1, isOver) => {
            this.lens.range(x0, x1);
            if (isOver) this.told();
        });
        this.legend = new Legend(hits => this.show(hits));
        this.empty = make("p", { class: "flame-empty", hidden: true }, "No sample has a value of this type.");
        this.element = make("div", { class: "flame" }, bare ? null : [this.crumbs.element, this.map.element], this.scroller,
            this.empty, bare ? null : this.legend.element);
        element.replaceChildren(this.element);
        this.tip = new Tip(this.element);
        this.painter = new Painter(this.canvas, this.overlay);
        this.use(options);
        this.watch();
    }

    watch() {
        this.ends = [listen(this)];
        const sizes = new ResizeObserver(() => this.resized());
        sizes.observe(this.scroller);
        const dressed = () => {
            this.theme = null;
            this.needs();
        };
        document.addEventListener("brazier-theme", dressed);
        document.fonts?.ready.then(dressed);
        this.scroller.addEventListener("scroll", () => {
            this.tip.hide();
            this.needs();
        }, { passive: true });
        this.ends.push(() => sizes.disconnect(), () => document.removeEventListener("brazier-theme", dressed));
    }

    use(options) {
        const { type, inverted, collapsed, colour, palette, icicle, rootless } = options;
        this.options = { type, inverted: Boolean(inverted), collapsed: Boolean(collapsed), colour, palette, icicle: icicle !== false, rootless: Boolean(rootless) };
    }

    setData(data) {
        this.data = data;
        this.model = modelOf(data);
        this.grow(this.model.tree(this.options), []);
    }

    /* Shows a tree that was made elsewhere, of this model. */
    setTree(model, tree) {
        this.model = model;
        this.grow(tree, []);
    }

    setOptions(options) {
        const before = this.options;
        this.use({ ...before, ...options });
        const same = ["type", "inverted", "collapsed"].every(key => before[key] === this.options[key]);
        if (!this.data || same) {
            this.look = null;
            this.needs();
            if (before.icicle !== this.options.icicle) this.turned();
        } else this.grow(this.model.tree(this.options), before.inverted === this.options.inverted && this.tree ? this.tree.path(this.lens.focus) : []);
    }

    grow(tree, path) {
        this.tree = tree;
        this.words = new Words(tree, this.model.unit(this.options), this.model.whole(this.options), () => this.functions);
        this.lens.set(tree);
        this.lens.zoom(tree.isEmpty ? 0 : tree.at(path), { keeps: false, moves: false });
        this.current = this.lens.focus;
        this.hover = -1;
        this.look = this.theme = null;
        this.tip.hide();
        if (tree.isEmpty) this.legend.clear();
        this.empty.hidden = !tree.isEmpty;
        this.scroller.hidden = this.map.element.hidden = tree.isEmpty;
        this.found();
        this.rowsAt = -1;
        this.needs();
        this.turned();
        if (this.scroller.clientWidth > 0) this.paint(performance.now());
    }

    /* --- what is seen ------------------------------------------------------------------------------------- */

    needs() {
        if (this.asked || this.isGone) return;
        this.asked = requestAnimationFrame(now => {
            this.asked = 0;
            if (this.tree) this.paint(now);
        });
    }

    moved() {
        this.hasMoved = true;
        if (this.tip) this.tip.hide();
        this.hover = -1;
        this.needs();
    }

    resized() {
        this.needs();
    }

    /* Sums by function take a while, and the first picture does without. */
    get functions() {
        return this.model.functions(this.options);
    }

    get first() {
        return this.options.rootless ? 1 : 0;
    }

    /* Roots are where one looks first. */
    turned() {
        this.measure();
        this.scroller.scrollTop = this.options.icicle ? 0 : this.space.scrollHeight;
    }

    measure() {
        if (!this.tree || this.tree.isEmpty) return;
        if (this.rowsAt !== this.lens.focus) {
            this.rowsAt = this.lens.focus;
            this.rows = this.tree.deepest(this.lens.focus) + 1 - this.first;
        }
        const room = this.scroller.clientHeight, before = this.room ?? room, top = this.scroller.scrollTop;
        this.room = room;
        this.height = Math.max(this.rows * ROW + 2, room);
        this.space.style.height = this.rows * ROW + 2 + "px";
        /* With roots at the bottom, that is what stays. */
        if (!this.options.icicle && room !== before) this.scroller.scrollTop = top + before - room;
        this.painter.resize(this.scroller.clientWidth, Math.max(this.scroller.clientHeight, 1), devicePixelRatio || 1);
    }

    yOf(depth) {
        const row = depth - this.first;
        return (this.options.icicle ? row * ROW : this.height - (row + 1) * ROW) - this.top;
    }

    depthAt(y) {
        return this.first + Math.floor((this.options.icicle ? y + this.top : this.height - y - this.top) / ROW);
    }

    dress() {
        if (this.theme && this.look) return;
        this.theme = themeOf(this.element);
        this.look = {};
        this.painter.dress(this.theme, { tree: this.tree, colour: this.options.colour, palette: this.options.palette, functions: () => this.functions });
        clearTimeout(this.beside);
        this.beside = setTimeout(() => this.dressBeside(), BESIDE_MS);
    }

    /* What may come after the picture. */
    dressBeside() {
        this.beside = 0;
        if (this.isGone || this.tree.isEmpty) return;
        this.legend.show(this.tree, this.painter.colouring, this.functions);
        this.showMap();
    }

    showMap() {
        if (!this.beside) this.map.show(this.tree, this.painter, this.lens.view, !this.options.icicle, this.look);
    }

    get scene() {
        return { boxes: this.boxes, yOf: depth => this.yOf(depth), focus: this.lens.focus, hits: this.hits, hitSums: this.hitSums };
    }

    paint(now) {
        if (this.tree.isEmpty || this.scroller.clientWidth === 0) return;
        const goesOn = this.lens.step(now);
        this.measure();
        this.dress();
        this.top = this.scroller.scrollTop;
        const rows = [this.depthAt(0), this.depthAt(this.painter.height)].sort((a, b) => a - b);
        const lay = thin => layOut(this.tree, this.lens.view, this.painter.width, Math.max(rows[0], this.first), Math.min(rows[1], this.rows - 1 + this.first), this.boxes, thin);
        lay(this.isLively(goesOn, now) ? THIN_COARSE : THIN);
        if (this.boxes.count > MOST_BOXES) lay(THIN_COARSE);
        this.painter.paint(this.scene);
        this.mark();
        this.showMap();
        this.crumbs.show(this.words, this.lens.focus);
        this.mirrored();
        if (goesOn) this.needs();
    }

    /* While the view moves what is thin is put together coarsely; once it rests, everything is drawn. */
    isLively(goesOn, now) {
        const lively = this.hasMoved && (goesOn || now - this.paintedAt < LIVELY_MS);
        this.paintedAt = now;
        this.hasMoved = goesOn;
        clearTimeout(this.rest);
        this.rest = lively ? setTimeout(() => {
            this.rest = 0;
            this.needs();
        }, LIVELY_MS) : 0;
        return lively;
    }

    mark() {
        const { tree, boxes } = this, hasFocus = this.mirror.element === document.activeElement;
        const named = this.nameId >= 0 ? this.nameId : this.hover >= 0 && boxes.many[this.hover] === 1 ? tree.symbols.nameIds[tree.frame[boxes.node[this.hover]]] ?? -1 : -1;
        const current = hasFocus && this.current >= 0 ? boxes.of(this.current, tree.depth[this.current]) : -1;
        this.painter.paintMarks(this.scene, { hover: this.hover, current, nameId: named });
    }

    mirrored() {
        if (this.shown === this.current && this.shownTree === this.tree) return;
        this.shown = this.current;
        this.shownTree = this.tree;
        clearTimeout(this.mirrorTimer);
        this.mirrorTimer = setTimeout(() => {
            if (!this.tree || this.isGone) return;
            if (this.tree.isEmpty) this.mirror.clear("No values");
            else this.mirror.show(this.words, this.current);
        }, MIRROR_MS);
    }

    /* Scrolls until a row is in sight, with a few of those above it. */
    reveal(depth, above = 1) {
        this.measure();
        const row = depth - this.first, y = this.options.icicle ? row * ROW : this.height - (row + 1) * ROW, room = this.scroller.clientHeight;
        const lead = Math.min(above * ROW, Math.max(0, room - 2 * ROW)), before = this.options.icicle ? lead : ROW, behind = this.options.icicle ? ROW : lead;
        if (y - before < this.scroller.scrollTop) this.scroller.scrollTop = Math.max(0, y - before);
        else if (y + ROW + behind > this.scroller.scrollTop + room) this.scroller.scrollTop = y + ROW + behind - room;
        this.top = this.scroller.scrollTop;
    }

    /* --- zoom --------------------------------------------------------------------------------------------- */

    told() {
        this.current = this.lens.focus;
        this.tellFound();
        this.needs();
        this.on.zoom?.(this.tree.path(this.lens.focus));
    }

    zoomTo(node) {
        if (!this.lens.zoom(node)) return;
        this.settle();
        this.told();
    }

    /* After a zoom the frame and what is beneath it are in sight. */
    settle() {
        const depth = this.tree.depth[this.lens.focus], icicle = this.options.icicle;
        this.rowsAt = -1;
        this.measure();
        const row = depth - this.first, top = icicle ? (row - ABOVE) * ROW : this.height - (row - ABOVE) * ROW - this.scroller.clientHeight;
        this.scroller.scrollTop = Math.max(0, top);
    }

    /* A click: a frame, or many that are one box. */
    zoomBox(i) {
        const { tree, boxes } = this;
        if (boxes.many[i] === 1) return this.zoomTo(boxes.node[i]);
        const last = boxes.last[i];
        this.lens.range(tree.left[boxes.node[i]], tree.left[last] + tree.width[last], { keeps: true, moves: true });
        this.told();
        this.current = boxes.node[i];
    }

    back() {
        if (!this.lens.back()) return false;
        this.settle();
        this.told();
        return true;
    }

    resetZoom() {
        this.zoom([]);
    }

    /* From outside: no event comes back. */
    zoom(path) {
        const node = this.tree.at(path);
        if (node === this.lens.focus && !this.lens.isFree) return;
        this.lens.zoom(node);
        this.settle();
        this.current = node;
        this.tellFound();
        this.needs();
    }

    /* --- search ------------------------------------------------------------------------------------------- */

    /* Resolves to {share, inner, count, names, error, cut}, null without a text. */
    async search(text) {
        this.asks = text;
        const result = await search(this.model, text);
        if (this.asks !== text || this.isGone) return null;
        this.result = result && !result.error ? result : null;
        this.problem = result;
        this.legend.release();
        this.show(this.result ? this.result.hits : null);
        return result && { share: this.share, inner: this.inner, count: result.count, names: result.names, error: result.error, cut: result.cut };
    }

    /* Another tree: the same search. */
    found() {
        if (this.asks && this.result && this.result.hits.length === this.tree.symbols.count && this.resultOf === this.model) this.show(this.result.hits);
        else {
            this.show(null);
            if (this.asks) this.search(this.asks);
        }
    }

    show(hits) {
        this.hits = hits;
        this.hitSums = hits ? countHits(this.tree, hits) : null;
        this.resultOf = this.model;
        this.tellFound();
        this.needs();
    }

    tellFound() {
        const { lens, tree } = this;
        this.share = this.hits ? tree.matched(this.hits) : 0;
        this.inner = this.hits && lens.focus > 0 ? tree.matched(this.hits, lens.focus) : null;
        this.crumbs.tell(this.problem, this.share, this.inner);
    }

    /* --- for others --------------------------------------------------------------------------------------- */

    info(node) {
        const { tree } = this, frame = tree.frame[node], { symbols } = tree;
        return { name: symbols.name(frame), path: tree.path(node), file: symbols.file(frame), line: symbols.line(frame), module: symbols.module(frame),
            self: tree.self[node], total: tree.total[node], baseSelf: tree.isDiff ? tree.baseSelf[node] : 0,
            baseTotal: tree.isDiff ? tree.baseTotal[node] : 0, share: tree.total[node] / (this.words.whole.total || 1) };
    }

    highlight(name) {
        const id = name ? this.model.symbols.nameId(name) : -1;
        if (id === this.nameId) return;
        this.nameId = id;
        if (this.tree && this.boxes.count > 0) this.mark();
    }

    png() {
        return pictureOf(this);
    }

    testState() {
        return stateOf(this);
    }

    destroy() {
        this.isGone = true;
        cancelAnimationFrame(this.asked);
        clearTimeout(this.mirrorTimer);
        clearTimeout(this.rest);
        clearTimeout(this.beside);
        for (const end of this.ends) end();
        this.element.remove();
    }
}

export function mountFlame(element, { data, options, on }) {
    const flame = new Flame(element, { options, on });
    if (data) flame.setData(data);
    return only(flame, ["setData", "setOptions", "search", "zoom", "resetZoom", "highlight", "png", "destroy", "testState"]);
}
