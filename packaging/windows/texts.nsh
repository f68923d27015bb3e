; The texts of installer and uninstaller. NSIS chooses the language of the user's Windows; English is for all others.

LangString oldWindows ${LANG_ENGLISH} "${NAME} needs Windows 10 or newer."
LangString oldWindows ${LANG_GERMAN} "${NAME} braucht Windows 10 oder neuer."
LangString otherWindows ${LANG_ENGLISH} "${NAME} needs a 64-bit Windows, for x64 or for ARM64 with x64 emulation."
LangString otherWindows ${LANG_GERMAN} "${NAME} braucht ein 64-Bit-Windows, für x64 oder für ARM64 mit x64-Emulation."
LangString noFolder ${LANG_ENGLISH} "$1 cannot be the folder. Write /D=FOLDER as the last option and without quotes."
LangString noFolder ${LANG_GERMAN} "$1 kann nicht der Ordner sein. /D=ORDNER muss als letzte Option und ohne Anführungszeichen stehen."
LangString newerInstalled ${LANG_ENGLISH} \
  "${NAME} $0 is installed, which is newer than ${VERSION}. To go back, remove it first. Settings and log stay."
LangString newerInstalled ${LANG_GERMAN} \
  "${NAME} $0 ist installiert und neuer als ${VERSION}. Entfernen Sie es zuerst, um zurückzugehen. \
  Einstellungen und Protokoll bleiben erhalten."

LangString otherFolder ${LANG_ENGLISH} "${NAME} is installed in $0. Leave /D= out, or remove it first. Settings and log stay."
LangString otherFolder ${LANG_GERMAN} \
  "${NAME} ist in $0 installiert. Lassen Sie /D= weg, oder entfernen Sie es zuerst. \
  Einstellungen und Protokoll bleiben erhalten."

LangString installTitle ${LANG_ENGLISH} "Install ${NAME} ${VERSION}"
LangString installTitle ${LANG_GERMAN} "${NAME} ${VERSION} installieren"
LangString installSubtitle ${LANG_ENGLISH} "For you alone; no administrator is needed."
LangString installSubtitle ${LANG_GERMAN} "Nur für Sie; ein Administrator ist nicht nötig."
LangString installButton ${LANG_ENGLISH} "&Install"
LangString installButton ${LANG_GERMAN} "&Installieren"
LangString updateButton ${LANG_ENGLISH} "&Update"
LangString updateButton ${LANG_GERMAN} "&Aktualisieren"
LangString installLabel ${LANG_ENGLISH} "${NAME} runs code for the tools on this computer. It will be in$\r$\n$INSTDIR"
LangString installLabel ${LANG_GERMAN} \
  "${NAME} führt Code für die Werkzeuge auf diesem Computer aus. Es kommt nach$\r$\n$INSTDIR"
LangString pathChoice ${LANG_ENGLISH} "Add the command &runtray to my PATH"
LangString pathChoice ${LANG_GERMAN} "Den Befehl &runtray in meinen PATH aufnehmen"
LangString loginChoice ${LANG_ENGLISH} "Start ${NAME} when I &log in"
LangString loginChoice ${LANG_GERMAN} "${NAME} bei der An&meldung starten"

LangString unwritable ${LANG_ENGLISH} "$INSTDIR cannot be written. Choose another folder with /D=FOLDER."
LangString unwritable ${LANG_GERMAN} \
  "In $INSTDIR kann nicht geschrieben werden. Wählen Sie mit /D=ORDNER einen anderen Ordner."
LangString noSpace ${LANG_ENGLISH} \
  "The disk of $INSTDIR has $0 KB of free space; ${NAME} needs ${PAYLOAD_KB} KB."
LangString noSpace ${LANG_GERMAN} \
  "Auf dem Laufwerk von $INSTDIR sind $0 KB frei; ${NAME} braucht ${PAYLOAD_KB} KB."
LangString notUnpacked ${LANG_ENGLISH} "The files could not be written to $INSTDIR. Is its disk full?"
LangString notUnpacked ${LANG_GERMAN} \
  "Die Dateien konnten nicht nach $INSTDIR geschrieben werden. Ist das Laufwerk voll?"
LangString notPlaced ${LANG_ENGLISH} "$R6 could not be replaced. The version that was there stays."
LangString notPlaced ${LANG_GERMAN} "$R6 konnte nicht ersetzt werden. Die bisherige Version bleibt."
LangString fileInUse ${LANG_ENGLISH} "Another program uses $R6. Close it, and try again."
LangString fileInUse ${LANG_GERMAN} "Ein anderes Programm benutzt $R6. Beenden Sie es, und versuchen Sie es noch einmal."
LangString unpacking ${LANG_ENGLISH} "Unpacking"
LangString unpacking ${LANG_GERMAN} "Wird entpackt"
LangString waiting ${LANG_ENGLISH} "Waiting for ${NAME} to quit"
LangString waiting ${LANG_GERMAN} "Warten, bis ${NAME} beendet ist"
LangString waitingForRuns ${LANG_ENGLISH} "Waiting until no program runs"
LangString waitingForRuns ${LANG_GERMAN} "Warten, bis kein Programm mehr läuft"
LangString stillRunning ${LANG_ENGLISH} \
  "$R9 is still running. Close it, and the programs that started it, and try again."
LangString stillRunning ${LANG_GERMAN} \
  "$R9 läuft noch. Beenden Sie es und die Programme, die es gestartet haben, und versuchen Sie es noch einmal."
LangString pathRemark ${LANG_ENGLISH} "PATH could not be changed. "
LangString pathRemark ${LANG_GERMAN} "PATH konnte nicht geändert werden. "
LangString sandboxRemark ${LANG_ENGLISH} "The sandbox's access to your folders could not be taken away. "
LangString sandboxRemark ${LANG_GERMAN} "Der Zugriff der Sandbox auf Ihre Ordner konnte nicht entfernt werden. "
LangString webviewRemark ${LANG_ENGLISH} \
  "Its window needs Microsoft's WebView2, which is not on this computer. The app says how to get it; \
  the service works without it."
LangString webviewRemark ${LANG_GERMAN} \
  "Für sein Fenster fehlt auf diesem Computer Microsofts WebView2. Die App sagt, wie Sie es bekommen; \
  der Dienst arbeitet auch ohne."
!ifdef WEBVIEW2_SETUP
LangString installingWebview ${LANG_ENGLISH} "Installing WebView2"
LangString installingWebview ${LANG_GERMAN} "WebView2 wird installiert"
!endif
LangString startNow ${LANG_ENGLISH} "Start ${NAME}"
LangString startNow ${LANG_GERMAN} "${NAME} starten"
LangString finished ${LANG_ENGLISH} \
  "${NAME} is in the Start menu. While it runs, its icon is in the notification area.$\r$\n$\r$\n$Remark"
LangString finished ${LANG_GERMAN} \
  "${NAME} ist im Startmenü. Solange es läuft, ist sein Symbol im Infobereich.$\r$\n$\r$\n$Remark"

LangString removeTitle ${LANG_ENGLISH} "Remove ${NAME}"
LangString removeTitle ${LANG_GERMAN} "${NAME} entfernen"
LangString removeSubtitle ${LANG_ENGLISH} "Running programs of ${NAME} are ended."
LangString removeSubtitle ${LANG_GERMAN} "Laufende Programme von ${NAME} werden beendet."
LangString removeButton ${LANG_ENGLISH} "&Remove"
LangString removeButton ${LANG_GERMAN} "&Entfernen"
LangString removeLabel ${LANG_ENGLISH} "${NAME} will be removed from$\r$\n$INSTDIR"
LangString removeLabel ${LANG_GERMAN} "${NAME} wird entfernt aus$\r$\n$INSTDIR"
LangString purgeChoice ${LANG_ENGLISH} "Also delete my &settings and the log of everything that ran"
LangString purgeChoice ${LANG_GERMAN} "Auch meine Ein&stellungen und das Protokoll aller Läufe löschen"
