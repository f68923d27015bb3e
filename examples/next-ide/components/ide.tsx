"use client";

import { useEffect, useRef, useState } from "react";
import type { RuntrayTerminal } from "runtray/element";
import { SmartRunner } from "runtray/fallback";
import type { Notice } from "runtray/fallback";

import { Editor } from "./editor";
import { answer, PROGRAMS } from "./programs";
import { Tabs } from "./tabs";

/** How programs reach Runtray: through this page's server as a stream, or directly as a terminal. */
type Way = "terminal" | "stream";

const LANGUAGES = { "main.py": "python", "main.js": "javascript" } as const;
type Main = keyof typeof LANGUAGES;

export function Ide() {
  const terminal = useRef<RuntrayTerminal>(null);
  const [main, setMain] = useState<Main>("main.py");
  const [files, setFiles] = useState<Record<string, string>>({ "main.py": 'print("Hello from Runtray")\n' });
  const [open, setOpen] = useState("main.py");
  const [version, setVersion] = useState(0);
  const [way, setWay] = useState<Way>("terminal");
  const [runner, setRunner] = useState<SmartRunner>();
  const [place, setPlace] = useState("");
  const [isRefused, setRefused] = useState(false);

  useEffect(() => {
    const made = new SmartRunner({ url: "/api/flask", socketUrl: process.env.RUNTRAY_URL, assets: "/runtray/" });
    made.addEventListener("notice", (event) => {
      const { where, decided_ms } = (event as CustomEvent<Notice>).detail;
      setPlace(`${where === "service" ? "On this machine" : "In the browser"}, decided in ${Math.round(decided_ms)} ms`);
      if (where === "browser") setRefused(false);
    });
    void import("runtray/element").then(() => {
      if (terminal.current) terminal.current.runner = made;
      // Enables Run, which needs the terminal's element.
      setRunner(made);
    });
  }, []);

  useEffect(() => {
    const element = terminal.current;
    const refused = (event: Event) => setRefused((event as CustomEvent<Error>).detail.name === "NotApprovedError");
    const settled = () => setRefused(false);
    element?.addEventListener("runtray-error", refused);
    element?.addEventListener("runtray-started", settled);
    return () => {
      element?.removeEventListener("runtray-error", refused);
      element?.removeEventListener("runtray-started", settled);
    };
  }, []);

  async function run(prefer: SmartRunner["prefer"] = "auto") {
    if (!runner || !terminal.current) return;
    runner.prefer = prefer;
    const others = Object.entries(files).filter(([path]) => path !== main);
    terminal.current.focus();
    await terminal.current.run({
      code: files[main] ?? "",
      language: LANGUAGES[main],
      files: others.map(([path, content]) => ({ path, content })),
      ...(way === "stream" ? { timeout_ms: 60_000 } : {}),
    });
  }

  function show(name: Main, text: string, extra: Record<string, string> = {}) {
    setMain(name);
    setFiles({ [name]: text, ...extra });
    setOpen(name);
    setVersion((before) => before + 1);
  }

  return (
    <main onKeyDown={(event) => event.key === "Enter" && event.ctrlKey && void run()}>
      <header>
        <h1>IDE with Runtray</h1>
        <Prompt onAnswer={(code, extra) => show("main.py", code, extra)} />
        <div className="row">
          <button type="button" className="primary" disabled={!runner} onClick={() => void run()}>Run</button>
          <label>
            Language{" "}
            <select value={main} onChange={(event) => show(event.target.value as Main, event.target.value === "main.py" ? 'print("Hello")\n' : 'console.log("Hello");\n')}>
              <option value="main.py">Python</option>
              <option value="main.js">JavaScript</option>
            </select>
          </label>
          <label>
            Connection{" "}
            <select value={way} onChange={(event) => setWay(event.target.value as Way)}>
              <option value="terminal">Direct: terminal</option>
              <option value="stream">Through /api/flask: output only</option>
            </select>
          </label>
          <span className="note" data-testid="place">{place}</span>
          {isRefused && <button type="button" onClick={() => void run("browser")}>Run in the browser instead</button>}
        </div>
      </header>
      <section className="left" aria-label="Files">
        <Tabs files={files} main={main} open={open} onOpen={setOpen} onChange={setFiles} />
        <Editor key={`${version} ${open}`} name={open} text={files[open] ?? ""} onChange={(text) => setFiles((before) => ({ ...before, [open]: text }))} />
      </section>
      <runtray-terminal ref={terminal} mode={way} />
    </main>
  );
}

/** The prompt box. Its answers are programs of this example, and it says so. */
function Prompt({ onAnswer }: { onAnswer(code: string, files?: Record<string, string>): void }) {
  const [text, setText] = useState("");
  const [said, setSaid] = useState("");
  function ask() {
    const program = answer(text);
    setSaid(program ? `Canned program: “${program.title}”.` : "None of the ten canned programs fits. Choose one from the list.");
    if (program) onAnswer(program.code, program.files);
  }
  return (
    <form className="prompt" onSubmit={(event) => (event.preventDefault(), ask())}>
      <div className="row">
        <input aria-label="Prompt" list="prompts" value={text} onChange={(event) => setText(event.target.value)} placeholder="create me a simple Python calculator" />
        <datalist id="prompts">{PROGRAMS.map(({ title }) => <option key={title} value={title} />)}</datalist>
        <button type="submit">Create</button>
      </div>
      <p className="note" role="status">{said || "Answers with one of ten canned programs; no AI model is connected."}</p>
    </form>
  );
}

declare module "react" {
  // eslint-disable-next-line @typescript-eslint/no-namespace
  namespace JSX {
    interface IntrinsicElements {
      "runtray-terminal": React.DetailedHTMLProps<React.HTMLAttributes<RuntrayTerminal>, RuntrayTerminal> & { mode?: string };
    }
  }
}
