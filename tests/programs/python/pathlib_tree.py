import os
import shutil
import tempfile
from pathlib import Path

base = Path("project")
for name in ("src/app.py", "src/lib/util.py", "docs/README.md", "empty/.keep"):
    path = base / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"# {path.stem}\n", encoding="utf-8")


def tree(folder, indent=""):
    for entry in sorted(folder.iterdir()):
        print(f"{indent}{entry.name}{'/' if entry.is_dir() else f' ({entry.stat().st_size} bytes)'}")
        if entry.is_dir():
            tree(entry, indent + "  ")


tree(base)
print([p.as_posix() for p in sorted(base.rglob("*.py"))])
print(Path("a/b.tar.gz").suffixes, Path("a/b.txt").with_suffix(".md").name, Path("x/../y").as_posix())
print(Path.cwd() == Path(__file__).resolve().parent, Path(__file__).name)
shutil.copytree(base / "src", base / "copy")
shutil.rmtree(base / "empty")
(base / "docs/README.md").rename(base / "docs/readme.txt")
print(sorted(os.listdir(base)))
with tempfile.TemporaryDirectory() as folder:
    Path(folder, "scratch").write_bytes(b"x" * 1000)
    print(os.path.getsize(os.path.join(folder, "scratch")))
print(os.path.exists(folder))
with tempfile.NamedTemporaryFile("w+", suffix=".txt") as file:
    file.write("temporary")
    file.seek(0)
    print(file.read(), file.name.endswith(".txt"))
