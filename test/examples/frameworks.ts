/**
 * Stand-ins for Express and NestJS, which the suite does not install: what the examples use of them, with types. They
 * do what the real ones do, as far as it matters here: Nest's waits for `onModuleInit` of all providers, and then
 * listens.
 */
const packageOf = (name: string, type: "module" | "commonjs") =>
  JSON.stringify({ name, version: "0.0.0", type, main: "index.js", types: "index.d.ts" });

const express = {
  "node_modules/express/package.json": packageOf("express", "module"),
  "node_modules/express/index.js": `
import { createServer } from "node:http";
export default () => {
  const routes = new Map();
  return {
    get: (path, handler) => void routes.set(path, handler),
    listen: (port, done) =>
      createServer((request, response) => routes.get(request.url)(request, { send: (body) => response.end(body) })).listen(port, done),
  };
};
`,
  "node_modules/express/index.d.ts": `
interface Response { send(body: string): void }
interface Application {
  get(path: string, handler: (request: unknown, response: Response) => void): void;
  listen(port: number, done: () => void): unknown;
}
export default function express(): Application;
`,
};

const nestjs = {
  "node_modules/reflect-metadata/package.json": packageOf("reflect-metadata", "commonjs"),
  "node_modules/reflect-metadata/index.d.ts": "export {};",
  "node_modules/reflect-metadata/index.js": `
const all = new WeakMap();
Reflect.metadata = (key, value) => (target, member) => {
  if (member === undefined) all.set(target, { ...all.get(target), [key]: value });
};
Reflect.getMetadata = (key, target) => all.get(target)?.[key];
`,
  "node_modules/@nestjs/common/package.json": packageOf("@nestjs/common", "commonjs"),
  "node_modules/@nestjs/common/index.d.ts": `
export interface OnModuleInit { onModuleInit(): unknown }
interface ModuleMetadata { imports?: object[]; providers?: object[]; controllers?: object[]; exports?: object[] }
export declare function Injectable(): ClassDecorator;
export declare function Controller(): ClassDecorator;
export declare function Module(metadata: ModuleMetadata): ClassDecorator;
export declare function Get(): MethodDecorator;
export declare class Logger { constructor(context: string); error(message: string): void }
`,
  "node_modules/@nestjs/common/index.js": `
exports.Injectable = exports.Controller = () => () => {};
exports.Module = (metadata) => Reflect.metadata("module", metadata);
exports.Get = () => (target, member) => Reflect.metadata("route", member)(target.constructor);
exports.Logger = class { error(message) { console.error(message); } };
`,
  "node_modules/@nestjs/core/package.json": packageOf("@nestjs/core", "commonjs"),
  "node_modules/@nestjs/core/index.d.ts": `
export declare const NestFactory: { create(module: object): Promise<{ listen(port: number): Promise<unknown> }> };
`,
  "node_modules/@nestjs/core/index.js": `
const { createServer } = require("node:http");
const { once } = require("node:events");
const instances = new Map();
const instance = (type) => {
  const dependencies = Reflect.getMetadata("design:paramtypes", type) ?? [];
  if (!instances.has(type)) instances.set(type, new type(...dependencies.map(instance)));
  return instances.get(type);
};
async function init(module) {
  const { imports = [], providers = [] } = Reflect.getMetadata("module", module);
  for (const each of imports) await init(each);
  for (const each of providers) await instance(each).onModuleInit?.();
}
exports.NestFactory = {
  create: async (module) => ({
    async listen(port) {
      await init(module);
      const [controller] = Reflect.getMetadata("module", module).controllers;
      const home = Reflect.getMetadata("route", controller);
      const server = createServer((_request, response) => response.end(instance(controller)[home]())).listen(port);
      await once(server, "listening");
    },
  }),
};
`,
};

export const frameworks: Readonly<Record<string, Readonly<Record<string, string>>>> = { node: {}, express, nestjs };
