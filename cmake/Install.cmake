# What `cmake --install` puts where, by the package that it belongs to (cmake/Package.cmake). An installation's own
# files in /etc are only in the packages, which keep what an administrator changed: `cmake --install` leaves /etc alone.
foreach(pair assentctl:ctl:BIN assentd:daemon:SBIN assent-snmp:agents:SBIN)
  string(REPLACE ":" ";" pair ${pair})
  list(POP_FRONT pair program component place)
  if(TARGET ${program})
    install(TARGETS ${program} RUNTIME DESTINATION ${CMAKE_INSTALL_${place}DIR} COMPONENT ${component})
  endif()
endforeach()
install(DIRECTORY ${PROJECT_SOURCE_DIR}/policies/ DESTINATION ${CMAKE_INSTALL_DATADIR}/assentd/policies
  COMPONENT common FILES_MATCHING PATTERN "*.yang" PATTERN "*.yaml")
install(DIRECTORY ${PROJECT_SOURCE_DIR}/mibs/ DESTINATION ${CMAKE_INSTALL_DATADIR}/assentd/mibs
  COMPONENT common FILES_MATCHING PATTERN "*.yaml" PATTERN "*.mib")
install(FILES ${PROJECT_SOURCE_DIR}/README.md DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/assent-common COMPONENT common)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/docs/ DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/assent-common/docs
  COMPONENT common FILES_MATCHING PATTERN "*.md" PATTERN man EXCLUDE)

install(DIRECTORY ${PROJECT_SOURCE_DIR}/config/prometheus ${PROJECT_SOURCE_DIR}/config/grafana
  DESTINATION ${CMAKE_INSTALL_DATADIR}/assentd COMPONENT common)

# As examples: an installation's own files are never overwritten.
install(FILES ${PROJECT_SOURCE_DIR}/config/assentd.yaml
  DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/assentd/examples COMPONENT daemon)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/config/prometheus ${PROJECT_SOURCE_DIR}/config/grafana
  DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/assentd/examples COMPONENT daemon)
install(FILES ${PROJECT_SOURCE_DIR}/config/assent-snmp.yaml
  DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/assent-agents/examples COMPONENT agents)

install(FILES ${PROJECT_SOURCE_DIR}/tools/completion/assentctl.bash
  DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME assentctl COMPONENT ctl)
install(FILES ${PROJECT_SOURCE_DIR}/tools/completion/assentctl.zsh
  DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions RENAME _assentctl COMPONENT ctl)
install(FILES ${PROJECT_SOURCE_DIR}/tools/completion/assentctl.fish
  DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d COMPONENT ctl)

set(units ${PROJECT_SOURCE_DIR}/systemd)
install(FILES ${units}/assentd.service DESTINATION lib/systemd/system COMPONENT daemon)
install(FILES ${units}/assent-snmp@.service ${units}/assent-snmp@.socket
  DESTINATION lib/systemd/system COMPONENT agents)
foreach(pair assentd:daemon assent-agents:agents)
  string(REPLACE ":" ";" pair ${pair})
  list(POP_FRONT pair package component)
  install(FILES ${units}/${package}.sysusers DESTINATION lib/sysusers.d RENAME ${package}.conf COMPONENT ${component})
  install(FILES ${units}/${package}.tmpfiles DESTINATION lib/tmpfiles.d RENAME ${package}.conf COMPONENT ${component})
endforeach()

# Only in packages.
install(FILES ${PROJECT_SOURCE_DIR}/config/package/assentd.yaml DESTINATION /etc/assentd
  COMPONENT daemon EXCLUDE_FROM_ALL)
install(FILES ${PROJECT_SOURCE_DIR}/config/apparmor/usr.sbin.assentd DESTINATION /etc/apparmor.d
  COMPONENT daemon EXCLUDE_FROM_ALL)
install(FILES ${PROJECT_SOURCE_DIR}/config/apparmor/usr.sbin.assent-snmp DESTINATION /etc/apparmor.d
  COMPONENT agents EXCLUDE_FROM_ALL)
if(TARGET assent-sim)
  install(TARGETS assent-sim RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT demo EXCLUDE_FROM_ALL)
  install(DIRECTORY ${PROJECT_SOURCE_DIR}/config/demo/ DESTINATION ${CMAKE_INSTALL_DATADIR}/assentd/demo
    COMPONENT demo EXCLUDE_FROM_ALL)
endif()
