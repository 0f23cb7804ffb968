/** Something else, or another version, wrote or changed the content of a folder of data. */
export class DataFolderDamaged extends Error {
  override readonly name = "DataFolderDamaged";
}
