function (doc, req) {
  if (!doc) return [null, { code: 404, body: "no such match" }];
  var form = JSON.parse(req.body);
  doc.winner = form.winner;
  doc.finishedAt = form.finishedAt;
  return [doc, "finished"];
}
