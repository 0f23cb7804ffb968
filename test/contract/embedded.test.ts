/** The embedded server, always. */

import { startEmbedded } from "../support/servers.js";
import { contract } from "./contract.js";

contract("the embedded server", () => startEmbedded());
