/** A folder of data that is damaged, or on a disk that is full. */
import { writeSync } from "node:fs";
import { readdir, readFile, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Journal } from "../../sandbox/storage/disk/journal.js";
import { startServer } from "../../src/start-sandbox.js";
import { tempFolder } from "../support/temp.js";

test("what did not fit on the disk is not in the file, and the next change is", async () => {
  let room = Number.POSITIVE_INFINITY;
  const journal = new Journal(join(await tempFolder(), "1.docs"), (descriptor, bytes, at) => {
    if (room === 0) throw Object.assign(new Error("no space left"), { code: "ENOSPC" });
    const written = writeSync(descriptor, bytes, at, Math.min(bytes.length - at, room));
    room -= written;
    return written;
  });
  journal.append([{ key: "a", value: "1" }]);
  room = 8;
  expect(() => journal.append([{ key: "b", value: "2" }])).toThrow("no space left");
  room = Number.POSITIVE_INFINITY;
  journal.append([{ key: "c", value: "3" }]);
  journal.close();
  expect(journal.read().map(({ key }) => key)).toEqual(["a", "c"]);
});

const start = (folder: string) => startServer({ admins: { dev: "dev" }, folder });

test.each<[string, (folder: string) => Promise<void>, RegExp]>([
  ["state.json is cut", (folder) => truncate(join(folder, "state.json"), 100), /state\.json is damaged/],
  ["state.json is empty", (folder) => truncate(join(folder, "state.json"), 0), /state\.json is damaged/],
  ["state.json is null", (folder) => writeFile(join(folder, "state.json"), "null"), /state\.json is damaged/],
  [
    "state.json has no databases",
    (folder) => writeFile(join(folder, "state.json"), '{"formatVersion":1}'),
    /is damaged/,
  ],
  ["state.json is newer", (folder) => writeFile(join(folder, "state.json"), '{"formatVersion":2}'), /another version/],
  ["documents are damaged", damageDocuments, /\.docs is damaged/],
])("%s: the error says what to do", async (_, damage, message) => {
  const folder = await tempFolder();
  await (await start(folder)).stop();
  await damage(folder);
  const next = "Delete the folder to begin with nothing, or name another one with --data.";
  const code = "invalid-settings";
  await expect(start(folder)).rejects.toMatchObject({ code, next, message: expect.stringMatching(message) });
});

async function damageDocuments(folder: string): Promise<void> {
  const file = join(folder, (await readdir(folder)).find((name) => name.endsWith(".docs")) ?? "");
  await writeFile(file, `x${await readFile(file, "utf8")}\n`);
}
