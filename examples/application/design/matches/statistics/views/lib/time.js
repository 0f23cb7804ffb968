exports.minutes = function (from, to) {
  return (Date.parse(to) - Date.parse(from)) / 60000;
};
