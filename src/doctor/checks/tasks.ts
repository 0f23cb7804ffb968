/** What CouchDB is working on: index builds and compactions slow down everything else. */
import { path } from "../../couch/path.js";
import { membersOf } from "../../text/json.js";
import { count } from "../../text/quantity.js";
import { type CheckKind, ok } from "../check.js";

export const tasks: CheckKind = {
  group: "server",
  name: "tasks",
  needs: "login",
  async find({ contact: { couch }, foreign }) {
    const { body } = await couch.read(path`/_active_tasks`, { fresh: true });
    const running = (Array.isArray(body) ? body : []).map((task: unknown) => {
      const { type, database, design_document, progress } = membersOf(task);
      const text = (value: unknown) => (typeof value === "string" ? foreign(value) : "");
      // `shards/00000000-7fffffff/zerglings.1700000000`, once per shard.
      const name = text(database)
        .replace(/^shards\/[^/]+\//, "")
        .replace(/\.\d+$/, "");
      return { type: text(type), database: name, designDoc: text(design_document), progress: Number(progress ?? 0) };
    });
    if (running.length === 0) return ok("none are running", { facts: { running } });
    const lines = running.map(({ type, database, designDoc, progress }) =>
      [type, database, designDoc, `${progress} %`].filter(Boolean).join(" "),
    );
    return ok(`${count(running.length, "task")} running`, { lines, facts: { running } });
  },
};
