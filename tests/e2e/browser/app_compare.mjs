// Comparing two selections.
import assert from "node:assert/strict";
import { soon } from "./soon.mjs";

const words = page => page.locator(".summary:visible").first().textContent();
const done = page => page.waitForFunction(() => window.summary().includes("\u2192"));

async function choose(page, name) {
    await page.getByRole("button", { name: "Compare with", exact: true }).first().click();
    await page.getByRole("menuitem", { name }).click();
}

const flames = page => page.evaluate(() => window.brazierTest.view());

export const compare = {
    async "the previous period is two clicks away, and moves with time"(at, page) {
        await at.open(page);
        await choose(page, /^Previous period/);
        await done(page);
        const { view, base_from: from, base_to: to } = at.parameters(page);
        assert.deepEqual([view, from, to], ["compare", "-120m", "-60m"]);
        await soon.match(() => words(page), /^[\d.]+s of 3 profiles \u2192 [\d.]+s of 29 profiles: \+[\d.,]+%$/);
        await at.shot(page, "compare");
    },

    async "the same time last week is two clicks away, from the labels too"(at, page) {
        await at.open(page, { service: "checkout", type: "cpu", view: "explore" }, { seen: ".shares" });
        await choose(page, "Same time last week");
        await done(page);
        await soon.match(() => words(page), /of 3 profiles \u2192/);
        assert.equal(at.parameters(page).base_from, "-10140m");
    },

    async "another value of a label is two clicks away"(at, page) {
        await at.open(page);
        await choose(page, "Other value of version");
        await done(page);
        const { labels, base_labels: base, normalize } = at.parameters(page);
        assert.deepEqual([labels, base, normalize], ["version=1.4", "version=1.5", "1"]);
        await soon.match(() => words(page), /: 0%, scaled$/);
        await page.getByRole("checkbox", { name: "Normalise" }).uncheck();
        await page.waitForFunction(() => /: \+\d/.test(window.summary()));
    },

    async "both sides can be chosen, exchanged, and left"(at, page) {
        await at.open(page, { service: "checkout", type: "cpu", view: "compare", labels: "dc=fra", base_labels: "dc=ams" });
        await done(page);
        const before = (await words(page)).match(/^([\d.]+s) of .* \u2192 ([\d.]+s)/).slice(1);
        await page.getByRole("button", { name: "Swap" }).click();
        await page.waitForFunction(() => new URL(location).searchParams.get("labels") === "dc=ams");
        await page.waitForFunction(text => window.summary().startsWith(text), before[1]);
        await page.getByRole("combobox", { name: "Service to compare with" }).fill("search");
        await page.locator("[role=listbox] [role=option]").first().click();
        await page.waitForFunction(() => new URL(location).searchParams.get("base_service") === "search");
        await page.getByRole("button", { name: "Stop comparing" }).click();
        await page.locator(".flame-canvas:visible").waitFor();
        assert.deepEqual(Object.keys(at.parameters(page)).filter(name => name.startsWith("base")), []);
    },

    async "side by side, pointing and searching in one shows in the other"(at, page) {
        await at.open(page, { service: "checkout", type: "cpu", view: "compare", labels: "dc=fra", base_labels: "dc=ams", compare: "sides" });
        await page.locator(".half .flame-canvas").nth(1).waitFor();
        await page.getByRole("searchbox").fill("regexp");
        await page.waitForFunction(() => [...document.querySelectorAll(".half")].every(half => /% matched/.test(half.textContent)));
        await soon.ok(async () => (await flames(page)).sides.every(state => state.frames.some(frame => frame.hit)));
        const box = await page.locator(".half .flame-canvas").first().boundingBox();
        await page.mouse.move(box.x + 40, box.y + 30);
        await page.locator(".half").first().locator(".flame-tip:visible").waitFor();
        await page.mouse.click(box.x + 40, box.y + 30);
        await page.waitForFunction(() => window.brazierTest.view().sides.every(state => state.path.length === 1));
        await at.shot(page, "sides");
    },

    async "the table tells what grew and what shrank, with both values"(at, page) {
        await at.open(page, { service: "checkout", type: "cpu", view: "compare", labels: "version=1.5", base_labels: "version=1.4", normalize: "1", pane: "table" }, { seen: ".pane-table [role=grid]" });
        const heads = await page.locator(".pane-table [role=columnheader]").allTextContents();
        assert.ok(["Function", "Change"].every(head => heads.some(each => each.includes(head))), heads.join());
        await page.locator(".pane-table .row-grew").first().waitFor();
        const changes = await page.locator(".pane-table .row-grew, .pane-table .row-shrank").allTextContents();
        assert.ok(changes.some(text => text.startsWith("+")) && changes.some(text => text.startsWith("-")), changes.slice(0, 5).join());
        await page.locator(".pane-table [role=columnheader] button").first().click();
        await page.waitForFunction(() => new URL(location).searchParams.get("sort") !== null);
        assert.match(at.parameters(page).sort, /^-?name$/);
    },

    async "colours for the colour-blind are others, and stay in the link"(at, page) {
        await at.open(page, { service: "checkout", type: "cpu", view: "compare", labels: "version=1.5", base_labels: "version=1.4", pane: "flame" });
        const colours = async () => new Set((await flames(page)).diff.frames.map(frame => frame.colour));
        const before = await colours();
        await page.getByRole("button", { name: "How it is drawn" }).click();
        await page.getByRole("menuitemcheckbox", { name: "Colours for the colour-blind" }).click();
        await page.waitForFunction(() => new URL(location).searchParams.get("palette") === "colourblind");
        await page.waitForFunction(old => window.brazierTest.view().diff.frames.some(frame => !old.includes(frame.colour)), [...before]);
    },

    "a side without profiles is said": [{}, async (at, page) => {
        await at.open(page, { service: "checkout", type: "cpu", view: "compare", base_from: "-300d", base_to: "-299d" }, { seen: ".look .state:visible" });
        await page.locator(".look .state").getByText(/nothing found for the base/).waitFor();
    }],

    async "without a base the page offers what to compare with"(at, page) {
        await at.open(page, { service: "checkout", type: "cpu", view: "compare" }, { seen: ".state:visible" });
        await page.getByRole("button", { name: "Previous period" }).click();
        await done(page);
    }
};
