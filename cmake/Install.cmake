# What `cmake --install` puts where; assent-sim stands for devices and is in no installation.
foreach(program assentctl)
  if(TARGET ${program})
    install(TARGETS ${program} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
  endif()
endforeach()
foreach(program assentd assent-snmp)
  if(TARGET ${program})
    install(TARGETS ${program} RUNTIME DESTINATION ${CMAKE_INSTALL_SBINDIR})
  endif()
endforeach()
install(DIRECTORY ${PROJECT_SOURCE_DIR}/policies/ DESTINATION ${CMAKE_INSTALL_DATADIR}/assentd/policies
  FILES_MATCHING PATTERN "*.yang" PATTERN "*.yaml")
install(DIRECTORY ${PROJECT_SOURCE_DIR}/mibs/ DESTINATION ${CMAKE_INSTALL_DATADIR}/assentd/mibs
  FILES_MATCHING PATTERN "*.yaml" PATTERN "*.mib")
# As examples: an installation's own files are never overwritten.
install(FILES ${PROJECT_SOURCE_DIR}/config/assentd.yaml DESTINATION ${CMAKE_INSTALL_DOCDIR}/examples)
install(FILES ${PROJECT_SOURCE_DIR}/tools/completion/assentctl.bash
  DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME assentctl)
if(EXISTS ${PROJECT_SOURCE_DIR}/systemd)
  install(DIRECTORY ${PROJECT_SOURCE_DIR}/systemd/ DESTINATION lib/systemd/system FILES_MATCHING PATTERN "*.service"
    PATTERN "*.socket")
endif()
