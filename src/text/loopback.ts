/** Whether the host of a URL is this machine, by its name alone: a tunnel to another machine counts as this one. */
export function isLoopback(url: string): boolean {
  const { hostname } = new URL(url);
  if (hostname === "localhost" || hostname.endsWith(".localhost")) return true;
  return /^127(?:\.\d{1,3}){3}$/.test(hostname) || hostname === "[::1]" || /^\[::ffff:7f/.test(hostname);
}
