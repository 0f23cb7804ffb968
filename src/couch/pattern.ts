/** A test for names that match a pattern, in which `*` stands for any text. CouchDB's own databases (`_…`) never match. */
export function patternTest(pattern: string): (database: string) => boolean {
  const parts = pattern.split("*").map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  const whole = new RegExp(`^${parts.join(".*")}$`, "s");
  return (database) => !database.startsWith("_") && whole.test(database);
}
