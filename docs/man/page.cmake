# One page: @COMMANDS@ is replaced by what assentctl prints, and scdoc makes roff of it.
file(READ ${SOURCE} text)
if(text MATCHES "@COMMANDS@")
  execute_process(COMMAND ${ASSENTCTL} manual-commands OUTPUT_VARIABLE commands COMMAND_ERROR_IS_FATAL ANY)
  string(REPLACE "@COMMANDS@" "${commands}" text "${text}")
endif()
file(WRITE ${TARGET}.scd "${text}")
execute_process(COMMAND ${SCDOC} INPUT_FILE ${TARGET}.scd OUTPUT_FILE ${TARGET} COMMAND_ERROR_IS_FATAL ANY)
