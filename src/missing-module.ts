/** As `import` reports it, and as `require` does, which the build puts in its place. */
const codes: readonly unknown[] = ["ERR_MODULE_NOT_FOUND", "MODULE_NOT_FOUND"];

/** A package or one of our files is not installed. */
export function isMissingModule(error: unknown): boolean {
  return error instanceof Error && "code" in error && codes.includes(error.code);
}
