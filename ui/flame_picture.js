/* The whole picture as a PNG; and what is drawn, for tests. */
import { ROW } from "./flame_draw.js";
import { Boxes, layOut } from "./flame_layout.js";

const MOST_PIXELS = 12000;

/* All rows at the present zoom. Resolves to a Blob. */
export async function pictureOf(flame) {
    const { painter, tree, lens, options } = flame, boxes = new Boxes(), width = painter.width, first = flame.first;
    const height = Math.min(flame.rows * ROW + 2, MOST_PIXELS), ratio = Math.min(painter.ratio, MOST_PIXELS / Math.max(height, width));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    layOut(tree, lens.view, width, first, flame.rows - 1 + first, boxes);
    const yOf = depth => options.icicle ? (depth - first) * ROW : height - (depth - first + 1) * ROW;
    painter.paint({ ...flame.scene, boxes, yOf }, canvas.getContext("2d"), ratio, width, height);
    return new Promise(resolve => { canvas.toBlob(resolve, "image/png"); });
}

/* Places are in the window. A box of many has the sums of them. */
export function stateOf(flame) {
    const { tree, boxes, lens, painter } = flame;
    const at = flame.canvas.getBoundingClientRect(), frames = [];
    for (let i = 0; tree && !tree.isEmpty && i < boxes.count; i++) {
        const node = boxes.node[i], many = boxes.many[i];
        frames.push({ name: painter.nameOf(boxes, i), x: at.left + boxes.x[i], y: at.top + flame.yOf(boxes.depth[i]), w: boxes.w[i], h: ROW,
            depth: boxes.depth[i], self: tree.self[node], total: tree.total[node], many, node, hit: flame.hits ? painter.isHit(boxes, i, flame.scene) : false,
            colour: painter.colouring.colours[painter.colouring.of(node)], ...(tree.isDiff ? { baseTotal: tree.baseTotal[node] } : {}) });
    }
    return { frames, nodes: tree ? tree.count : 0, path: tree ? tree.path(lens.focus) : [], view: lens.view, moving: Boolean(lens.motion || flame.asked || flame.rest || flame.beside),
        share: flame.share, inner: flame.inner, current: tree && flame.current >= 0 ? tree.name(flame.current) : null,
        hover: flame.hover >= 0 ? painter.nameOf(boxes, flame.hover) : null };
}
