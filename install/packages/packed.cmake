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
  execute_process(COMMAND dpkg-deb --raw-extract ${CPACK_PACKAGE_FILES} ${directory}/again COMMAND_ERROR_IS_FATAL ANY)
  execute_process(COMMAND chmod 755 ${directory}/again ${directory}/again/DEBIAN COMMAND_ERROR_IS_FATAL ANY)
  execute_process(COMMAND dpkg-deb --root-owner-group -Zxz --build ${directory}/again ${CPACK_PACKAGE_FILES}
                  COMMAND_ERROR_IS_FATAL ANY OUTPUT_QUIET)
endif()
