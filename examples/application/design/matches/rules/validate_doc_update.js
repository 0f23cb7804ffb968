function (newDoc, oldDoc) {
  if (newDoc._deleted || newDoc.type !== "match") return;
  if (!Array.isArray(newDoc.players) || newDoc.players.length < 2) {
    throw { forbidden: "a match has two players or more" };
  }
  if (newDoc.winner && newDoc.players.indexOf(newDoc.winner) < 0) {
    throw { forbidden: "the winner is one of the players" };
  }
}
