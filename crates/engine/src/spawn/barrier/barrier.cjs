// Waits until Runtray has this interpreter's program, then leaves no trace in the environment and the cache of modules. Worker
// threads load this file again and find nothing to wait for.
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
    // A pipe that is gone by now has nothing to wait for.
  }
}
