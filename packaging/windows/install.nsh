; Installing: the checks, the one page with two choices, and the work.

; Says why not, and quits with this exit code.
!macro refuse code text
  MessageBox MB_OK|MB_ICONSTOP "${text}" /SD IDOK
  SetErrorLevel ${code}
  Quit
!macroend

; Says why not, and undoes what was done (see .onInstFailed).
!macro giveUp text
  SetErrorLevel ${FAILED}
  MessageBox MB_OK|MB_ICONSTOP "${text}" /SD IDOK
  Abort
!macroend

Function .onInit
  SetShellVarContext current
  SetRegView 64
  ${IfNot} ${AtLeastWin10}
    !insertmacro refuse ${UNSUITABLE} $(oldWindows)
  ${EndIf}
  ${IfNot} ${IsNativeAMD64}
  ${AndIfNot} ${IsNativeARM64}
    !insertmacro refuse ${UNSUITABLE} $(otherWindows)
  ${EndIf}
  Call checkFolderOption
  Call readInstalled
  Call checkOtherFolder
  Call readOptions
FunctionEnd

; NSIS ignores a folder in /D= that cannot be or is quoted, and would install into the usual one. It hides the option from scripts, too.
Function checkFolderOption
  System::Call 'kernel32::GetCommandLine()t.r0'
  ClearErrors
  ${WordFind} "$0" "/D=" "E+1}" $1
  ${If} ${Errors}
    Return
  ${EndIf}
  ${If} "$1" != "$INSTDIR"
  ${AndIf} "$1" != "$INSTDIR\"
    !insertmacro refuse ${UNWRITABLE} $(noFolder)
  ${EndIf}
FunctionEnd

; What is installed, and what the user chose then.
Function readInstalled
  StrCpy $Installed 0
  StrCpy $AddToPath 1
  StrCpy $StartAtLogin 0
  ReadRegStr $0 HKCU "${ENTRY}" "DisplayVersion"
  ${If} $0 == ""
    Return
  ${EndIf}
  StrCpy $Installed 1
  ${VersionCompare} "$0" "${VERSION}" $1
  ${If} $1 = 1
    !insertmacro refuse ${NEWER} $(newerInstalled)
  ${EndIf}
  ReadRegDWORD $AddToPath HKCU "${ENTRY}" "AddedToPath"
  ReadRegStr $1 HKCU "${LOGIN}" "${NAME}"
  ${If} $1 != ""
    StrCpy $StartAtLogin 1
  ${EndIf}
FunctionEnd

; A second installation elsewhere would leave the first one without an entry that removes it.
Function checkOtherFolder
  ReadRegStr $0 HKCU "${ENTRY}" "InstallLocation"
  ${If} $Installed = 1
  ${AndIf} ${FileExists} "$0\${UNINSTALLER}"
    GetFullPathName $1 "$0"
    GetFullPathName $2 "$INSTDIR"
    ${If} "$1" != "$2"
      !insertmacro refuse ${UNWRITABLE} $(otherFolder)
    ${EndIf}
  ${EndIf}
FunctionEnd

; The command line: /NOPATH, /LOGIN, /START, /WAIT.
Function readOptions
  StrCpy $StartAfter 0
  StrCpy $WaitForRuns 0
  ${GetParameters} $R0
  ClearErrors
  ${GetOptions} $R0 "/NOPATH" $R1
  ${IfNot} ${Errors}
    StrCpy $AddToPath 0
  ${EndIf}
  ClearErrors
  ${GetOptions} $R0 "/LOGIN" $R1
  ${IfNot} ${Errors}
    StrCpy $StartAtLogin 1
  ${EndIf}
  ClearErrors
  ${GetOptions} $R0 "/START" $R1
  ${IfNot} ${Errors}
    StrCpy $StartAfter 1
  ${EndIf}
  ClearErrors
  ${GetOptions} $R0 "/WAIT" $R1
  ${IfNot} ${Errors}
    StrCpy $WaitForRuns 1
  ${EndIf}
FunctionEnd

Function optionsPage
  !insertmacro MUI_HEADER_TEXT $(installTitle) $(installSubtitle)
  nsDialogs::Create 1018
  Pop $0
  GetDlgItem $0 $HWNDPARENT 1
  ${If} $Installed = 1
    SendMessage $0 ${WM_SETTEXT} 0 "STR:$(updateButton)"
  ${Else}
    SendMessage $0 ${WM_SETTEXT} 0 "STR:$(installButton)"
  ${EndIf}
  ${NSD_CreateLabel} 0 0 100% 24u $(installLabel)
  Pop $0
  ${NSD_CreateCheckbox} 0 36u 100% 12u $(pathChoice)
  Pop $Page.Path
  ${NSD_SetState} $Page.Path $AddToPath
  ${NSD_CreateCheckbox} 0 54u 100% 12u $(loginChoice)
  Pop $Page.Login
  ${NSD_SetState} $Page.Login $StartAtLogin
  nsDialogs::Show
FunctionEnd

Function optionsLeave
  ${NSD_GetState} $Page.Path $AddToPath
  ${NSD_GetState} $Page.Login $StartAtLogin
FunctionEnd

; Whether the folder can be written and its disk has room for the old and the new version at once.
Function checkFolder
  ClearErrors
  CreateDirectory "${UNPACKED}"
  FileOpen $0 "${UNPACKED}\.probe" w
  ${If} ${Errors}
    RMDir "${UNPACKED}"
    RMDir "$INSTDIR"
    !insertmacro refuse ${UNWRITABLE} $(unwritable)
  ${EndIf}
  FileClose $0
  Delete "${UNPACKED}\.probe"
  ${DriveSpace} "$INSTDIR" "/D=F /S=K" $0
  ${If} $0 < ${PAYLOAD_KB}
    RMDir "${UNPACKED}"
    RMDir "$INSTDIR"
    !insertmacro refuse ${NO_SPACE} $(noSpace)
  ${EndIf}
FunctionEnd

; A file could not be written: what was unpacked goes, and an old version is as it was.
Function .onInstFailed
  ; Windows removes no folder that a program works in.
  SetOutPath "$TEMP"
  RMDir /r "${UNPACKED}"
  RMDir /r "${OLD}"
  RMDir "$INSTDIR"
  ${If} $WasRunning = 1
    Exec '"$INSTDIR\${APP}" --hidden'
  ${EndIf}
FunctionEnd

Section
  AddSize ${PAYLOAD_KB}
  StrCpy $WasRunning 0
  ; What an interrupted installation left, and what an earlier one could not delete.
  Call takeInterruptedBack
  RMDir /r "${UNPACKED}"
  RMDir /r "${OLD}"
  Call checkFolder
  SetOutPath "${UNPACKED}"
  DetailPrint $(unpacking)
  ClearErrors
  !insertmacro unpackPayload
  SetOutPath "${UNPACKED}"
  WriteUninstaller "${UNPACKED}\${UNINSTALLER}"
  ${If} ${Errors}
    !insertmacro giveUp $(notUnpacked)
  ${EndIf}
  SetOutPath "$TEMP"
  Call checkReplaceable
  Call stopRunning
  Call replaceFiles
  ${If} $R6 != ""
    !insertmacro giveUp $(notPlaced)
  ${EndIf}
  RMDir /r "${UNPACKED}"
  Call removeOld
  Call createShortcut
  Call registerApp
  Call changePath
  Call changeLogin
  Call ensureWebView2
  ${If} $StartAfter = 1
    Call startApp
  ${ElseIf} $WasRunning = 1
    Exec '"$INSTDIR\${APP}" --hidden'
  ${EndIf}
SectionEnd

; The entry in the list of installed programs, and the names for the Run dialogue.
Function registerApp
  WriteRegStr HKCU "${ENTRY}" "DisplayName" "${NAME}"
  WriteRegStr HKCU "${ENTRY}" "DisplayVersion" "${VERSION}"
  WriteRegStr HKCU "${ENTRY}" "DisplayIcon" "$INSTDIR\${APP}"
  WriteRegStr HKCU "${ENTRY}" "Publisher" "${PUBLISHER}"
  WriteRegStr HKCU "${ENTRY}" "InstallLocation" "$INSTDIR"
  WriteRegStr HKCU "${ENTRY}" "UninstallString" '"$INSTDIR\${UNINSTALLER}"'
  WriteRegStr HKCU "${ENTRY}" "QuietUninstallString" '"$INSTDIR\${UNINSTALLER}" /S'
  WriteRegDWORD HKCU "${ENTRY}" "EstimatedSize" ${PAYLOAD_KB}
  WriteRegDWORD HKCU "${ENTRY}" "NoModify" 1
  WriteRegDWORD HKCU "${ENTRY}" "NoRepair" 1
  WriteRegDWORD HKCU "${ENTRY}" "AddedToPath" $AddToPath
  WriteRegStr HKCU "${APP_PATHS}\${APP}" "" "$INSTDIR\${APP}"
  WriteRegStr HKCU "${APP_PATHS}\${CLI}" "" "$INSTDIR\${CLI}"
FunctionEnd

; NSIS's strings are too short for many a PATH, so that runtray.exe changes it.
Function changePath
  ${If} $AddToPath = 1
    nsExec::Exec '"$INSTDIR\${CLI}" path add'
  ${Else}
    nsExec::Exec '"$INSTDIR\${CLI}" path remove'
  ${EndIf}
  Pop $0
  ${If} $0 != 0
    StrCpy $Remark $(pathRemark)
  ${EndIf}
  SendMessage ${HWND_BROADCAST} ${WM_WININICHANGE} 0 "STR:Environment" /TIMEOUT=1000
FunctionEnd

; The app writes the same entry. One that is there stays as the app or the user left it.
Function changeLogin
  ReadRegStr $0 HKCU "${LOGIN}" "${NAME}"
  ${If} $StartAtLogin = 1
  ${AndIf} $0 == ""
    WriteRegStr HKCU "${LOGIN}" "${NAME}" '"$INSTDIR\${APP}" --hidden'
  ${ElseIf} $StartAtLogin = 0
  ${AndIf} $0 != ""
    DeleteRegValue HKCU "${LOGIN}" "${NAME}"
    DeleteRegValue HKCU "${LOGIN_APPROVED}" "${NAME}"
  ${EndIf}
FunctionEnd

; The window needs WebView2; service and tray do not, so that its absence fails nothing.
Function ensureWebView2
  ReadRegStr $0 HKLM "SOFTWARE\WOW6432Node\${WEBVIEW2}" "pv"
  ${If} $0 == ""
    ReadRegStr $0 HKCU "Software\${WEBVIEW2}" "pv"
  ${EndIf}
  ${If} $0 != ""
  ${AndIf} $0 != "0.0.0.0"
    Return
  ${EndIf}
!ifdef WEBVIEW2_SETUP
  DetailPrint $(installingWebview)
  InitPluginsDir
  File "/oname=$PLUGINSDIR\webview2.exe" "${WEBVIEW2_SETUP}"
  ; The bootstrapper fetches WebView2, and may wait for the network without end.
  nsExec::Exec /TIMEOUT=600000 '"$PLUGINSDIR\webview2.exe" /silent /install'
  Pop $0
  ${If} $0 == "0"
    Return
  ${EndIf}
!endif
  StrCpy $Remark "$Remark$(webviewRemark)"
FunctionEnd

Function startApp
  Exec '"$INSTDIR\${APP}"'
FunctionEnd
