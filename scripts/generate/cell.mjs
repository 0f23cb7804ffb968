/** What a cell of a Markdown table holds: a bar or a line break would end it. */
export function cell(text) {
  return text.replaceAll("|", "\\|").replaceAll("\n", " ");
}
