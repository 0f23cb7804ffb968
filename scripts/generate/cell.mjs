/** Escapes text for a cell of a Markdown table: a bar or a line break would end the cell. */
export function cell(text) {
  return text.replaceAll("|", "\\|").replaceAll("\n", " ");
}
