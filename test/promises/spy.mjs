// Loaded into a server before its own code (node --import): writes down every socket that Node's modules are asked for, and
// every file that they open. What it sees goes to the file that SPY_FILE names, a line each.
import childProcess from "node:child_process";
import dgram from "node:dgram";
import dns from "node:dns";
import fs from "node:fs";
import fsPromises from "node:fs/promises";
import http from "node:http";
import http2 from "node:http2";
import https from "node:https";
import { syncBuiltinESMExports } from "node:module";
import net from "node:net";
import tls from "node:tls";

const report = fs.openSync(process.env.SPY_FILE, "a", 0o600);
const write = fs.writeSync;
const note = (what, subject = "") => write(report, `${what} ${String(subject)}\n`);

function watch(object, kind, names) {
  for (const name of names) {
    const original = object[name];
    if (typeof original !== "function") continue;
    object[name] = function watched(...args) {
      note(`${kind}.${name}`, typeof args[0] === "string" ? args[0] : "");
      return new.target ? Reflect.construct(original, args, new.target) : original.apply(this, args);
    };
    object[name].prototype = original.prototype;
  }
}

watch(net, "net", ["connect", "createConnection", "createServer"]);
watch(net.Server.prototype, "net.Server", ["listen"]);
watch(net.Socket.prototype, "net.Socket", ["connect"]);
watch(tls, "tls", ["connect", "createServer"]);
watch(dgram, "dgram", ["createSocket"]);
watch(http, "http", ["request", "get", "createServer"]);
watch(https, "https", ["request", "get", "createServer"]);
watch(http2, "http2", ["connect", "createServer", "createSecureServer"]);
watch(dns, "dns", ["lookup", "resolve", "resolve4", "resolve6", "resolveAny", "reverse"]);
watch(dns.promises, "dns.promises", ["lookup", "resolve", "resolve4", "resolve6", "reverse"]);
watch(globalThis, "global", ["fetch", "WebSocket", "EventSource"]);
watch(childProcess, "child_process", [
  "spawn",
  "spawnSync",
  "exec",
  "execSync",
  "execFile",
  "execFileSync",
  "fork",
]);
const opening = [
  "open",
  "openSync",
  "readFile",
  "readFileSync",
  "copyFile",
  "copyFileSync",
  "createReadStream",
];
watch(fs, "fs", [
  ...opening,
  "createWriteStream",
  "writeFile",
  "writeFileSync",
  "appendFileSync",
  "openAsBlob",
]);
watch(fsPromises, "fs.promises", ["open", "readFile", "copyFile", "writeFile", "appendFile"]);
syncBuiltinESMExports();

// For the tests' own control: that what is forbidden would be seen, and what it does.
if (process.env.SPY_OFFEND === "socket") {
  setTimeout(() => net.createServer().listen(0, "127.0.0.1").unref(), 100).unref();
}
if (process.env.SPY_OFFEND === "descriptor") {
  process.on("SIGUSR2", () => fs.closeSync(fs.openSync(process.env.SPY_STORE, "r")));
}
note("watching");
