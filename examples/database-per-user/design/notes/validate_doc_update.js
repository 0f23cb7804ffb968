function (newDoc) {
  if (!newDoc._deleted && newDoc.type === undefined) throw { forbidden: "a document needs a `type`" };
}
