# SPDX-License-Identifier: Apache-2.0
# What cpack has packed, packed once more by those whose format it is: cpack's tar files name whoever ran it and have
# their files in the order of the disk, and its Debian packages tell when they were made.
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
