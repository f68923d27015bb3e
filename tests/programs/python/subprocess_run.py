import os
import subprocess
import sys

python = sys.executable
result = subprocess.run([python, "-c", "print('from the child'); import sys; sys.exit(3)"], capture_output=True, text=True)
print(repr(result.stdout), result.returncode)
print(subprocess.check_output([python, "-c", "print(input()[::-1])"], input="stressed\n", text=True).strip())
try:
    subprocess.run([python, "-c", "raise SystemExit(2)"], check=True)
except subprocess.CalledProcessError as error:
    print("CalledProcessError", error.returncode)
try:
    subprocess.run([python, "-c", "import time; time.sleep(60)"], timeout=0.2)
except subprocess.TimeoutExpired as error:
    print("TimeoutExpired", error.timeout <= 0.2)
try:
    subprocess.run(["no-such-program-here"])
except FileNotFoundError as error:
    print("FileNotFoundError", error.filename)
subprocess.run([python, "-c", "print('inherits my output')"])
environment = {**os.environ, "GREETING": "hi there"}
subprocess.run([python, "-c", "import os; print(os.environ['GREETING'])"], env=environment)

first = subprocess.Popen([python, "-c", "print('\\n'.join('cab'))"], stdout=subprocess.PIPE)
second = subprocess.Popen(
    [python, "-c", "import sys; print(sorted(sys.stdin.read().split()))"],
    stdin=first.stdout, stdout=subprocess.PIPE, text=True,
)
first.stdout.close()
print(second.communicate()[0].strip(), first.wait(), second.returncode)
