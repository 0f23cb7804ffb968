/**
 * Why the file system refused to write, as the end of a sentence that begins with the path. `undefined`: the error is
 * not one of the file system.
 */
export function unwritable(error: unknown): string | undefined {
  const { code, syscall } = error as { readonly code?: string; readonly syscall?: string };
  if (code === undefined || syscall === undefined) return undefined;
  return `can't be written${why.get(code) ?? ` (${code})`}`;
}

const why: ReadonlyMap<string, string> = new Map([
  ["EACCES", ": permission denied"],
  ["EPERM", ": permission denied"],
  ["EROFS", ": the file system is read-only"],
  ["ENOSPC", ": the disk is full"],
  ["EDQUOT", ": the disk quota is used up"],
  ["EEXIST", ": it exists"],
  ["EISDIR", ": it is a folder"],
  ["ENOTDIR", ": a part of its path is a file"],
  ["ENOENT", ": a folder of its path does not exist"],
]);
