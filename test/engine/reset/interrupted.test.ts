/** A reset that ends at one of its writing requests: the next `apply` creates everything, and the next reset removes it. */
import { expect, onTestFinished, test } from "vitest";
import { reset } from "../../../src/engine/reset/reset.js";
import { apply } from "../../../src/index.js";
import { databaseName, freshDatabase, uniqueName } from "../../support/databases.js";
import { startProxy } from "../../support/proxy.js";
import { request } from "../../support/request.js";
import { server } from "../../support/servers.js";
import { filesOf, ownSet } from "../own-set.js";

const agree = async () => true;

async function scene() {
  const options = await ownSet();
  const proxy = await startProxy(server().url);
  onTestFinished(() => proxy.close());
  const connection = { ...(options.connection as object), url: proxy.url };
  const [created, adopted, user] = [databaseName("created"), await freshDatabase("adopted"), uniqueName("kerrigan")];
  const files = await filesOf(`
- { id: created, ensureDatabase: { name: ${created} } }
- { id: adopted, ensureDatabase: { name: ${adopted} } }
- id: views
  ensureDesignDocs: { database: ${adopted}, docs: { brood: { filters: { f: "function () { return true; }" } } } }
- { id: indexes, ensureIndexes: { database: ${adopted}, indexes: { new: { index: { fields: [b] } } } } }
- { id: user, ensureUser: { name: ${user}, password: zerg, roles: [] } }
- { id: link, ensureReplication: { id: ${user}, source: "http://127.0.0.1:1/a", target: "http://127.0.0.1:1/b" } }
`);
  const paths = [
    `/${created}`,
    `/${adopted}/_design/brood`,
    `/_users/org.couchdb.user:${user}`,
    `/_replicator/${user}`,
  ];
  const there = async () => Promise.all(paths.map(async (path) => (await request(server(), "GET", path)).status));
  const through = { ...options, connection, agree };
  onTestFinished(async () => void (await reset({ ...options, agree })));
  return { options, through, proxy, files, there };
}

test.each(["before", "after"] as const)(
  "a reset that ends %s any of its writes is continued",
  async (when) => {
    let writes = 1;
    const { options, through, proxy, files, there } = await scene();
    for (let nth = 1; nth <= writes; nth += 1) {
      await apply(files, options);
      expect([nth, ...(await there())]).toEqual([nth, 200, 200, 200, 200]);
      proxy.reset();
      const end = new AbortController();
      let seen = 0;
      const isNth = ({ writes }: { readonly writes: boolean }) => {
        if (writes) seen += 1;
        return writes && seen === nth;
      };
      const fault = () => end.abort();
      proxy.faultWhen(isNth, when === "before" ? { before: fault } : { after: fault });
      const ended = await reset({ ...through, signal: end.signal }).catch((error: unknown) => error);
      if (!(ended instanceof Error)) break;
      writes = nth + 1;
      // Alternately, both ways of continuing.
      if (nth % 2 === 0) await apply(files, options);
      if (nth % 2 === 0) expect([nth, ...(await there())]).toEqual([nth, 200, 200, 200, 200]);
      await reset({ ...options, agree });
      if (server().isFrom("3.3")) expect([nth, ...(await there())]).toEqual([nth, 404, 404, 404, 404]);
    }
    expect(writes).toBeGreaterThan(6);
  },
  300_000,
);
