// Runs what each test_*.mjs beside this file exports: a line for what fails, and how many held.
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const here = path.dirname(fileURLToPath(import.meta.url));
let held = 0, failed = 0;
for (const file of fs.readdirSync(here).filter(name => /^test_.*\.mjs$/.test(name)).sort()) {
    const { default: tests } = await import(pathToFileURL(path.join(here, file)).href);
    for (const [name, test] of Object.entries(tests)) {
        try {
            await test();
            held++;
        } catch (error) {
            failed++;
            console.error(`${file}: ${name}\n${error.stack}`);
        }
    }
}
console.log(`${held} held, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
