// node svg.js CHROMIUM DIRECTORY: opens the flame graphs in DIRECTORY (SVG files, and cpu.folded beside cpu.svg) in
// Chromium and looks at what a person would: zoom, search, texts in their boxes, tooltips, keyboard; and that no name,
// however hostile, becomes anything but text. NODE_PATH says where playwright-core is. A line for each thing that held;
// exit code 1 with the reason if one did not.
"use strict";
const assert = require("node:assert/strict");
const crypto = require("node:crypto");
const fs = require("node:fs");
const http = require("node:http");
const path = require("node:path");
const { chromium } = require("playwright-core");

const [browserPath, directory] = process.argv.slice(2);
const file = name => path.join(directory, name + ".svg");
const WIDTH = 1200, HEIGHT = 600, MARGIN = 10, GAP = 0.75; // a wide box leaves so much to its neighbour

// --- pages ---------------------------------------------------------------------------------------------------------

let browser;

// Opens a picture; whatever it says, asks for or pops up is kept and must be nothing.
async function opened(url, options = {}, look) {
    const context = await browser.newContext({ viewport: { width: WIDTH, height: HEIGHT }, ...options });
    const page = await context.newPage(), faults = [];
    page.on("pageerror", error => faults.push("error: " + error.message));
    page.on("console", message => faults.push("console: " + message.text()));
    page.on("dialog", dialog => { faults.push("dialog: " + dialog.message()); dialog.dismiss(); });
    page.on("request", request => { if (request.url() !== url) faults.push("request: " + request.url()); });
    await page.goto(url);
    await look(page);
    assert.deepEqual(faults, []);
    await context.close();
}

const open = (name, look, options) => opened("file://" + file(name), options, look);

// What is seen of all boxes, in their order.
const boxes = page => page.evaluate(() => [...document.querySelectorAll("#frames > g")].map(g => {
    const rect = g.querySelector("rect"), text = g.querySelector("text");
    const box = rect.getBBox(), words = text && text.textContent !== "" ? text.getBBox() : null;
    const label = g.getAttribute("aria-label") || (g.querySelector("title") || { textContent: "" }).textContent;
    return { label, shown: g.getAttribute("display") !== "none", x: box.x, width: box.width, y: box.y, hit: g.classList.contains("hit"),
        above: g.classList.contains("above"), caption: text ? text.textContent : "",
        text: words && { x: words.x, width: words.width } };
}));

function assertTextsFit(seen) {
    let texts = 0;
    for (const box of seen) {
        if (!box.shown || !box.text) continue;
        assert.ok(box.text.x >= box.x && box.text.x + box.text.width <= box.x + box.width + 0.5,
            `'${box.caption}' of ${box.text.width} is wider than its box of ${box.width}`);
        texts++;
    }
    assert.ok(texts > 0, "no text at all");
}

// Children stand side by side below their parent.
function assertNested(seen) {
    const row = [];
    for (const box of seen.filter(each => each.shown)) {
        const depth = Math.round((box.y - seen[0].y) / 18);
        if (depth > 0) {
            const parent = row[depth - 1];
            assert.ok(box.x >= parent.x - GAP && box.x + box.width <= parent.x + parent.width + GAP, "outside its parent");
        }
        row[depth] = box;
    }
}

const box = (page, name) => page.locator(`#frames > g[aria-label^="${name}, "]`).first();
const found = page => page.locator(".bar output").textContent();

// --- what must hold ------------------------------------------------------------------------------------------------

const checks = {
    async "a picture fills the window, and its texts fit their boxes"() {
        for (const name of ["cpu", "node", "diff", "tiny", "hostile"])
            await open(name, async page => {
                for (const width of name === "diff" ? [WIDTH, 640, 1900] : [WIDTH]) {
                    await page.setViewportSize({ width, height: HEIGHT });
                    await page.waitForFunction(margin => Math.abs(document.querySelector("#frames rect").width.baseVal.value
                        - document.documentElement.getBoundingClientRect().width + 2 * margin) < 1, MARGIN);
                    const seen = await boxes(page);
                    assertTextsFit(seen);
                    assertNested(seen);
                }
            });
    },

    async "it is whole without scripts"() {
        await open("heap", async page => {
            const seen = await boxes(page);
            assert.ok(seen.length > 1000);
            assertTextsFit(seen);
            assertNested(seen);
            assert.match(seen[0].label, /^all\n[0-9.]+MB \(100%\), self 0$/);
        }, { javaScriptEnabled: false });
    },

    async "a click zooms, Escape, the button and a click on what is above lead back"() {
        await open("heap", async page => {
            const before = await boxes(page), reset = page.getByRole("button", { name: "Reset zoom" });
            assert.equal(await reset.isVisible(), false);
            const leaders = [() => page.keyboard.press("Escape"), () => reset.click(), () => box(page, "all").click()];
            for (const back of leaders) {
                await page.locator("#frames > g").nth(1).click();
                const zoomed = await boxes(page), shown = zoomed.filter(each => each.shown);
                assert.ok(before[1].width < (WIDTH - 2 * MARGIN) * 0.9);
                assert.ok(Math.abs(zoomed[1].width - (WIDTH - 2 * MARGIN)) < 1);
                assert.ok(zoomed[0].above && zoomed[0].shown && shown.length < before.length * 0.9);
                assertTextsFit(zoomed);
                assertNested(zoomed);
                assert.ok(await reset.isVisible());
                await back();
                assert.deepEqual(await boxes(page), before);
            }
        });
    },

    async "the thinnest box can be zoomed to the whole width"() {
        await open("heap", async page => {
            const label = await page.evaluate(() => {
                const all = [...document.querySelectorAll("#frames > g")];
                const least = all.reduce((a, b) => +a.querySelector("rect").getAttribute("width") <= +b.querySelector("rect").getAttribute("width") ? a : b);
                least.dispatchEvent(new MouseEvent("click", { bubbles: true }));
                return least.getAttribute("aria-label");
            });
            const seen = await boxes(page), zoomed = seen.find(each => each.shown && !each.above);
            assert.equal(zoomed.label, label);
            assert.ok(Math.abs(zoomed.width - (WIDTH - 2 * MARGIN)) < 1);
            assertTextsFit(seen);
        });
    },

    async "a search finds what folded stacks say, and counts nothing twice"() {
        const lines = fs.readFileSync(path.join(directory, "cpu.folded"), "utf8").trimEnd().split("\n").map(line => {
            const at = line.lastIndexOf(" ");
            return { stack: line.slice(0, at).split(";"), value: +line.slice(at + 1) };
        });
        const sum = some => some.reduce((total, line) => total + line.value, 0);
        await open("cpu", async page => {
            for (const text of ["json", "^runtime\\.", "gc.*Worker", "main", "(\\.|/)go", "nowhere"]) {
                await page.keyboard.press("Control+f");
                await page.keyboard.insertText(text);
                const expression = new RegExp(text, "i");
                const share = sum(lines.filter(line => line.stack.some(name => expression.test(name)))) / sum(lines);
                const words = await found(page);
                assert.ok(Math.abs(parseFloat(words) - share * 100) < 0.006, `${text}: ${words}, not ${share * 100}%`);
                if (text === "json") for (const each of await boxes(page)) assert.equal(each.hit, expression.test(each.label.split(", ")[0]), each.label);
            }
            await page.keyboard.press("Escape");
            assert.equal(await found(page), "");
            assert.ok((await boxes(page)).every(each => !each.hit));
        });
    },

    async "a search tells its share of what is zoomed, minds capitals, and says when it is no expression"() {
        await open("cpu", async page => {
            await box(page, "net/http.(*conn).serve").click();
            await page.keyboard.press("/");
            await page.keyboard.type("serve");
            assert.match(await found(page), /^[0-9.]+% matched, 100% of the zoomed$/);
            await page.locator(".bar input").fill("Serve$");
            assert.equal(await found(page), "0.00% matched, 0.00% of the zoomed");
            await page.locator(".bar input").fill("(");
            assert.equal(await found(page), "no regular expression");
            assert.equal(await page.locator(".bar input").getAttribute("aria-invalid"), "true");
        });
    },

    async "a tooltip tells name, value, share and place, inside the window"() {
        await open("cpu", async page => {
            for (const name of ["net/http.(*conn).serve", "main.typecheckLoop", "runtime.scanobject"]) {
                await box(page, name).hover();
                const lines = await page.locator(".tip p").allTextContents();
                assert.equal(lines[0], name);
                assert.match(lines[1], /^[0-9.]+m?s \([0-9.]+%\), self [0-9.]+(m?s \([0-9.]+%\))?$/);
                assert.match(lines[2], /\.go(:[0-9]+)?$/);
                const size = await page.locator(".tip").boundingBox();
                assert.ok(size.x >= 0 && size.x + size.width <= WIDTH && size.y >= 0 && size.y + size.height <= HEIGHT);
            }
            await page.mouse.move(5, 5);
            assert.equal(await page.locator(".tip").isVisible(), false);
        });
        await open("diff", async page => {
            await box(page, "main.typecheckLoop").hover();
            assert.match((await page.locator(".tip p").allTextContents())[1], /^[0-9.]+m?s \([0-9.]+%\) \u2192 [0-9.]+m?s \([0-9.]+%\): [-+]?[0-9.]+(m?s)?, [-+][0-9.]+%$/);
        });
    },

    async "the keyboard reaches everything"() {
        await open("cpu", async page => {
            const here = () => page.evaluate(() => document.activeElement.getAttribute("aria-label"));
            await page.keyboard.press("Tab");
            assert.match(await here(), /^all, /);
            await page.keyboard.press("ArrowDown");
            const first = await here();
            assert.match(first, /^net\/http\.\(\*conn\)\.serve, /);
            assert.ok(await page.locator(".tip").isVisible());
            await page.keyboard.press("ArrowRight");
            assert.match(await here(), /^main\.typecheckLoop, /);
            await page.keyboard.press("ArrowLeft");
            assert.equal(await here(), first);
            await page.keyboard.press("Enter");
            assert.ok((await boxes(page)).find(each => each.label === first).width > WIDTH - 3 * MARGIN);
            for (let i = 0; i < 30; i++) await page.keyboard.press("ArrowDown");
            const deep = await page.evaluate(() => {
                const at = document.activeElement.getBoundingClientRect();
                return at.top >= 0 && at.bottom <= innerHeight;
            });
            assert.ok(deep, "what has the focus is not seen");
            await page.keyboard.press("Escape");
            await page.keyboard.press("Tab");
            assert.equal(await page.evaluate(() => document.activeElement.localName), "input");
            assert.equal(await page.locator("[role=tree]").getAttribute("aria-label"), "cpu 13.84s");
            assert.equal(await page.title(), "cpu 13.84s");
        });
    },

    async "the head stays in sight"() {
        await open("cpu", async page => {
            await page.setViewportSize({ width: 900, height: 300 });
            await page.evaluate(() => scrollTo(0, 500));
            await page.waitForFunction(() => Math.abs(document.querySelector("#head").getBoundingClientRect().top) < 1);
        });
    },

    async "light and dark have their own colours"() {
        const colour = async (name, colorScheme) => {
            let seen;
            await open(name, async page => {
                seen = await page.evaluate(() => [getComputedStyle(document.documentElement).backgroundColor,
                    ...["rect", "text"].map(part => getComputedStyle(document.querySelectorAll("#frames > g")[1].querySelector(part)).fill)]);
            }, { colorScheme });
            return seen;
        };
        for (const name of ["tiny", "diff"]) {
            const light = await colour(name, "light"), dark = await colour(name, "dark");
            light.forEach((value, i) => assert.notEqual(value, dark[i]));
        }
    },

    async "hostile names are text and nothing else"() {
        await open("hostile", async page => {
            const names = await page.evaluate(() => [...new Set([...document.querySelectorAll("*")].map(each => each.localName))].sort());
            assert.deepEqual(names, ["button", "defs", "div", "foreignObject", "g", "input", "output", "path", "pattern", "rect", "script",
                "style", "svg", "text", "title"]);
            assert.equal(await page.locator("script").count(), 1);
            const handlers = await page.evaluate(() => [...document.querySelectorAll("*")].flatMap(each => each.getAttributeNames()).filter(name => name.startsWith("on")));
            assert.deepEqual(handlers, []);
            const count = await page.locator("#frames > g").count();
            for (let i = 0; i < count; i++) {
                await page.locator("#frames > g").nth(i).dispatchEvent("mousemove", { clientX: 100, clientY: 100 });
                await page.locator("#frames > g").nth(i).dispatchEvent("click");
                await page.keyboard.press("Escape");
            }
            await page.keyboard.press("Control+f");
            await page.keyboard.type("<script>");
            assert.match(await found(page), /^[1-9][0-9.]*% matched$/);
            assert.equal(await page.locator("script, img, title").count(), 2);
        });
    },

    async "nothing to show is no error"() {
        await open("empty", async page => {
            assert.match(await page.locator("text.nothing").textContent(), /No sample/);
            await page.keyboard.press("Control+f");
            await page.keyboard.type("main");
            await page.keyboard.press("Escape");
            await page.setViewportSize({ width: 500, height: 400 });
        });
    },

    // What a server should say: this script and no other, no origin, no requests.
    async "it works under a content security policy"() {
        const svg = fs.readFileSync(file("hostile"));
        const script = svg.toString().match(/<script><!\[CDATA\[([^]*?)\]\]><\/script>/)[1];
        const hash = crypto.createHash("sha256").update(script).digest("base64");
        const server = http.createServer((_, response) => response.writeHead(200, { "Content-Type": "image/svg+xml", "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": `default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${hash}'; sandbox allow-scripts` }).end(svg));
        await new Promise(resolve => server.listen(0, "127.0.0.1", resolve));
        try {
            await opened(`http://127.0.0.1:${server.address().port}/hostile.svg`, {}, async page => {
                await page.keyboard.press("Control+f");
                await page.keyboard.type("alert");
                assert.match(await found(page), /% matched$/);
                assertTextsFit(await boxes(page));
            });
        } finally {
            server.close();
        }
    },
};

(async () => {
    browser = await chromium.launch({ executablePath: browserPath,
        args: ["--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"] });
    try {
        for (const [name, check] of Object.entries(checks)) {
            const begin = Date.now();
            try {
                await check();
            } catch (error) {
                throw new Error(`${name}: ${error.stack}`, { cause: error });
            }
            console.log(`${((Date.now() - begin) / 1000).toFixed(1)} s  ${name}`);
        }
    } finally {
        await browser.close();
    }
})().catch(error => {
    console.error(error.message);
    process.exitCode = 1;
});
