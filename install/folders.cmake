# SPDX-License-Identifier: Apache-2.0
# Makes the folders that are missing, for all who use the machine: those that CMake makes by itself are as the umask of
# the person who installs has it. Those that are there stay as they are.
function(sase_make_folder path)
  if(IS_DIRECTORY "${path}")
    return()
  endif()
  cmake_path(GET path PARENT_PATH above)
  sase_make_folder("${above}")
  file(MAKE_DIRECTORY "${path}")
  file(CHMOD "${path}" PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
endfunction()

# They would end or join the members of a list, of which there is one of the files that are installed.
if(CMAKE_INSTALL_PREFIX MATCHES "[][;\\]")
  message(FATAL_ERROR "a prefix cannot have ';', '\\' or brackets in it: '${CMAKE_INSTALL_PREFIX}'")
endif()
foreach(folder ${folders})
  sase_make_folder("$ENV{DESTDIR}${CMAKE_INSTALL_PREFIX}/${folder}")
endforeach()
