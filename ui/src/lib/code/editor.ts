// CodeMirror as the window uses it: to write code, and to read it.

import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { javascript } from "@codemirror/lang-javascript";
import { python } from "@codemirror/lang-python";
import { bracketMatching, HighlightStyle, indentOnInput, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { Compartment, EditorState, type Extension } from "@codemirror/state";
import {
  drawSelection, EditorView, highlightActiveLine, highlightActiveLineGutter, keymap, lineNumbers,
} from "@codemirror/view";
import { tags } from "@lezer/highlight";

export interface EditorOptions {
  text: string;
  language: string;
  label: string;
  readonly: boolean;
  onchange?: (text: string) => void;
  onrun?: () => void;
}

/** An editor on the page. */
export interface Editor {
  setText(text: string): void;
  setLanguage(language: string): void;
  focus(): void;
  destroy(): void;
}

const COLOURS = HighlightStyle.define([
  { tag: [tags.keyword, tags.modifier, tags.operatorKeyword, tags.controlKeyword], color: "var(--code-keyword)" },
  { tag: [tags.string, tags.special(tags.string), tags.regexp], color: "var(--code-string)" },
  { tag: [tags.number, tags.bool, tags.null, tags.atom], color: "var(--code-number)" },
  { tag: tags.comment, color: "var(--code-comment)", fontStyle: "italic" },
  { tag: [tags.function(tags.variableName), tags.function(tags.propertyName), tags.className], color: "var(--code-name)" },
  { tag: tags.invalid, textDecoration: "underline wavy var(--problem)" },
]);

const LOOK = EditorView.theme({
  "&": { height: "100%", fontSize: "12px", color: "var(--grey-12)", backgroundColor: "transparent" },
  "&.cm-focused": { outline: "2px solid var(--focus)", outlineOffset: "-2px" },
  ".cm-scroller": { fontFamily: "var(--font-mono)", lineHeight: "1.5" },
  ".cm-gutters": { color: "var(--grey-9)", backgroundColor: "transparent", border: "none", paddingLeft: "8px" },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "transparent" },
  "&.cm-focused .cm-activeLine, &.cm-focused .cm-activeLineGutter": { backgroundColor: "var(--grey-2)" },
  ".cm-cursor": { borderLeftColor: "var(--grey-12)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    backgroundColor: "var(--accent-ground)",
  },
  "&.cm-focused .cm-matchingBracket": { backgroundColor: "var(--grey-4)" },
});

function grammar(language: string): Extension {
  if (language === "python") return [python(), indentUnit.of("    ")];
  if (language === "javascript" || language === "typescript") {
    return [javascript({ typescript: language === "typescript" }), indentUnit.of("  ")];
  }
  return [];
}

/** What only an editor needs. Tab indents; Escape, then Tab leaves it, as CodeMirror's own guide has it. */
function writing({ onchange, onrun }: EditorOptions): Extension {
  const run = () => {
    onrun?.();
    return true;
  };
  return [
    keymap.of([{ key: "Mod-Enter", run }, ...defaultKeymap, ...historyKeymap, indentWithTab]),
    history(),
    indentOnInput(),
    bracketMatching(),
    highlightActiveLine(),
    highlightActiveLineGutter(),
    EditorView.updateListener.of((update) => update.docChanged && onchange?.(update.state.doc.toString())),
  ];
}

/** What only a reader needs; it stays in the order of the Tab key, so that its lines can be scrolled and copied. */
function reading(): Extension {
  return [EditorState.readOnly.of(true), EditorView.editable.of(false), EditorView.lineWrapping];
}

export function createEditor(parent: HTMLElement, options: EditorOptions): Editor {
  const language = new Compartment();
  const attributes = { "aria-label": options.label, ...(options.readonly ? { tabindex: "0", "aria-readonly": "true" } : {}) };
  const view = new EditorView({
    parent,
    doc: options.text,
    extensions: [
      lineNumbers(),
      drawSelection(),
      syntaxHighlighting(COLOURS),
      LOOK,
      language.of(grammar(options.language)),
      EditorView.contentAttributes.of(attributes),
      options.readonly ? reading() : writing(options),
    ],
  });
  return {
    setText(text) {
      if (text !== view.state.doc.toString()) {
        view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } });
      }
    },
    setLanguage: (name) => view.dispatch({ effects: language.reconfigure(grammar(name)) }),
    focus: () => view.focus(),
    destroy: () => view.destroy(),
  };
}
