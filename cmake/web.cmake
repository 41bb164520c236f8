# Web apps: bundled by Vite through tools/build-web.mjs, precompressed, and embedded in the library that serves them.
find_program(TENON_NODE node REQUIRED)

# tenon_embed_web_app(<target> <symbol> <folder>): generates embedded/<symbol>.h with
# `tenon::embedded::<symbol>()`, the table of the app's files. Vite runs again only when a source of the app, of
# web/packages, or the lock file changes.
function(tenon_embed_web_app target symbol folder)
  if(NOT EXISTS "${CMAKE_SOURCE_DIR}/${folder}/vite.config.ts")
    return()
  endif()
  set(out_dir "${CMAKE_BINARY_DIR}/generated/embedded")
  set(patterns "")
  foreach(root "${folder}" web/packages)
    foreach(extension ts tsx css html svg json)
      list(APPEND patterns "${CMAKE_SOURCE_DIR}/${root}/*.${extension}")
    endforeach()
  endforeach()
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${patterns})
  list(FILTER sources EXCLUDE REGEX "/node_modules/|\\.test\\.tsx?$")
  add_custom_command(
    OUTPUT "${out_dir}/${symbol}.cpp" "${out_dir}/${symbol}.h" "${out_dir}/${symbol}.blob"
    COMMAND "${TENON_NODE}" "${CMAKE_SOURCE_DIR}/tools/build-web.mjs"
            --app "${folder}" --symbol ${symbol} --out "${out_dir}"
    DEPENDS ${sources} "${CMAKE_SOURCE_DIR}/tools/build-web.mjs" "${CMAKE_SOURCE_DIR}/web/licenses.ts"
            "${CMAKE_SOURCE_DIR}/package-lock.json"
    COMMENT "Bundling ${folder}" VERBATIM)
  set_source_files_properties("${out_dir}/${symbol}.cpp" PROPERTIES OBJECT_DEPENDS "${out_dir}/${symbol}.blob")
  target_sources(${target} PRIVATE "${out_dir}/${symbol}.cpp" "${out_dir}/${symbol}.h")
  target_include_directories(${target} PUBLIC "${CMAKE_BINARY_DIR}/generated")
endfunction()
