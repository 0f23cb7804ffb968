function (doc) {
  if (doc.type !== "match" || !doc.finishedAt) return;
  doc.players.forEach(function (player) {
    emit([player, doc.startedAt.slice(0, 7)], { won: doc.winner === player ? 1 : 0, played: 1 });
  });
}
