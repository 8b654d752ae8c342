// node flame.mjs CHROMIUM URL DIRECTORY: mounts the views of call trees that the collector at URL serves, in Chromium, with what
// the engine says of real profiles (DIRECTORY/NAME.json, NAME.top.json), and does with them what a person would. NODE_PATH says
// where playwright-core is. A line for each thing that held; exit code 1 with the reason if one did not.
import assert from "node:assert/strict";
import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import flame from "./flame_checks.mjs";
import views from "./flame_views.mjs";

const [browserPath, base, directory] = process.argv.slice(2);
const require = createRequire(path.join(process.env.NODE_PATH, "x"));
const { chromium } = require("playwright-core");

const PAGE = `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>views</title><link rel="stylesheet" href="ui/page.css"><link rel="stylesheet" href="ui/frames.css">
<link rel="stylesheet" href="given/page.css"><script src="ui/theme.js"></script><script type="module" src="given/page.js"></script></head><body><div id="heard" aria-live="polite"></div><main id="place"></main></body></html>`;
const STYLE = "#place { flex: 1; min-height: 0; display: block; }";
// show("flame", "cpu", {...}) mounts a view; events are kept.
const SCRIPT = `
const kept = {}, mounts = {};
for (const name of ["flame", "table", "tree", "sandwich", "graph"]) mounts[name] = (await import("../ui/" + name + ".js"))["mount" + name[0].toUpperCase() + name.slice(1)];
window.show = async (what, name, options = {}, more = {}) => {
    kept[name] ||= await (await fetch("given/" + name + ".json")).json();
    window.view?.destroy();
    window.events = [];
    const on = {};
    for (const each of ["zoom", "hover", "select", "menu", "sort"]) on[each] = (...args) => events.push([each, ...args]);
    window.data = kept[name];
    window.view = mounts[what](document.getElementById("place"), { data: kept[name], options, on, ...more });
};
window.still = async () => {
    for (let i = 0; i < 200; i++) {
        await new Promise(resolve => requestAnimationFrame(resolve));
        const state = view.testState();
        if (![state, state.callers, state.callees].some(each => each?.moving)) return;
    }
    throw new Error("the picture does not come to rest");
};
window.ready = true;`;
const POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' blob: data:; worker-src 'self'";

const browser = await chromium.launch({ executablePath: browserPath, args: ["--no-sandbox"] });
const context = await browser.newContext({ viewport: { width: 1200, height: 700 }, hasTouch: true, reducedMotion: "reduce", baseURL: base });
const page = await context.newPage(), faults = [];
page.on("pageerror", error => faults.push("error: " + error.stack));
page.on("console", message => faults.push("console: " + message.text()));
page.on("dialog", dialog => { faults.push("dialog: " + dialog.message()); dialog.dismiss(); });
page.on("request", request => { if (!request.url().startsWith(base) && !request.url().startsWith("blob:")) faults.push("request: " + request.url()); });
const given = { "views.html": ["text/html", PAGE], "given/page.css": ["text/css", STYLE], "given/page.js": ["text/javascript", SCRIPT] };
await page.route(/\/(views\.html|given\/[a-z.]+)$/, route => {
    const name = new URL(route.request().url()).pathname.slice(new URL(base).pathname.length), [contentType, body] = given[name] || ["application/json", fs.readFileSync(path.join(directory, path.basename(name)))];
    return route.fulfill({ contentType, body, headers: { "Content-Security-Policy": POLICY } });
});
await page.goto("views.html");
await page.waitForFunction(() => window.ready);

const tools = {
    page, assert,
    read: name => JSON.parse(fs.readFileSync(path.join(directory, name + ".json"), "utf8")),
    async show(what, name, options, more) {
        await page.evaluate(args => show(...args), [what, name, options, more]);
        await tools.still();
    },
    still: () => page.evaluate(() => still()),
    state: () => page.evaluate(() => view.testState()),
    events: name => page.evaluate(wanted => events.filter(event => event[0] === wanted).map(event => event.slice(1)), name),
    async box(name) {
        const found = await page.evaluate(wanted => view.testState().frames.filter(frame => frame.name === wanted).sort((a, b) => b.w - a.w)[0], name);
        assert.ok(found, name + " is not drawn");
        return found;
    },
    middle: box => [box.x + box.w / 2, box.y + box.h / 2],
    async click(name) {
        await page.mouse.click(...tools.middle(await tools.box(name)));
        await tools.still();
    },
    async key(...keys) {
        for (const key of keys) await page.keyboard.press(key);
        await tools.still();
    }
};

const wanted = process.env.ONLY || ""; /* a part of the names of those to look at */
for (const [name, check] of [...Object.entries(flame), ...Object.entries(views)].filter(([title]) => title.includes(wanted))) {
    const begin = performance.now();
    try {
        await page.mouse.move(1, 699);
        await check(tools);
        assert.deepEqual(faults, []);
    } catch (error) {
        console.error(`${name}: ${error.stack}`);
        await page.screenshot({ path: path.join(directory, "failed.png") }).catch(() => {});
        process.exitCode = 1;
        break;
    }
    console.log(`${name} (${Math.round(performance.now() - begin)} ms)`);
}
await browser.close();
