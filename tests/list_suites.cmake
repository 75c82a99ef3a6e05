# Run by the build when a test program is linked: writes to OUT a ctest entry, NAME.Suite, for each suite of PROGRAM.
# The tests of a suite share a process, so that what is dear to start (a gateway, a simulator, a sanitizer) starts once for all of them;
# each test of a suite that matches ALONE is an entry, NAME.Suite.Test, for it has its own world and lasts.
execute_process(COMMAND ${PROGRAM} --gtest_list_tests OUTPUT_VARIABLE listing COMMAND_ERROR_IS_FATAL ANY)
# A test's parameters stand in its line, and these would join or end items of the list below.
string(REGEX REPLACE "[][;\\]" "_" listing "${listing}")
string(REPLACE "\n" ";" lines "${listing}")

set(entries)
# Entries of many tests start first, for they last longest.
macro(add_entry name filter cost)
  string(APPEND entries
    "add_test([=[${NAME}.${name}]=] [=[${PROGRAM}]=] [=[--gtest_filter=${filter}]=])\n"
    "set_tests_properties([=[${NAME}.${name}]=] PROPERTIES LABELS ${LABEL} COST ${cost})\n")
endmacro()
set(tests 0)
foreach(line IN LISTS lines ITEMS end.)
  if(line MATCHES "^([A-Za-z0-9_/]+)\\.")
    set(next ${CMAKE_MATCH_1})
    if(tests)
      add_entry(${suite} "${suite}.*" ${tests})
    endif()
    set(suite ${next})
    set(tests 0)
  elseif(line MATCHES "^  ([^ ]+)")
    set(test ${CMAKE_MATCH_1})
    if(ALONE AND suite MATCHES "${ALONE}")
      add_entry(${suite}.${test} "${suite}.${test}" 100)
    else()
      math(EXPR tests "${tests} + 1")
    endif()
  endif()
endforeach()
if(NOT entries)
  message(FATAL_ERROR "${PROGRAM} lists no test")
endif()
file(WRITE ${OUT} "${entries}")
