function (doc) {
  (doc.tags || []).forEach(function (tag) { emit(tag); });
}
