/** `dev`: the server, the watch, the keys and the screen of the loop. */
import { statSync } from "node:fs";
import { dirname } from "node:path";
import type { DevHeader, DevRound } from "../../contract/dev.js";
import type { ResetPlan } from "../../contract/reset.js";
import { Watch } from "../../files/watch.js";
import { devBlock, devHead, devScreen } from "../../render/dev-text.js";
import type { Context } from "../command.js";
import { type DevServer, defaultLogin, withDevServer } from "../dev-server.js";
import { keyboardOf } from "../keyboard.js";
import { runOptions } from "../run-options.js";
import { playRounds } from "./loop.js";
import { playRound } from "./round.js";
import { roundAsJson } from "./round-as-json.js";
import { openScreen } from "./screen.js";

/** Milliseconds. */
const retry = 2_000;

/** Ends, without an error, on `q`, when the signal is aborted, and when nobody reads the output any more (`| head`). */
export async function runDev(context: Context): Promise<void> {
  await withDevServer(context, false, async (server) => {
    const { settings, stdin } = context;
    const lost = new AbortController();
    context.stdout.once?.("error", () => lost.abort());
    const signal = AbortSignal.any([context.signal, lost.signal]);
    if (server.embedded) await releaseLease(context, server);
    const watch = await Watch.open([folderOf(settings.path)], { except: [settings.data] });
    const keyboard = isScreen(context) ? keyboardOf(stdin?.()) : undefined;
    const output = openView(context, headerOf(context, server, keyboard !== undefined));
    try {
      await playRounds({
        watch,
        keyboard,
        signal,
        asks: !server.embedded,
        retry,
        ask: output.ask,
        play: (options) =>
          playRound(context, {
            ...options,
            connection: server.connection,
            onRead: (paths) => watch.add(paths),
            show: output.show,
          }),
      });
    } finally {
      output.close();
      await watch.close();
    }
  });
}

/** One process at a time uses the folder of the data, so the holder of the lease was killed. */
async function releaseLease(context: Context, { connection }: DevServer): Promise<void> {
  const engine = await context.engine();
  await engine.unlock({ ...runOptions(context, connection), emit: () => {} });
}

function isScreen({ stdout, settings, env }: Context): boolean {
  return stdout.isTTY === true && settings.logFormat !== "json" && !env.CI && env.TERM !== "dumb";
}

interface View {
  show(round: DevRound): void;
  ask(plan: ResetPlan | undefined): void;
  close(): void;
}

function openView(context: Context, header: DevHeader): View {
  const { stdout, style, settings } = context;
  if (settings.logFormat === "json") return printed((round) => context.printJson(roundAsJson(round)));
  if (!isScreen(context)) {
    context.print(devHead(header, style));
    return printed((round) => context.print(devBlock(round, style, context.columns)));
  }
  const screen = openScreen(stdout, (restore) => {
    process.once("exit", restore);
    return () => process.off("exit", restore);
  });
  let last: DevRound | undefined;
  let question: ResetPlan | undefined;
  const paint = () => {
    const size = { columns: stdout.columns || 80, rows: stdout.rows };
    if (last) screen.paint(devScreen(header, last, style, size, question));
  };
  process.on("SIGWINCH", paint);
  return {
    show: (round) => {
      last = round;
      paint();
    },
    ask: (plan) => {
      question = plan;
      paint();
    },
    close: () => {
      process.off("SIGWINCH", paint);
      screen.close();
    },
  };
}

/** Only whole rounds are printed. */
function printed(print: (round: DevRound) => void): View {
  return {
    show: (round) => {
      if (round.doing === undefined) print(round);
    },
    ask: () => {},
    close: () => {},
  };
}

function headerOf({ settings }: Context, { connection, embedded }: DevServer, keys: boolean): DevHeader {
  const { set, path, environment, data } = settings;
  const { username, password } = defaultLogin;
  const isDefault = embedded && connection.username === username && connection.password === password;
  return {
    url: isDefault ? connection.url.replace("://", `://${username}:${password}@`) : connection.url,
    server: embedded ? `embedded; data in ${data}` : "CouchDB",
    set,
    path,
    ...(environment === undefined ? {} : { environment }),
    keys,
  };
}

/** A new file appears in the folder. */
function folderOf(path: string): string {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ? dirname(path) : path;
}
