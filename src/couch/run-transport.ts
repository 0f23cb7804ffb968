/**
 * The transport of a run: nano sends writes, and the light transport sends reads. So a run with nothing to do, a plan
 * and a status never load nano and fetch, which would take 0.1 s and 20 MB. Through fetch, a request needs twice the
 * CPU time.
 */
import type { Tls } from "../contract/connection.js";
import type { Address } from "./connection.js";
import { httpTransport } from "./http-transport.js";
import { isReading } from "./reading.js";
import type { Transport, WireRequest } from "./transport.js";

/** Creates the transport when the server is opened. */
export type OpenTransport = (address: Address, tls: Tls | undefined, maxBody: number | undefined) => Transport;

export const runTransport: OpenTransport = (address, tls, maxBody) => {
  const light = httpTransport(address, tls, maxBody);
  let nano: Promise<Transport> | undefined;
  return {
    send: async (wire) => {
      if (!isWriting(wire)) return light.send(wire);
      nano ??= import("./nano-transport.js").then((module) => module.nanoTransport(address, light));
      return (await nano).send(wire);
    },
    close: light.close,
  };
};

function isWriting({ method, target }: WireRequest): boolean {
  return !isReading(method, target.split("?", 1)[0] ?? target);
}
