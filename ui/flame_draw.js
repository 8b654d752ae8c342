/* Puts boxes onto a canvas: colours, stripes for what stands for many, captions that fit; and what changes with every move
   of the pointer onto a second one above it, so that the picture stays as it is. One unit is a CSS pixel. */
import { Captions } from "./flame_caption.js";
import { Colouring, mix, paletteOf, luminance, inkOn } from "./flame_colour.js";
import { REMAINDER, many } from "./flame_symbols.js";

export const ROW = 19, BOX = 18;
const TEXT_IN = 4, TEXT_DOWN = 13, LEAST_TEXT = 18, FONT_SIZE = 12, GAPLESS = 3, LEAST_STRIPES = 5;

/* The colours and the font of the page, as they are now. */
export function themeOf(element) {
    const style = getComputedStyle(element), probe = document.createElement("canvas").getContext("2d");
    const colour = (name, other) => {
        probe.fillStyle = other;
        probe.fillStyle = style.getPropertyValue(name).trim() || other;
        return probe.fillStyle.length === 7 ? probe.fillStyle : other;
    };
    const paper = colour("--panel", "#ffffff");
    return { paper, isDark: luminance(paper) < 0.2, ink: colour("--ink", "#16181c"), muted: colour("--muted", "#5b626c"),
        line: colour("--line", "#dddddd"), accent: colour("--accent", "#ad3f0b"), focus: colour("--focus", "#1a5fb4"),
        font: `${FONT_SIZE}px ${style.fontFamily}` };
}

/* How many nodes before each one are hit: of a stretch of nodes the difference tells whether any is. */
export function countHits(tree, hits) {
    const sums = new Uint32Array(tree.count + 1);
    for (let i = 0; i < tree.count; i++) sums[i + 1] = sums[i] + (tree.frame[i] >= 0 && hits[tree.frame[i]]);
    return sums;
}

export class Painter {
    constructor(canvas, overlay) {
        this.canvas = canvas;
        this.overlay = overlay;
        this.context = canvas.getContext("2d", { alpha: false });
        this.above = overlay.getContext("2d");
        this.captions = new Captions(this.context, `${FONT_SIZE}px sans-serif`);
        this.width = this.height = 0;
    }

    resize(width, height, ratio) {
        if (this.width === width && this.height === height && this.ratio === ratio) return;
        Object.assign(this, { width, height, ratio });
        for (const each of [this.canvas, this.overlay]) {
            each.width = Math.max(1, Math.round(width * ratio));
            each.height = Math.max(1, Math.round(height * ratio));
            each.style.width = width + "px";
            each.style.height = height + "px";
        }
    }

    /* {tree, colour, palette, functions}: what boxes look like until the next time. */
    dress(theme, { tree, colour, palette, functions }) {
        this.theme = theme;
        this.tree = tree;
        const chosen = paletteOf(palette, theme.isDark), colouring = new Colouring(tree, colour, chosen, functions);
        const faded = share => colouring.colours.map(each => mix(each, theme.paper, share));
        this.colouring = colouring;
        this.looks = { plain: colouring.colours, inks: colouring.inks, fadedInk: mix(theme.ink, theme.paper, 0.5), dimmedInk: mix(theme.ink, theme.paper, 0.25),
            hit: chosen.hit, hitInk: inkOn(chosen.hit) };
        /* What boxes are filled with: colours, faded, dimmed; then stripes, and what they look like where there is no room for them. */
        const grounds = [[chosen.all, chosen.hatch], [mix(chosen.all, theme.paper, 0.7), mix(chosen.hatch, theme.paper, 0.7)], [chosen.hit, mix(chosen.hit, theme.paper, 0.45)]];
        this.fills = [...colouring.colours, ...faded(0.72), ...faded(0.5), chosen.hit, ...grounds.map(pair => this.hatch(...pair)), ...grounds.map(pair => mix(...pair, 0.35))];
        if (this.captions.font !== theme.font) this.captions.use(theme.font);
    }

    hatch(ground, stripe) {
        const tile = document.createElement("canvas"), size = 6;
        tile.width = tile.height = size;
        const context = tile.getContext("2d");
        context.fillStyle = ground;
        context.fillRect(0, 0, size, size);
        context.strokeStyle = stripe;
        context.lineWidth = 1.2;
        context.beginPath();
        for (const at of [-size, 0, size]) {
            context.moveTo(at - 1, size + 1);
            context.lineTo(at + size + 1, -1);
        }
        context.stroke();
        return this.context.createPattern(tile, "repeat");
    }

    /* Is one of the nodes that a box stands for hit, or what is beneath them and cannot be seen? */
    isHit(boxes, i, scene) {
        const { hits, hitSums } = scene, node = boxes.node[i];
        if (boxes.many[i] > 1) return hitSums[this.tree.end[boxes.last[i]]] > hitSums[node];
        return this.tree.frame[node] >= 0 && hits[this.tree.frame[node]] === 1;
    }

    /* scene {boxes, yOf(depth), focus, hits, hitSums} */
    paint(scene, context = this.context, ratio = this.ratio, width = this.width, height = this.height) {
        context.setTransform(ratio, 0, 0, ratio, 0, 0);
        context.fillStyle = this.theme.paper;
        context.fillRect(0, 0, width, height);
        this.paintBoxes(scene, context);
        this.paintTexts(scene, context);
    }

    /* By colour: changing it costs more than a box. */
    paintBoxes(scene, context) {
        const { boxes } = scene, { x, w, depth, count } = boxes, start = new Int32Array(this.fills.length + 1), keys = new Uint8Array(count), order = new Int32Array(count);
        const rows = boxes.rows.map((_, each) => scene.yOf(each));
        for (let i = 0; i < count; i++) start[(keys[i] = this.fillOf(scene, i)) + 1]++;
        for (let key = 0; key < this.fills.length; key++) start[key + 1] += start[key];
        const at = start.slice();
        for (let i = 0; i < count; i++) order[at[keys[i]]++] = i;
        for (let key = 0; key < this.fills.length; key++) {
            if (start[key] === start[key + 1]) continue;
            context.fillStyle = this.fills[key];
            for (let k = start[key]; k < start[key + 1]; k++) {
                const i = order[k];
                context.fillRect(x[i], rows[depth[i]], w[i] > GAPLESS ? w[i] - 1 : Math.max(w[i], 0.6), BOX);
            }
        }
        if (scene.hits && this.colouring.how === "diff") this.frameHits(scene, context);
    }

    /* Of a difference colours say something already. */
    frameHits(scene, context) {
        const { boxes } = scene;
        context.strokeStyle = this.looks.hit;
        context.lineWidth = 2;
        for (let i = 0; i < boxes.count; i++)
            if (boxes.many[i] === 1 && this.isHit(boxes, i, scene))
                context.strokeRect(boxes.x[i] + 1, scene.yOf(boxes.depth[i]) + 1, Math.max(boxes.w[i] - 3, 0.5), BOX - 2);
    }

    paintTexts(scene, context) {
        const { boxes } = scene;
        context.font = this.theme.font;
        context.textBaseline = "alphabetic";
        context.direction = "ltr";
        let ink = "";
        for (let i = 0; i < boxes.count; i++) {
            if (boxes.w[i] < LEAST_TEXT) continue;
            const room = boxes.w[i] - 2 * TEXT_IN, text = boxes.many[i] > 1 ? this.captions.count(boxes.many[i], room) : this.captions.fit(this.tree.name(boxes.node[i]), room);
            if (text === "") continue;
            const now = this.inkOf(scene, i);
            if (now !== ink) context.fillStyle = ink = now;
            context.fillText(text, boxes.x[i] + TEXT_IN, scene.yOf(boxes.depth[i]) + TEXT_DOWN);
        }
    }

    nameOf(boxes, i) {
        return boxes.many[i] > 1 ? many(boxes.many[i]) : this.tree.name(boxes.node[i]);
    }

    isAbove(scene, node) {
        return node < scene.focus && this.tree.end[node] > scene.focus;
    }

    /* Which of the fills. */
    fillOf(scene, i) {
        const { boxes } = scene, node = boxes.node[i], colours = this.looks.plain.length;
        const hit = scene.hits ? this.isHit(boxes, i, scene) : false, fades = scene.hits && !hit;
        if (boxes.many[i] > 1 || this.tree.frame[node] === REMAINDER)
            return 3 * colours + 1 + (boxes.w[i] < LEAST_STRIPES ? 3 : 0) + (hit ? 2 : fades ? 1 : 0);
        if (hit && this.colouring.how !== "diff") return 3 * colours;
        return this.colouring.of(node) + (fades ? colours : this.isAbove(scene, node) ? 2 * colours : 0);
    }

    inkOf(scene, i) {
        const { boxes } = scene, node = boxes.node[i], striped = boxes.many[i] > 1;
        if (scene.hits) {
            if (!this.isHit(boxes, i, scene)) return this.looks.fadedInk;
            if (this.colouring.how !== "diff" || striped) return this.looks.hitInk;
        }
        if (this.isAbove(scene, node)) return this.looks.dimmedInk;
        return this.looks.inks[this.colouring.of(node)];
    }

    /* What the pointer is on, what has the keyboard, what is called the same. */
    paintMarks(scene, { hover, current, nameId }) {
        const { above: context, ratio, theme, tree } = this, { boxes } = scene;
        context.setTransform(ratio, 0, 0, ratio, 0, 0);
        context.clearRect(0, 0, this.width, this.height);
        const frameOf = (i, colour, line) => {
            const x = boxes.x[i], w = Math.max(boxes.w[i] - (boxes.w[i] > GAPLESS ? 1 : 0), 1.5), y = scene.yOf(boxes.depth[i]);
            context.strokeStyle = colour;
            context.lineWidth = line;
            context.strokeRect(x + line / 2, y + line / 2, Math.max(w - line, 0.5), BOX - line);
        };
        if (nameId >= 0)
            for (let i = 0; i < boxes.count; i++) {
                const frame = tree.frame[boxes.node[i]];
                if (boxes.many[i] === 1 && frame >= 0 && tree.symbols.nameIds[frame] === nameId) frameOf(i, theme.ink, 1.5);
            }
        if (hover >= 0) frameOf(hover, theme.ink, 1.5);
        if (current >= 0) frameOf(current, theme.focus, 3);
    }
}
