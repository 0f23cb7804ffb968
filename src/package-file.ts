/** A file of the package, by its path from the package's folder; that is above src/ and above dist/ alike. */
export function packageFile(path: string): URL {
  return new URL(`../${path}`, import.meta.url);
}
