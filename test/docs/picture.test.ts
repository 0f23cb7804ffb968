/** docs/plan.svg shows what `plan` prints. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { root } from "../support/cli.js";

it("the picture of a plan is current", async () => {
  const check = promisify(execFile)(process.execPath, ["scripts/picture.mjs", "--check"], { cwd: root });
  await expect(check.catch(({ stderr }) => expect.fail(stderr))).resolves.toBeDefined();
});
