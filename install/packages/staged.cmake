# SPDX-License-Identifier: Apache-2.0
# What cpack has installed and is about to pack: neither the time nor the umask of whoever packs is in a package.
set(staged ${CPACK_TEMPORARY_INSTALL_DIRECTORY})
if(CPACK_GENERATOR STREQUAL DEB)
  file(MAKE_DIRECTORY ${staged}/usr/share/lintian/overrides)
  file(COPY_FILE ${CPACK_SASE_OVERRIDES} ${staged}/usr/share/lintian/overrides/${CPACK_PACKAGE_NAME})
endif()
execute_process(COMMAND chmod -R u=rwX,go=rX ${staged} COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND find ${staged} -exec touch -h -d @$ENV{SOURCE_DATE_EPOCH} {} + COMMAND_ERROR_IS_FATAL ANY)
