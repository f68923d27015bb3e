"use client";

import { javascript } from "@codemirror/lang-javascript";
import { python } from "@codemirror/lang-python";
import { basicSetup, EditorView } from "codemirror";
import { useEffect, useRef } from "react";

interface Props {
  /** The file's name chooses its language. */
  name: string;
  text: string;
  onChange(text: string): void;
}

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
    const dark = matchMedia("(prefers-color-scheme: dark)").matches;
    const theme = EditorView.theme({ ".cm-gutters": { background: "var(--panel)", color: "var(--muted)" } }, { dark });
    const parent = place.current ?? undefined;
    const view = new EditorView({ doc: text, extensions: [basicSetup, ...language, changes, label, theme], parent });
    return () => view.destroy();
    // The text is the editor's own from here on.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [name]);
  return <div className="editor" ref={place} />;
}
