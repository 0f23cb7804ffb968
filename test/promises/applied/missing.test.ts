/** A plan says which design document somebody has deleted. */
import { expect, it } from "vitest";
import { planText } from "../../../src/render/plan-text.js";
import { plain } from "../../../src/render/style.js";
import { must } from "../../support/request.js";
import { server } from "../../support/servers.js";
import { openStage } from "./stage.js";

it.each([1, 2])("a deleted design document of a step with %d is missing, not only drifted", async (number) => {
  const { name, plan, apply } = await openStage();
  await must(server(), "PUT", `/${name}`);
  const docs = ["brood", "nest"].slice(0, number).map((doc) => `${doc}: { views: { v: { map: "(doc) => emit(1)" } } }`);
  const step = `- id: views\n  ensureDesignDocs: { database: ${name}, docs: { ${docs.join(", ")} } }\n`;
  await apply(step);
  const { _rev } = await must(server(), "GET", `/${name}/_design/brood`);
  await must(server(), "DELETE", `/${name}/_design/brood?rev=${_rev}`);
  const text = planText(await plan(step), plain, { columns: 200 });
  expect(text).toMatch(/\* design document brood +drifted: missing on the server\n/);
  expect(text).not.toMatch(/^ *\+/m);
});
