import os
import stat

for where in ".", "..", os.environ["TMPDIR"]:
    print(where, sorted(os.listdir(where)), oct(os.stat(where).st_mode))
for root, folders, files in os.walk("."):
    folders.sort()
    for name in sorted(files):
        seen = os.lstat(os.path.join(root, name))
        print(os.path.join(root, name), stat.filemode(seen.st_mode), seen.st_size, seen.st_nlink, seen.st_uid == os.getuid())
print(open(__file__, newline="").read() == open("main.py", newline="").read(), os.path.isfile(__file__), stat.S_ISFIFO(os.stat(__file__).st_mode))
os.link(__file__, "linked.py")
os.rename(__file__, "renamed.py")
print(sorted(os.listdir(".")))
