// The timeline and the range of time.
import assert from "node:assert/strict";
import { formatBytes } from "../../../ui/units.js";
import { soon } from "./soon.mjs";

const timeline = page => page.evaluate(() => window.brazierTest.timeline());
const chart = page => page.locator(".chart");
const stamp = text => Date.parse(text + "Z");

async function steps(page) {
    await page.waitForFunction(() => window.brazierTest.timeline()?.x.length > 0);
    const state = await timeline(page), box = await chart(page).boundingBox();
    return { ...state, at: i => ({ x: box.x + state.x[i], y: box.y + box.height / 2 }) };
}

export const time = {
    async "the timeline shows sums, and the gap as a gap"(at, page) {
        await at.open(page);
        const state = await steps(page);
        assert.ok(state.drawn > 0);
        const filled = state.sums.filter(sum => sum > 0);
        assert.equal(filled.length, 20);
        const inside = state.gaps.filter(([first, end]) => first > 0 && end < state.points);
        assert.equal(inside.length, 1, JSON.stringify(state.gaps));
        const [first, end] = inside[0], begin = state.start + first * state.step, length = (end - first) * state.step;
        assert.ok(Math.abs(begin - (at.facts.now - 30 * 60) * 1000 - state.step) <= 60e3 && length >= 9 * 60e3 && length <= 12 * 60e3);
        await soon.match(() => page.locator(".timeline .quiet").first().textContent(), /^cpu, sum each 1m; in all [\d.]+s of 29 profiles$/);
    },

    async "dragging over it chooses a range, and back undoes it"(at, page) {
        await at.open(page);
        const { at: place, start, step } = await steps(page);
        await page.mouse.move(place(40).x, place(40).y);
        await page.mouse.down();
        await page.mouse.move(place(45).x, place(45).y, { steps: 3 });
        await page.mouse.move(place(49).x, place(49).y);
        await page.mouse.up();
        await page.waitForFunction(() => new URL(location).searchParams.has("to"));
        const { from, to } = at.parameters(page);
        assert.deepEqual([stamp(from), stamp(to)], [start + 40 * step, start + 50 * step]);
        await page.waitForFunction(() => window.brazierTest.timeline().step < 60000);
        await page.goBack();
        await page.getByRole("button", { name: /^Time: Last hour/ }).waitFor();
    },

    async "hovering tells what a step holds, by group"(at, page) {
        await at.open(page, { service: "checkout", type: "cpu", group: "dc" });
        const { at: place, sums } = await steps(page), i = sums.lastIndexOf(Math.max(...sums));
        await page.mouse.move(place(i).x, place(i).y);
        await page.locator(".chart-tip p").nth(3).waitFor();
        const lines = await page.locator(".chart-tip p").allTextContents();
        assert.match(lines[0], /^\d{4}-\d\d-\d\d \d\d:\d\d:00$/);
        assert.match(lines[1], /^fra: [\d.]+s$/);
        assert.match(lines[2], /^ams: [\d.]+s$/);
        assert.equal(lines[3], "2 profiles");
    },

    async "groups have a legend, and a click on one chooses it"(at, page) {
        await at.open(page, { service: "checkout", type: "cpu" });
        await page.getByRole("combobox", { name: "Group the timeline by label" }).selectOption("version");
        await page.locator(".legend li").first().waitFor();
        const words = await page.locator(".legend li").allTextContents();
        assert.equal(words.length, 2);
        assert.match(words[0], /^1\.4[\d.]+%$/);
        await soon.deepEqual(async () => (await steps(page)).series, ["1.4", "1.5"]);
        await at.shot(page, "timeline");
        await page.locator(".legend a").last().click();
        await page.waitForFunction(() => new URL(location).searchParams.get("labels") === "version=1.5");
    },

    async "a click on a step lists its profiles: time, labels, value, size"(at, page) {
        await at.open(page);
        const { at: place, sums } = await steps(page), i = sums.lastIndexOf(Math.max(...sums));
        await page.mouse.click(place(i).x, place(i).y);
        const rows = page.locator(".timeline .profiles tbody tr");
        await rows.first().waitFor();
        await soon.equal(() => rows.count(), 2);
        const text = await rows.first().textContent();
        assert.match(text, /\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/);
        assert.match(text, /dc=(fra|ams)/);
        assert.match(text, /13\.84s|4\.80s/);
        assert.ok(at.parameters(page).at);
        const [download] = await Promise.all([page.waitForEvent("download"), rows.first().getByRole("link", { name: "Download" }).click()]);
        assert.match(download.suggestedFilename(), /^[0-9a-z-]+\.pb\.gz$/);
        const id = await rows.first().getByRole("checkbox").inputValue();
        const stored = await (await page.request.get(new URL("api/0/profiles/" + id, at.facts.shop).href)).body();
        await page.waitForFunction(text => document.querySelector(".timeline .profiles td.size").textContent === text, formatBytes(stored.length));
        await page.getByRole("button", { name: "Close the list of profiles" }).click();
        await rows.first().waitFor({ state: "hidden" });
    },

    async "several profiles are merged, and two compared"(at, page) {
        await at.open(page, { service: "checkout", type: "cpu", view: "profiles" }, { seen: ".profiles tbody tr" });
        const boxes = page.getByRole("checkbox", { name: /^Choose the profile/ });
        await soon.equal(() => boxes.count(), 29);
        for (const i of [0, 1, 2]) await boxes.nth(i).check();
        await at.shot(page, "profiles");
        await page.getByRole("button", { name: "Merge 3" }).click();
        await page.getByText("3 chosen profiles, merged").waitFor();
        await page.locator(".flame-canvas:visible").waitFor();
        assert.equal(at.parameters(page).ids.split(",").length, 3);
        await page.goBack();
        await boxes.nth(2).uncheck();
        for (const i of [0, 1]) await boxes.nth(i).check();
        await page.getByRole("button", { name: "Compare", exact: true }).click();
        await page.waitForFunction(() => /\u2192/.test(window.summary()));
        assert.equal(at.parameters(page).view, "compare");
    },

    async "one profile opens with its time"(at, page) {
        await at.open(page, { service: "checkout", type: "cpu", view: "profiles" }, { seen: ".profiles tbody tr" });
        await page.locator(".profiles tbody tr a").first().click();
        await page.getByText("One chosen profile").waitFor();
        await page.locator(".flame-canvas:visible").waitFor();
        await page.getByRole("button", { name: "Back to the whole selection" }).click();
        await page.waitForFunction(() => /29 profiles/.test(window.summary()));
    },

    async "quick ranges, steps back and forward, twice as long"(at, page) {
        await at.open(page);
        await page.getByRole("button", { name: /^Time: / }).click();
        await page.getByRole("button", { name: "Last 30 minutes" }).click();
        await page.getByRole("button", { name: /^Time: Last 30 minutes/ }).waitFor();
        assert.equal(at.parameters(page).from, "-30m");
        await page.getByRole("button", { name: "Step back" }).click();
        await page.waitForFunction(() => new URL(location).searchParams.has("to"));
        const back = at.parameters(page);
        assert.equal(stamp(back.to) - stamp(back.from), 1800e3);
        await page.getByRole("button", { name: "Step forward" }).click();
        await page.waitForFunction(from => new URL(location).searchParams.get("from") !== from, back.from);
        assert.equal(stamp(at.parameters(page).from), stamp(back.to));
        await page.getByRole("button", { name: "Zoom out" }).click();
        await page.waitForFunction(from => new URL(location).searchParams.get("from") === from, new Date(stamp(back.to) - 900e3).toISOString().slice(0, 19));
        assert.equal(stamp(at.parameters(page).to) - stamp(at.parameters(page).from), 3600e3);
    },

    async "an absolute range is typed, in UTC and in local time"(at, page) {
        await at.open(page);
        const open = page.getByRole("button", { name: /^Time: / });
        await open.click();
        await page.getByRole("textbox", { name: "From" }).fill("2026-13-45");
        await page.getByRole("button", { name: "Show this range" }).click();
        await page.getByText("This is no time.").waitFor();
        await page.getByRole("textbox", { name: "From" }).fill("2026-01-02 03:04");
        await page.getByRole("textbox", { name: "To" }).fill("2026-01-02 04:04:00");
        await page.getByRole("button", { name: "Show this range" }).click();
        await page.getByRole("button", { name: "Time: 2026-01-02 03:04:00 to 04:04:00, UTC" }).waitFor();
        assert.equal(at.parameters(page).from, "2026-01-02T03:04:00");
        await open.click();
        await page.getByText("Local time").click();
        await page.getByRole("button", { name: "Time: 2026-01-01 22:04:00 to 23:04:00, America/New_York" }).waitFor();
        await open.click();
        await page.getByRole("textbox", { name: "From" }).fill("2026-01-01 21:04");
        await page.getByRole("button", { name: "Show this range" }).click();
        await page.waitForFunction(() => new URL(location).searchParams.get("from") === "2026-01-02T02:04:00");
    },

    "the timeline is walked by keys, which list profiles and choose ranges": [{}, async (at, page) => {
        await at.open(page);
        const { sums, start, step } = await steps(page);
        await page.keyboard.press("m");
        await page.keyboard.press("Home");
        const first = sums.findIndex(sum => sum > 0);
        for (let i = 0; i < first; i++) await page.keyboard.press("ArrowRight");
        await soon.match(() => chart(page).getAttribute("aria-valuetext"), /s, \d profiles?$/);
        await page.keyboard.press("Enter");
        await page.locator(".timeline .profiles tbody tr").first().waitFor();
        await chart(page).focus();
        await page.keyboard.press("Home");
        for (let i = 0; i < 4; i++) await page.keyboard.press("Shift+ArrowRight");
        await page.keyboard.press("Enter");
        await page.waitForFunction(() => new URL(location).searchParams.has("to"));
        assert.deepEqual([stamp(at.parameters(page).from), stamp(at.parameters(page).to)], [start, start + 5 * step]);
    }],

    async "a build without the chart's library shows the same as numbers"(at, page) {
        await page.route("**/ui/dygraph.js", route => route.fulfill({ contentType: "text/javascript", body: "/* built without */" }));
        await at.open(page, { service: "checkout", type: "cpu", group: "dc" });
        const rows = page.locator(".numbers tbody tr");
        await soon.equal(() => rows.count(), 20);
        await soon.deepEqual(() => page.locator(".numbers thead th").allTextContents(), ["Time", "fra", "ams"]);
        await rows.last().getByRole("button").click();
        await page.locator(".timeline .profiles tbody tr").first().waitFor();
    },

    async "a range that is none is said so"(at, page) {
        await at.open(page, { service: "checkout", type: "cpu", from: "yesterday" }, { seen: ".state.failed" });
        await page.getByRole("button", { name: "The last hour" }).click();
        await page.locator(".flame-canvas:visible").waitFor();
    }
};
