/** As `import` reports it, and as `require`, which `import` becomes in what is built. */
const codes: readonly unknown[] = ["ERR_MODULE_NOT_FOUND", "MODULE_NOT_FOUND"];

/** A package or a file of ours is not installed. */
export function isMissingModule(error: unknown): boolean {
  return error instanceof Error && "code" in error && codes.includes(error.code);
}
