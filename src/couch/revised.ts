/**
 * Whether CouchDB compares revisions before it does what is asked: then a write that comes late meets another revision
 * than it was made for, and does nothing. It does so for documents and design documents (without a revision: only where
 * none is there), and for nothing else: not for databases, `_security`, `_index`, the configuration, or `_local`.
 *
 * `path`: without its query.
 */
export function isRevised(path: string): boolean {
  return document.test(path);
}

const document = /^\/(?!_node\/|_config\/)[^/]+\/(?:[^_/][^/]*|_design\/[^/]+|_bulk_docs)$/;
