/* Pointer, fingers, wheel and keyboard of the flame graph.

   A click zooms, a long press or the right button opens the menu, dragging moves sideways, Ctrl with the wheel and two
   fingers zoom freely. Arrows walk, Enter zooms, Escape goes back. */
import { openMenu } from "./popup.js";

const DRAGGED = 4, PRESS_MS = 500, WHEEL = 0.0022, TOLD_MS = 250;

/* What can be done with a frame: [action, text, key] */
const ACTIONS = [["focus", "Focus on it", "keep stacks with it"], ["ignore", "Ignore it", "drop stacks with it"], "-", ["show_from", "Start at it", "drop what is above"],
    ["hide", "Hide it", "leave the frame out"], ["show", "Show only it", "leave other frames out"], "-", ["sandwich", "Callers and callees", "sandwich"], "-",
    ["copy-name", "Copy its name", ""], ["copy-stack", "Copy the stack", ""]];

/* The menu of a frame at a place; other views have it too. `back` gets the focus afterwards. */
export function openActions(on, frame, place, back, zoom = null) {
    const items = [{ heading: frame.name.slice(0, 120) }];
    if (zoom) items.push({ text: "Zoom", more: "click", run: zoom });
    if (on.menu)
        for (const action of ACTIONS) {
            if (action[0] === "copy-stack" && !frame.path) continue;
            items.push(action === "-" ? "-" : { text: action[1], more: action[2], run: () => on.menu(frame, action[0]) });
        }
    const anchor = { getBoundingClientRect: () => place, isConnected: true, focus: () => back.focus({ preventScroll: true }), closest: selector => back.closest(selector) };
    openMenu(anchor, "Frame", items);
}

function menuAt(flame, node, place) {
    flame.tip.hide();
    openActions(flame.tree.frame[node] >= 0 ? flame.on : {}, { ...flame.info(node), name: flame.tree.symbols.name(flame.tree.frame[node]) }, place,
        flame.mirror.element, () => flame.zoomTo(node));
}

class Input {
    constructor(flame) {
        this.flame = flame;
        this.fingers = new Map();
    }

    place(event) {
        const box = this.flame.canvas.getBoundingClientRect();
        return { x: event.clientX - box.left, y: event.clientY - box.top };
    }

    boxAt(event) {
        const { flame } = this, { x, y } = this.place(event);
        if (!flame.tree || flame.tree.isEmpty || y < 0 || y > flame.painter.height) return -1;
        return flame.boxes.at(flame.depthAt(y), x);
    }

    /* --- pointer ------------------------------------------------------------------------------------------ */

    hover(event) {
        const { flame } = this, i = this.boxAt(event);
        if (i !== flame.hover) {
            flame.hover = i;
            flame.mark();
            flame.scroller.style.cursor = i >= 0 ? "pointer" : "";
            flame.on.hover?.(i >= 0 && flame.boxes.many[i] === 1 ? flame.info(flame.boxes.node[i]) : null);
        }
        if (i < 0) flame.tip.hide();
        else if (flame.boxes.many[i] > 1) flame.tip.showMany(flame.words, flame.boxes, i, event.clientX, event.clientY);
        else flame.tip.show(flame.words, flame.boxes.node[i], flame.lens.focus, event.clientX, event.clientY);
    }

    leave() {
        const { flame } = this;
        flame.tip.hide();
        flame.hover = -1;
        if (flame.tree && !flame.tree.isEmpty) flame.mark();
        flame.on.hover?.(null);
    }

    down(event) {
        if (event.button !== 0) return;
        this.fingers.set(event.pointerId, event);
        this.start = event;
        this.isDrag = this.isPinch = false;
        if (this.fingers.size === 2) this.beginPinch();
        clearTimeout(this.press);
        if (event.pointerType !== "mouse") this.press = setTimeout(() => this.longPress(event), PRESS_MS);
    }

    longPress(event) {
        if (this.fingers.size !== 1 || this.isDrag) return;
        this.fingers.clear();
        this.menu(event);
    }

    move(event) {
        const { flame } = this, before = this.fingers.get(event.pointerId);
        if (!before) return event.pointerType === "mouse" && event.buttons === 0 ? this.hover(event) : undefined;
        this.fingers.set(event.pointerId, event);
        if (this.isPinch) return this.pinch();
        if (!this.isDrag && Math.hypot(event.clientX - this.start.clientX, event.clientY - this.start.clientY) < DRAGGED) return undefined;
        clearTimeout(this.press);
        if (!this.isDrag) flame.scroller.setPointerCapture(event.pointerId);
        this.isDrag = true;
        flame.tip.hide();
        const { x0, x1 } = flame.lens.goal;
        if (!flame.lens.isWhole) flame.lens.shift((before.clientX - event.clientX) / flame.painter.width * (x1 - x0));
        if (event.pointerType === "mouse") flame.scroller.scrollTop += before.clientY - event.clientY;
        return undefined;
    }

    up(event) {
        clearTimeout(this.press);
        if (!this.fingers.delete(event.pointerId)) return;
        if (this.isDrag || this.isPinch) {
            if (this.fingers.size === 0) this.tell();
            return;
        }
        const i = event.type === "pointerup" ? this.boxAt(event) : -1, { flame } = this;
        if (i < 0) return;
        const node = flame.boxes.node[i], many = flame.boxes.many[i];
        flame.tip.hide();
        flame.mirror.element.focus({ preventScroll: true });
        flame.zoomBox(i);
        if (many === 1) flame.on.select?.(flame.tree.symbols.name(flame.tree.frame[node]));
    }

    middle() {
        const [a, b] = [...this.fingers.values()], box = this.flame.canvas.getBoundingClientRect();
        return { x: (a.clientX + b.clientX) / 2 - box.left, apart: Math.max(20, Math.abs(a.clientX - b.clientX)) };
    }

    beginPinch() {
        const { x, apart } = this.middle(), { view } = this.flame.lens;
        clearTimeout(this.press);
        this.isPinch = true;
        this.pinched = { apart, size: view.x1 - view.x0, at: view.x0 + x / this.flame.painter.width * (view.x1 - view.x0) };
    }

    pinch() {
        if (this.fingers.size < 2) return;
        const { x, apart } = this.middle(), size = Math.min(1, this.pinched.size * this.pinched.apart / apart);
        const x0 = this.pinched.at - x / this.flame.painter.width * size;
        this.flame.lens.range(x0, x0 + size);
    }

    wheel(event) {
        const { flame } = this, { lens } = flame, sideways = event.shiftKey ? event.deltaY || event.deltaX : event.deltaX;
        const { x0, x1 } = lens.goal, pixels = event.deltaMode === 1 ? 18 : 1;
        if (event.ctrlKey || event.metaKey)
            lens.scale(Math.exp(event.deltaY * pixels * WHEEL), x0 + this.place(event).x / flame.painter.width * (x1 - x0));
        else if (!lens.isWhole && Math.abs(sideways) > (event.shiftKey ? 0 : Math.abs(event.deltaY)))
            lens.shift(sideways * pixels / flame.painter.width * (x1 - x0));
        else return;
        event.preventDefault();
        this.tell();
    }

    /* Once a free zoom has come to rest. */
    tell() {
        clearTimeout(this.telling);
        this.telling = setTimeout(() => {
            if (!this.flame.isGone) this.flame.told();
        }, TOLD_MS);
    }

    menu(event) {
        const { flame } = this, i = this.boxAt(event);
        if (i < 0 || flame.boxes.many[i] > 1) return;
        flame.current = flame.boxes.node[i];
        flame.mirrored();
        menuAt(flame, flame.current, { left: event.clientX, right: event.clientX, top: event.clientY, bottom: event.clientY });
    }

    /* --- keyboard ----------------------------------------------------------------------------------------- */

    /* Where an arrow leads; the node itself if there is nothing. */
    next(key) {
        const { flame } = this, { tree, boxes, lens } = flame, node = flame.current, depth = tree.depth[node];
        const inward = flame.options.icicle ? "ArrowDown" : "ArrowUp", outward = flame.options.icicle ? "ArrowUp" : "ArrowDown";
        if (key === "Home") return lens.focus;
        if (key === outward) return node > flame.first ? tree.parent[node] : node;
        if (key === inward) {
            const way = node !== lens.focus && tree.isInside(lens.focus, node) ? tree.ancestors(lens.focus) : null;
            return way ? way[depth] : tree.children(node)[0] ?? node;
        }
        const step = key === "ArrowRight" ? 1 : -1, i = boxes.of(node, depth), row = boxes.rows[depth];
        if (i < 0 || !row || i + step < row[0] || i + step >= row[1]) return node;
        return boxes.node[i + step];
    }

    walk(node) {
        const { flame } = this;
        flame.current = node;
        flame.reveal(flame.tree.depth[node]);
        flame.paint(performance.now());
        const i = flame.boxes.of(node, flame.tree.depth[node]);
        if (i < 0) return flame.tip.hide();
        const box = this.boxPlace(i);
        if (flame.boxes.many[i] > 1) flame.tip.showMany(flame.words, flame.boxes, i, box.left, box.bottom - 16);
        else flame.tip.show(flame.words, node, flame.lens.focus, box.left, box.bottom - 16);
        flame.on.hover?.(flame.info(node));
        return undefined;
    }

    boxPlace(i) {
        const { flame } = this, at = flame.canvas.getBoundingClientRect(), left = at.left + flame.boxes.x[i], top = at.top + flame.yOf(flame.boxes.depth[i]);
        return { left, right: left + flame.boxes.w[i], top, bottom: top + 18 };
    }

    key(event) {
        const { flame } = this;
        if (!flame.tree || flame.tree.isEmpty || event.altKey || event.metaKey || event.ctrlKey) return;
        const i = flame.boxes.of(flame.current, flame.tree.depth[flame.current]);
        if (event.key.startsWith("Arrow") || event.key === "Home") this.walk(this.next(event.key));
        else if (event.key === "Enter" || event.key === " ") {
            flame.tip.hide();
            if (i >= 0) flame.zoomBox(i);
            else flame.zoomTo(flame.current);
            flame.on.select?.(flame.tree.symbols.name(flame.tree.frame[flame.current]));
        } else if (event.key === "Escape" || event.key === "Backspace") {
            flame.tip.hide();
            if (!flame.back()) return;
        } else if (event.key === "ContextMenu" || event.key === "F10" && event.shiftKey) {
            flame.reveal(flame.tree.depth[flame.current]);
            flame.paint(performance.now());
            const now = flame.boxes.of(flame.current, flame.tree.depth[flame.current]);
            if (now >= 0) menuAt(flame, flame.current, this.boxPlace(now));
        } else return;
        event.preventDefault();
        event.stopPropagation();
    }
}

/* Returns what takes the listeners away that are not the flame's own elements'. */
export function listen(flame) {
    const input = new Input(flame), { scroller, element, mirror } = flame;
    const hear = (target, name, fn, options) => target.addEventListener(name, fn, options);
    hear(scroller, "pointermove", event => input.move(event));
    hear(scroller, "pointerdown", event => input.down(event));
    for (const name of ["pointerup", "pointercancel"]) hear(scroller, name, event => input.up(event));
    hear(scroller, "pointerleave", () => input.leave());
    hear(scroller, "wheel", event => input.wheel(event), { passive: false });
    hear(scroller, "contextmenu", event => {
        event.preventDefault();
        input.menu(event);
    });
    hear(mirror.element, "keydown", event => input.key(event));
    for (const name of ["focus", "blur"])
        hear(mirror.element, name, () => {
            element.classList.toggle("flame-focused", name === "focus");
            if (name === "blur") input.leave();
            flame.needs();
        });
    return () => {
        clearTimeout(input.telling);
        clearTimeout(input.press);
    };
}
