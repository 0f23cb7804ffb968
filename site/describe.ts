const most = 160;

/** The description of a page, as search engines show it: the whole sentences of a text that fit, or its beginning. */
export function describe(text: string): string {
  if (text.length <= most) return text;
  const fits = text.slice(0, most);
  const sentences = /^.*[.:](?= )/s.exec(fits)?.[0];
  return sentences?.replace(/:$/, ".") ?? `${fits.replace(/\s+\S*$/, "")} …`;
}
