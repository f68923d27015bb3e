// Blocks until Runtray has this interpreter's program, and leaves no trace in the environment and the module cache. Worker threads
// load this file again and do not block, because the variable is gone.
'use strict';
const barrier = process.env.RUNTRAY_BARRIER;
delete process.env.RUNTRAY_BARRIER;
delete process.env.NODE_OPTIONS;
delete require.cache[__filename];
if (barrier !== undefined) {
  const fs = require('fs');
  try {
    fs.readFileSync(barrier);
  } catch {
    // The pipe is gone: the interpreter was released already.
  }
}
