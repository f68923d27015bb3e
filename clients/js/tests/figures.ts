// The five figures of the web side, each beside its bound. Ends with 1 when a bound is broken.
import type { Result } from "../dist/index.js";
import { Runtray } from "../dist/index.js";
import type { SmartRunner } from "../dist/fallback/index.js";
import { eventually } from "./service.ts";
import { Ide, run, terminalText, write } from "./web/ide.ts";

const ROUNDS = 7;
const REQUESTS = 1000;
/** Requests with the service, then without it, again and again. Python in the browser is slower, so those are fewer. */
const PHASES = [225, 25];

const ide = await Ide.start();
const broken: string[] = [];

function report(what: string, value: number, bound: number, unit: string): void {
  const holds = unit === "%" ? value >= bound : value < bound;
  console.log(`${what.padEnd(58)} ${value.toFixed(unit === "%" ? 2 : 0).padStart(7)} ${unit}   bound ${bound} ${unit}${holds ? "" : "   BROKEN"}`);
  if (!holds) broken.push(what);
}

async function median(measure: () => Promise<number>): Promise<number> {
  const values: number[] = [];
  for (let round = 0; round < ROUNDS; round++) values.push(await measure());
  return values.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)] ?? Number.NaN;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

try {
  const { service } = ide;
  report("service start to the first healthy answer (median)", await median(async () => (await service.stop(), service.start())), 100, "ms");
  const client = new Runtray({ url: service.url });
  report("print('hi') through the client (median)", await median(() => timed(() => client.execute({ code: "print('hi')" }))), 1000, "ms");
  const whole = () =>
    timed(async () => {
      const page = await ide.open();
      await run(page);
      await eventually("the output is shown", async () => (await terminalText(page)).includes("Hello from Runtray"));
      await page.context().close();
    });
  report("page opened, program run, output shown (median)", await median(whole), 2000, "ms");

  const page = await ide.open();
  await service.stop();
  await write(page, "print(1)");
  await run(page);
  const place = page.getByTestId("place");
  await eventually("the decision is shown", async () => (await place.innerText()).startsWith("In the browser"));
  report("decision for the browser while the service is off", Number(/(\d+) ms/.exec(await place.innerText())?.[1]), 500, "ms");
  await service.start();

  const right = { service: 0, browser: 0 };
  for (let done = 0, phase = 0; done < REQUESTS; phase++) {
    const count = PHASES[phase % PHASES.length] ?? 0;
    // While these requests are under way the service starts, or stops.
    const answers = page.evaluate(burst, { from: done, count });
    if (phase) await (phase % 2 ? service.stop() : service.start());
    const { service: real, browser, wrong } = await answers;
    for (const reason of new Set(wrong)) console.log(`  ${wrong.filter((one) => one === reason).length} × ${reason}`);
    right.service += real;
    right.browser += browser;
    done += count;
  }
  report(`right answers of ${REQUESTS} while the service stops and starts`, (100 * (right.service + right.browser)) / REQUESTS, 99, "%");
  for (const place of ["service", "browser"] as const) {
    console.log(`  of these by the ${place}: ${right[place]}${right[place] ? "" : "   BROKEN: none"}`);
    if (!right[place]) broken.push(`answers of the ${place}`);
  }
} finally {
  await ide.end();
}
process.exit(broken.length ? 1 : 0);

/** Runs programs four at a time in the page and counts those that gave what they should, by where they ran. */
async function burst({ from, count }: { from: number; count: number }): Promise<{ service: number; browser: number; wrong: string[] }> {
  const runner = document.querySelector("runtray-terminal")?.runner as SmartRunner;
  const numbers = Array.from({ length: count }, (_, index) => from + index);
  const right = { service: 0, browser: 0, wrong: [] as string[] };
  const worker = async () => {
    for (let number = numbers.pop(); number !== undefined; number = numbers.pop()) {
      const result: Result | Error = await runner.execute({ code: `print(${number} * 2)` }).catch((error: Error) => error);
      if (result instanceof Error) right.wrong.push(String(result));
      else if (result.output === `${number * 2}\n`) right[result.isolation === "browser" ? "browser" : "service"] += 1;
      else right.wrong.push(`${result.isolation}: ${result.status} ${result.output} ${result.error}`);
    }
  };
  await Promise.all([1, 2, 3, 4].map(worker));
  return right;
}
