# SPDX-License-Identifier: Apache-2.0
# Read by cpack before it builds a package of one format.
set(ENV{SASE_PACKAGING} ${CPACK_GENERATOR})
if(NOT DEFINED ENV{SOURCE_DATE_EPOCH})
  set(ENV{SOURCE_DATE_EPOCH} ${CPACK_SASE_EPOCH})
endif()
# Prevents rpmbuild from reading the user's settings and from writing a database to the home directory.
set(ENV{HOME} ${CPACK_PACKAGE_DIRECTORY}/_CPack_Packages)
# A tar archive can be unpacked anywhere.
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
if(CPACK_GENERATOR STREQUAL TGZ)
  set(CPACK_PACKAGING_INSTALL_PREFIX /)
endif()
