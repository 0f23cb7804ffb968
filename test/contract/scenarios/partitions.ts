import type { Scenario } from "../contract.js";
import { badRequest } from "./cast.js";

const db = "/ct-parts";
const illegal = { error: "illegal_docid", reason: "Doc id must be of form partition:id" };
const view = { views: { v: { map: "function (doc) { emit(doc.n); }" } } };
const queryError = (reason: string) => ({ error: "query_parse_error", reason });

// biome-ignore format: one probe per line
export const partitions: Scenario = {
  title: "partitioned databases",
  probes: [
    { it: "are created with `partitioned=true`", send: `PUT ${db}?partitioned=true`, gets: 201 },
    { it: "accept documents with a partition in the id", send: `PUT ${db}/x:1`, body: { n: 1 }, gets: 201 },
    { it: "accept such documents in bulk", send: `POST ${db}/_bulk_docs`, body: { docs: [{ _id: "x:2", n: 2 }, { _id: "y:1", n: 1 }] }, gets: 201 },
    { it: "refuse other documents", send: `PUT ${db}/egg`, body: {}, gets: 400, exactly: illegal },
    { it: "refuse a whole bulk request with another document", send: `POST ${db}/_bulk_docs`, body: { docs: [{ _id: "x:3" }, { _id: "egg" }] }, gets: 400, exactly: illegal },
    { it: "refuse documents without an id", send: `POST ${db}`, body: {}, gets: 400, exactly: illegal },
    { it: "accept any `_local` document", send: `PUT ${db}/_local/egg`, body: {}, gets: 201 },
    { it: "describe a partition", send: `GET ${db}/_partition/x`, gets: 200, like: { partition: "x", doc_count: 2 } },
    { it: "list a partition", send: `GET ${db}/_partition/x/_all_docs`, gets: 200, like: { rows: [{ id: "x:1" }, { id: "x:2" }] } },
    { it: "search a partition", send: `POST ${db}/_partition/x/_find`, body: { selector: { n: 1 }, fields: ["_id"] }, gets: 200, like: { docs: [{ _id: "x:1" }] } },
    { it: "accept design documents", send: `PUT ${db}/_design/d`, body: view, gets: 201 },
    { it: "query a partition", send: `GET ${db}/_partition/x/_design/d/_view/v`, gets: 200, like: { rows: [{ id: "x:1" }, { id: "x:2" }] } },
    { it: "refuse a global query on a partitioned view", send: `GET ${db}/_design/d/_view/v`, gets: 400, like: queryError("`partition` parameter is mandatory for queries to this view.") },
    { it: "accept global design documents", send: `PUT ${db}/_design/g`, body: { ...view, options: { partitioned: false } }, gets: 201 },
    { it: "query global design documents", send: `GET ${db}/_design/g/_view/v`, gets: 200, like: { total_rows: 3 } },
    { it: "refuse to query a partition of a global view", send: `GET ${db}/_partition/x/_design/g/_view/v`, gets: 400, like: queryError("`partition` parameter is not supported in this design doc") },
    { it: "accept partitioned indexes", send: `POST ${db}/_index`, body: { index: { fields: ["n"] }, ddoc: "p", name: "p" }, gets: 200 },
    { it: "accept global indexes", send: `POST ${db}/_index`, body: { index: { fields: ["n"] }, ddoc: "q", name: "q", partitioned: false }, gets: 200 },
    { it: "show which indexes are partitioned", send: `GET ${db}/_index`, gets: 200, like: { indexes: [{ name: "_all_docs" }, { name: "p", partitioned: true }, { name: "q", partitioned: false }] } },
    { it: "keep `partitioned` in the design document", send: `GET ${db}/_design/q`, gets: 200, like: { language: "query", options: { partitioned: false } } },
    { it: "differ from other databases", send: "PUT /ct-whole", gets: 201 },
    { it: "are the only ones with partitions", send: "GET /ct-whole/_partition/x", gets: 400, like: badRequest("database is not partitioned") },
  ],
};
