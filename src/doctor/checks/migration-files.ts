/** The files of the set: whether they are valid, and what is in them. */
import { unsetNames } from "../../migrations/unset.js";
import { count, grouped, list } from "../../text/quantity.js";
import { type CheckKind, ok, problem, skipped, warning } from "../check.js";

export const migrationFiles: CheckKind = {
  group: "files",
  name: "migration-files",
  find({ files }) {
    if (files.are === "not-given") {
      return skipped("no migration files were found", "Name their folder, as in `couchdb-migrate doctor PATH`.");
    }
    if (files.are === "invalid") return problem(files.why);
    const { path, files: names, steps, unset } = files.migrations;
    const kinds = new Map<string, number>();
    for (const { kind } of steps) kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
    const facts = { path, files: names.length, steps: steps.length, kinds: Object.fromEntries(kinds) };
    const lines = [...kinds].map(([kind, number]) => `${grouped(number)} ${kind}`);
    const detail = `${path}: ${count(names.length, "file")}, ${count(steps.length, "step")}, valid`;
    if (!unset) return ok(detail, { lines, facts });
    const missing = unsetNames(unset);
    return warning(`${detail}, but these variables are not set: ${list(missing, 20)}`, "Set them before you apply.", {
      lines,
      facts: { ...facts, unset: missing },
    });
  },
};
