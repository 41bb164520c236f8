# Warnings, hardening and sanitizers, the same for every target.
add_compile_options(
  -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wnon-virtual-dtor -Wold-style-cast
  -Wimplicit-fallthrough -Wno-unused-parameter -fno-omit-frame-pointer)
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  add_compile_options(-Wthread-safety -Wno-missing-field-initializers -Wno-missing-designated-field-initializers)
  add_link_options(-fuse-ld=lld-19)
endif()
if(TENON_WARNINGS_AS_ERRORS)
  add_compile_options(-Werror)
endif()
add_compile_definitions(
  BOOST_ASIO_SEPARATE_COMPILATION BOOST_ASIO_NO_DEPRECATED BOOST_ALL_NO_LIB)
add_link_options(-Wl,-z,relro,-z,now)

if(TENON_SANITIZERS)
  add_compile_options(-fsanitize=${TENON_SANITIZERS} -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${TENON_SANITIZERS})
  add_compile_definitions(_GLIBCXX_ASSERTIONS)
elseif(CMAKE_BUILD_TYPE STREQUAL "Release")
  add_compile_options(-fstack-protector-strong -fcf-protection -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
endif()
