/** Compares the files with the ledger. Whether the server still matches the ledger is up to `plan` and `status`. */
import { releaseOf } from "../../engine/release-of.js";
import { entryOf } from "../../ledger/entry-of.js";
import { refusedEnvironment } from "../../ledger/environment.js";
import { filesVersion } from "../../ledger/files-version.js";
import { renameEntries } from "../../ledger/renames.js";
import { standingOf } from "../../ledger/standing.js";
import { readLedger } from "../../ledger/store.js";
import { grouped } from "../../text/quantity.js";
import { type CheckKind, ok, problem, skipped, warning } from "../check.js";

export const filesAndLedger: CheckKind = {
  group: "ledger",
  name: "files-and-ledger",
  needs: "login",
  async find({ contact: { couch, place }, files, options }) {
    if (files.are !== "valid") return skipped("there are no valid migration files", "Fix the migration files first.");
    const { steps, unset, environment } = files.migrations;
    if (unset) return skipped("variables of the files are not set", "Set them, then run doctor again.");
    const stored = (await readLedger(couch, place))?.ledger;
    const ledger = renameEntries(stored, steps).ledger ?? stored;
    const ids = new Set([...steps.map(({ id }) => id), ...(files.migrations.elsewhere ?? [])]);
    const entries = steps.map(({ id, checksum }) => ({ entry: entryOf(ledger, id), checksum }));
    const version = filesVersion(steps, environment);
    const release = releaseOf(options);
    const standing = standingOf(stored, { version, formerSecrets: false, release });
    const facts = {
      version,
      standing: standing.is,
      applied: entries.filter(({ entry, checksum }) => entry?.checksum === checksum).length,
      changed: entries.filter(({ entry, checksum }) => entry && entry.checksum !== checksum).length,
      pending: entries.filter(({ entry }) => !entry).length,
      orphaned: Object.keys(ledger?.entries ?? {}).filter((id) => !ids.has(id)),
    };
    const detail = `${grouped(facts.applied)} applied, ${grouped(facts.changed)} changed, ${grouped(facts.pending)} pending, ${grouped(facts.orphaned.length)} orphaned; version ${version}`;
    if (standing.is === "older") {
      const next = "Use the newest files; to go back to these, apply them once with --allow-revert.";
      return warning(`the files are older than what is applied: ${detail}`, next, { facts });
    }
    const elsewhere = refusedEnvironment(stored, place);
    if (elsewhere) return { ...problem(elsewhere), facts };
    if (standing.is === "refused") {
      const next = "Give a higher --release, or correct the recorded one with `couchdb-migrate ledger release`.";
      return warning(`the release is refused: ${detail}`, next, { facts, code: "release-refused" });
    }
    return ok(detail, { facts });
  },
};
