console.log(process.env.GIVEN, process.execArgv, process.env.NODE_OPTIONS, process.noDeprecation);
new Buffer(1);
