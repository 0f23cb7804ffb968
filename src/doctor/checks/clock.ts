/** Whether this machine and the server agree on the time. */
import { span } from "../../text/span.js";
import { type CheckKind, ok, skipped, warning } from "../check.js";

/** Seconds. No decision of a run depends on clocks, but certificates, tokens and the times in the ledger do. */
const noticeable = 60;

export const clock: CheckKind = {
  group: "server",
  name: "clock",
  needs: "server",
  find({ contact: { couch } }) {
    const seconds = couch.clockOffset;
    if (seconds === undefined) {
      return skipped("the answers have no Date header", "None: a proxy may have removed it.");
    }
    const facts = { seconds };
    if (seconds === 0) return ok("no difference to the server's clock", { facts });
    const ahead = seconds > 0 ? "ahead of" : "behind";
    const detail = `the server's clock is ${span(Math.abs(seconds) * 1000)} ${ahead} this machine's`;
    if (Math.abs(seconds) < noticeable) return ok(detail, { facts });
    return warning(detail, "Set both clocks by NTP: certificates, tokens and the times in the ledger depend on them.", {
      facts,
    });
  },
};
