import { expect, test } from "vitest";
import { isLoopback } from "../../src/text/loopback.js";

test.each(
  // biome-ignore format: one kind of host per line
  [
    "http://localhost:5984", "http://LOCALHOST", "https://admin:password@localhost/couchdb",
    "http://127.0.0.1:5984", "http://127.1", "http://2130706433", "http://0x7f000001", "http://127.255.255.254",
    "http://[::1]:5984", "http://[0:0:0:0:0:0:0:1]", "http://[::ffff:127.0.0.1]", "http://[::ffff:127.9.8.7]",
  ],
)("%s is this machine", (url) => expect(isLoopback(url)).toBe(true));

test.each(
  // biome-ignore format: one kind of host per line
  [
    "http://localhost.example", "http://127.0.0.1.example", "http://example/localhost", "http://localhost@example",
    "http://couchdb.localhost", "http://localhost.", "http://0.0.0.0", "http://[::]", "http://128.0.0.1",
    "http://[::ffff:7.245.0.1]", "http://[::ffff:0.127.0.1]", "http://[::2]", "http://192.168.0.1",
  ],
)("%s is not this machine", (url) => expect(isLoopback(url)).toBe(false));
