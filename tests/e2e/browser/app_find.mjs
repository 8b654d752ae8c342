// Choosing what is looked at: service, type, labels; where the page begins.
import assert from "node:assert/strict";
import { soon } from "./soon.mjs";

const service = page => page.getByRole("combobox", { name: "Service", exact: true });
const labels = page => page.getByRole("combobox", { name: /^Labels: add/ });
const options = page => page.locator("[role=listbox] [role=option]");

export const find = {
    async "a visitor sees the last hour of the busiest service"(at, page) {
        await at.open(page);
        await soon.equal(() => service(page).inputValue(), "checkout");
        assert.deepEqual(at.parameters(page), { service: "checkout", type: "cpu" });
        await soon.ok(() => page.getByRole("button", { name: /^Time: Last hour/ }).isVisible());
        await soon.match(() => page.locator(".summary:visible").textContent(), /^cpu: [\d.]+s \u00b7 \d+ profiles/);
        await at.shot(page, "welcome");
    },

    async "services are found by a part of their name, and a click chooses"(at, page) {
        await at.open(page);
        await service(page).click();
        await soon.equal(() => options(page).count(), 3);
        await page.keyboard.type("EAR");
        await page.waitForFunction(() => document.querySelectorAll("[role=listbox] [role=option]").length === 1);
        await options(page).first().click();
        await page.waitForFunction(() => /^cpu: .*2 profiles/.test(window.summary()));
        assert.equal(at.parameters(page).service, "search");
        await soon.equal(() => service(page).inputValue(), "search");
    },

    async "a service that does not exist is said so, and the old one stays"(at, page) {
        await at.open(page);
        await service(page).fill("nonsense");
        await page.getByText("Nothing matches").waitFor();
        await page.keyboard.press("Enter");
        await page.locator(".toast", { hasText: "No service is called nonsense" }).waitFor();
        await soon.equal(() => service(page).inputValue(), "checkout");
    },

    async "types are listed with counts, and another type is another picture"(at, page) {
        await at.open(page);
        const type = page.getByRole("combobox", { name: "Profile type" });
        await soon.deepEqual(() => type.locator("option").allTextContents(), ["cpu (35)", "heap (1)"]);
        await type.selectOption("heap");
        await page.waitForFunction(() => /^inuse_space: [\d.]+MB/.test(window.summary()));
        const values = page.getByRole("combobox", { name: "Values" });
        await soon.deepEqual(() => values.locator("option").allTextContents(), ["alloc_objects (count)", "alloc_space (bytes)", "inuse_objects (count)", "inuse_space (bytes)"]);
    },

    async "switching values asks for no picture again"(at, page, asked) {
        await at.open(page, { service: "checkout", type: "heap" });
        const before = asked.filter(url => url.includes("flamegraph")).length;
        await page.getByRole("combobox", { name: "Values" }).selectOption("alloc_space");
        await page.waitForFunction(() => window.summary().startsWith("alloc_space: "));
        assert.equal(asked.filter(url => url.includes("flamegraph")).length, before);
        assert.equal(at.parameters(page).sample, "alloc_space");
    },

    async "a label is completed: name, then value, with counts"(at, page) {
        await at.open(page);
        await labels(page).click();
        await soon.deepEqual(() => options(page).locator("span:first-child").allTextContents(), ["dc", "instance", "version"]);
        await page.keyboard.type("d");
        await page.waitForFunction(() => document.querySelectorAll("[role=listbox] [role=option]").length === 1);
        await page.keyboard.press("ArrowDown");
        await page.keyboard.press("Enter");
        await page.getByText("dc=ams").waitFor();
        await soon.deepEqual(() => options(page).allTextContents(), ["dc=ams9", "dc=fra20"]);
        await options(page).first().click();
        await page.waitForFunction(() => /9 profiles/.test(window.summary()));
        assert.equal(at.parameters(page).labels, "dc=ams");
        await page.getByRole("button", { name: "Remove label dc=ams" }).click();
        await page.waitForFunction(() => /29 profiles/.test(window.summary()));
        assert.equal(at.parameters(page).labels, undefined);
    },

    async "labels that are not, match or do not match an expression are typed"(at, page) {
        await at.open(page);
        for (const [text, count] of [["dc!=ams", 20], ["dc=~a.*", 9], ["dc!~a.*", 20], ["version=~1\\.[45]", 29]]) {
            await labels(page).fill(text);
            await page.keyboard.press("Enter");
            await page.waitForFunction(n => window.summary().includes(`${n} profiles`), count);
            await page.locator(".head .chip button").last().click();
            await page.locator(".head .chip").waitFor({ state: "detached" });
        }
    },

    async "what is no label is said, what is no expression is said by the server"(at, page) {
        await at.open(page);
        await labels(page).fill("nonsense");
        await page.keyboard.press("Enter");
        await page.locator(".toast", { hasText: "A label is written as" }).waitFor();
        assert.equal(at.parameters(page).labels, undefined);
    },

    "nothing found offers a longer range and no labels": [{}, async (at, page) => {
        await at.open(page, { service: "checkout", type: "cpu", labels: "dc=nowhere" }, { seen: ".state:visible" });
        const state = page.locator(".look .state");
        await state.getByText("There are no cpu profiles of \u201ccheckout\u201d").waitFor();
        await state.getByRole("link", { name: "Without labels" }).click();
        await page.locator(".flame-canvas:visible").waitFor();
    }],

    "an empty store shows how to send the first profile, with commands to copy": [{}, async (at, page) => {
        await at.open(page, {}, { base: "empty", seen: ".welcome" });
        const commands = await page.locator(".welcome pre").allTextContents();
        assert.ok(commands.some(text => text.includes(`--data-binary @cpu.pb.gz '${at.facts.empty}api/0/profiles?service=my-service`)), commands.join("\n"));
        await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
        await page.getByRole("button", { name: "Copy: send a file" }).click();
        await page.locator(".toast", { hasText: "Command copied" }).waitFor();
        await soon.equal(() => page.evaluate(() => navigator.clipboard.readText()), commands.at(-1));
        await at.shot(page, "empty");
    }],

    async "all that is chosen is in the link: a new browser shows the same"(at, page) {
        const parameters = { service: "checkout", type: "cpu", labels: "dc=fra", from: "-3h", group: "version", pane: "table", search: "json", inverted: "1", zone: "local" };
        await at.open(page, parameters, { seen: ".pane-table table, .pane-table [role=grid], .pane-table [role=table]" });
        assert.deepEqual(at.parameters(page), parameters);
        await soon.equal(() => page.getByRole("searchbox").inputValue(), "json");
        await soon.equal(() => page.getByRole("button", { name: "Table", exact: true }).getAttribute("aria-pressed"), "true");
        await soon.equal(() => page.getByRole("combobox", { name: "Group the timeline by label" }).inputValue(), "version");
        const before = await page.locator(".summary:visible").textContent();
        await page.reload();
        await page.waitForFunction(text => window.summary() === text, before);
    },

    async "back and forward lead through what was seen, and ask for nothing again"(at, page, asked) {
        await at.open(page);
        await page.getByRole("link", { name: "Explore labels" }).click();
        await page.getByRole("table").waitFor();
        await page.getByRole("link", { name: "fra", exact: true }).click();
        await page.waitForFunction(() => /20 profiles/.test(window.summary()));
        const before = asked.length;
        await page.goBack();
        await page.locator(".shares").waitFor();
        await page.goBack();
        await page.waitForFunction(() => /29 profiles/.test(window.summary()));
        await page.goForward();
        await page.goForward();
        await page.waitForFunction(() => /20 profiles/.test(window.summary()));
        assert.deepEqual(asked.slice(before).filter(url => !url.includes("/ui/")), []);
    },

    async "exploring a label shows shares that add up, each a click from its picture or the rest"(at, page) {
        await at.open(page, { service: "checkout", type: "cpu", view: "explore", label: "dc" }, { seen: ".shares tbody tr" });
        const shares = await page.locator(".shares tbody tr td:nth-child(3)").allTextContents();
        assert.ok(Math.abs(shares.map(parseFloat).reduce((a, b) => a + b) - 100) < 0.2, shares.join());
        const bars = await page.locator(".shares .share").evaluateAll(all => all.map(bar => bar.getBoundingClientRect().width));
        assert.ok(bars[0] > bars[1] && bars[1] > 10);
        await at.shot(page, "explore");
        await page.getByRole("link", { name: "version" }).click();
        await page.getByRole("columnheader", { name: "version" }).waitFor();
        await page.getByRole("button", { name: "Compare 1.5 with the rest" }).click();
        await page.locator(".flame-canvas:visible").waitFor();
        const { view, labels: source, base_labels: base } = at.parameters(page);
        assert.deepEqual([view, source, base], ["compare", "version=1.5", "version!=1.5"]);
    }
};
