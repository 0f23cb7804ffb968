/**
 * The text in lines, broken at spaces; a longer word is cut.
 *
 * @param first how many columns the first line has
 * @param others how many columns each further line has
 */
export function wrapped(text: string, first: number, others = first): string[] {
  const lines: string[] = [];
  let rest = [...text];
  for (let width = first; rest.length > width; width = others) {
    const space = rest.slice(0, width + 1).lastIndexOf(" ");
    // Not in the middle of the white space that a line begins with.
    const end = rest.slice(0, Math.max(space, 0)).some((character) => character !== " ") ? space : width;
    lines.push(rest.slice(0, end).join(""));
    rest = rest.slice(rest[end] === " " ? end + 1 : end);
  }
  return [...lines, rest.join("")];
}
