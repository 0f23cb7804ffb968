/** Who is applying the set now. */
import { heldFor } from "../../ledger/held-for.js";
import { readLease } from "../../ledger/lease.js";
import { readPartLeases } from "../../ledger/part-leases.js";
import { span } from "../../text/span.js";
import { type CheckKind, ok, warning } from "../check.js";

export const lease: CheckKind = {
  group: "ledger",
  name: "lease",
  needs: "login",
  async find({ contact: { couch, place }, foreign }) {
    const held = await readLease(couch, place);
    const parts = await readPartLeases(couch, place);
    const facts = {
      lease: held && { holder: foreign(held.holder), since: foreign(held.since), ttl: held.ttl },
      parts: parts.map(({ part, holder, since }) => ({ ...part, holder: foreign(holder), since: foreign(since) })),
    };
    const lines = facts.parts.map(({ step, number, ...one }) => `part ${number} of ${step}: ${heldText(one)}`);
    if (!facts.lease && lines.length === 0) return ok("nobody holds it", { facts });
    const detail = facts.lease
      ? `${heldText(facts.lease)}; it expires ${span(facts.lease.ttl)} after its last renewal`
      : "";
    const next =
      "Wait until that run is done. If you are certain that its holder is gone, `couchdb-migrate unlock` releases it.";
    return warning(detail || "nobody holds it, but parts of a step are held", next, { lines, facts });
  },
};

function heldText({ holder, since }: { readonly holder: string; readonly since: string }): string {
  const milliseconds = heldFor(since);
  return `held by ${holder} since ${since}${milliseconds === undefined ? "" : `, for ${span(milliseconds)}`}`;
}
