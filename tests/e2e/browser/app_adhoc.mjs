// Files of one's own, and what the page says about the collector.
import assert from "node:assert/strict";
import { soon } from "./soon.mjs";

const pick = (page, name, file) => page.getByLabel(name, { exact: true }).setInputFiles(file);

export const adhoc = {
    async "a file is viewed and nothing is stored"(at, page) {
        await at.open(page, { view: "adhoc" }, { seen: ".drop" });
        const count = async () => (await (await page.request.get(at.facts.shop + "api/0/status")).json()).body.load.stored, before = await count();
        await pick(page, "Profiles", at.facts.files.cpu);
        await page.locator(".flame-canvas:visible").waitFor();
        await soon.match(() => page.locator(".summary:visible").textContent(), /^cpu: 13\.84s/);
        await page.getByText("cpu-000.pb.gz").waitFor();
        await page.getByRole("combobox", { name: "Values" }).selectOption("samples");
        await page.waitForFunction(() => window.summary().startsWith("samples: "));
        await soon.equal(() => count(), before);
        await at.shot(page, "adhoc");
    },

    async "two files are compared, exchanged, and put away"(at, page) {
        await at.open(page, { view: "adhoc" }, { seen: ".drop" });
        await pick(page, "Profiles", at.facts.files.cpu);
        await page.locator(".flame-canvas:visible").waitFor();
        await pick(page, "Profiles to compare with", at.facts.files.other);
        await page.waitForFunction(() => window.brazierTest.view()?.frames[0]?.baseTotal !== undefined);
        const frame = () => page.evaluate(() => window.brazierTest.view().frames[0]), before = await frame();
        assert.deepEqual([before.total, before.baseTotal], [13840000000, 4800000000]);
        await page.getByRole("button", { name: "Swap" }).click();
        await page.waitForFunction(() => window.brazierTest.view()?.frames[0]?.baseTotal === 13840000000);
        await page.getByRole("button", { name: "Clear" }).click();
        await page.getByText("Drop a profile here").waitFor();
    },

    async "a file is dropped onto the page, whatever its format"(at, page) {
        await at.open(page, { view: "adhoc" }, { seen: ".drop" });
        const fs = await import("node:fs");
        const transfer = await page.evaluateHandle(text => {
            const data = new DataTransfer();
            data.items.add(new File([text], "script.txt"));
            return data;
        }, fs.readFileSync(at.facts.files.perf, "utf8"));
        await page.locator(".drop").dispatchEvent("drop", { dataTransfer: transfer });
        await page.locator(".flame-canvas:visible").waitFor();
        await page.getByText("script.txt").waitFor();
    },

    "what is no profile is said, and the next file is read": [{ allowed: ["400 (Bad Request)"] }, async (at, page) => {
        await at.open(page, { view: "adhoc" }, { seen: ".drop" });
        await pick(page, "Profiles", at.facts.files.bad);
        await page.locator(".notice.danger", { hasText: "This cannot be read" }).waitFor();
        await pick(page, "Profiles", at.facts.files.cpu);
        await page.locator(".flame-canvas:visible").waitFor();
        await soon.equal(() => page.locator(".notice.danger").count(), 0);
    }],

    async "the status tells of bucket, index, intake and version"(at, page) {
        await at.open(page, { view: "status" }, { seen: ".panel" });
        const text = await page.locator(".panels").textContent();
        for (const word of ["ready", "Version", "Behind by", "Rebuilding the index", "Stored since the start39", "file:"]) assert.ok(text.includes(word), word + " is not in " + text);
        await page.getByText(/[\d.]+ profiles a second/).waitFor();
        await at.shot(page, "status");
    }
};
