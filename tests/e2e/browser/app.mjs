// node app.mjs CHROMIUM FACTS [WORD...]: does on the page what people do, one scenario after the other in one browser, and
// looks at what they see. FACTS is the JSON that test_21_page_app.py writes: where collectors are and what is stored.
// Only scenarios with one of the WORDs in their names, if there are any. NODE_PATH says where playwright-core and axe-core
// are. A line for each scenario that held; exit code 1 with the reasons if some did not.
import assert from "node:assert/strict";
import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { adhoc } from "./app_adhoc.mjs";
import { compare } from "./app_compare.mjs";
import { find } from "./app_find.mjs";
import { look } from "./app_look.mjs";
import { safe } from "./app_safe.mjs";
import { time } from "./app_time.mjs";

const require = createRequire(path.join(process.env.NODE_PATH || ".", "x.js"));
const { chromium } = require("playwright-core");
const [browserPath, factsPath, ...words] = process.argv.slice(2);
const facts = JSON.parse(fs.readFileSync(factsPath, "utf8"));
const wanted = words.filter(Boolean);
const AT_ONCE = 2, PATIENCE_MS = 30000;
const NOTHING_FOUND = "404 (Not Found)"; // an answer as good as others

// A page that remembers whatever goes wrong on it; `allowed` are faults that a scenario makes on purpose.
async function withPage(browser, { allowed = [], ...options }, run) {
    const context = await browser.newContext({ viewport: { width: 1400, height: 900 }, locale: "en-GB", timezoneId: "America/New_York", ...options });
    const page = await context.newPage(), faults = [];
    page.setDefaultTimeout(PATIENCE_MS);
    page.on("pageerror", error => faults.push("error: " + error.stack));
    page.on("console", message => { if (["error", "warning"].includes(message.type())) faults.push("console: " + message.text()); });
    page.on("dialog", dialog => { faults.push("dialog: " + dialog.message()); dialog.dismiss(); });
    page.on("response", response => { if (response.status() >= 400 && response.url().includes("/ui/")) faults.push("no " + response.url()); });
    // The line that says what is seen, of the view that is shown.
    await page.addInitScript(() => {
        window.summary = () => [...document.querySelectorAll(".summary")].find(each => each.checkVisibility())?.textContent || "";
    });
    const asked = [];
    page.on("request", request => {
        asked.push(request.url());
        const { origin, protocol } = new URL(request.url());
        const ours = ["shop", "empty", "closed", "prefixed"].some(name => new URL(facts[name]).origin === origin);
        if (!ours && protocol !== "blob:" && protocol !== "data:") faults.push("request: " + request.url());
    });
    try {
        await run(page, asked);
        assert.deepEqual(faults.filter(fault => ![...allowed, NOTHING_FOUND].some(word => fault.includes(word))), []);
    } finally {
        await context.close();
    }
}

const at = {
    facts, require,
    // Opens the page with these parameters, and waits until the flame graph, or whatever is named, is there.
    async open(page, parameters = {}, { base = "shop", seen = ".flame-canvas:visible" } = {}) {
        await page.goto(facts[base] + "?" + new URLSearchParams(parameters));
        if (seen) await page.locator(seen).first().waitFor();
        if (seen?.includes("canvas")) await page.waitForFunction(() => {
            const view = window.brazierTest.view(), one = view?.diff || view;
            return !one?.frames || one.frames.length > 0;
        });
    },
    // Questions of the API among the requests.
    asked: list => list.filter(url => url.includes("/api/")).map(url => decodeURIComponent(new URL(url).pathname + new URL(url).search)),
    parameters: page => Object.fromEntries(new URL(page.url()).searchParams),
    shot: async (page, name) => { if (facts.shots) await page.screenshot({ path: path.join(facts.shots, name + ".png") }); }
};

const scenarios = Object.entries({ ...find, ...time, ...look, ...compare, ...adhoc, ...safe })
    .filter(([name]) => wanted.length === 0 || wanted.some(word => name.includes(word)));
const browser = await chromium.launch({ executablePath: browserPath, args: ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"] });
let failed = 0;

async function work() {
    for (let next; (next = scenarios.shift());) {
        const [name, scenario] = next, [options, run] = Array.isArray(scenario) ? scenario : [{}, scenario], begin = performance.now();
        try {
            await withPage(browser, options, (page, asked) => run(at, page, asked));
            console.log(`ok    ${name} (${Math.round(performance.now() - begin)} ms)`);
        } catch (error) {
            failed++;
            console.error(`FAIL  ${name}: ${error.stack}\n`);
        }
    }
}

const begin = performance.now(), count = scenarios.length;
await Promise.all(Array.from({ length: AT_ONCE }, work));
await browser.close();
console.log(`${count - failed} of ${count} scenarios in ${Math.round((performance.now() - begin) / 1000)} s`);
process.exit(failed > 0 || count === 0 ? 1 : 0);
