// node flame.mjs CHROMIUM UI...: how fast the page's flame graph is: the time from a parsed answer to the first picture, and frames a
// second while it zooms and while the pointer moves, with 100,000 and 1,000,000 nodes. UI: folders with the page's files. NODE_PATH
// says where playwright-core is. The trees are made up: depth, fan-out and widths as those of large heaps.
import fs from "node:fs";
import http from "node:http";
import { createRequire } from "node:module";
import path from "node:path";

const [browserPath, ...folders] = process.argv.slice(2);
const { chromium } = createRequire(path.join(process.env.NODE_PATH, "x"))("playwright-core");
const SIZES = (process.env.NODES || "100000 1000000").split(" ").map(Number), SECONDS = Number(process.env.SECONDS || 4);

const PAGE = `<!DOCTYPE html><html lang="en"><meta charset="utf-8"><link rel="stylesheet" href="/ui/page.css"><link rel="stylesheet" href="/ui/frames.css"><script src="/ui/theme.js"></script>
<style>#place { flex: 1; min-height: 0; }</style><body><div id="heard"></div><div id="place"></div><script type="module" src="/bench.js"></script></body></html>`;

// In the page.
const SCRIPT = `
import { mountFlame } from "/ui/flame.js";

/* A node's descendants are parted unevenly among one to eight children, as calls are; 4,000 functions in 60 packages. */
function makeData(count) {
    let seed = 12345;
    const random = () => (seed = Math.imul(seed, 1664525) + 1013904223 >>> 0) / 4294967296;
    const FUNCTIONS = 4000, DEEPEST = 60, strings = [""], nodes = { depth: [], frame: [] }, self = [], parents = [];
    for (let i = 0; i < FUNCTIONS; i++) strings.push("example.com/package" + i % 60 + ".(*Type" + i % 7 + ").method" + i);
    const stack = [[count, 0, -1]];
    while (stack.length > 0) {
        const [size, depth, parent] = stack.pop(), node = nodes.depth.length, parts = [];
        nodes.depth.push(depth);
        nodes.frame.push(depth === 0 ? -1 : Math.floor(random() ** 2 * FUNCTIONS));
        parents.push(parent);
        let left = size - 1;
        self.push(left === 0 || random() < 0.1 ? 1 + Math.floor(1 / (random() + 1e-3)) : 0);
        while (left > 0) {
            const part = depth >= DEEPEST ? 1 : random() < 0.4 || parts.length === 7 ? left : Math.max(1, Math.floor(left * random()));
            parts.push(part);
            left -= part;
        }
        for (const part of parts.sort((x, y) => x - y)) stack.push([part, depth + 1, node]);
    }
    nodes.inlined = "0".repeat(self.length);
    const total = self.slice();
    for (let i = self.length - 1; i > 0; i--) total[parents[i]] += total[i];
    const none = new Array(FUNCTIONS).fill(0);
    return { types: [{ type: "cpu", unit: "nanoseconds" }], shown: 0, total: total[0], diff: false, pruned: 0, saturated: false, notes: [], strings,
        frames: { name: none.map((_, i) => i + 1), file: none, line: none, module: none }, nodes, remainders: { node: [], count: [] }, values: [{ self, total }] };
}

const frame = () => new Promise(requestAnimationFrame);
const sorted = list => list.slice().sort((a, b) => a - b);

/* Calls each(i) once a frame for some seconds; {fps, median, p95} of the times between frames. */
async function run(seconds, each) {
    const times = [];
    let last = await frame(), i = 0;
    const end = last + seconds * 1000;
    while (last < end) {
        each(i++);
        const now = await frame();
        times.push(now - last);
        last = now;
    }
    const order = sorted(times);
    return { fps: 1000 * times.length / times.reduce((a, b) => a + b), median: order[order.length >> 1], p95: order[Math.floor(order.length * 0.95)] };
}

window.measure = async (count, seconds) => {
    const text = JSON.stringify(makeData(count)), parsing = performance.now(), data = JSON.parse(text), place = document.getElementById("place");
    const parsed = performance.now() - parsing;
    await frame();
    const begin = performance.now(), view = mountFlame(place, { data, options: {} });
    const made = performance.now() - begin;
    await frame();
    const first = performance.now() - begin;
    const scroller = document.querySelector(".flame-scroll"), box = scroller.getBoundingClientRect();
    const boxes = view.testState().frames.length;
    const idle = await run(1, () => {});
    const wide = view.testState().frames.filter(each => each.many === 1 && each.w > 12 && each.depth > 0);
    const pathOf = node => { const names = []; for (let d = data.nodes.depth[node], i = node; d > 0; d--) { while (data.nodes.depth[i] !== d) i--; names.unshift(data.strings[data.frames.name[data.nodes.frame[i]]]); } return names; };
    const paths = wide.slice(0, 400).filter((_, i) => i % 8 === 0).map(each => pathOf(each.node));
    const zooming = await run(seconds, i => { if (i % 12 === 0) view.zoom(i % 24 === 0 ? paths[(i / 24) % paths.length] : []); });
    view.zoom([]);
    const hovering = await run(seconds, i => scroller.dispatchEvent(new PointerEvent("pointermove", { pointerType: "mouse", bubbles: true,
        clientX: box.left + (i * 37) % box.width, clientY: box.top + (i * 23) % box.height })));
    const wheeling = await run(seconds, i => scroller.dispatchEvent(new WheelEvent("wheel", { ctrlKey: true, deltaY: i % 80 < 40 ? -60 : 60, bubbles: true, cancelable: true,
        clientX: box.left + box.width * 0.3, clientY: box.top + 40 })));
    const searching = performance.now();
    await view.search("method1.*7");
    const searched = performance.now() - searching;
    view.destroy();
    return { bytes: text.length, parsed, made, first, boxes, idle, zooming, hovering, wheeling, searched };
};
window.ready = true;`;

const types = { ".js": "text/javascript", ".css": "text/css" };
const server = http.createServer((request, response) => {
    const name = new URL(request.url, "http://x").pathname, file = folders.map(folder => path.join(folder, path.basename(name))).find(each => fs.existsSync(each));
    const [type, body] = name === "/" ? ["text/html", PAGE] : name === "/bench.js" ? ["text/javascript", SCRIPT] : file ? [types[path.extname(file)], fs.readFileSync(file)] : ["text/plain", ""];
    response.writeHead(body === "" ? 404 : 200, { "Content-Type": type });
    response.end(body);
});
await new Promise(resolve => server.listen(0, "127.0.0.1", resolve));
const browser = await chromium.launch({ executablePath: browserPath, args: ["--no-sandbox"] });
const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
page.on("pageerror", error => console.error(error.stack));
for (const size of SIZES) {
    await page.goto(`http://127.0.0.1:${server.address().port}/`);
    await page.waitForFunction(() => window.ready);
    const session = process.env.PROFILE ? await page.context().newCDPSession(page) : null;
    if (session) {
        await session.send("Profiler.enable");
        await session.send("Profiler.start");
    }
    const { bytes, parsed, made, first, boxes, idle, zooming, hovering, wheeling, searched } = await page.evaluate(args => measure(...args), [size, SECONDS]);
    if (session) fs.writeFileSync(process.env.PROFILE, JSON.stringify((await session.send("Profiler.stop")).profile));
    console.log(`${size.toLocaleString("en-GB")} nodes, ${(bytes / 1e6).toFixed(1)} MB of JSON (parsed in ${parsed.toFixed(0)} ms), ${boxes} boxes drawn`);
    console.log(`  from the data to the first picture   ${first.toFixed(0)} ms (${made.toFixed(0)} ms of script)`);
    for (const [name, { fps, median, p95 }] of Object.entries({ "nothing moves": idle, zooming, hovering, "wheel": wheeling }))
        console.log(`  ${name.padEnd(36)} ${fps.toFixed(0)} frames/s, a frame ${median.toFixed(1)} ms (median), ${p95.toFixed(1)} ms (95 %)`);
    console.log(`  a search of all names, marked        ${searched.toFixed(0)} ms`);
}
await browser.close();
server.close();
