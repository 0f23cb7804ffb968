function (doc) {
  if (doc.type === "creature" && !doc.slainAt) {
    emit(doc.kind, doc.hatchedAt);
  }
}
