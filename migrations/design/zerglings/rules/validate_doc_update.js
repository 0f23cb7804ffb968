function (newDoc, oldDoc) {
  if (newDoc._deleted || newDoc.type !== "creature") return;

  function require(holds, message) {
    if (!holds) throw { forbidden: message };
  }

  require(typeof newDoc.kind === "string", "a creature has a kind");
  require(typeof newDoc.hatchery === "string", "a creature belongs to a hatchery");
  require(typeof newDoc.hitPoints === "number" && newDoc.hitPoints >= 0, "hitPoints is a number from 0 on");
  require(/^\d{4}-\d\d-\d\dT/.test(newDoc.hatchedAt), "hatchedAt is a date in ISO 8601");
  if (oldDoc && oldDoc.type === "creature") {
    require(newDoc.hatchedAt === oldDoc.hatchedAt, "hatchedAt never changes");
  }
}
