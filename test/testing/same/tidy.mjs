export default (document) => {
  if (document.type === "junk") return null;
  if (document.type !== "note" || document.text.trim() === document.text) return document;
  return { ...document, text: document.text.trim() };
};
