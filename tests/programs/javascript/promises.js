const wait = (ms, value) => new Promise((resolve) => setTimeout(resolve, ms, value));
const fail = (message) => Promise.reject(new Error(message));

async function main() {
  console.log(await Promise.race([wait(300, "slow"), wait(1, "fast")]));
  console.log(await Promise.any([fail("first"), wait(2, "any")]));
  const settled = await Promise.allSettled([wait(1, "ok"), fail("broken")]);
  console.log(settled.map(({ status, value, reason }) => `${status}: ${value ?? reason.message}`));
  try {
    await Promise.any([fail("a"), fail("b")]);
  } catch (error) {
    console.log(error.constructor.name, error.errors.map((e) => e.message));
  }
  const controller = new AbortController();
  setTimeout(() => controller.abort(), 5);
  const aborted = new Promise((_, reject) => controller.signal.addEventListener("abort", () => reject(controller.signal.reason)));
  await aborted.catch((error) => console.log(error.name));
  let order = "";
  await Promise.all([3, 1, 2].map(async (n) => { await wait(n * 20); order += n; }));
  console.log(order);
  return "finished";
}

main().then(console.log).finally(() => console.log("finally"));
