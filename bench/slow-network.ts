/**
 * A network between the programs and the server, with a round trip of this many milliseconds: each way takes half of
 * it, and a new connection takes one before its first byte, as for TCP. It passes on every byte.
 */
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

export interface SlowNetwork {
  /** The server's address through this network. */
  readonly url: string;
  close(): Promise<void>;
}

export async function slowNetwork(server: string, roundTrip: number): Promise<SlowNetwork> {
  const { hostname, port } = new URL(server);
  const open = new Set<Socket>();
  const gate = createServer({ allowHalfOpen: true }, (near) => {
    const far = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
    const connected = performance.now() + roundTrip;
    for (const socket of [near, far]) {
      open.add(socket.setNoDelay(true));
      socket.on("close", () => open.delete(socket));
    }
    pass(near, far, () => Math.max(connected - performance.now(), 0) + roundTrip / 2);
    pass(far, near, () => roundTrip / 2);
  });
  await new Promise<void>((resolve) => gate.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(gate.address() as AddressInfo).port}`,
    close: () => {
      for (const socket of open) socket.destroy();
      return new Promise((resolve) => gate.close(() => resolve()));
    },
  };
}

/** The queue keeps the order, because timers of different lengths that end in the same millisecond do not. */
function pass(from: Socket, to: Socket, delay: () => number): void {
  const queue: (() => void)[] = [];
  const later = (act: () => void) => {
    queue.push(act);
    setTimeout(() => queue.shift()?.(), delay());
  };
  from.on("data", (bytes) => later(() => to.writable && to.write(bytes)));
  from.on("end", () => later(() => to.end()));
  from.on("error", () => later(() => to.destroy()));
}
