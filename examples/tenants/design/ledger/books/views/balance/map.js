function (doc) {
  if (doc.type === "booking") emit([doc.account, doc.bookedAt], doc.cents);
}
