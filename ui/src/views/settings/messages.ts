// Messages about mistakes in a setting, in the units of its field.

import type { Words } from "../../lib/bindings";
import { say, sentence, t } from "../../lib/i18n/index.svelte";
import type { Unit } from "./fields";
import { quantity } from "./numbers";

/** The message beside a field. The file uses milliseconds and bytes; the field may use other units. */
export function mistakeText(wrong: string | Words, unit?: Unit): string {
  return typeof wrong === "string" ? wrong : sentence(inUnits(wrong, unit));
}

function inUnits(message: Words, unit: Unit | undefined): string {
  const amount = (name: string) => quantity(message.values[name], unit);
  switch (message.code) {
    case "setting.count":
    case "setting.millis":
    case "setting.size":
      return t(unit ? "number.range" : "number.wholeRange", { least: amount("least"), most: amount("most") });
    case "setting.timeout_above":
      return t("number.above", { limit: amount("limit") });
    case "setting.timeout_below":
      return t("number.below", { limit: amount("limit") });
    case "setting.replaced": {
      const mistake = message.values["mistake"];
      const used = Number(message.values["used"]);
      if (typeof mistake !== "object" || Array.isArray(mistake) || !Number.isFinite(used)) return say(message);
      return t("number.replaced", { mistake: inUnits(mistake, unit), used: quantity(used, unit) });
    }
    default:
      return say(message);
  }
}
