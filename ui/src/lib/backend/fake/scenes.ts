// States of the window, by name: `?scene=approval&theme=dark&language=de#/status`.

import { FakeBackend } from ".";
import { question } from "./data";

const SCENES: Record<string, (backend: FakeBackend) => void> = {
  day: (backend) => backend.fill(1284),
  empty: (backend) => {
    backend.busy = false;
    backend.status = { ...backend.status, running: 0, now: [] };
  },
  welcome: (backend) => {
    SCENES["empty"]?.(backend);
    backend.status = { ...backend.status, welcome: true };
  },
  approval: (backend) => {
    backend.fill(1284);
    const first_refused_at = new Date(backend.now - 4000).toISOString();
    const code = "import csv, sys\n\nwith open(\"orders.csv\") as file:\n    rows = list(csv.DictReader(file))\n    total = sum(float(row[\"price\"]) for row in rows)\n\nprint(f\"{len(rows)} orders, {total:.2f} in total\")\nfor row in rows:";
    const program = { language: "python", code, more_lines: 14 };
    const asked = { origin: "https://app.example", first_refused_at, refusals: 3, program };
    backend.status = { ...backend.status, pending_origins: [asked] };
  },
  network: (backend) => {
    backend.fill(1284);
    const network_questions = [question("01JASKED", "http://localhost:3001"), question("01JASKEDTOO", "local")];
    backend.status = { ...backend.status, network_questions };
  },
  port: (backend) => {
    backend.fill(1284);
    const problem = {
      id: "port",
      text: "Port 5000 is used by ControlCenter (AirPlay Receiver).",
      remedy: "Use another port, or turn AirPlay Receiver off in System Settings, General, AirDrop & Handoff.",
      actions: [
        { label: "Use 5001", command: "use_port" as const, argument: "5001" },
        { label: "Try again", command: "restart_service" as const, argument: null },
      ],
    };
    const reason = "port 5000 is in use";
    backend.status = { ...backend.status, state: "failed", reason, running: 0, now: [], problems: [problem] };
  },
  trouble: (backend) => {
    backend.fill(1284);
    const restart = { label: "Restart", command: "restart_service" as const, argument: null };
    const open = (label: string, argument: string) => ({ label, command: "open_folder" as const, argument });
    const problems = [
      {
        id: "service.cannot_start",
        text: "Programs cannot be started: the launcher process does not answer.",
        remedy: "Runtray tries again every second. If this stays, restart the service; its log says more.",
        actions: [restart, open("Open the log's folder", "log")],
      },
      {
        id: "service.folder_in_use",
        text: "Another service uses the folder /home/ada/.local/share/runtray already, at http://localhost:5001.",
        remedy: null,
        actions: [restart, open("Open the data folder", "data")],
      },
    ];
    backend.status = { ...backend.status, problems };
  },
  nopython: (backend) => {
    SCENES["empty"]?.(backend);
    backend.pythonList = [];
    backend.status = { ...backend.status, python: null, python_problem: "No Python was found on this computer." };
  },
  update: (backend) => {
    backend.fill(1284);
    const notes = "Programs may use packages that you install.\nThe sandbox works on Windows.";
    backend.newVersion = { version: "0.2.0", date: "2026-12-01", notes };
    backend.news = { ...backend.news, step: { kind: "found", found: backend.newVersion } };
  },
  stopped: (backend) => {
    backend.fill(1284);
    backend.status = { ...backend.status, state: "stopped", running: 0, now: [] };
  },
  many: (backend) => backend.fill(20_000),
};

export function scene(wanted: URLSearchParams): FakeBackend {
  const backend = new FakeBackend();
  (SCENES[wanted.get("scene") ?? "day"] ?? SCENES["day"])?.(backend);
  for (const name of ["theme", "language"]) {
    const value = wanted.get(name);
    if (value) backend.view.values[`desktop.${name}`] = value;
  }
  return backend;
}
