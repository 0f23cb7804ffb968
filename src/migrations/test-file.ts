/** Whether the name is that of a test file, which is beside the migrations and is none of them. */
export function isTestFile(name: string): boolean {
  return /\.test\.ya?ml$/.test(name);
}
