# SPDX-License-Identifier: Apache-2.0
# Repacks cpack's packages reproducibly: cpack's tar archives contain the name of the user and files in disk order, and
# its Debian packages contain the time of the build.
cmake_path(GET CPACK_TEMPORARY_INSTALL_DIRECTORY PARENT_PATH directory)
cmake_path(GET CPACK_TEMPORARY_INSTALL_DIRECTORY FILENAME name)
if(CPACK_GENERATOR STREQUAL TGZ)
  execute_process(
    COMMAND tar --create --directory ${directory} --sort=name --format=gnu --owner=root:0 --group=root:0
            --mtime=@$ENV{SOURCE_DATE_EPOCH} ${name}
    COMMAND gzip -9n
    OUTPUT_FILE ${CPACK_PACKAGE_FILES}
    COMMAND_ERROR_IS_FATAL ANY)
elseif(CPACK_GENERATOR STREQUAL DEB)
  file(REMOVE_RECURSE ${directory}/again)
  # Debian policy 7.8: the sources of what is linked statically, so that a security update of one of them is noticed.
  set(sources "")
  foreach(archive libc.a libstdc++.a libgcc.a libsodium.a libkeyutils.a libboost_program_options.a)
    execute_process(COMMAND ${CPACK_SASE_COMPILER} -print-file-name=${archive} OUTPUT_VARIABLE path
                    OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
    file(REAL_PATH ${path} path)
    execute_process(COMMAND dpkg-query -S ${path} OUTPUT_VARIABLE package COMMAND_ERROR_IS_FATAL ANY)
    string(REGEX REPLACE ": /.*" "" package ${package})
    execute_process(COMMAND dpkg-query -W -f "\${source:Package} (= \${source:Version})" ${package}
                    OUTPUT_VARIABLE source COMMAND_ERROR_IS_FATAL ANY)
    list(APPEND sources ${source})
  endforeach()
  list(REMOVE_DUPLICATES sources)
  list(SORT sources)
  list(JOIN sources ", " sources)
  execute_process(COMMAND dpkg-deb --raw-extract ${CPACK_PACKAGE_FILES} ${directory}/again COMMAND_ERROR_IS_FATAL ANY)
  file(READ ${directory}/again/DEBIAN/control control)
  string(REPLACE "\nDescription:" "\nStatic-Built-Using: ${sources}\nDescription:" control "${control}")
  file(WRITE ${directory}/again/DEBIAN/control "${control}")
  execute_process(COMMAND chmod 755 ${directory}/again ${directory}/again/DEBIAN COMMAND_ERROR_IS_FATAL ANY)
  execute_process(COMMAND dpkg-deb --root-owner-group -Zxz --build ${directory}/again ${CPACK_PACKAGE_FILES}
                  COMMAND_ERROR_IS_FATAL ANY OUTPUT_QUIET)
endif()
