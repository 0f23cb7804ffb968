/** What a plan in a file says about secrets, and what approving it approves. */
import { expect, onTestFinished, test } from "vitest";
import { type ApplyOptions, apply, type LoadOptions, loadMigrations, type Plan, plan } from "../../src/index.js";
import { uniqueName } from "../support/databases.js";
import { must, request } from "../support/request.js";
import { server } from "../support/servers.js";
import { tempFolder } from "../support/temp.js";
import { ownSet } from "./own-set.js";

const first = { U: "creep-and-more", C: "spore-and-more", T: "tiamat-tiamat" };
const second = { U: "drone-and-less", C: "larva-and-less", T: "garm-garm-garm" };
const third = { U: "third-third-third", C: "fourth-fourth", T: "fifth-fifth-fifth" };

const stepsFor = (name: string) => `
- id: user
  ensureUser: { name: ${name}, password: "\${U}", roles: [zerg] }
- id: config
  ensureConfig: { ${name}: { api_key: "key \${C}", level: a } }
- id: replication
  ensureReplication:
    id: ${name}
    source: { url: "http://127.0.0.1:1/a", auth: { basic: { username: zerg, password: "\${T}" } } }
    target: http://127.0.0.1:1/b
`;

interface Set {
  readonly options: ApplyOptions;
  load(more: Pick<LoadOptions, "env" | "unset">): ReturnType<typeof loadMigrations>;
  readonly name: string;
}

/** What the steps create is removed when the test ends. */
async function secretSet(): Promise<Set> {
  const name = uniqueName("secret");
  const folder = await tempFolder({ "001.yaml": stepsFor(name) });
  onTestFinished(async () => {
    for (const path of [`/_users/org.couchdb.user:${name}`, `/_replicator/${name}`]) {
      const { status, body } = await request(server(), "GET", path);
      if (status === 200) await must(server(), "DELETE", `${path}?rev=${body._rev}`);
    }
    for (const key of ["api_key", "level"]) await request(server(), "DELETE", `/_node/_local/_config/${name}/${key}`);
  });
  return { name, options: await ownSet(), load: (more) => loadMigrations(folder, more) };
}

/** As a file stores it, without its time. */
function textOf({ plannedAt: _, ...planned }: Plan): string {
  return JSON.stringify(planned, null, 2);
}

test("two plans that differ only in secrets are the same, to the byte, and neither contains one", async () => {
  const { options, load } = await secretSet();
  const plans = async () => {
    const [one, two] = [await load({ env: first }), await load({ env: second })];
    return [
      textOf(await plan(one, { ...options, verify: true })),
      textOf(await plan(two, { ...options, verify: true })),
    ];
  };
  const [fresh = "", other] = await plans();
  expect(fresh).toBe(other);
  await apply(await load({ env: first }), options);
  // All three secrets change, to one value or another.
  const changed = [second, third].map(async (env) =>
    textOf(await plan(await load({ env }), { ...options, verify: true })),
  );
  const [one = "", two] = await Promise.all(changed);
  expect(one).toBe(two);
  expect(one).toContain('"approvals"');
  for (const secret of [first, second, third].flatMap((env) => Object.values(env))) {
    for (const text of [fresh, one]) expect(text).not.toContain(secret);
  }
});

test("a plan without the secrets approves that they are set and changed, and nothing else", async () => {
  const { name, options, load } = await secretSet();
  const without = async () =>
    JSON.parse(JSON.stringify(await plan(await load({ env: {}, unset: "unknown-secrets" }), options)));
  const all = ["user", "config", "replication"];
  const before = await without();
  expect(await apply(await load({ env: first }), { ...options, plan: before })).toMatchObject({
    applied: all,
    failures: [],
  });
  const rotated = { ...options, plan: await without() };
  expect(await apply(await load({ env: second }), rotated)).toMatchObject({ applied: all, failures: [] });
  // Roles are not secret: what somebody changes there was not in the plan.
  const path = `/_users/org.couchdb.user:${name}`;
  await must(server(), "PUT", path, { body: { ...(await must(server(), "GET", path)), roles: ["terran"] } });
  const later = await apply(await load({ env: third }), rotated);
  expect(later).toMatchObject({ applied: [], failures: [{ id: "user", code: "unapproved" }] });
});
