import { describe, expect, test } from "vitest";
import { MigrateError } from "../../src/contract/errors.js";
import type { Event } from "../../src/contract/events.js";
import type { Level } from "../../src/render/describe-event.js";
import { openLog } from "../../src/render/open-log.js";
import { plain } from "../../src/render/style.js";

const url = "http://couchdb:5984";
const failed = new MigrateError("conflict", { message: "somebody wrote it\x1b[2J" });
const events: readonly Event[] = [
  { type: "waiting", url, reason: "refused", milliseconds: 2000 },
  { type: "connected", url, version: "3.5.0", user: "overmind" },
  { type: "admin-party", url },
  {
    type: "lease-waiting",
    holder: "pod-1",
    since: "2030-01-01T00:00:00Z",
    millisecondsHeld: 125_000,
    milliseconds: 500,
  },
  { type: "lease-taken", holder: "pod-2", token: 3 },
  { type: "lease-taken", holder: "pod-2", token: 4, from: "pod-1" },
  { type: "run-begin", steps: 4, pending: 2 },
  { type: "step-begin", id: "a", kind: "ensureDatabase", title: "database a" },
  { type: "step-end", id: "a", kind: "ensureDatabase", title: "database a", outcome: "applied", milliseconds: 12 },
  { type: "step-end", id: "b", kind: "ensureDatabase", title: "database b", outcome: "unchanged", milliseconds: 1 },
  { type: "warning", code: "step", message: "q is 2", id: "a" },
  { type: "step-failed", id: "c", database: "tenant", error: failed },
  { type: "step-stopped", id: "d" },
  { type: "lease-released" },
  { type: "request", method: "GET", path: "/a", status: 200, milliseconds: 3, attempt: 1 },
  { type: "request", method: "PUT", path: "/a", status: undefined, milliseconds: 3000, attempt: 2 },
];

/** What remains on a terminal after this output. */
function screenOf(written: string): string {
  const lines = [""];
  let row = 0;
  const codes = ["\r", "\n", "\x1b[2K", "\x1b[1A"];
  for (let at = 0; at < written.length; ) {
    const code = codes.find((one) => written.startsWith(one, at));
    if (code === "\n") row += 1;
    else if (code === "\x1b[1A") row -= 1;
    lines[row] = code === "\x1b[2K" ? "" : (lines[row] ?? "") + (code === undefined ? written.charAt(at) : "");
    at += code?.length ?? 1;
  }
  return lines.join("\n");
}

interface Screen {
  readonly isTTY?: boolean;
  readonly columns?: number;
}

async function say(
  format: "pretty" | "json",
  level: Level,
  said: readonly Event[],
  { screen = {}, step = 0 }: { screen?: Screen; step?: number } = {},
): Promise<string> {
  let text = "";
  let time = 0;
  const stream = { ...screen, write: (part: string) => (text += part) };
  const log = await openLog({
    format,
    level,
    stream,
    style: plain,
    foreign: (text) => text,
    now: () => time,
  });
  for (const event of said) {
    log.emit(event);
    time += step;
  }
  log.close();
  return text;
}

test.each<[Level, string]>([
  [
    "trace",
    `waiting for CouchDB at http://couchdb:5984: refused (2 s)
connected to CouchDB 3.5.0 at http://couchdb:5984 as overmind
warning: http://couchdb:5984 is in admin party: everybody who reaches it is an admin
another runner, pod-1, has held the lease for 2 min 5 s (since 2030-01-01T00:00:00Z); waiting (500 ms)
lease taken (token 3)
lease taken over from pod-1, which stopped renewing it (token 4)
2 of 4 steps to apply
starting a: database a
applied a: database a (12 ms)
unchanged b: database b (1 ms)
warning: a: q is 2
error: c in tenant: somebody wrote it\\x1b[2J [conflict]
d: unfinished; the next run continues with it
lease released
GET /a 200 (3 ms)
PUT /a no answer (3 s, attempt 2)
`,
  ],
  [
    "warn",
    "warning: http://couchdb:5984 is in admin party: everybody who reaches it is an admin\nwarning: a: q is 2\nerror: c in tenant: somebody wrote it\\x1b[2J [conflict]\n",
  ],
  ["silent", ""],
])("the log for people, at level %s", async (level, text) => {
  expect(await say("pretty", level, events)).toBe(text);
});

const ended = { type: "step-end", id: "a", milliseconds: 1 } as const;
test.each<[Event, string]>([
  [{ type: "run-begin", steps: 8, pending: 8 }, "8 steps to apply"],
  [{ type: "run-begin", steps: 1, pending: 1 }, "1 step to apply"],
  [
    { ...ended, kind: "removeDatabase", title: "database customers", outcome: "applied" },
    "removed a: database customers (1 ms)",
  ],
  [
    { ...ended, kind: "removeDatabase", title: "database customers", outcome: "adopted" },
    "adopted a: database customers, already absent (1 ms)",
  ],
  [
    { ...ended, kind: "ensureSecurity", title: "security object of tenant-*", outcome: "unmatched" },
    "a: no database matches yet for security object of tenant-*",
  ],
  [
    { ...ended, kind: "ensureSecurity", title: "security object of tenant-*", outcome: "applied", databases: 1301 },
    "applied a: security object of tenant-* in 1,301 databases (1 ms)",
  ],
  [
    { ...ended, kind: "ensureSecurity", title: "security object of a, b", outcome: "applied", database: "b" },
    "applied a: security object of a, b in b (1 ms)",
  ],
])("%o is logged as %s", async (event, line) => {
  expect(await say("pretty", "info", [event])).toBe(`${line}\n`);
});

test("the log for machines has one object per line, with level, time, event and message", async () => {
  const lines = (await say("json", "trace", events))
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(lines).toHaveLength(events.length);
  for (const { time } of lines) expect(new Date(time).toISOString()).toBe(time);
  const { time: _, ...failure } = lines[11];
  expect(failure).toEqual({
    level: "error",
    event: "step-failed",
    id: "c",
    database: "tenant",
    code: "conflict",
    next: failed.next,
    msg: "c in tenant: somebody wrote it\\x1b[2J [conflict]",
  });
  expect(lines.map(({ level }) => level).filter((level) => level === "trace")).toHaveLength(2);
});

describe("progress", () => {
  const progress = (done: number): Event => ({
    type: "step-progress",
    id: "v",
    what: "building",
    done,
    total: 60_000,
    unit: "documents",
  });
  const begun: Event = { type: "step-begin", id: "v", kind: "ensureDesignDocs", title: "design documents" };
  const ended: Event = {
    type: "step-end",
    id: "v",
    kind: "ensureDesignDocs",
    title: "design documents",
    outcome: "applied",
    milliseconds: 1,
  };
  const many = Array.from({ length: 12 }, (_, i) => progress(i * 1000));

  test.each(["pretty", "json"] as const)(
    "is logged every ten seconds if no line can be redrawn (%s)",
    async (format) => {
      const lines = (await say(format, "info", many, { step: 2000 })).trimEnd().split("\n");
      expect(lines.map((line) => /(\d+,000) of 60,000/.exec(line)?.[1])).toEqual(["5,000", "10,000"]);
    },
  );

  test("says that a built index waits for CouchDB's commit, in the log and on a terminal", async () => {
    const built = Array.from(
      { length: 8 },
      (): Event => ({ ...(progress(60_000) as object), committing: true }) as Event,
    );
    const text = "v: built; waiting for CouchDB to commit it to disk";
    expect(await say("pretty", "info", built, { step: 2000 })).toBe(`${text}\n`);
    const screen = { isTTY: true, columns: 120 };
    expect(await say("pretty", "info", built.slice(0, 1), { screen })).toContain(text);
  });

  test("shows the speed and the time left (pretty)", async () => {
    const text = await say("pretty", "info", many, { step: 2000 });
    expect(text.trimEnd().split("\n")).toEqual([
      "v: building: 5,000 of 60,000 documents (8%), 500 per second, 1 min 50 s left",
      "v: building: 10,000 of 60,000 documents (16%), 500 per second, 1 min 40 s left",
    ]);
  });

  test("shows the speed and the time left (json)", async () => {
    const [line = ""] = (await say("json", "info", many, { step: 2000 })).split("\n");
    expect(JSON.parse(line)).toMatchObject({ event: "step-progress", perSecond: 500, millisecondsLeft: 110_000 });
  });

  const bars = ["[########------------]", "[#########-----------]"];
  test.each<[number, string, string]>([
    [
      120,
      `v: 41% ${bars[0]} 25,000 of 60,000 documents, building`,
      `v: 45%, 17 s left ${bars[1]} 27,000 of 60,000 documents, 2,000 per second, building`,
    ],
    [
      80,
      `v: 41% ${bars[0]} 25,000 of 60,000 documents, building`,
      `v: 45%, 17 s left ${bars[1]} 27,000 of 60,000 documents`,
    ],
    [40, `v: 41% ${bars[0]}`, "v: 45%, 17 s left"],
    [15, "v: 41%", "v: 45%, 17 s …"],
  ])(
    "is drawn at the bottom of a terminal with %d columns, name and time first, and finally erased",
    async (columns, first, second) => {
      const screen = { isTTY: true, columns };
      const said = [begun, progress(25_000), progress(27_000), ended];
      const text = await say("pretty", "info", said, { screen, step: 1000 });
      expect(text.split("\r\x1b[2K").slice(1)).toEqual([first, second, "applied v: design documents (1 ms)\n"]);
    },
  );

  test("is erased when the run is told to stop, and redrawn below the message", async () => {
    let text = "";
    const stream = {
      isTTY: true,
      columns: 80,
      write: (part: string) => {
        text += part;
      },
    };
    const options = { format: "pretty", level: "info", stream, style: plain, foreign: (one: string) => one } as const;
    const log = await openLog(options);
    log.emit(begun);
    log.emit(progress(25_000));
    log.info("stopping");
    log.close();
    expect(screenOf(text)).toBe("stopping\n");
  });

  test("has a line for each piece of work, and none for finished work", async () => {
    const screen = { isTTY: true, columns: 100 };
    const of = (database: string, done: number): Event => ({ ...(progress(done) as object), database }) as Event;
    const said = [begun, of("a", 6_000), of("b", 30_000), of("a", 60_000), of("b", 31_000)];
    const text = await say("pretty", "info", said, { screen, step: 200 });
    const up = "\x1b[1A\x1b[2K";
    expect(text.split("\r\x1b[2K")).toEqual([
      "v: design documents",
      "v in a: 10% [##------------------] 6,000 of 60,000 documents, building",
      "v in a: 10% [##------------------] 6,000 of 60,000 documents, building\nv in b: 50% [##########----------] 30,000 of 60,000 documents, building",
      `${up}v in a: 100% [####################] 60,000 of 60,000 documents, building\nv in b: 50% [##########----------] 30,000 of 60,000 documents, building`,
      `${up}v in b: 51% [##########----------] 31,000 of 60,000 documents, building`,
      "",
    ]);
  });
});
