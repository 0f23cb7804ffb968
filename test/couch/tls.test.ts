/** Trust, client certificates and IPv6. The certificates are created here; without openssl, these tests are skipped. */
import { execFileSync, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer as createHttp } from "node:http";
import { createServer, type Server } from "node:https";
import { type AddressInfo, connect, createServer as createSocketServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer as createTlsServer, type TLSSocket } from "node:tls";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Connection } from "../../src/contract/connection.js";
import { openCouch } from "../../src/couch/gateway.js";
import { path } from "../../src/couch/path.js";

const openssl = spawnSync("openssl", ["version"]).status === 0;

async function readFrom(connection: Connection): Promise<unknown> {
  const { signal } = new AbortController();
  const couch = openCouch(connection, { emit: () => {}, signal, retry: { pause: 1 } });
  try {
    return (await couch.read(path`/db`)).body;
  } catch (error) {
    return (error as { code?: string }).code;
  } finally {
    await couch.close();
  }
}

describe.skipIf(!openssl)(openssl ? "TLS" : "TLS (left out: needs openssl)", () => {
  let folder: string;
  let server: Server;
  let url: string;
  let cert: string;
  let key: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "couchdb-migrate-tls-"));
    ({ key, cert } = certificateFor("DNS:localhost,IP:127.0.0.1"));
    server = createServer(
      { key, cert, ca: cert, requestCert: true, rejectUnauthorized: false },
      (request, response) => {
        response.setHeader("content-type", "application/json");
        response.end(JSON.stringify((request.socket as TLSSocket).authorized ? "known" : "unknown"));
      },
    );
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test("an unreadable key is an error, and errors on its connection do not reach the process", async () => {
    const uncaught: unknown[] = [];
    const note = (error: unknown) => uncaught.push(error);
    process.on("uncaughtExceptionMonitor", note);
    try {
      const connection = { url: "https://127.0.0.1:1", tls: { key: "no key", cert: "no certificate" } };
      expect(await readFrom(connection)).toBe("unreachable");
      // The port is closed: a connection to it is refused.
      await once(connect(1, "127.0.0.1"), "error").catch(() => {});
      await new Promise((resolve) => setImmediate(resolve));
      expect(uncaught).toEqual([]);
    } finally {
      process.off("uncaughtExceptionMonitor", note);
    }
  });

  function certificateFor(names: string): { readonly key: string; readonly cert: string } {
    const files = { key: join(folder, "key.pem"), cert: join(folder, "cert.pem") };
    const made = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];
    const named = ["-subj", "/CN=couchdb", "-addext", `subjectAltName=${names}`];
    const args = ["req", "-x509", ...made, ...named, "-keyout", files.key, "-out", files.cert];
    execFileSync("openssl", args, { stdio: "ignore" });
    return { key: readFileSync(files.key, "utf8"), cert: readFileSync(files.cert, "utf8") };
  }

  test("a server with another host's certificate is rejected, even if its authority is trusted", async () => {
    const others = certificateFor("DNS:elsewhere.example,IP:192.0.2.1");
    const received: string[] = [];
    const other = createServer(others, (request, response) => {
      received.push(request.url ?? "");
      response.end("{}");
    });
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const { port } = other.address() as AddressInfo;
    expect(await readFrom({ url: `https://127.0.0.1:${port}`, tls: { ca: others.cert } })).toBe("unreachable");
    expect(received).toEqual([]);
    other.close();
  });

  test("a server with an unknown authority is rejected", async () => {
    expect(await readFrom({ url })).toBe("unreachable");
  });

  test("a server is accepted if its certificate authority is trusted", async () => {
    expect(await readFrom({ url, tls: { ca: cert } })).toBe("unknown");
  });

  test("a client certificate is sent", async () => {
    expect(await readFrom({ url, tls: { ca: cert, cert, key } })).toBe("known");
  });

  test("the unsent rest of a request does not arrive after the request is given up", async () => {
    const slow = createTlsServer({ key, cert });
    const connected = once(slow, "secureConnection");
    await new Promise<void>((resolve) => slow.listen(0, "127.0.0.1", resolve));
    const { port } = slow.address() as AddressInfo;
    const options = { emit: () => {}, signal: new AbortController().signal, readOnly: false };
    const couch = openCouch({ url: `https://127.0.0.1:${port}`, tls: { ca: cert } }, options);
    const body = "x".repeat(1_000_000);
    const giveUp = new AbortController();
    const sent = couch.write("PUT", path`/db/doc`, { body, repeatable: false, signal: giveUp.signal });
    const [socket]: TLSSocket[] = await connected;
    socket?.on("error", () => {});
    // Encrypted, and handed to the operating system.
    for (let turn = 0; turn < 100; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    giveUp.abort();
    await expect(sent).rejects.toThrow();
    let arrived = 0;
    socket?.on("data", (chunk: Buffer) => {
      arrived += chunk.length;
    });
    await new Promise((resolve) => socket?.once("close", resolve));
    expect(arrived).toBeLessThan(body.length);
    await couch.close();
    slow.close();
  });

  test("a server that does not speak TLS", async () => {
    const plain = createSocketServer((socket) => socket.end("hello\r\n"));
    await new Promise<void>((resolve) => plain.listen(0, "127.0.0.1", resolve));
    const { port } = plain.address() as AddressInfo;
    expect(await readFrom({ url: `https://127.0.0.1:${port}` })).toBe("wrong-address");
    expect(await readFrom({ url: `https://127.0.0.1:${port}`, tls: { ca: cert } })).toBe("wrong-address");
    plain.close();
  });
});

const ipv6 = await new Promise<boolean>((resolve) => {
  const probe = createSocketServer().once("error", () => resolve(false));
  probe.listen(0, "::1", () => probe.close(() => resolve(true)));
});

test.skipIf(!ipv6)("an IPv6 address", async () => {
  const server = createHttp((request, response) => {
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify(request.headers.host));
  });
  await new Promise<void>((resolve) => server.listen(0, "::1", resolve));
  const { port } = server.address() as AddressInfo;
  expect(await readFrom({ url: `http://[::1]:${port}` })).toBe(`[::1]:${port}`);
  server.close();
});

test("something that does not speak HTTP", async () => {
  const server = createSocketServer((socket) => socket.end("220 smtp.example ready\r\n"));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((resolve) => connect(port, "127.0.0.1", resolve));
  expect(await readFrom({ url: `http://127.0.0.1:${port}` })).toMatch(/^(?:not-couchdb|unreachable)$/);
  server.close();
});
