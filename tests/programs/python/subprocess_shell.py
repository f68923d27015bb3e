import os
import subprocess

print(subprocess.getoutput("echo one; echo two >&2"))
listing = subprocess.run("printf 'b\\na\\n' | sort > sorted.txt && cat sorted.txt && wc -l < sorted.txt",
                         shell=True, capture_output=True, text=True)
print(listing.stdout.split())
print("os.system", os.waitstatus_to_exitcode(os.system("exit 5")))
print("popen", os.popen("echo $((6 * 7))").read().strip())
status = subprocess.call("kill -TERM $$", shell=True)
print("killed by", -status)
