// The Next.js example in a browser, for the app's test of approvals: a person of that test allows the page in the app's window.
//
// It speaks lines of JSON: `{"port"}` for the service that the page was built for; after a line of input, when that service runs,
// `{"origin"}` once the page waits for approval, and `{"output"}` once its program has run without a reload.
import { once } from "node:events";

import { eventually, freePort } from "../service.ts";
import { launch } from "./browser.ts";
import { Example, WAIT, run, terminalText, write } from "./ide.ts";

const say = (message: object) => console.log(JSON.stringify(message));

const built = await Example.builtFor();
const port = built ?? (await freePort());
if (!built) Example.build(port);
say({ port });
await once(process.stdin.resume(), "data");

const example = await Example.serve(port);
const browser = await launch();
// The test may end this script early; the browser then ends by itself.
process.once("exit", () => example.end());
try {
  const page = await example.open(browser);
  await page.evaluate(() => document.body.setAttribute("data-loaded", "once"));
  await write(page, "print('approved', 6 * 7)");
  await run(page);
  const status = () => page.locator("runtray-terminal .status").innerText();
  await eventually("the page waits", async () => (await status()).includes("Waiting for your approval"), WAIT.timeout);
  say({ origin: example.origin });
  await eventually("the program ran", async () => /approved \d+/.test(await terminalText(page)), WAIT.timeout);
  await page.locator("body[data-loaded=once]").waitFor(WAIT);
  say({ output: (await terminalText(page)).trim() });
} finally {
  await browser.close();
  process.stdin.destroy();
  example.end();
}
