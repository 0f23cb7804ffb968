/** A file of the package, by its path from the package's folder, which is the parent of both src/ and dist/. */
export function packageFile(path: string): URL {
  return new URL(`../${path}`, import.meta.url);
}
