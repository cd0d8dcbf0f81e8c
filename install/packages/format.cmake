# SPDX-License-Identifier: Apache-2.0
# What cpack reads before it makes a package of one format.
set(ENV{SASE_PACKAGING} ${CPACK_GENERATOR})
if(NOT DEFINED ENV{SOURCE_DATE_EPOCH})
  set(ENV{SOURCE_DATE_EPOCH} ${CPACK_SASE_EPOCH})
endif()
# rpmbuild reads settings of whoever runs it, and keeps a data base in that home.
set(ENV{HOME} ${CPACK_PACKAGE_DIRECTORY}/_CPack_Packages)
# A tar file is unpacked wherever one likes.
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
if(CPACK_GENERATOR STREQUAL TGZ)
  set(CPACK_PACKAGING_INSTALL_PREFIX /)
endif()
