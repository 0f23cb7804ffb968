/**
 * Whether the host of a URL is this machine, by its name alone: a tunnel to another machine counts as this one. Names below
 * `localhost` do not count, because some resolvers ask the network for them.
 */
export function isLoopback(url: string): boolean {
  const { hostname } = new URL(url);
  if (hostname === "localhost" || hostname === "[::1]") return true;
  return /^127(?:\.\d{1,3}){3}$/.test(hostname) || /^\[::ffff:7f[0-9a-f]{2}:/.test(hostname);
}
