function (doc) {
  if (doc.type === "score") emit(doc.player, doc.points);
}
