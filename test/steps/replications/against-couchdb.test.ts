/** Replications that really run: scenario 25, and credentials. */
import { expect, it, onTestFinished } from "vitest";
import { apply, loadMigrations, plan } from "../../../src/index.js";
import { databaseName, freshDatabase, uniqueName } from "../../support/databases.js";
import { must, request, until } from "../../support/request.js";
import { onReal, server } from "../../support/servers.js";
import { tempFolder } from "../../support/temp.js";

async function oneShot(id: string, from: string, to: string) {
  const { url, admin } = server();
  const folder = await tempFolder({
    "001.yaml": `- id: copy
  ensureReplication:
    id: ${id}
    source: { url: "${url}/${from}", auth: { basic: { username: ${admin.name}, password: "\${PASSWORD}" } } }
    target: "${url.replace("://", `://${admin.name}:\${PASSWORD}@`)}/${to}"
    create_target: true
`,
  });
  const ledgerDatabase = await freshDatabase("ledger");
  const connection = { url, username: admin.name, password: admin.password };
  const load = (password: string) => loadMigrations(folder, { env: { PASSWORD: password } });
  onTestFinished(async () => {
    const { body } = await request(server(), "GET", `/_replicator/${id}`);
    if (body._rev) await request(server(), "DELETE", `/_replicator/${id}?rev=${body._rev}`);
  });
  return {
    apply: async (more = {}, password = admin.password) =>
      apply(await load(password), { connection, ledgerDatabase, ...more }),
    plan: async (more = {}, password = admin.password) =>
      plan(await load(password), { connection, ledgerDatabase, ...more }),
  };
}

onReal("a completed one-shot replication", () => {
  it("is left alone by the second run", async () => {
    const source = await freshDatabase("source");
    const target = databaseName("target");
    const id = uniqueName("copy");
    await must(server(), "PUT", `/${source}/overmind`, { body: { broods: 7 } });
    const { apply, plan } = await oneShot(id, source, target);
    expect(await apply()).toMatchObject({ applied: ["copy"], failures: [] });
    const get = () => must(server(), "GET", `/_replicator/${id}`);
    const completed = await until(get, ({ _replication_state }) => _replication_state === "completed");
    expect(await must(server(), "GET", `/${target}/overmind`)).toMatchObject({ broods: 7 });

    for (const verify of [false, true]) {
      expect(await apply({ verify })).toMatchObject({ result: "unchanged", requests: { writes: 0 } });
      expect(await plan({ verify })).toMatchObject({ changes: 0 });
    }
    expect(await get()).toEqual(completed);
  });

  it("replicates again if its definition has changed, as the plan says, without the passwords", async () => {
    const source = await freshDatabase("source");
    const target = databaseName("target");
    const id = uniqueName("copy");
    const { apply, plan } = await oneShot(id, source, target);
    const { password } = server().admin;
    const wrong = "not-the-password";
    // Bad credentials do not end a replication: CouchDB keeps retrying.
    expect(await apply({}, wrong)).toMatchObject({ applied: ["copy"] });
    const planned = await plan();
    expect(planned).toMatchObject({ changes: 1, steps: [{ state: "changed", action: "update" }] });
    expect(planned.steps[0]?.changes.map(({ path }) => path)).toEqual(["/source/auth/basic/password", "/target"]);
    expect(JSON.stringify(planned.steps[0]?.changes)).not.toMatch(new RegExp(`${wrong}|${password}`));

    expect(await apply()).toMatchObject({ applied: ["copy"] });
    const get = () => must(server(), "GET", `/_replicator/${id}`);
    await until(get, ({ _replication_state }) => _replication_state === "completed");
    expect((await plan({}, "not-the-password-either")).steps[0]?.notes).toContainEqual(
      expect.stringContaining("CouchDB starts it again"),
    );
  });
});
