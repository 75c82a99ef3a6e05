# Run by the build when a test program is linked: writes to OUT a ctest entry, NAME.Suite, for each suite of PROGRAM.
# The tests of a suite share a process, so that what is dear to start (a gateway, a simulator, a sanitizer) starts once for all of them.
execute_process(COMMAND ${PROGRAM} --gtest_list_tests OUTPUT_VARIABLE listing COMMAND_ERROR_IS_FATAL ANY)
# A test's parameters stand in its line, and these would join or end items of the list below.
string(REGEX REPLACE "[][;\\]" "_" listing "${listing}")
string(REPLACE "\n" ";" lines "${listing}")

set(entries)
set(suite)
foreach(line IN LISTS lines ITEMS end.)
  if(line MATCHES "^([A-Za-z0-9_/]+)\\.")
    if(suite)
      # Suites of many tests start first, for they last longest.
      string(APPEND entries
        "add_test([=[${NAME}.${suite}]=] [=[${PROGRAM}]=] [=[--gtest_filter=${suite}.*]=])\n"
        "set_tests_properties([=[${NAME}.${suite}]=] PROPERTIES LABELS ${LABEL} COST ${tests})\n")
    endif()
    set(suite ${CMAKE_MATCH_1})
    set(tests 0)
  elseif(line MATCHES "^  ")
    math(EXPR tests "${tests} + 1")
  endif()
endforeach()
if(NOT entries)
  message(FATAL_ERROR "${PROGRAM} lists no test")
endif()
file(WRITE ${OUT} "${entries}")
