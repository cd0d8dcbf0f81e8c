# SPDX-License-Identifier: Apache-2.0
# Run by cpack on the staged files: removes the time and the umask of the build from the package.
set(staged ${CPACK_TEMPORARY_INSTALL_DIRECTORY})
if(CPACK_GENERATOR STREQUAL DEB)
  file(MAKE_DIRECTORY ${staged}/usr/share/lintian/overrides)
  file(COPY_FILE ${CPACK_SASE_OVERRIDES} ${staged}/usr/share/lintian/overrides/${CPACK_PACKAGE_NAME})
endif()
execute_process(COMMAND chmod -R u=rwX,go=rX ${staged} COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND find ${staged} -exec touch -h -d @$ENV{SOURCE_DATE_EPOCH} {} + COMMAND_ERROR_IS_FATAL ANY)
