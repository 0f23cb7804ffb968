/** docs/performance.md, from the report of a benchmark. */
import { cells, columns, type Report } from "./report.js";

export function asDocument(report: Report): string {
  const { machine, rows, notes } = report;
  const line = (parts: readonly string[]) => `| ${parts.join(" | ")} |`;
  const table = [line(columns), line(columns.map(() => "---")), ...rows.map((row) => line(cells(row)))];
  return `# Performance

<!-- Written by \`npm run bench -- --publish\` from performance.json. Don't edit. -->

An initContainer runs at every start of a pod and nearly always has nothing to do: that run has to be next to free. A fresh install has to go as fast as CouchDB lets it, and cost has to grow with the work, not faster. \`npm run bench\` measures all three.

${table.join("\n")}

✗: the target is not reached.
${notes.map((note) => `\n${note}\n`).join("")}
Measured on ${report.measuredAt.slice(0, 10)}: ${machine.cpu}, ${machine.cores} cores, ${Math.round(machine.memory / 2 ** 30)} GiB of memory, ${machine.system}, shared by the server and the programs; CouchDB ${machine.couchdb}, Node ${machine.node}, couchdb-bootstrap ${machine.bootstrap}. Load of the machine before: ${machine.load.toFixed(1)}. Times of another machine are other times: only the ratios mean something.

## What is measured

- Whole processes, from start to end, in alternation with their counterparts, in an order that turns round each time. A ratio is that of the medians.
- "100 × 5 (700 steps)" is 100 databases, each with seven steps: the database, its security, four design documents with a view each, and a Mango index. couchdb-bootstrap gets a folder of JSON files that comes to the same documents (it knows no indexes, but takes the index's design document). 1,000 and 10,000 steps are over 100 databases, too, with 7 and 97 design documents each.
- The bare programs are in \`bench/bare/\`. They read one JSON file or nothing, check nothing, and send the fewest requests that CouchDB's documented API has for the job: \`PUT /db\`, \`PUT /db/_security\`, one \`_bulk_docs\`, one \`_index\`; as many databases at once as couchdb-migrate works on.
- A fresh install begins without the databases and without the ledger's database. What it made is checked after each run, outside the time.
- Bytes written to the ledger are the bodies of all writes into its database during a fresh install, those of the lease and the history among them, counted by a proxy in one run.
- Peak memory is the high-water mark of the process's resident memory, as the system counts it.
`;
}
