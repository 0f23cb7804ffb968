/** The content of a folder of data was not written by this server, or not as it is now. */
export class DataFolderDamaged extends Error {
  override readonly name = "DataFolderDamaged";
}
