/* Which boxes are seen: those of the rows in sight, and of each row those between the left and the right edge, found by
   binary search; so a picture of a million nodes costs what it shows. Neighbours that are too thin to be seen become one
   box that says how many they are: none is lost, and none is looked at one by one. Pure. */

/* Pixels: what is thinner is put together; in motion, and of very many, nobody reads that closely. */
export const THIN = 1.5, THIN_COARSE = 3;
const APART = 0.75, FINGER = 1;

export class Boxes {
    constructor() {
        this.room = 0;
        this.grow(1 << 12);
        this.clear();
    }

    clear() {
        this.count = 0;
        this.rows = []; /* by depth: the first box, and behind the last */
    }

    grow(room) {
        for (const [key, Type] of [["node", Int32Array], ["last", Int32Array], ["many", Int32Array], ["depth", Int32Array],
            ["x", Float32Array], ["w", Float32Array]]) {
            const wider = new Type(room);
            if (this[key]) wider.set(this[key]);
            this[key] = wider;
        }
        this.room = room;
    }

    /* `node` is the first, `last` the last of `many`. */
    push(node, last, many, depth, x, w) {
        if (this.count === this.room) this.grow(this.room * 2);
        const i = this.count++;
        this.node[i] = node;
        this.last[i] = last;
        this.many[i] = many;
        this.depth[i] = depth;
        this.x[i] = x;
        this.w[i] = w;
    }

    /* The box at a place, -1 if there is none. One that is thinner than a pixel is met by its pixel. */
    at(depth, x) {
        const row = this.rows[depth];
        if (!row) return -1;
        let low = row[0], high = row[1];
        while (low < high) {
            const middle = low + high >> 1;
            if (this.x[middle] <= x) low = middle + 1;
            else high = middle;
        }
        const i = low - 1;
        return i >= row[0] && x < this.x[i] + Math.max(this.w[i], FINGER) ? i : -1;
    }

    /* The box in which a node is drawn, -1: it is out of sight. */
    of(node, depth) {
        const row = this.rows[depth];
        if (!row) return -1;
        let low = row[0], high = row[1];
        while (low < high) {
            const middle = low + high >> 1;
            if (this.node[middle] <= node) low = middle + 1;
            else high = middle;
        }
        const i = low - 1;
        return i >= row[0] && this.last[i] >= node ? i : -1;
    }
}

/* In [low, high) the first of a row's nodes whose left is at or beyond x. */
function firstAt(tree, nodes, low, high, x) {
    while (low < high) {
        const middle = low + high >> 1;
        if (tree.left[nodes[middle]] < x) low = middle + 1;
        else high = middle;
    }
    return low;
}

/* The same from `low` on, where it is likely to be near. */
function nextAt(tree, nodes, low, high, x) {
    let step = 1, end = low;
    while (end < high && tree.left[nodes[end]] < x) {
        low = end + 1;
        end += step;
        step *= 2;
    }
    return firstAt(tree, nodes, low, Math.min(end, high), x);
}

/* The nearest node above that is not thin itself: boxes that stand for many end where its children do. */
function stemOf(tree, node, least) {
    let above = tree.parent[node];
    while (above > 0 && tree.width[above] < least) above = tree.parent[above];
    return above;
}

function layOutRow(tree, depth, view, pixels, boxes, thin) {
    const { start, nodes } = tree.levels, { left, width } = tree, { x0, x1 } = view;
    const scale = pixels / (x1 - x0), least = thin / scale, high = start[depth + 1];
    let k = Math.max(start[depth], firstAt(tree, nodes, start[depth], high, x0) - 1);
    let stem = -1, right = -Infinity; /* of the box before, if it stands for thin ones */
    while (k < high) {
        const node = nodes[k], x = (left[node] - x0) * scale, w = width[node] * scale;
        if (x >= pixels) break;
        if (!(w > 0) || x + w <= 0) {
            k++;
        } else if (w >= thin) {
            const from = Math.max(x, 0);
            boxes.push(node, node, 1, depth, from, Math.min(x + w, pixels) - from);
            stem = -1;
            k++;
        } else {
            /* Everything that begins within as much as is thin, and beneath the same; only the last of them can be wide. */
            const above = stemOf(tree, node, least), i = boxes.count - 1;
            let to = nextAt(tree, nodes, k + 1, high, Math.min(left[node] + least, left[above] + width[above]));
            if (to > k + 1 && width[nodes[to - 1]] >= least) to--;
            const last = nodes[to - 1], end = (left[last] + width[last] - x0) * scale;
            if (stem === above && x - right < APART) {
                boxes.last[i] = last;
                boxes.many[i] += to - k;
                boxes.w[i] = end - boxes.x[i];
            } else boxes.push(node, last, to - k, depth, x, end - x);
            stem = above;
            right = end;
            k = to;
        }
    }
}

/* view {x0, x1}: shares of the whole, pixels wide. Rows are depths from first to last. */
export function layOut(tree, view, pixels, first, last, boxes, thin = THIN) {
    boxes.clear();
    if (tree.isEmpty) return boxes;
    last = Math.min(last, tree.levels.start.length - 2);
    for (let depth = Math.max(first, 0); depth <= last; depth++) {
        const from = boxes.count;
        layOutRow(tree, depth, view, pixels, boxes, thin);
        boxes.rows[depth] = [from, boxes.count];
    }
    return boxes;
}
