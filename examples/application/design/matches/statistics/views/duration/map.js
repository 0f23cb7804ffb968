function (doc) {
  if (doc.type !== "match" || !doc.finishedAt) return;
  emit(doc.map, require("views/lib/time").minutes(doc.startedAt, doc.finishedAt));
}
