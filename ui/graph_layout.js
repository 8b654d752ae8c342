/* Places nodes of a call graph in layers, callers above callees, after Sugiyama, Tagawa and Toda: break cycles, give layers,
   order each layer so that few edges cross, then straighten. Pure; takes {w, h} of nodes and {from, to, size} of edges. */

const GAP_X = 22, GAP_Y = 46, SWEEPS = 14, STRAIGHTEN = 24, DUMMY = 10;

/* Marks what would lead back up: met again while it is still on the way. */
function breakCycles(count, edges) {
    const out = Array.from({ length: count }, () => []), into = new Int32Array(count), state = new Uint8Array(count);
    for (const edge of edges) {
        out[edge.from].push(edge);
        into[edge.to]++;
    }
    for (const list of out) list.sort((a, b) => b.size - a.size);
    const visit = first => {
        const stack = [[first, 0]];
        state[first] = 1;
        while (stack.length > 0) {
            const top = stack[stack.length - 1], edge = out[top[0]][top[1]++];
            if (!edge) {
                state[top[0]] = 2;
                stack.pop();
            } else if (state[edge.to] === 1) edge.isBack = true;
            else if (state[edge.to] === 0) {
                state[edge.to] = 1;
                stack.push([edge.to, 0]);
            }
        }
    };
    const order = [...into.keys()].sort((a, b) => into[a] - into[b]);
    for (const node of order) if (state[node] === 0) visit(node);
}

/* The longest way from the top. */
function giveLayers(count, edges) {
    const layer = new Int32Array(count), into = new Int32Array(count), out = Array.from({ length: count }, () => []);
    for (const edge of edges) {
        out[edge.top].push(edge.bottom);
        into[edge.bottom]++;
    }
    const queue = [...into.keys()].filter(node => into[node] === 0);
    for (let i = 0; i < queue.length; i++)
        for (const next of out[queue[i]]) {
            layer[next] = Math.max(layer[next], layer[queue[i]] + 1);
            if (--into[next] === 0) queue.push(next);
        }
    return layer;
}

/* Edges over several layers get a place in each. */
function addDummies(items, layers, edges) {
    for (const edge of edges) {
        edge.chain = [edge.top];
        for (let layer = items[edge.top].layer + 1; layer < items[edge.bottom].layer; layer++) {
            edge.chain.push(items.length);
            layers[layer].push(items.length);
            items.push({ w: DUMMY, h: 0, layer, up: [], down: [], isDummy: true });
        }
        edge.chain.push(edge.bottom);
        for (let i = 1; i < edge.chain.length; i++) {
            items[edge.chain[i - 1]].down.push(edge.chain[i]);
            items[edge.chain[i]].up.push(edge.chain[i - 1]);
        }
    }
}

function crossings(items, layers) {
    let count = 0;
    for (const layer of layers) {
        const ends = layer.flatMap(i => items[i].down.map(j => items[j].rank).sort((a, b) => a - b));
        for (let a = 0; a < ends.length; a++) for (let b = a + 1; b < ends.length; b++) count += ends[a] > ends[b];
    }
    return count;
}

function rank(items, layers) {
    for (const layer of layers) layer.forEach((item, i) => { items[item].rank = i; });
}

/* Each where the middle of its neighbours is, layer by layer, down and up; the best is kept. */
function orderLayers(items, layers) {
    let best = layers.map(layer => layer.slice()), least = Infinity;
    rank(items, layers);
    for (let sweep = 0; sweep < SWEEPS && least > 0; sweep++) {
        const down = sweep % 2 === 0;
        for (const layer of down ? layers : layers.slice().reverse()) {
            const middle = new Map(layer.map(i => {
                const near = items[i][down ? "up" : "down"];
                return [i, near.length > 0 ? near.reduce((sum, j) => sum + items[j].rank, 0) / near.length : items[i].rank];
            }));
            layer.sort((a, b) => middle.get(a) - middle.get(b) || items[a].rank - items[b].rank);
            layer.forEach((item, i) => { items[item].rank = i; });
        }
        const count = crossings(items, layers);
        if (count >= least) continue;
        least = count;
        best = layers.map(layer => layer.slice());
    }
    rank(items, best);
    return best;
}

const apart = (items, a, b) => (items[a].w + items[b].w) / 2 + (items[a].isDummy && items[b].isDummy ? DUMMY : GAP_X);

/* Moves a layer towards where its items want to be; what would overlap gives way to both sides alike. */
function settle(items, layer, wanted) {
    const left = layer.map((item, i) => wanted[i]), right = left.slice();
    for (let i = 1; i < layer.length; i++) left[i] = Math.max(left[i], left[i - 1] + apart(items, layer[i - 1], layer[i]));
    for (let i = layer.length - 2; i >= 0; i--) right[i] = Math.min(right[i], right[i + 1] - apart(items, layer[i], layer[i + 1]));
    layer.forEach((item, i) => { items[item].x = (left[i] + right[i]) / 2; });
}

function straighten(items, layers) {
    for (const layer of layers) settle(items, layer, layer.map((item, i) => i * 100 - layer.length * 50));
    for (let round = 0; round < STRAIGHTEN; round++)
        for (const layer of round % 2 === 0 ? layers : layers.slice().reverse()) {
            const wanted = layer.map(item => {
                const near = round % 4 < 2 ? [...items[item].up, ...items[item].down] : items[item][round % 2 === 0 ? "up" : "down"];
                return near.length > 0 ? near.reduce((sum, j) => sum + items[j].x, 0) / near.length : items[item].x;
            });
            settle(items, layer, wanted);
        }
}

/* {places: [{x, y}], routes: [[{x, y}...] or null, a self call], width, height}; x and y are of middles. */
export function layOutGraph(nodes, edges) {
    const items = nodes.map(({ w, h }) => ({ w, h, up: [], down: [] })), own = edges.map(edge => ({ ...edge })), between = own.filter(edge => edge.from !== edge.to);
    breakCycles(nodes.length, between);
    for (const edge of between) [edge.top, edge.bottom] = edge.isBack ? [edge.to, edge.from] : [edge.from, edge.to];
    const layer = giveLayers(nodes.length, between);
    let layers = Array.from({ length: nodes.length > 0 ? Math.max(...layer) + 1 : 0 }, () => []);
    items.forEach((item, i) => {
        item.layer = layer[i];
        layers[layer[i]].push(i);
    });
    addDummies(items, layers, between);
    layers = orderLayers(items, layers);
    straighten(items, layers);
    let y = 0;
    for (const each of layers) {
        const height = Math.max(...each.map(i => items[i].h));
        for (const i of each) items[i].y = y + height / 2;
        y += height + GAP_Y;
    }
    const leftmost = Math.min(0, ...items.map(item => item.x - item.w / 2)), rightmost = Math.max(0, ...items.map(item => item.x + item.w / 2));
    for (const item of items) item.x -= leftmost;
    const routes = own.map(edge => {
        if (edge.from === edge.to) return null;
        const points = edge.chain.map(i => ({ x: items[i].x, y: items[i].y }));
        points[0].y += items[edge.top].h / 2;
        points[points.length - 1].y -= items[edge.bottom].h / 2;
        return edge.isBack ? points.reverse() : points;
    });
    return { places: items.slice(0, nodes.length).map(({ x, y: middle, layer: row }) => ({ x, y: middle, layer: row })), routes, width: rightmost - leftmost, height: Math.max(0, y - GAP_Y) };
}
