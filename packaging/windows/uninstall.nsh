; Removing. The uninstaller runs for removal only, never for an update.

Function un.onInit
  SetShellVarContext current
  SetRegView 64
  StrCpy $Purge 0
  ${GetParameters} $R0
  ClearErrors
  ${GetOptions} $R0 "/PURGE" $R1
  ${IfNot} ${Errors}
    StrCpy $Purge 1
  ${EndIf}
FunctionEnd

Function un.optionsPage
  !insertmacro MUI_HEADER_TEXT $(removeTitle) $(removeSubtitle)
  nsDialogs::Create 1018
  Pop $0
  GetDlgItem $0 $HWNDPARENT 1
  SendMessage $0 ${WM_SETTEXT} 0 "STR:$(removeButton)"
  ${NSD_CreateLabel} 0 0 100% 24u $(removeLabel)
  Pop $0
  ${NSD_CreateCheckbox} 0 36u 100% 12u $(purgeChoice)
  Pop $Page.Purge
  ${NSD_SetState} $Page.Purge $Purge
  nsDialogs::Show
FunctionEnd

Function un.optionsLeave
  ${NSD_GetState} $Page.Purge $Purge
FunctionEnd

Function un.deleteFile
  Delete "$INSTDIR\$0"
FunctionEnd

; Not with all contents: what others put there is not ours.
Function un.deleteFolder
  RMDir "$INSTDIR\$0"
FunctionEnd

Section "Uninstall"
  StrCpy $Remark ""
  Call un.stopRunning
  ${If} ${FileExists} "$INSTDIR\${CLI}"
    nsExec::Exec '"$INSTDIR\${CLI}" sandbox revoke'
    Pop $0
    ${If} $0 != "0"
      StrCpy $Remark "$(sandboxRemark)"
    ${EndIf}
    nsExec::Exec '"$INSTDIR\${CLI}" path remove'
    Pop $0
    ${If} $0 != "0"
      StrCpy $Remark "$Remark$(pathRemark)"
    ${EndIf}
    SendMessage ${HWND_BROADCAST} ${WM_WININICHANGE} 0 "STR:Environment" /TIMEOUT=1000
  ${EndIf}
  !insertmacro forPayload un.deleteFile
  RMDir /r "$INSTDIR\${PYTHON_UNPACKED}"
  !insertmacro forFolders un.deleteFolder
  RMDir /r "${UNPACKED}"
  RMDir /r "${OLD}"
  Delete "$INSTDIR\${UNINSTALLER}"
  ; Not with all contents: what others put there is not ours.
  RMDir "$INSTDIR"
  Delete "${SHORTCUT}"
  ; The one value, never the key, which is everyone's.
  DeleteRegValue HKCU "${LOGIN}" "${NAME}"
  DeleteRegValue HKCU "${LOGIN_APPROVED}" "${NAME}"
  DeleteRegKey HKCU "${APP_PATHS}\${APP}"
  DeleteRegKey HKCU "${APP_PATHS}\${CLI}"
  DeleteRegKey HKCU "${ENTRY}"
  ; What can be made again: runs' folders, the unpacked Python, the window's browser data.
  RMDir /r "$LOCALAPPDATA\runtray\cache"
  RMDir /r "$LOCALAPPDATA\runtray-python"
  RMDir /r "$LOCALAPPDATA\${APP_ID}"
  RMDir /r "$APPDATA\${APP_ID}"
  ${If} $Purge = 1
    RMDir /r "$APPDATA\runtray"
    RMDir /r "$LOCALAPPDATA\runtray"
  ${EndIf}
  ${If} $Remark != ""
    SetErrorLevel ${FAILED}
    MessageBox MB_OK|MB_ICONEXCLAMATION "$Remark" /SD IDOK
  ${EndIf}
SectionEnd
