// The uPlot options of the two charts.

import uPlot from "uplot";

import type { Minute } from "../../lib/bindings";
import { clockTime } from "../../lib/format";

export type ChartKind = "runs" | "times";

interface Words {
  axisText: (value: number) => string;
  hover: (index: number | null) => void;
}

/** Space beside the first and the last bar. */
const HALF_MINUTE = 30;
const AXIS_FONT = "11px system-ui, sans-serif";

const colour = (token: string) => () => getComputedStyle(document.documentElement).getPropertyValue(token).trim();

/** A chart on the page. */
export interface Drawn {
  show(minutes: Minute[]): void;
  /** Resizes it to its box. */
  fit(): void;
  /** Applies colours and texts again. */
  repaint(): void;
  destroy(): void;
}

export function draw(kind: ChartKind, box: HTMLElement, words: Words): Drawn {
  const chart = new uPlot(options(kind, box, words), columns([], kind), box);
  return {
    show: (minutes) => chart.setData(columns(minutes, kind)),
    fit: () => chart.setSize({ width: box.clientWidth, height: box.clientHeight }),
    repaint: () => chart.redraw(false, true),
    destroy: () => chart.destroy(),
  };
}

/** The columns: minutes, then all runs and the failed ones, or the medians. */
function columns(minutes: Minute[], kind: ChartKind): uPlot.AlignedData {
  const at = minutes.map((minute) => minute.at_ms / 1000);
  if (kind === "times") return [at, minutes.map((minute) => minute.median_ms)];
  return [at, minutes.map((minute) => minute.count), minutes.map((minute) => minute.failed)];
}

function options(kind: ChartKind, box: HTMLElement, { axisText, hover }: Words): uPlot.Options {
  return {
    width: box.clientWidth,
    height: box.clientHeight,
    legend: { show: false },
    padding: [8, 24, 0, 0],
    cursor: { y: false, drag: { x: false, y: false }, points: { show: kind === "times" } },
    scales: { x: { time: true, range: (_, min, max) => [min - HALF_MINUTE, max + HALF_MINUTE] }, y: { range: (_, __, max) => [0, Math.max(max ?? 0, 1) * 1.1] } },
    axes: [timeAxis(), valueAxis(axisText, kind)],
    series: [{}, ...(kind === "runs" ? [bars("--busy"), bars("--problem")] : [points()])],
    hooks: { setCursor: [(chart) => hover(chart.cursor.idx ?? null)] },
  };
}

function timeAxis(): uPlot.Axis {
  return {
    stroke: colour("--grey-10"),
    font: AXIS_FONT,
    size: 26,
    gap: 8,
    grid: { show: false },
    ticks: { show: false },
    space: 70,
    values: (_, splits) => splits.map((at) => clockTime(at * 1000)),
  };
}

function valueAxis(text: (value: number) => string, kind: ChartKind): uPlot.Axis {
  return {
    stroke: colour("--grey-10"),
    font: AXIS_FONT,
    size: kind === "runs" ? 32 : 54,
    gap: 6,
    grid: { stroke: colour("--grey-5"), width: 1 },
    ticks: { show: false },
    space: 34,
    incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 60_000, 120_000, 300_000, 600_000],
    values: (_, splits) => splits.map(text),
  };
}

function bars(token: string): uPlot.Series {
  return {
    fill: colour(token),
    stroke: colour(token),
    width: 0,
    points: { show: false },
    paths: uPlot.paths.bars?.({ size: [0.7, 12], radius: 0.1 }) ?? null,
  } as uPlot.Series;
}

/** One dot for each minute. Dots are not joined, because minutes without runs have no median. */
function points(): uPlot.Series {
  return {
    stroke: colour("--busy"),
    width: 1.5,
    spanGaps: false,
    points: { show: true, size: 4, width: 1, fill: colour("--busy"), stroke: colour("--busy") },
  };
}
