/**
 * Whether CouchDB checks revisions for this request: then a write that arrives late finds another revision than
 * expected, and does nothing. CouchDB does this for documents and design documents (without a revision: only if there
 * is no document), and for nothing else: not for databases, `_security`, `_index`, the configuration, or `_local`.
 *
 * `path`: without its query.
 */
export function isRevised(path: string): boolean {
  return document.test(path);
}

const document = /^\/(?!_node\/|_config\/)[^/]+\/(?:[^_/][^/]*|_design\/[^/]+|_bulk_docs)$/;
