/* The whole picture, small, with a window on what is seen: for deep zooms. The window can be dragged, a click moves it. It
   is always there, so that nothing moves under the pointer when a zoom begins. */
import { make } from "./dom.js";
import { Boxes, layOut } from "./flame_layout.js";

const HEIGHT = 34, MOST_ROW = 3, LEAST_WINDOW = 8;

export class Minimap {
    /* moved(x0, x1, isOver): the window was dragged there */
    constructor(moved) {
        this.canvas = make("canvas", { class: "flame-map-canvas", "aria-hidden": "true" });
        this.window = make("div", { class: "flame-map-window" });
        this.element = make("div", { class: "flame-map", hidden: true }, this.canvas, this.window);
        this.boxes = new Boxes();
        this.moved = moved;
        this.view = { x0: 0, x1: 1 };
        this.element.addEventListener("pointerdown", event => this.begin(event));
        this.element.addEventListener("pointermove", event => this.drag(event));
        for (const name of ["pointerup", "pointercancel"]) this.element.addEventListener(name, event => this.drop(event));
    }

    begin(event) {
        const at = this.at(event), { x0, x1 } = this.view, half = (x1 - x0) / 2;
        this.grip = at >= x0 && at <= x1 ? at - x0 : half;
        this.element.setPointerCapture(event.pointerId);
        this.drag(event);
        event.preventDefault();
    }

    at(event) {
        const box = this.element.getBoundingClientRect();
        return (event.clientX - box.left) / (box.width || 1);
    }

    drag(event, isOver = false) {
        if (this.grip === undefined) return;
        const size = this.view.x1 - this.view.x0, x0 = Math.max(0, Math.min(1 - size, this.at(event) - this.grip));
        this.moved(x0, x0 + size, isOver);
    }

    drop(event) {
        this.drag(event, true);
        this.grip = undefined;
    }

    /* Draws when the tree or its looks have changed; `key` tells. */
    show(tree, painter, view, isFlame, key) {
        this.view = view;
        this.element.hidden = tree.isEmpty;
        this.element.classList.toggle("flame-map-whole", view.x1 - view.x0 > 0.9999);
        const width = this.element.clientWidth;
        if (this.key !== key || this.width !== width) this.draw(tree, painter, width, isFlame);
        this.key = key;
        const least = LEAST_WINDOW / (width || 1), size = Math.max(view.x1 - view.x0, least);
        this.window.style.left = Math.min(view.x0, 1 - size) * 100 + "%";
        this.window.style.width = size * 100 + "%";
    }

    draw(tree, painter, width, isFlame) {
        const ratio = devicePixelRatio || 1, rows = tree.levels.start.length - 1, row = Math.min(MOST_ROW, HEIGHT / rows);
        this.width = width;
        this.canvas.width = Math.round(width * ratio);
        this.canvas.height = Math.round(HEIGHT * ratio);
        const context = this.canvas.getContext("2d");
        context.scale(ratio, ratio);
        layOut(tree, { x0: 0, x1: 1 }, width, 0, rows - 1, this.boxes);
        const { boxes } = this;
        for (let i = 0; i < boxes.count; i++) {
            context.fillStyle = painter.looks.plain[painter.colouring.of(boxes.node[i])];
            const y = isFlame ? HEIGHT - (boxes.depth[i] + 1) * row : boxes.depth[i] * row;
            context.fillRect(boxes.x[i], y, Math.max(boxes.w[i], 0.5), row);
        }
    }
}
