function (doc) {
  if (doc.type === "creature") {
    emit([doc.hatchery, doc.hatchedAt], null);
  }
}
