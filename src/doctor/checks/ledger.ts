/** What was applied. */

import { readOtherSets } from "../../ledger/other-sets.js";
import { newestVersion } from "../../ledger/standing.js";
import { readLedger } from "../../ledger/store.js";
import { count, list, size } from "../../text/quantity.js";
import { type CheckKind, ok } from "../check.js";

export const ledger: CheckKind = {
  group: "ledger",
  name: "ledger",
  needs: "login",
  async find({ contact: { couch, place }, foreign }) {
    const stored = await readLedger(couch, place);
    const others = (await readOtherSets(couch, place)).map(({ set }) => foreign(set)).sort();
    const also = others.length > 0 ? `; other sets in ${place.database}: ${list(others, 10)}` : "";
    if (!stored) {
      const detail = `the set ${place.set} has no ledger: nothing was applied${also}`;
      return ok(detail, { facts: { set: place.set, exists: false, otherSets: others } });
    }
    const entries = Object.values(stored.ledger.entries);
    const facts = {
      set: place.set,
      exists: true,
      revision: foreign(stored.rev),
      formatVersion: stored.ledger.formatVersion,
      steps: entries.length,
      bytes: Buffer.byteLength(JSON.stringify(stored.ledger)),
      version: foreign(newestVersion(stored.ledger) ?? "") || null,
      versions: Object.keys(stored.ledger.versions ?? {}).length,
      environment: foreign(stored.ledger.environment ?? "") || null,
      release: foreign(stored.ledger.release?.value ?? "") || null,
      lastApplied:
        entries
          .map(({ appliedAt }) => foreign(appliedAt))
          .sort()
          .at(-1) ?? null,
      appliedBy: [...new Set(entries.map(({ version }) => foreign(version)))].sort(),
      otherSets: others,
    };
    const detail = [
      `set ${facts.set}: ${count(facts.steps, "step")} applied, format ${facts.formatVersion}, ${size(facts.bytes)}`,
      ...(facts.appliedBy.length > 0 ? [`by couchdb-migrate ${facts.appliedBy.join(", ")}`] : []),
      ...(facts.lastApplied === null ? [] : [`last ${facts.lastApplied}`]),
      ...(facts.version === null ? [] : [`version ${facts.version}`]),
      ...(facts.environment === null ? [] : [`environment ${facts.environment}`]),
      ...(facts.release === null ? [] : [`release ${facts.release}`]),
    ];
    return ok(detail.join(", ") + also, { facts });
  },
};
