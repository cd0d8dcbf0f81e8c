# SPDX-License-Identifier: Apache-2.0
# Removes the files of the last installation from a build tree, below $DESTDIR if that is set, and the directories that
# only this program uses.
# usage: cmake -D INSTALLED=BUILD/installed [-D PREFIX=PREFIX] -P uninstall.cmake
#   PREFIX  fail if the installation has another prefix
if(NOT EXISTS "${INSTALLED}")
  message(FATAL_ERROR "nothing to uninstall: '${INSTALLED}' does not exist")
endif()
file(READ "${INSTALLED}" files)
if(PREFIX)
  foreach(file ${files})
    cmake_path(IS_PREFIX PREFIX "${file}" NORMALIZE below)
    if(NOT below)
      message(FATAL_ERROR "the last installation is not below '${PREFIX}': '${file}'")
    endif()
  endforeach()
endif()

foreach(file ${files})
  set(file "$ENV{DESTDIR}${file}")
  if(EXISTS "${file}" OR IS_SYMLINK "${file}")
    file(REMOVE "${file}")
    if(EXISTS "${file}" OR IS_SYMLINK "${file}")
      message(FATAL_ERROR "cannot remove '${file}'")
    endif()
    message(STATUS "Removed: ${file}")
  endif()
  # Remove empty directories of this name and below. rmdir checks that they are empty; a glob of CMake would misread
  # brackets in the name of a directory.
  cmake_path(GET file PARENT_PATH directory)
  set(failed 0)
  while(directory MATCHES "/sase-credential(/|$)" AND failed EQUAL 0)
    execute_process(COMMAND rmdir -- "${directory}" RESULT_VARIABLE failed OUTPUT_QUIET ERROR_QUIET)
    cmake_path(GET directory PARENT_PATH directory)
  endwhile()
endforeach()
file(REMOVE "${INSTALLED}")
