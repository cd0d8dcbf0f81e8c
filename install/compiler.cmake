# SPDX-License-Identifier: Apache-2.0
# How everything here is compiled: language, warnings, hardening, sanitizers. Targets link sase_options.
include(CheckCXXCompilerFlag)
include(CheckCXXSourceRuns)

add_library(sase_options INTERFACE)
target_compile_features(sase_options INTERFACE cxx_std_20)
target_include_directories(sase_options INTERFACE ${CMAKE_SOURCE_DIR})
target_compile_definitions(sase_options INTERFACE SASE_VERSION="${PROJECT_VERSION}")
target_compile_options(sase_options INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Wold-style-cast -Wnon-virtual-dtor
  -Woverloaded-virtual -Wcast-qual -Wformat=2 -Wimplicit-fallthrough $<$<CXX_COMPILER_ID:Clang>:-Wreserved-identifier> $<$<BOOL:${SASE_WERROR}>:-Werror>)
# CMAKE_UNITY_BUILD compiles several files as one, which takes a third of the time. What two of them call by the
# same name is then told as if it were in one.
set(CMAKE_UNITY_BUILD_BATCH_SIZE 12)
if(CMAKE_UNITY_BUILD)
  target_compile_options(sase_options INTERFACE -Wno-shadow $<$<CXX_COMPILER_ID:GNU>:-Wno-subobject-linkage>)
endif()
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

if(SASE_FUZZ)
  if(NOT CMAKE_CXX_COMPILER_ID STREQUAL Clang)
    message(FATAL_ERROR "SASE_FUZZ needs clang's libFuzzer: add -DCMAKE_CXX_COMPILER=clang++")
  endif()
  add_compile_definitions(_GLIBCXX_ASSERTIONS)
endif()
if(SASE_SANITIZE)
  add_compile_options(-fsanitize=${SASE_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${SASE_SANITIZE})
else()
  # FORTIFY wants optimisation and quarrels with AddressSanitizer; some compilers predefine a lower level.
  add_compile_options($<$<NOT:$<CONFIG:Debug>>:-U_FORTIFY_SOURCE> $<$<NOT:$<CONFIG:Debug>>:-D_FORTIFY_SOURCE=3>)
endif()
foreach(flag -fstack-protector-strong -fstack-clash-protection -fcf-protection=full)
  string(MAKE_C_IDENTIFIER "SASE_HAS${flag}" known)
  check_cxx_compiler_flag(${flag} ${known})
  if(${known})
    add_compile_options(${flag})
  endif()
endforeach()
if(CMAKE_CXX_COMPILER_ID STREQUAL Clang)
  add_compile_options(-gdwarf-4)  # valgrind before 3.20 cannot read what clang writes by default
endif()
# The same sources make the same programs, wherever and whenever they are built; ccache may make the paths relative.
cmake_path(RELATIVE_PATH CMAKE_SOURCE_DIR BASE_DIRECTORY ${CMAKE_BINARY_DIR} OUTPUT_VARIABLE way_to_sources)
foreach(path ${way_to_sources} ${CMAKE_SOURCE_DIR})
  add_compile_options(-ffile-prefix-map=${path}=.)
endforeach()
add_compile_options(-ffile-prefix-map=${CMAKE_BINARY_DIR}=build -Wdate-time)
add_compile_options(-fPIE -ffunction-sections -fdata-sections)
add_link_options(-Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack -Wl,--gc-sections)

# The front: static-pie keeps address randomisation; packed relocations win back most of its start-up cost,
# where the C library can read them (glibc >= 2.36).
set(SASE_FRONT_LINK_OPTIONS -pie)
if(SASE_STATIC_FRONT)
  set(SASE_FRONT_LINK_OPTIONS -static-pie)
  set(CMAKE_REQUIRED_FLAGS "-fPIE")
  set(CMAKE_REQUIRED_LINK_OPTIONS -static-pie -Wl,-z,pack-relative-relocs)
  check_cxx_source_runs("#include <string>\nint main(int c, char** v) { return std::string(v[0]).empty() + c - 1; }"
                        SASE_PACKED_RELOCATIONS)
  unset(CMAKE_REQUIRED_FLAGS)
  unset(CMAKE_REQUIRED_LINK_OPTIONS)
  if(SASE_PACKED_RELOCATIONS)
    list(APPEND SASE_FRONT_LINK_OPTIONS -Wl,-z,pack-relative-relocs)
  endif()
endif()
