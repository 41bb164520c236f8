# Refuses compilers that miscompile coroutines. g++ 12 frees the aggregate argument of a coroutine twice, so the
# check compiles and runs exactly such shapes; a compiler that gets them wrong never builds Tenon.
include(CheckCXXSourceCompiles)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  message(FATAL_ERROR
    "g++ ${CMAKE_CXX_COMPILER_VERSION} miscompiles coroutine arguments into double frees. "
    "Build with clang-19: cmake --preset dev, or CXX=clang++-19.")
endif()
if(NOT DEFINED TENON_COROUTINES_RIGHT)
  try_run(TENON_COROUTINE_RUN TENON_COROUTINE_COMPILED
    "${CMAKE_BINARY_DIR}/coroutine_check"
    "${CMAKE_SOURCE_DIR}/cmake/coroutine_check.cpp"
    CXX_STANDARD 20 CXX_STANDARD_REQUIRED ON
    COMPILE_OUTPUT_VARIABLE TENON_COROUTINE_OUTPUT)
  if(NOT TENON_COROUTINE_COMPILED)
    message(FATAL_ERROR "This compiler cannot build the coroutine check:\n${TENON_COROUTINE_OUTPUT}")
  endif()
  if(NOT TENON_COROUTINE_RUN EQUAL 0)
    message(FATAL_ERROR "This compiler miscompiles coroutines (cmake/coroutine_check.cpp). Use clang-19.")
  endif()
  set(TENON_COROUTINES_RIGHT ON CACHE INTERNAL "The compiler passed cmake/coroutine_check.cpp")
endif()
