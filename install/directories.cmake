# SPDX-License-Identifier: Apache-2.0
# Makes the directories that are missing, for all who use the machine: those that CMake makes by itself are as the umask of
# the person who installs has it. Those that are there stay as they are.
function(sase_make_directory path)
  if(IS_DIRECTORY "${path}")
    return()
  endif()
  cmake_path(GET path PARENT_PATH above)
  sase_make_directory("${above}")
  file(MAKE_DIRECTORY "${path}")
  file(CHMOD "${path}" PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
endfunction()

# They would end or join the members of a list, of which there is one of the files that are installed.
if(CMAKE_INSTALL_PREFIX MATCHES "[][;\\]")
  message(FATAL_ERROR "invalid prefix '${CMAKE_INSTALL_PREFIX}': contains ';', '\\' or brackets")
endif()
foreach(directory ${directories})
  sase_make_directory("$ENV{DESTDIR}${CMAKE_INSTALL_PREFIX}/${directory}")
endforeach()
