import { Ide } from "../../components/ide";

export default function Page() {
  return <Ide />;
}
