/** Whether credentials are sent encrypted, and which certificates are trusted. */
import { addressOf } from "../../couch/connection.js";
import { insecurities } from "../../couch/insecure.js";
import { connectionIn } from "../../couch/nano-connection.js";
import { type CheckKind, ok, skipped, warning } from "../check.js";

export const tls: CheckKind = {
  group: "connection",
  name: "tls",
  find({ options, env, contact }) {
    if (contact.is === "offline") return skipped(contact.why, "Fix that, then run doctor again.");
    const given = connectionIn(options);
    const { ca, cert } = given.tls ?? {};
    const trusts = [
      ...(ca === undefined ? [] : ["the certificates of --ca"]),
      ...(env.NODE_EXTRA_CA_CERTS ? ["those of NODE_EXTRA_CA_CERTS"] : []),
    ];
    const facts = {
      tls: addressOf(given).secure,
      ca: ca !== undefined,
      clientCertificate: cert !== undefined,
      extraCertificates: Boolean(env.NODE_EXTRA_CA_CERTS),
    };
    const trusted = trusts.length > 0 ? `trusts ${trusts.join(" and ")}` : "trusts the certificates of Node.js";
    const detail = facts.tls
      ? `TLS; ${trusted}${facts.clientCertificate ? "; with a client certificate" : ""}`
      : "no TLS";
    const [risk] = insecurities(given, env.NODE_TLS_REJECT_UNAUTHORIZED);
    if (!risk) return ok(detail, { facts });
    const [what = "", ...todo] = risk.message.split(/[:;] (?=use |remove )/);
    return warning(`${detail}: ${what}`, sentence(todo.join("; ")), { facts });
  },
};

function sentence(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}.`;
}
