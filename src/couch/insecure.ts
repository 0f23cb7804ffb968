/** Finds conditions that let others read the credentials on their way to CouchDB. Pure. */
import { BlockList, isIP } from "node:net";
import type { Connection } from "../contract/connection.js";
import type { Warning } from "../contract/results.js";
import { addressOf, credentialsOf } from "./connection.js";

/** Private networks, the machine itself, link-local addresses, and the internal range of providers (100.64/10). */
const nearby = new BlockList();
for (const [network, bits] of [
  ["127.0.0.0", 8],
  ["10.0.0.0", 8],
  ["172.16.0.0", 12],
  ["192.168.0.0", 16],
  ["169.254.0.0", 16],
  ["100.64.0.0", 10],
] as const) {
  nearby.addSubnet(network, bits, "ipv4");
}
nearby.addAddress("::1", "ipv6");
nearby.addSubnet("fc00::", 7, "ipv6");
nearby.addSubnet("fe80::", 10, "ipv6");

/** Names that no public resolver knows: single labels, and names under these domains. */
const internal = /^[^.]+$|\.(?:svc|cluster\.local|local|internal|localhost|test)$/i;

/** @param rejectUnauthorized NODE_TLS_REJECT_UNAUTHORIZED of the process */
export function insecurities(connection: Connection, rejectUnauthorized: string | undefined): Warning[] {
  const { secure, host } = addressOf(connection);
  if (secure) return rejectUnauthorized === "0" ? [unverified] : [];
  const secret = secretSent(connection);
  if (secret === undefined || isNearby(host)) return [];
  return [
    {
      code: "plain-http",
      message: `the ${secret} goes to ${host} over plain HTTP, where others can read it: use https://, or, inside Kubernetes, the full name of the Service (couchdb.NAMESPACE.svc)`,
    },
  ];
}

function secretSent(connection: Connection): string | undefined {
  if (connection.token !== undefined || connection.iam !== undefined) return "token";
  if (connection.proxyAuthentication !== undefined) return "proxy authentication";
  if (credentialsOf(connection) !== undefined) return "password";
  return Object.keys(connection.headers ?? {}).length === 0 ? undefined : "content of the headers";
}

const unverified: Warning = {
  code: "tls-unverified",
  message:
    "NODE_TLS_REJECT_UNAUTHORIZED=0: CouchDB's certificate is not checked, so any server that answers gets the login; remove the variable, and use --ca instead",
};

function isNearby(host: string): boolean {
  const version = isIP(host);
  if (version === 0) return internal.test(host.replace(/\.$/, ""));
  return nearby.check(host, version === 4 ? "ipv4" : "ipv6");
}
