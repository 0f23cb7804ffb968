function (doc, req) {
  return doc.type === "match" && doc.players.indexOf(req.query.player) >= 0;
}
