/** A million documents: loaded from NDJSON, and then changed. */
import { join } from "node:path";
import { mostInFlight } from "../../src/objects/documents/in-flight.js";
import { must as mustAnswer } from "../../test/support/request.js";
import { bare, type Context, migrate } from "../context.js";
import { unitId, writeTransformation, writeUnits } from "../fixtures.js";
import { milliseconds, must, type Program, peakMemory } from "../processes.js";
import type { Scenario } from "../scenario.js";
import { ledgerDatabase } from "../server.js";

const million = 1_000_000;
const database = "cm-bench-units";

/** Each run starts with an empty database. */
export const seedOfMillion: Scenario<Context> = {
  most: 1,
  rows: [
    {
      id: "seed-million",
      work: "load 1,000,000 documents from NDJSON",
      ours: "ours",
      theirs: "bare",
      against: `the same lines to _bulk_docs, ${mostInFlight} requests at once`,
      unit: "ms",
      target: 1.2,
    },
    {
      id: "seed-memory",
      work: "peak memory, load 500,000 documents from NDJSON",
      ours: "memoryMany",
      theirs: "memoryFew",
      against: "the same for 50,000",
      unit: "MB",
      target: 1.1,
    },
  ],
  async prepare(context) {
    const file = await writeUnits(join(context.folder, "seed-million"), database, million);
    const loaded = async (count: number, measure: () => Promise<number>) => {
      await clean(context);
      await mustAnswer(context.server, "PUT", `/${database}`);
      const measured = await measure();
      await assertCount(context, count);
      return measured;
    };
    const memory = async (count: number) => {
      const set = join(context.folder, `seed-${count}`);
      await writeUnits(set, database, count);
      return loaded(count, () => peakMemory(migrate(context, "apply", set)));
    };
    return {
      series: {
        ours: () => loaded(million, () => milliseconds(migrate(context, "apply", join(file, "..")))),
        bare: () => loaded(million, () => milliseconds(bareSeed(context, file))),
        memoryMany: () => memory(500_000),
        memoryFew: () => memory(50_000),
      },
      close: () => clean(context),
    };
  },
};

/** Each run changes all documents that the bare program has loaded before; that time is not counted. */
export const transformOfMillion: Scenario<Context> = {
  most: 1,
  rows: [
    {
      id: "transform-million",
      work: "set a field in 1,000,000 documents (transformDocuments)",
      ours: "ours",
      theirs: "bare",
      against: `pages of _all_docs, changed and posted to _bulk_docs, ${mostInFlight} requests at once`,
      unit: "ms",
    },
  ],
  async prepare(context) {
    const set = join(context.folder, "transform-million");
    const file = await writeUnits(join(context.folder, "transformed-units"), database, million);
    await writeTransformation(set, database);
    const transformed = async (program: Program) => {
      await clean(context);
      await mustAnswer(context.server, "PUT", `/${database}`);
      await must(bareSeed(context, file));
      const measured = await milliseconds(program);
      await assertTransformed(context, million);
      return measured;
    };
    return {
      series: {
        ours: () => transformed(migrate(context, "apply", set)),
        bare: () => transformed(bare(context, "transform", database, String(mostInFlight))),
      },
      close: () => clean(context),
    };
  },
};

function bareSeed(context: Context, file: string): Program {
  return bare(context, "seed", file, database, String(mostInFlight));
}

function clean({ server }: Context): Promise<void> {
  return server.remove([database, ledgerDatabase]);
}

async function assertCount({ server }: Context, count: number): Promise<void> {
  const { doc_count } = await mustAnswer(server, "GET", `/${database}`);
  if (doc_count !== count) throw new Error(`${doc_count} of ${count} documents are there`);
}

/** Samples a hundred documents, spread over all of them. */
async function assertTransformed(context: Context, count: number): Promise<void> {
  await assertCount(context, count);
  const keys = Array.from({ length: 100 }, (_, i) => unitId((i * count) / 100));
  const body = { keys };
  const { rows } = await mustAnswer(context.server, "POST", `/${database}/_all_docs?include_docs=true`, { body });
  for (const { doc } of rows) {
    if (doc.legs !== 6 || !doc._rev.startsWith("2-")) throw new Error(`${doc._id} was not changed exactly once`);
  }
}
