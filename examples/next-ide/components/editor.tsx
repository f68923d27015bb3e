"use client";

import { javascript } from "@codemirror/lang-javascript";
import { python } from "@codemirror/lang-python";
import { syntaxHighlighting } from "@codemirror/language";
import { classHighlighter } from "@lezer/highlight";
import { basicSetup, EditorView } from "codemirror";
import { useEffect, useRef } from "react";

interface Props {
  /** The file's name chooses its language. */
  name: string;
  text: string;
  onChange(text: string): void;
}

/** The page's colours, which follow the system's; `globals.css` has those of the language. */
const THEME = EditorView.theme({
  "&": { color: "var(--text)" },
  ".cm-content": { caretColor: "var(--text)" },
  ".cm-cursor": { borderLeftColor: "var(--text)" },
  ".cm-gutters": { background: "var(--panel)", color: "var(--muted)", borderColor: "var(--line)" },
  ".cm-activeLine, .cm-activeLineGutter": { background: "light-dark(#eef5fd80, #25303d80)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground": { background: "light-dark(#b9d7fb, #2b4a70)" },
});

/** CodeMirror over one file. A new `key` begins with a new text. */
export function Editor({ name, text, onChange }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const latest = useRef(onChange);
  useEffect(() => {
    latest.current = onChange;
  });
  useEffect(() => {
    const language = name.endsWith(".py") ? [python()] : name.endsWith(".js") ? [javascript()] : [];
    const changes = EditorView.updateListener.of((update) => {
      if (update.docChanged) latest.current(update.state.doc.toString());
    });
    const label = EditorView.contentAttributes.of({ "aria-label": `Text of ${name}` });
    const parent = place.current ?? undefined;
    // Ctrl+Enter is the page's; the editor would insert a line.
    const keys = EditorView.domEventHandlers({ keydown: (event) => event.ctrlKey && event.key === "Enter" });
    const view = new EditorView({ doc: text, extensions: [keys, basicSetup, ...language, syntaxHighlighting(classHighlighter), changes, label, THEME], parent });
    return () => view.destroy();
    // The text is the editor's own from here on.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [name]);
  return <div className="editor" ref={place} />;
}
