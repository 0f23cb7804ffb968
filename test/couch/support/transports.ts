/** The two transports, each used for a whole run. */
import { httpTransport } from "../../../src/couch/http-transport.js";
import { nanoTransport } from "../../../src/couch/nano-transport.js";
import type { OpenTransport } from "../../../src/couch/run-transport.js";

const nano: OpenTransport = (address, tls, maxBody) => {
  const wires = httpTransport(address, tls, maxBody);
  const { send } = nanoTransport(address, wires);
  return { send, close: wires.close };
};

export const transports = { http: httpTransport, nano } satisfies Record<string, OpenTransport>;
