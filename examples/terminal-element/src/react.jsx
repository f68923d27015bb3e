import { useRef, useState } from "react";
import { createRoot } from "react-dom/client";
import "runtray/element";

function App() {
  const terminal = useRef(null);
  const [end, setEnd] = useState("");
  const run = async () => {
    const finished = await terminal.current.run({ code: 'print("Hello,", input("Name? "))' });
    setEnd(finished?.status ?? "");
  };
  return (
    <>
      <button onClick={run}>Run</button>
      <runtray-terminal ref={terminal} style={{ height: 320 }} />
      <p>{end}</p>
    </>
  );
}

createRoot(document.querySelector("#app")).render(<App />);
