; Ending a running Runtray.

; Leaves the program's name in $R9 if it runs. Windows opens no running program for writing.
!macro checkRunning program
  ${If} ${FileExists} "$INSTDIR\${program}"
    ClearErrors
    FileOpen $R8 "$INSTDIR\${program}" a
    ${If} ${Errors}
      StrCpy $R9 "${program}"
    ${Else}
      FileClose $R8
    ${EndIf}
  ${EndIf}
!macroend

; Asks the user to end $R9 and to try again. Gives up if the user does not want to, or if nobody can be asked.
!macro askToEnd
  ${If} ${Silent}
    SetErrorLevel ${RUNNING}
    Abort
  ${EndIf}
  MessageBox MB_RETRYCANCEL|MB_ICONEXCLAMATION $(stillRunning) IDRETRY +3
  SetErrorLevel ${RUNNING}
  Abort
!macroend

; Asks the app to quit, which ends its runs, and waits for up to 30 seconds until `find` finds nothing in $R9.
!macro quitApp find
  ${Do}
    DetailPrint $(waiting)
    nsExec::Exec '"$INSTDIR\${APP}" --quit'
    Pop $R8
    ${For} $R7 1 120
      Call ${find}
      ${If} $R9 == ""
        Return
      ${EndIf}
      Sleep 250
    ${Next}
    !insertmacro askToEnd
  ${Loop}
!macroend

Function findApp
  StrCpy $R9 ""
  !insertmacro checkRunning "${APP}"
FunctionEnd

; Ends the app. Other programs of ours go on with the files of the old version: an assistant's, or a service in a terminal.
Function stopRunning
  StrCpy $WasRunning 0
  Call findApp
  ${If} $R9 == ""
    Return
  ${EndIf}
  StrCpy $WasRunning 1
  ${If} $WaitForRuns = 1
    DetailPrint $(waitingForRuns)
    nsExec::Exec '"$INSTDIR\${APP}" --quit --when-idle'
    Pop $R8
    ${If} $R8 == "0"
      ; Programs may take as long as their limits let them.
      ${DoWhile} $R9 != ""
        Sleep 250
        Call findApp
      ${Loop}
    ${EndIf}
  ${EndIf}
  ${If} $R9 != ""
    !insertmacro quitApp findApp
  ${EndIf}
FunctionEnd

; Leaves in $R9 the name of a program that the app does not end. It may be of an older version, whose file was moved away.
Function un.findOthers
  StrCpy $R9 ""
  !insertmacro checkRunning "${CLI}"
  RMDir /r "${OLD}"
  ${If} ${FileExists} "${OLD}\*.*"
    StrCpy $R9 "${CLI}"
  ${EndIf}
FunctionEnd

Function un.findAny
  Call un.findOthers
  !insertmacro checkRunning "runtray-python.exe"
  !insertmacro checkRunning "${APP}"
FunctionEnd

; Ends the app. Before that, programs that the app does not end must be gone, so that none of its runs ends in vain.
Function un.stopRunning
  ${Do}
    Call un.findOthers
    ${If} $R9 == ""
      ${ExitDo}
    ${EndIf}
    !insertmacro askToEnd
  ${Loop}
  Call un.findAny
  ${If} $R9 != ""
    !insertmacro quitApp un.findAny
  ${EndIf}
FunctionEnd
