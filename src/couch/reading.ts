/** The requests that only read. `read` sends no others, so a plan can't write by mistake. */

/** POSTs below a database that only query. */
const readingPosts = [
  /^\/[^/]+\/(?:_all_docs|_design_docs|_local_docs)(?:\/queries)?$/,
  /^\/[^/]+\/(?:_find|_explain|_bulk_get|_changes|_missing_revs|_revs_diff)$/,
  /^\/[^/]+\/_partition\/[^/]+\/(?:_find|_explain)$/,
  /^\/[^/]+\/_design\/[^/]+\/_view\/[^/]+(?:\/queries)?$/,
  /^\/_dbs_info$/,
];

/** `path`: without its query. */
export function isReading(method: string, path: string): boolean {
  if (method === "GET" || method === "HEAD") return true;
  return method === "POST" && readingPosts.some((pattern) => pattern.test(path));
}
