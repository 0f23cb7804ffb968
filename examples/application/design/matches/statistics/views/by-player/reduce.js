function (keys, values) {
  return values.reduce(
    function (sum, one) {
      return { won: sum.won + one.won, played: sum.played + one.played };
    },
    { won: 0, played: 0 }
  );
}
