/** What CouchDB is working on: index builds and compactions slow down everything else. */
import { path } from "../../couch/path.js";
import { readIfAllowed } from "../../couch/read-if-allowed.js";
import { membersOf } from "../../text/json.js";
import { count, grouped } from "../../text/quantity.js";
import { type CheckKind, ok, skipped } from "../check.js";

/** There is one for each shard of each index: thousands on a large cluster. */
const most = 50;

export const tasks: CheckKind = {
  group: "server",
  name: "tasks",
  needs: "login",
  async find({ contact: { couch }, foreign }) {
    const body = await readIfAllowed(couch, path`/_active_tasks`, { fresh: true });
    if (body === undefined) {
      return skipped("the server does not show its tasks to this user", "To see this, run doctor as a server admin.");
    }
    const all: readonly unknown[] = Array.isArray(body) ? body : [];
    const running = all.slice(0, most).map((task) => {
      const { type, database, design_document, progress } = membersOf(task);
      const text = (value: unknown) => (typeof value === "string" ? foreign(value) : "");
      // `shards/00000000-7fffffff/zerglings.1700000000`, once per shard.
      const name = text(database)
        .replace(/^shards\/[^/]+\//, "")
        .replace(/\.\d+$/, "");
      return { type: text(type), database: name, designDoc: text(design_document), progress: Number(progress ?? 0) };
    });
    const facts = { count: all.length, running };
    if (all.length === 0) return ok("none are running", { facts });
    const lines = running.map(({ type, database, designDoc, progress }) =>
      [type, database, designDoc, `${progress}%`].filter(Boolean).join(" "),
    );
    if (all.length > most) lines.push(`and ${grouped(all.length - most)} more`);
    return ok(`${count(all.length, "task")} running`, { lines, facts });
  },
};
