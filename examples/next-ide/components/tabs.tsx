"use client";

interface Props {
  files: Record<string, string>;
  main: string;
  open: string;
  onOpen(name: string): void;
  onChange(files: Record<string, string>): void;
}

/** The program's files. All of them go along with a run. */
export function Tabs({ files, main, open, onOpen, onChange }: Props) {
  function add() {
    const name = window.prompt("Name of the new file")?.trim();
    if (!name || name in files) return;
    onChange({ ...files, [name]: "" });
    onOpen(name);
  }
  function remove() {
    onChange(Object.fromEntries(Object.entries(files).filter(([name]) => name !== open)));
    onOpen(main);
  }
  return (
    <div className="tabs" role="tablist" aria-label="Files">
      {Object.keys(files).map((name) => (
        <button key={name} type="button" role="tab" aria-selected={name === open} onClick={() => onOpen(name)}>{name}</button>
      ))}
      <button type="button" onClick={add}>New file</button>
      {open !== main && <button type="button" onClick={remove}>Delete {open}</button>}
    </div>
  );
}
