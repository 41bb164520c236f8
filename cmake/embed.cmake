# tenon_embed(<target> <symbol> <root> <file>...): puts files into the program as a table of
# {path, bytes}. The generated header is embedded/<symbol>.h with `tenon::embedded::<symbol>()`.
function(tenon_embed target symbol root)
  set(out_dir "${CMAKE_BINARY_DIR}/generated/embedded")
  set(list_file "${out_dir}/${symbol}.list")
  string(REPLACE ";" "\n" lines "${ARGN}")
  file(GENERATE OUTPUT "${list_file}" CONTENT "${lines}\n")
  add_custom_command(
    OUTPUT "${out_dir}/${symbol}.cpp" "${out_dir}/${symbol}.h"
    COMMAND "${CMAKE_COMMAND}" -DSYMBOL=${symbol} -DROOT=${root} -DLIST=${list_file}
            -DOUT=${out_dir}/${symbol} -P "${CMAKE_SOURCE_DIR}/cmake/embed_files.cmake"
    DEPENDS ${ARGN} "${list_file}" "${CMAKE_SOURCE_DIR}/cmake/embed_files.cmake"
    COMMENT "Embedding ${symbol}")
  # Long literals are what these files are made of.
  set_source_files_properties("${out_dir}/${symbol}.cpp" PROPERTIES COMPILE_OPTIONS "-Wno-overlength-strings")
  target_sources(${target} PRIVATE "${out_dir}/${symbol}.cpp" "${out_dir}/${symbol}.h")
  target_include_directories(${target} PUBLIC "${CMAKE_BINARY_DIR}/generated")
endfunction()
