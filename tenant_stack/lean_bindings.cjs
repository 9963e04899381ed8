// Loaded into the Node process behind cdktf by lean_bindings.py.
"use strict";
const Module = require("module");
const threads = require("worker_threads");

// The package of the bindings loads all of its 2,212 resource modules at once. Beside that index it ships another one
// which loads a module when it is used first; `cdktf get` maps to it for generated bindings, the published package
// does not.
const resolve = Module._resolveFilename;
Module._resolveFilename = function (request, ...rest) {
  const path = resolve.call(this, request, ...rest);
  return /@cdktf[\\/]provider-[^\\/]+$/.test(request) ? path.replace(/([\\/]lib[\\/])index\.js$/, "$1lazy-index.js") : path;
};

// jsii writes an index of a package's types from a worker thread, and then kills it: the host exits as soon as the
// Python process has no more questions. A short run would never get further than parsing 131 MB of JSON again, so
// while the worker runs, the process is left to end by itself.
let workers = 0;
threads.Worker = class extends threads.Worker {
  constructor(...options) {
    super(...options);
    workers += 1;
    this.once("exit", () => (workers -= 1));
  }
};
const exit = process.exit.bind(process);
process.exit = (code) => {
  if (workers === 0) exit(code);
  process.exitCode = code;
};
