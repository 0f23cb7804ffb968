// Posts the lines of a file to _bulk_docs unchanged, a thousand per request, without checking anything.
// node seed.mjs <file> <database> <concurrent requests>
import { createReadStream } from "node:fs";
import { close, send } from "./client.mjs";

const [file, database, atOnce] = process.argv.slice(2);

async function* batches() {
  let rest = "";
  const lines = [];
  for await (const text of createReadStream(file, { encoding: "utf8", highWaterMark: 256 * 1024 })) {
    const parts = (rest + text).split("\n");
    rest = parts.pop();
    lines.push(...parts);
    while (lines.length >= 1_000) yield lines.splice(0, 1_000);
  }
  if (rest !== "") lines.push(rest);
  if (lines.length > 0) yield lines;
}

const source = batches();

async function work() {
  for (;;) {
    const { done, value } = await source.next();
    if (done) return;
    await send("POST", `/${database}/_bulk_docs`, `{"docs":[${value.join(",")}]}`);
  }
}

await Promise.all(Array.from({ length: Number(atOnce) }, work));
close();
