/** The end of a step says in how many databases it was done, unless its title does. */
import { expect, it } from "vitest";
import type { Event } from "../../../src/index.js";
import { describeEvent } from "../../../src/render/describe-event.js";
import { must } from "../../support/request.js";
import { server } from "../../support/servers.js";
import { openStage } from "./stage.js";

it("says the number of databases of a pattern, then the only new one, and nothing for a single name", async () => {
  const { name, apply } = await openStage();
  const steps = `- id: ours
  ensureSecurity: { database: "${name}-*", admins: { names: [kerrigan] } }
- id: one
  ensureSecurity: { database: ${name}, admins: { names: [kerrigan] } }
`;
  const applied = async () => {
    const ends: Event[] = [];
    await apply(steps, { emit: (event) => event.type === "step-end" && ends.push(event) });
    return ends;
  };
  for (const database of [name, `${name}-1`, `${name}-2`]) await must(server(), "PUT", `/${database}`);
  const [ours, one] = await applied();
  expect(ours).toMatchObject({ id: "ours", databases: 2 });
  expect(one).toMatchObject({ id: "one" });
  expect(one).not.toHaveProperty("databases");
  expect(one).not.toHaveProperty("database");
  await must(server(), "PUT", `/${name}-3`);
  const [again, ...others] = await applied();
  expect(others).toEqual([]);
  expect(again).toMatchObject({ id: "ours", database: `${name}-3` });
  expect(describeEvent(again as Event).message).toMatch(`security object of ${name}-* in ${name}-3 (`);
});
