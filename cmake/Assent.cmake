# Rules that every target follows.
option(ASSENT_WERROR "Warnings are errors" ON)
set(ASSENT_SANITIZE "" CACHE STRING "address (with undefined), thread, or fuzz (libFuzzer, clang++)")

find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()
find_program(MOLD mold)

# A Beast file takes about 1 GB to compile with sanitizers: few at a time.
cmake_host_system_information(RESULT ASSENT_MEMORY QUERY TOTAL_PHYSICAL_MEMORY)
math(EXPR ASSENT_JOBS "${ASSENT_MEMORY} / 1500")
if(ASSENT_JOBS LESS 1)
  set(ASSENT_JOBS 1)
endif()
set_property(GLOBAL PROPERTY JOB_POOLS compile=${ASSENT_JOBS} link=2)
set(CMAKE_JOB_POOL_COMPILE compile)
set(CMAKE_JOB_POOL_LINK link)

add_library(assent_rules INTERFACE)
target_include_directories(assent_rules INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_definitions(assent_rules INTERFACE ASSENT_VERSION="${PROJECT_VERSION}" BOOST_ALL_NO_LIB
  BOOST_ASIO_NO_DEPRECATED BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION)
target_compile_options(assent_rules INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor
  -Woverloaded-virtual -Wimplicit-fallthrough -Wno-missing-field-initializers
  $<$<BOOL:${ASSENT_WERROR}>:-Werror>
  -fstack-protector-strong -D_GLIBCXX_ASSERTIONS
  $<$<CONFIG:Release>:-D_FORTIFY_SOURCE=2>)
target_link_options(assent_rules INTERFACE -Wl,-z,relro,-z,now)
if(MOLD)
  target_link_options(assent_rules INTERFACE -fuse-ld=mold)
endif()
if(ASSENT_SANITIZE STREQUAL "address")
  target_compile_options(assent_rules INTERFACE -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(assent_rules INTERFACE -fsanitize=address,undefined)
elseif(ASSENT_SANITIZE STREQUAL "thread")
  # TSan does not see the fences of Asio's fenced block.
  target_compile_options(assent_rules INTERFACE -fsanitize=thread)
  target_compile_definitions(assent_rules INTERFACE BOOST_ASIO_DISABLE_FENCED_BLOCK)
  target_link_options(assent_rules INTERFACE -fsanitize=thread)
elseif(ASSENT_SANITIZE STREQUAL "fuzz")
  # clang 14 warns of things that g++ 12 does not; g++'s warnings are the rule.
  target_compile_options(assent_rules INTERFACE -fsanitize=fuzzer-no-link,address,undefined
    -fno-sanitize-recover=all -Wno-error)
  target_link_options(assent_rules INTERFACE -fsanitize=address,undefined)
endif()

# assent_library(NAME DEPENDS...): all .cpp files of the current folder (not main.cpp, not of folders below).
function(assent_library name)
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  list(FILTER sources EXCLUDE REGEX "/main\\.cpp$")
  if(NOT sources)
    add_library(${name} INTERFACE)
    target_link_libraries(${name} INTERFACE assent_rules ${ARGN})
    return()
  endif()
  add_library(${name} STATIC ${sources})
  target_link_libraries(${name} PUBLIC assent_rules ${ARGN})
endfunction()

# assent_program(NAME DEPENDS...): main.cpp of the current folder, in build/PRESET/bin.
function(assent_program name)
  if(NOT EXISTS ${CMAKE_CURRENT_SOURCE_DIR}/main.cpp)
    return()
  endif()
  add_executable(${name} main.cpp)
  target_link_libraries(${name} PRIVATE ${ARGN})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin)
endfunction()

# assent_unit_test(ROOM DEPENDS...): tests/unit/ROOM/*.cpp become the program unit-ROOM, one CTest test.
function(assent_unit_test room)
  file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tests/unit/${room}/*.cpp)
  if(NOT sources)
    return()
  endif()
  add_executable(unit-${room} ${sources} ${PROJECT_SOURCE_DIR}/tests/unit/main.cpp)
  target_link_libraries(unit-${room} PRIVATE assent_rules ${ARGN} Boost::unit_test_framework)
  target_compile_definitions(unit-${room} PRIVATE ASSENT_SOURCE_DIR="${PROJECT_SOURCE_DIR}"
    ASSENT_BUILD_DIR="${PROJECT_BINARY_DIR}")
  set_target_properties(unit-${room} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/tests)
  add_test(NAME unit/${room} COMMAND unit-${room} --color_output=no)
  set_tests_properties(unit/${room} PROPERTIES LABELS unit TIMEOUT 300)
endfunction()
