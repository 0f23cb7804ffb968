function (doc) {
  if (doc.type === "score") emit([doc.season, doc.player], doc.points);
}
