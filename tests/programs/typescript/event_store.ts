import { EventEmitter } from "node:events";
import { readFileSync } from "node:fs";

type Event = { type: "deposit"; amount: number } | { type: "withdraw"; amount: number } | { type: "close" };

interface State {
  balance: number;
  open: boolean;
}

const reduce = (state: Readonly<State>, event: Event): State => {
  switch (event.type) {
    case "deposit":
      return { ...state, balance: state.balance + event.amount };
    case "withdraw":
      if (event.amount > state.balance) throw new RangeError(`short of ${event.amount - state.balance}`);
      return { ...state, balance: state.balance - event.amount };
    case "close":
      return { ...state, open: false };
    default: {
      const never: never = event;
      throw new Error(`unknown event ${JSON.stringify(never)}`);
    }
  }
};

const bus: EventEmitter = new EventEmitter();
let state: State = { balance: 0, open: true };
bus.on("event", (event: Event): void => {
  try {
    state = reduce(state, event);
    console.log(event.type, state);
  } catch (error: unknown) {
    console.error((error as Error).message);
  }
});
for (const line of readFileSync(0, "utf8").split("\n").filter(Boolean)) bus.emit("event", JSON.parse(line) as Event);
process.exitCode = state.open ? 1 : 0;
