#!/bin/sh
# Looks into an AppImage or a dmg and runs what is in it, on the system that it is for: bundle.sh FILE.
set -eu

fail() {
    echo "bundle.sh: $1" >&2
    exit 1
}

[ $# -eq 1 ] && [ -f "$1" ] || fail "one file is expected, not: $*"
work=$(mktemp -d)
case $1 in
*.AppImage)
    chmod +x "$1"
    image=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
    (cd "$work" && "$image" --appimage-extract > listing.txt)
    usr=$work/squashfs-root/usr
    app=$usr/bin/runtray-desktop
    cli=$usr/bin/runtray
    python=$usr/lib/runtray/runtray-python
    notices=$usr/share/doc/runtray/THIRD-PARTY-NOTICES.txt
    ;;
*.dmg)
    mkdir "$work/disk"
    hdiutil attach -quiet -readonly -nobrowse -mountpoint "$work/disk" "$1"
    trap 'hdiutil detach -quiet "$work/disk"' EXIT
    contents=$work/disk/Runtray.app/Contents
    app=$contents/MacOS/runtray-desktop
    cli=$contents/MacOS/runtray
    python=$contents/MacOS/runtray-python
    notices=$contents/Resources/THIRD-PARTY-NOTICES.txt
    # Signed at least by itself: macOS calls a program for Apple silicon without any signature damaged.
    codesign --verify --strict --deep "$work/disk/Runtray.app"
    ;;
*) fail "$1 is neither an AppImage nor a dmg" ;;
esac
for file in "$app" "$cli" "$python" "$notices"; do
    [ -f "$file" ] || fail "$file is missing"
done
if [ "$(uname -s)" = Darwin ] && ! lipo -archs "$cli" | grep -qw "$(uname -m)"; then
    echo "the programs are for another processor than $(uname -m): not started"
    exit 0
fi
"$cli" --version
answer=$("$python" --cache "$work/python" -c 'print(6 * 7)')
[ "$answer" = 42 ] || fail "the built-in Python answers $answer"
echo "the built-in Python answers $answer"
