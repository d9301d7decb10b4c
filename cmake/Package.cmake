# Debian packages (tools/package): assent-common, assentd, assent-agents, assentctl and assent-demo.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME assent)
set(CPACK_PACKAGE_VENDOR assentd)
set(CPACK_PACKAGE_CONTACT "assentd <root@localhost>")
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES TRUE)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_ALL common daemon agents ctl demo)
set(CPACK_COMPONENTS_GROUPING IGNORE)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)

set(same "assent-common (= ${PROJECT_VERSION})")
# A minimal machine gets the small programs, one with systemd has them.
set(users "systemd-standalone-sysusers | systemd | systemd-sysusers, systemd-standalone-tmpfiles | systemd | systemd-tmpfiles")
macro(assent_package component name depends recommends summary text)
  string(TOUPPER ${component} upper)
  set(CPACK_DEBIAN_${upper}_PACKAGE_NAME ${name})
  set(CPACK_DEBIAN_${upper}_PACKAGE_DEPENDS "${depends}")
  set(CPACK_DEBIAN_${upper}_PACKAGE_RECOMMENDS "${recommends}")
  set(CPACK_DEBIAN_${upper}_DESCRIPTION "${summary}\n${text}")
  file(GLOB scripts CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/cmake/debian/${name}/*)
  set(CPACK_DEBIAN_${upper}_PACKAGE_CONTROL_EXTRA ${scripts})
endmacro()
assent_package(common assent-common "" "" "assentd: what its programs share"
  "YANG modules, device profiles, example policies, the texts in English and Chinese, and the documentation.")
set(CPACK_DEBIAN_COMMON_PACKAGE_ARCHITECTURE all)
set(CPACK_DEBIAN_COMMON_PACKAGE_SHLIBDEPS OFF)
assent_package(daemon assentd "${same}, ${users}" "assentctl, assent-agents, openssh-client"
  "the network changes only with assent: register, tickets, findings"
  "Keeps the register of a regulated network, lets nothing in it change without an approved ticket, and compares what agents see with what was approved.")
assent_package(agents assent-agents "${same}, ${users}" "" "assentd: agents that watch devices"
  "assent-snmp reads devices over SNMP by the daemon's plan.")
assent_package(ctl assentctl "${same}, openssh-client" "" "assentd: what people use"
  "Asks assentd, requests changes and approves them, here or over ssh.")
assent_package(demo assent-demo "${same}" "assentd, assentctl, assent-agents, jq" "assentd: simulated devices and a demo city"
  "assent-sim answers SNMP as devices do; for demonstrations and tests, never for operation.")
include(CPack)
