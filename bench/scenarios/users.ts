/** A hundred users with passwords: a run derives one key for all secrets, however many there are. */
import { join } from "node:path";
import { type Context, migrate } from "../context.js";
import { writeUsers } from "../fixtures.js";
import { milliseconds } from "../processes.js";
import type { Scenario } from "../scenario.js";
import { ledgerDatabase } from "../server.js";

export const hundredUsers: Scenario<Context> = {
  most: 1,
  rows: [
    { id: "fresh-users", work: "fresh install, 100 users with passwords", ours: "fresh", unit: "ms" },
    { id: "rerun-users", work: "rerun, nothing pending, 100 users with passwords", ours: "rerun", unit: "ms" },
  ],
  async prepare(context) {
    const folder = join(context.folder, "users");
    const names = await writeUsers(folder, "cm-bench-user", 100);
    const apply = migrate(context, "apply", folder, "--set", "bench-users");
    const clean = async () => {
      await context.server.removeUsers(names);
      await context.server.remove([ledgerDatabase]);
    };
    const fresh = async () => {
      await clean();
      return milliseconds(apply);
    };
    await fresh();
    return { series: { fresh, rerun: () => milliseconds(apply) }, close: clean };
  },
};
