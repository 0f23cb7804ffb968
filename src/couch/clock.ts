/**
 * How many seconds the server's clock is ahead of this machine's (negative: behind). The Date header of a response
 * has whole seconds, and servers update it once per second, at some time between request and response; any offset
 * within that uncertainty counts as 0. `undefined`: the response has no date. Pure.
 *
 * @param asked, answered milliseconds since 1970, by this machine's clock
 */
export function clockOffset(date: string | undefined, asked: number, answered: number): number | undefined {
  const told = Date.parse(date ?? "");
  if (Number.isNaN(told)) return undefined;
  const [least, most] = [told - answered, told + 2000 - asked];
  if (least <= 0 && most >= 0) return 0;
  return Math.round((least > 0 ? least : most) / 1000);
}
