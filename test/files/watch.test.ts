import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { Watch } from "../../src/files/watch.js";
import { tempFolder } from "../support/temp.js";

async function watching(files: Readonly<Record<string, string>>) {
  const folder = await tempFolder(files);
  const watch = await Watch.open([folder]);
  onTestFinished(() => watch.close());
  const stop = new AbortController();
  return { folder, watch, stop };
}

it("waits for a change of a file, for a new file, and for a file that was added", async () => {
  const { folder, watch, stop } = await watching({ "a.yaml": "1" });
  const other = await tempFolder({ "b.js": "1" });
  const next = () => watch.next(stop.signal);
  const changed = next();
  await writeFile(join(folder, "a.yaml"), "2");
  await changed;
  const created = next();
  await writeFile(join(folder, "c.yaml"), "1");
  await created;
  watch.add([join(other, "b.js")]);
  const elsewhere = next();
  // The watcher of an added file begins at some time, which it does not tell.
  const writing = setInterval(() => void writeFile(join(other, "b.js"), String(Math.random())), 50);
  await elsewhere.finally(() => clearInterval(writing));
});

it("remembers a change that nobody was waiting for", async () => {
  const { folder, watch, stop } = await watching({ "a.yaml": "1" });
  const first = watch.next(stop.signal);
  await writeFile(join(folder, "a.yaml"), "2");
  await first;
  await writeFile(join(folder, "a.yaml"), "3");
  await watch.next(stop.signal);
});

it("ends when the signal is aborted", async () => {
  const { watch, stop } = await watching({ "a.yaml": "1" });
  const waiting = watch.next(stop.signal);
  stop.abort();
  await expect(waiting).resolves.toBeUndefined();
  await expect(watch.next(stop.signal)).resolves.toBeUndefined();
});
