import { count } from "./quantity.js";

/** What an index that is built ahead still lacks. @param changes 0: unknown */
export function changesLeft(changes: number): string {
  return changes > 0 ? `${count(changes, "change")} left` : "number of changes left unknown";
}
