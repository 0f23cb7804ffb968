/** Generates docs/performance.md from the report of a benchmark. */
import { cells, columns, type Report } from "./report.js";

export function asDocument(report: Report): string {
  const { machine, rows, notes } = report;
  const line = (parts: readonly string[]) => `| ${parts.join(" | ")} |`;
  const table = [line(columns), line(columns.map(() => "---")), ...rows.map((row) => line(cells(row)))];
  return `# Performance

<!-- Written by \`npm run bench -- --publish\` from performance.json. Don't edit. -->

An init container runs at every start of a pod and nearly always has nothing to do, so that run has to cost next to nothing. A fresh install has to be as fast as CouchDB and the network allow, and the cost must not grow faster than the work. \`npm run bench\`, in a clone of the repository, measures all of this.

${table.join("\n")}

✗: the target was missed.
${notes.map((note) => `\n${note}\n`).join("")}
Measured on ${report.measuredAt.slice(0, 10)}: ${machine.cpu}, ${machine.cores} cores, ${Math.round(machine.memory / 2 ** 30)} GiB of memory, ${machine.system}, shared by the server and the programs; CouchDB ${machine.couchdb}, Node ${machine.node}, couchdb-bootstrap ${machine.bootstrap}. Load of the machine before: ${machine.load.toFixed(1)}. Other machines have other times. The ratios vary less, but they depend on the machine, too.

## Why targets are missed

- A rerun has to load couchdb-migrate before it can send its first request. That is about as much work as starting Node.js.
- \`plan\` and \`apply --verify\` read the files, check them and compare every step. For 700 steps, that takes a few tenths of a second, and the server needs the same two cores meanwhile.
- A fresh install also reads: after each write that CouchDB's answer does not prove, it reads back what was stored. In databases that existed before, it first reads what is there. So three steps by pattern take three writes and six reads per database, where the bare program sends three writes.
- A staged deployment waits for CouchDB's commit, and only then switches, one design document of a database after another.
- The bare programs need no ledger, no lease, and no check of their own result.

## What is measured

- Whole processes, from start to end, alternating with their counterparts in an order that is reversed each time. Ratios are ratios of medians.
- "100 × 5 (700 steps)" is 100 databases, each with seven steps: the database, its security, four design documents with a view each, and a Mango index. couchdb-bootstrap gets a folder of JSON files that results in the same documents (it does not support indexes, but accepts the index's design document). 1,000 and 10,000 steps are spread over 100 databases as well, with 7 and 97 design documents each.
- The bare programs are in \`bench/bare/\`. They read one JSON file or nothing, check nothing, and send the fewest requests that CouchDB's documented API allows for the job: \`PUT /db\`, \`PUT /db/_security\`, one \`_bulk_docs\`, one \`_index\`; on as many databases at once as couchdb-migrate.
- "Round trip of 50 ms": all programs reach CouchDB through a proxy that delays every byte by 25 ms each way, and the first byte of a connection by another 50 ms.
- A fresh install starts without the databases and without the ledger's database. Its result is checked after each run; that time is not counted.
- Bytes written to the ledger are the bodies of all writes to its database during a fresh install, including the lease and the history, counted by a proxy in one run.
- "3 steps by pattern" are the security, a design document with a view, and a Mango index, in databases that exist before; creating them is not counted.
- A staged deployment builds each index next to the old one, waits until CouchDB has committed it, and switches. The bare builds write the same design documents under other names and query a view of each. They do not wait for the commit, which CouchDB makes five seconds after the first changes.
- The million documents have about 300 bytes each. A transformation records each batch before it writes it, so that every document is changed exactly once even if the run is killed; the bare program starts again from the beginning.
- Short runs are measured nine times. Long ones are measured once to five times: a row without a range was measured once.
- Peak memory is the high-water mark of the process's resident memory, as the system reports it.
`;
}
