# Puts docs/diagnostics/LPnnnn.md into the program, so that `lpc explain` needs no file at run time.
#
#   include(cmake/embed_pages.cmake)
#   lpc_embed_pages(target folder)      # the target's sources can then include "diag/explain_pages.inc"
#
# The build calls this same file as a script: cmake -DPAGES=folder -DOUTPUT=file -P embed_pages.cmake

if(CMAKE_SCRIPT_MODE_FILE)
  file(GLOB pages "${PAGES}/LP[0-9][0-9][0-9][0-9].md")
  list(SORT pages)
  set(table "// Made by cmake/embed_pages.cmake from docs/diagnostics; edit the pages instead.\n")
  foreach(page IN LISTS pages)
    get_filename_component(code "${page}" NAME_WE)
    file(READ "${page}" words)
    string(APPEND table "{\"${code}\", R\"lp_page(${words})lp_page\"},\n")
  endforeach()
  get_filename_component(folder "${OUTPUT}" DIRECTORY)
  file(MAKE_DIRECTORY "${folder}")
  file(WRITE "${OUTPUT}" "${table}")
  return()
endif()

set(LPC_EMBED_PAGES_SCRIPT "${CMAKE_CURRENT_LIST_FILE}")

function(lpc_embed_pages target folder)
  set(folder "${PROJECT_SOURCE_DIR}/${folder}")
  set(generated "${CMAKE_BINARY_DIR}/generated")
  set(output "${generated}/diag/explain_pages.inc")
  file(GLOB pages CONFIGURE_DEPENDS "${folder}/LP*.md")
  add_custom_command(
    OUTPUT "${output}"
    COMMAND "${CMAKE_COMMAND}" "-DPAGES=${folder}" "-DOUTPUT=${output}" -P "${LPC_EMBED_PAGES_SCRIPT}"
    DEPENDS ${pages} "${LPC_EMBED_PAGES_SCRIPT}"
    COMMENT "Embedding the diagnostics' pages"
    VERBATIM)
  target_sources(${target} PRIVATE "${output}")
  target_include_directories(${target} PRIVATE "${generated}")
endfunction()
