/** Whether there is a CouchDB at the address. */
import { span } from "../../text/span.js";
import { type CheckKind, ok, problem, skipped } from "../check.js";

export const connection: CheckKind = {
  group: "connection",
  name: "connection",
  find({ contact }) {
    if (contact.is === "offline") return skipped(contact.why, "Fix that, then run doctor again.");
    if (contact.is === "absent") return problem(contact.why);
    const { couch, milliseconds } = contact;
    const facts = { url: couch.url, milliseconds };
    return ok(`CouchDB at ${couch.url} answered after ${span(milliseconds)}`, { facts });
  },
};
