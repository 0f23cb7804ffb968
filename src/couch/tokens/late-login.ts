/** Loads the code of a login when the first request is signed: runs that log in with a password never need it. */
import type { MigrateError } from "../../contract/errors.js";
import type { Answered } from "../answer.js";
import { noCredentials } from "../login.js";
import { isRefusal } from "../refusal.js";
import type { Signature, Signer } from "../signer.js";

export class LateLogin implements Signer {
  readonly #load: () => Promise<Signer>;
  readonly #url: string;
  #loading: Promise<Signer> | undefined;
  #loaded: Signer | undefined;

  constructor(url: string, load: () => Promise<Signer>) {
    this.#url = url;
    this.#load = load;
  }

  get name(): string | undefined {
    return this.#loaded?.name;
  }

  proves(name: string, password: string): boolean {
    return this.#loaded?.proves(name, password) ?? false;
  }

  declares(name: string, password: string): boolean {
    return this.#loaded?.declares(name, password) ?? false;
  }

  become(name: string, password: string): void {
    this.#loaded?.become(name, password);
  }

  anonymous(): MigrateError | undefined {
    return this.#loaded ? this.#loaded.anonymous() : noCredentials(this.#url);
  }

  async sign(): Promise<Signature> {
    return (await this.#ready()).sign();
  }

  refuses(answer: Answered): boolean {
    return this.#loaded?.refuses(answer) ?? isRefusal(answer);
  }

  accepted(signature: Signature, target: string, answer: Answered): void {
    this.#loaded?.accepted(signature, target, answer);
  }

  async refused(signature: Signature, method: string, target: string, answer: Answered) {
    return (await this.#ready()).refused(signature, method, target, answer);
  }

  async isRenewed(signature: Signature): Promise<boolean> {
    return (await this.#ready()).isRenewed(signature);
  }

  #ready(): Promise<Signer> {
    this.#loading ??= this.#load().then((loaded) => {
      this.#loaded = loaded;
      return loaded;
    });
    return this.#loading;
  }
}
