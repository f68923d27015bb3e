console.log(process.argv, process.argv0, process.execArgv, process.execPath, process.title, process.cwd(), process.exitCode);
console.log(process.umask(), process.getuid(), process.stdin.constructor.name, process.stdout.constructor.name, process.stdout.isTTY);
console.log(process.env, process.release.name, process.config.variables.napi_build_version, process.features);
console.log(process.getActiveResourcesInfo(), process.listenerCount("SIGINT"), process.eventNames(), process.debugPort);
console.log(process.stdout.writableHighWaterMark, process.stdout._type, process.stderr._type, process.stdin._type, process.allowedNodeEnvironmentFlags.size);
