; The installer for Windows, per user: no administrator, nothing outside of the user's own folders and registry.
;
; `cargo xtask package` defines:
;   VERSION     1.2.3
;   PAYLOAD     the folder of the files to install
;   PAYLOAD_KB  their size
;   APP_ID      the identifier of the app
;   OUTPUT      the installer to write
;   ICON        icon.ico
;   PICTURE     the picture of the last page, 164 x 314 pixels
; and, if it has them:
;   STORED           no compression, for tests
;   WEBVIEW2_SETUP   Microsoft's bootstrapper, to be embedded
;   SIGN_COMMAND     a command that signs the file whose name follows
;
; The payload is unpacked beside the old version first and put in its place last. Whatever fails leaves the old version whole: files
; that were replaced are moved to the folder .old, and come back from there. A program that runs goes on from there.

Unicode true
Target amd64-unicode
ManifestDPIAware true
ManifestSupportedOS Win10
RequestExecutionLevel user
SetOverwrite on
CRCCheck on
!ifdef STORED
  SetCompress off
!else
  SetCompressor /SOLID lzma
  SetCompressorDictSize 32
!endif

!include "MUI2.nsh"
!include "nsDialogs.nsh"
!include "LogicLib.nsh"
!include "FileFunc.nsh"
!include "WordFunc.nsh"
!include "WinVer.nsh"
!include "x64.nsh"

!define NAME "Runtray"
!define PUBLISHER "Runtray"
!define APP "runtray-desktop.exe"
!define CLI "runtray.exe"
!define UNINSTALLER "uninstall.exe"
!define UNPACKED "$INSTDIR\.new"
!define OLD "$INSTDIR\.old"
!define REPLACING "${OLD}\replacing"
!define PYTHON_UNPACKED "builtin-python\unpacked"
!define ENTRY "Software\Microsoft\Windows\CurrentVersion\Uninstall\${NAME}"
!define LOGIN "Software\Microsoft\Windows\CurrentVersion\Run"
!define LOGIN_APPROVED "Software\Microsoft\Windows\CurrentVersion\Explorer\StartupApproved\Run"
!define APP_PATHS "Software\Microsoft\Windows\CurrentVersion\App Paths"
!define WEBVIEW2 "Microsoft\EdgeUpdate\Clients\{F3017226-FE2A-4295-8BDF-00C3A9A7E4C5}"

; The exit codes besides NSIS's own: 0 done, 1 cancelled by the user.
!define FAILED 2        ; a file could not be written, or the removal could not undo all
!define UNSUITABLE 3    ; the wrong Windows
!define RUNNING 4       ; Runtray runs and does not quit, or another program holds a file
!define NEWER 5         ; a newer version is installed
!define UNWRITABLE 6    ; the folder cannot be written, or Runtray is in another one
!define NO_SPACE 7      ; not enough room on the disk

Name "${NAME}"
OutFile "${OUTPUT}"
InstallDir "$LOCALAPPDATA\Programs\${NAME}"
InstallDirRegKey HKCU "${ENTRY}" "InstallLocation"
BrandingText "${NAME} ${VERSION}"
ShowInstDetails nevershow
ShowUninstDetails nevershow
VIProductVersion "${VERSION}.0"
VIFileVersion "${VERSION}.0"
VIAddVersionKey "ProductName" "${NAME}"
VIAddVersionKey "ProductVersion" "${VERSION}"
VIAddVersionKey "FileVersion" "${VERSION}"
VIAddVersionKey "FileDescription" "${NAME} Setup"
VIAddVersionKey "CompanyName" "${PUBLISHER}"
VIAddVersionKey "LegalCopyright" "MIT License"
!ifdef SIGN_COMMAND
  !finalize '${SIGN_COMMAND} "%1"' = 0
  !uninstfinalize '${SIGN_COMMAND} "%1"' = 0
!endif

Var AddToPath     ; 1: the folder goes on the PATH
Var StartAtLogin  ; 1: the app starts at login
Var StartAfter    ; 1: the app starts when all is done
Var WasRunning    ; 1: the app ran before
Var WaitForRuns   ; 1: the app quits only when it runs no program
Var Backup        ; the folder in .old for the files that are replaced now
Var Installed     ; 1: a version is installed
Var Purge         ; 1: settings and log go too
Var Remark        ; what the last page adds
Var Page.Path
Var Page.Login
Var Page.Purge

!define MUI_ICON "${ICON}"
!define MUI_UNICON "${ICON}"
!define MUI_WELCOMEFINISHPAGE_BITMAP "${PICTURE}"
!define MUI_ABORTWARNING
Page custom optionsPage optionsLeave
!insertmacro MUI_PAGE_INSTFILES
!define MUI_FINISHPAGE_TEXT_LARGE
!define MUI_FINISHPAGE_RUN
!define MUI_FINISHPAGE_RUN_TEXT $(startNow)
!define MUI_FINISHPAGE_RUN_FUNCTION startApp
!define MUI_FINISHPAGE_TEXT $(finished)
!insertmacro MUI_PAGE_FINISH
UninstPage custom un.optionsPage un.optionsLeave
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE "English"
!insertmacro MUI_LANGUAGE "German"

!include "texts.nsh"
!include "payload.nsh"
!include "running.nsh"
!include "replace.nsh"
!include "shortcut.nsh"
!include "install.nsh"
!include "uninstall.nsh"
