function (keys, values) {
  // Dates are ISO 8601, so that their order as text is their order in time.
  return values.reduce(function (eldest, date) {
    return date < eldest ? date : eldest;
  });
}
